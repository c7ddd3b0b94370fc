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
    ...["workspace.requestsPerSecond", "workspace.interactiveTimes", "workspace.contentLimit"],
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

/** Options that hide what others do: a host that does not answer, tags that come late, one format for all errors. */
const HIDING = ["workspace.frontEnd", "workspace.reachableAfterMilliseconds", "tagsMilliseconds", "errors"];

type Other = (typeof others)[number];

/** What is tried in one run: three options at a time, because a run takes long, and none is hidden by another. */
const groups: Other[][] = [];
for (const one of others) {
    const isFree = (group: readonly Other[]) =>
        group.length < 3 && group.every(({ name }) => name !== one.name && !HIDING.includes(name));
    const group = HIDING.includes(one.name) ? undefined : groups.find(isFree);
    if (group === undefined) groups.push([one]);
    else group.push(one);
}

const more = ({ name, value }: Other) => Object.entries(needs[`${name} ${String(value)}`] ?? {});
const levelOf = ({ name }: Other) =>
    Math.max(...checks.filter(({ states }) => states === name).map((check) => levels.indexOf(check.level)));

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

    for (const group of groups)
        it(`finds that ${group.map(({ name, value }) => `${name} is ${String(value)}`).join(", ")}, and nothing else; the local cloud is then like that`, async () => {
            const asked = Object.fromEntries(group.flatMap((one) => [[one.name, one.value], ...more(one)]));
            const [behavior, workspaces] = [false, true].map((isWorkspaces) =>
                Object.fromEntries(
                    Object.entries(asked)
                        .filter(([name]) => name.startsWith("workspace.") === isWorkspaces)
                        .map(([name, value]) => [name.replace("workspace.", ""), value]),
                ),
            );
            run = await ContractRun.start({ provisioningMilliseconds: 100, behavior, workspaces });
            const level = levels[Math.max(...group.map(levelOf))]!;
            const given = {
                region: "us-east-1",
                role: ROLE,
                bucket: BUCKET,
                keys: [run.cloud.createKey(), run.cloud.createKey()],
            };
            const withNetwork = group.some(({ value }) => value === "provisioning");
            const report = await run.run(level, { given: withNetwork ? { ...given, network: NETWORK } : given });
            const differing = report.results.filter(({ outcome }) => outcome === "differs");
            const expected = checks.filter(({ states = "" }) => states in asked).map(({ id }) => id);
            expect(differing.map(({ id }) => id)).to.have.members(expected);
            for (const { name } of group) {
                const [stating] = checks.filter(({ states }) => states === name);
                expect(differing.find(({ id }) => id === stating?.id)).to.include({ behavior: name });
            }
            expect(report.left).to.deep.equal([]);

            const file = join(folder, "report.json");
            writeFileSync(file, JSON.stringify(report));
            const { behavior: reported, workspaces: inside, unknown } = readReported(file, "as");
            expect(unknown).to.deep.equal([]);
            const like: Record<string, unknown> = {
                ...reported,
                ...Object.fromEntries(Object.entries(inside).map(([one, of]) => [`workspace.${one}`, of])),
            };
            for (const { name, value } of group)
                if (typeof value === "number" && name !== "workspace.listPage") {
                    expect(like[name]).to.be.within(1, 2 * TIME);
                    like[name] = value;
                }
            expect(like).to.deep.equal(asked);
        });
});
