import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { agrees, describeReport } from "../../cli/contract/report";
import { checks, rows } from "../../cli/contract/rows";
import { BUCKET, ContractRun, NETWORK, ROLE } from "../helpers/contract";
import { between, table } from "../helpers/made-documents";

const root = resolve(__dirname, "../../..");

describe("the contract with the service", () => {
    let run: ContractRun;
    afterEach(() => run.cloud.stop());

    it("agrees with the local cloud in every check, and leaves nothing behind", async () => {
        run = await ContractRun.start({}, 10_485_760);
        const report = await run.run("workspace");
        expect(report.results.filter(({ outcome }) => outcome !== "agrees")).to.deep.equal([]);
        expect(report.results.map(({ id }) => id)).to.deep.equal(checks.map(({ id }) => id));
        expect(report.left).to.deep.equal([]);
        expect(agrees(report)).to.equal(true);
        expect(run.contents()).to.deep.equal([]);
        expect(principalsOf(run)).to.deep.equal([run.cloud.clientId]);
    });

    it("makes a serverless workspace of an account alone, and a network's of what was given", async () => {
        run = await ContractRun.start();
        const given = { region: "us-east-1", keys: [] };
        const alone = await run.run("workspace", { given });
        expect(alone.results.filter(({ outcome }) => outcome === "differs")).to.deep.equal([]);
        const why = alone.results.map((result) => result.why).filter((reason) => reason !== undefined);
        expect(new Set(why)).to.deep.equal(
            new Set(["it needs --role and --bucket", "it needs --key", "it needs --key twice"]),
        );
        const withNetwork = await run.run("workspace", {
            given: { ...given, role: ROLE, bucket: BUCKET, network: NETWORK },
        });
        expect(agrees(withNetwork)).to.equal(true);
        expect(run.contents()).to.deep.equal([]);
    });

    it("only reads at the level read, and says of every other check which level it needs", async () => {
        run = await ContractRun.start();
        const { results } = await run.run("read");
        expect(
            run.cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token")),
        ).to.deep.equal([]);
        expect(results.filter(({ outcome }) => outcome === "agrees").map(({ level }) => level)).to.not.include(
            "objects",
        );
        expect(results.find(({ id }) => id === "unknown-field")?.why).to.equal("it needs --level objects");
    });

    it("reports no secret, and no id or name of the account", async () => {
        run = await ContractRun.start({ behavior: { errors: "text" } });
        run.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/networks"),
            do: { kind: "status", status: 403 },
        });
        const report = await run.run("workspace");
        const { cloud } = run;
        const text = `${JSON.stringify(report)}\n${describeReport(report)}`;
        const workspaces = cloud.requests.flatMap(({ workspaceId }) => workspaceId ?? []);
        expect(workspaces).to.not.be.empty;
        const own = [cloud.accountId, cloud.clientId, cloud.clientSecret, cloud.token, ROLE, BUCKET, cloud.host];
        for (const secret of [...own, ...workspaces]) expect(text).to.not.contain(secret);
        expect(text).to.not.match(/[0-9a-f]{8}-[0-9a-f]{4}-|\d{12}|arn:aws/);
    });

    it("is the source of the table in docs/service-behavior.md (`npm run docs:service`)", async () => {
        run = await ContractRun.start();
        const document = readFileSync(join(root, "docs/service-behavior.md"), "utf8");
        expect(document).to.equal(between(document, "checks", table(rows)));
    });

    it("has one id for each check, and one row for each thing the service does", async () => {
        run = await ContractRun.start();
        for (const names of [checks.map(({ id }) => id), rows.map(({ service }) => service)])
            expect(new Set(names).size).to.equal(names.length);
    });
});

function principalsOf({ cloud }: ContractRun): string[] {
    return (["user_name", "service_principal_name", "group_name"] as const).flatMap((kind) =>
        cloud.people.list(kind).map(({ name }) => name),
    );
}
