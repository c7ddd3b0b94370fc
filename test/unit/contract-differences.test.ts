import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { readReported } from "../../cli/contract/known";
import { levels } from "../../cli/contract/row";
import { checks } from "../../cli/contract/rows";
import { behaviorValues, defaultBehavior, workspaceBehaviorValues } from "../../local-cloud";
import { defaultBehavior as defaultWorkspaceBehavior } from "../../local-cloud/workspace-api/behavior";
import { BUCKET, ContractRun, NETWORK, ROLE } from "../helpers/contract";

/** Options that no check states: how much of another one there is, or what only a person or a flood of requests shows. */
const UNSTATED = [
    ...["updateMilliseconds", "metastoreMilliseconds", "assignmentsPage"],
    ...["workspace.requestsPerSecond", "workspace.interactiveTimes"],
];

/** A time that every wait of the contract is longer than, in milliseconds; a page that three objects do not fit in. */
const NUMBERS: Readonly<Record<string, number>> = { "workspace.listPage": 2 };
const TIME = 45_000;

type Values = readonly (string | boolean)[] | "text" | "number";

const options: [string, Values][] = [
    ...Object.entries(behaviorValues),
    ...Object.entries(workspaceBehaviorValues).map(([name, values]): [string, Values] => [`workspace.${name}`, values]),
];

const defaults: Readonly<Record<string, unknown>> = {
    ...defaultBehavior,
    ...Object.fromEntries(
        Object.entries(defaultWorkspaceBehavior).map(([name, value]) => [`workspace.${name}`, value]),
    ),
};

/** Every way of the service that a check states, and that is not the default. */
const others = options
    .filter(([name]) => !UNSTATED.includes(name))
    .flatMap(([name, values]) => {
        const all = values === "number" ? [NUMBERS[name] ?? TIME] : values === "text" ? ["MALFORMED_REQUEST"] : values;
        return all.filter((value) => value !== defaults[name]).map((value) => ({ name, value }));
    });

/** What else has to be otherwise for a value to be seen. */
const needs: Readonly<Record<string, Record<string, string>>> = {
    "workspace.identityFederation always": { metastoreAssignment: "never" },
    "validationFormat json": { errors: "text" },
};

describe("the contract against another service", () => {
    let run: ContractRun;
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "contract-"))));
    afterEach(async () => {
        rmSync(folder, { recursive: true });
        await run.cloud.stop();
    });

    it("has checks for every option of the local cloud but those that are named here", async () => {
        run = await ContractRun.start();
        const stated = new Set(checks.flatMap(({ states }) => states ?? []));
        expect(options.map(([name]) => name).filter((name) => !stated.has(name as never))).to.have.members(UNSTATED);
    });

    for (const { name, value } of others)
        it(`finds that ${name} is ${String(value)}, and nothing else; the local cloud is then like that`, async () => {
            const more = needs[`${name} ${String(value)}`] ?? {};
            const chosen = name.startsWith("workspace.")
                ? { behavior: more, workspaces: { [name.slice("workspace.".length)]: value } }
                : { behavior: { ...more, [name]: value } };
            run = await ContractRun.start({ provisioningMilliseconds: 100, ...chosen });
            const stating = checks.filter(({ states }) => states === name);
            const level = levels[Math.max(...stating.map((check) => levels.indexOf(check.level)))]!;
            const given = {
                region: "us-east-1",
                role: ROLE,
                bucket: BUCKET,
                keys: [run.cloud.createKey(), run.cloud.createKey()],
            };
            const report = await run.run(
                level,
                value === "provisioning" ? { given: { ...given, network: NETWORK } } : { given },
            );
            const differing = report.results.filter(({ outcome }) => outcome === "differs");
            const expected = checks.filter(({ states = "" }) => states === name || states in more).map(({ id }) => id);
            expect(differing.map(({ id }) => id)).to.have.members(expected);
            expect(differing.find(({ id }) => id === stating[0]?.id)).to.include({ behavior: name });
            expect(report.left).to.deep.equal([]);

            const file = join(folder, "report.json");
            writeFileSync(file, JSON.stringify(report));
            const { behavior, workspaces, unknown } = readReported(file, "as");
            expect(unknown).to.deep.equal([]);
            const like: Readonly<Record<string, unknown>> = {
                ...behavior,
                ...Object.fromEntries(Object.entries(workspaces).map(([one, of]) => [`workspace.${one}`, of])),
            };
            if (typeof value === "number" && name !== "workspace.listPage")
                expect(like[name]).to.be.within(1, 2 * TIME);
            else expect(like).to.deep.equal({ ...more, [name]: value });
        });
});
