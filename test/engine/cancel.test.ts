import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { CliProject } from "../cli/project";
import { LocalCloud, manyNotebooks } from "../../local-cloud";

const program = `
const databricks = require("pulumi-databricks-cmk");
const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
const keys = process.env.KEYS.split(" ").map((keyArn, index) =>
    new databricks.CustomerManagedKey("k" + index, { awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES"] }));
new databricks.Workspace("w", {
    workspaceName: "w",
    awsRegion: "us-east-1",
    credentialsId: credentials.credentialsId,
    storageConfigurationId: storage.storageConfigurationId,
    managedServicesCustomerManagedKeyId: keys[Number(process.env.KEY)].customerManagedKeyId,
    customTags: { team: process.env.TEAM ?? "a" },
});
`;

/** How many notebooks are in the workspace that is replaced. */
const NOTEBOOKS = 80;

interface Stored {
    readonly type: string;
    readonly id: string;
    readonly delete?: boolean;
    readonly initErrors?: readonly string[];
    readonly inputs: { readonly customTags?: Readonly<Record<string, string>> };
    readonly outputs: { readonly migration?: { readonly from: string; readonly verifiedAt?: string } };
}

// One stack, whose tests follow each other.
describe("an operation that is cancelled, on the real engine", () => {
    let cloud: LocalCloud;
    let project: CliProject;
    let keys: string;
    /** Which key the workspace has. */
    let key = 0;
    /** How far the service's clock is ahead. */
    let ahead = 0;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200, now: () => Date.now() + ahead });
        project = new CliProject("cancelled", program, cloud.environment());
        keys = [cloud.createKey(), cloud.createKey()].join(" ");
        await project.run(["stack", "init", "dev"]);
        const first = await up({});
        expect(first.code, first.output).to.equal(0);
        await cloud.workspace(ids()[0] ?? "").seed(manyNotebooks(NOTEBOOKS));
    });
    after(async () => {
        project.remove();
        await cloud.stop();
    });

    const up = (asked: Record<string, string>, started?: (pid: number) => void) =>
        project.run(
            ["up", "--yes", "--skip-preview", "--stack", "dev"],
            { KEYS: keys, KEY: String(key), ...asked },
            started,
        );
    const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));
    const imports = () => cloud.requests.filter(({ path }) => path.endsWith("/workspace/import")).length;
    const stored = () => {
        const file = join(project.backend, ".pulumi/stacks/cancelled/dev.json");
        const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
            checkpoint: { latest: { resources: Stored[]; pending_operations?: unknown[] } };
        };
        const { resources, pending_operations: pending = [] } = checkpoint.latest;
        return { pending, workspaces: resources.filter(({ type }) => type.endsWith(":Workspace")) };
    };

    // The terminal sends the signal of ^C to every process in its foreground; who runs the CLI in a job, to that process alone.
    const ways = {
        "by ^C in a terminal": (pid: number) => process.kill(-pid, "SIGINT"),
        "by SIGINT of the CLI alone": (pid: number) => process.kill(pid, "SIGINT"),
        "by SIGTERM of the CLI alone, as a CI job is": (pid: number) => process.kill(pid, "SIGTERM"),
    };
    for (const [how, cancel] of Object.entries(ways)) {
        it(`${how}: a copy ends at the next object; the state has both workspaces, and the next up goes on from there`, async () => {
            const [old = ""] = ids();
            key = 1 - key;
            cloud.clearRequests();
            let cli = 0;
            const stop = cloud.inject({
                when: ({ path }) => path.endsWith("/workspace/import") && imports() >= 12,
                times: 1,
                do: { kind: "call", when: "before", run: async () => void cancel(cli) },
            });
            const cancelled = await up({}, (pid) => (cli = pid));
            stop();
            expect(cancelled.code, cancelled.output).to.not.equal(0);
            expect(cancelled.output).to.contain("it was cancelled. The next `pulumi up` goes on from here.");
            expect(imports()).to.be.within(12, NOTEBOOKS / 2);
            const { pending, workspaces } = stored();
            expect(pending).to.deep.equal([]);
            const [now = ""] = ids().filter((id) => id !== old);
            expect(workspaces.map(({ id, delete: isOld }) => [id, isOld === true])).to.deep.equal([
                [now, false],
                [old, true],
            ]);
            expect(workspaces[0]?.outputs.migration).to.include({ from: old }).and.not.have.property("verifiedAt");
            const before = imports();
            const done = await up({});
            expect(done.code, done.output).to.equal(0);
            expect(ids()).to.deep.equal([now]);
            expect(imports() - before).to.be.at.most(NOTEBOOKS - before + 24);
            const notebooks = cloud
                .workspace(now)
                .tree()
                .filter(({ type }) => type === "NOTEBOOK");
            expect(notebooks).to.have.lengthOf(NOTEBOOKS);
        });
    }

    it("an update in place whose wait was cancelled, and that comes later, is noticed by the next up", async () => {
        cloud.clearRequests();
        Object.assign(cloud.behavior, { updates: "late", updateMilliseconds: 600_000, updateStatus: "running" });
        let cli = 0;
        cloud.inject({
            when: ({ method }) => method === "PATCH",
            times: 1,
            do: { kind: "call", when: "after", run: async () => void process.kill(cli, "SIGINT") },
        });
        const cancelled = await up({ TEAM: "b" }, (pid) => (cli = pid));
        expect(cancelled.code, cancelled.output).to.not.equal(0);
        expect(cancelled.output).to.contain("does not show it yet: customTags. The wait was cancelled.");
        // Of an update that failed the engine keeps the inputs from before it: so does the small engine of the unit tests.
        expect(stored().workspaces.map(({ inputs }) => inputs.customTags)).to.deep.equal([{ team: "a" }]);
        const again = await up({});
        expect(again.code, again.output).to.equal(0);
        const patches = () => cloud.requests.filter(({ method }) => method === "PATCH").length;
        expect(patches()).to.equal(1);
        ahead = 600_000;
        const tags = () => cloud.account.list("workspaces")[0]?.["custom_tags"];
        expect(tags()).to.include({ team: "b" });
        cloud.behavior.updates = "at-once";
        const noticed = await up({});
        expect(noticed.output).to.contain("was asked earlier to change customTags");
        expect(tags()).to.include({ team: "a" });
        expect(patches()).to.equal(2);
    });
});
