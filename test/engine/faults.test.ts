import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, type FaultEffect } from "../../local-cloud";
import { TestStack } from "./harness";

const program = async () => {
    const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
    const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
    new databricks.Workspace("w", {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
    });
};

/** A sample of the fault matrix. */
const sample: [string, string, FaultEffect][] = [
    ["POST", "/workspaces", { kind: "drop", when: "after" }],
    ["POST", "/workspaces", { kind: "truncate" }],
    ["POST", "/credentials", { kind: "status", status: 503, afterEffect: true }],
    ["POST", "/storage-configurations", { kind: "status", status: 429, headers: { "retry-after": "1" } }],
    ["GET", "/workspaces", { kind: "body", body: "<html></html>" }],
];

describe("faults on the real engine (a sample of the fault matrix)", () => {
    for (const [method, end, misfortune] of sample) {
        it(`${method} ${end}, ${misfortune.kind}: the account contains exactly what the program names, after at most one more up`, async () => {
            const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
            const stack = await TestStack.create(cloud, program);
            cloud.inject({
                when: (request) => request.method === method && request.path.endsWith(end),
                times: 1,
                do: misfortune,
            });
            if (!(await stack.up()).ok) expect((await stack.up()).ok).to.equal(true);
            for (const kind of ["credentials", "storage-configurations", "workspaces"])
                expect(cloud.account.list(kind), kind).to.have.length(1);
            expect((await stack.destroy()).ok).to.equal(true);
            expect(cloud.contents()).to.deep.equal([]);
            await cloud.stop();
            stack.remove();
        });
    }

    it("a refresh with the API down fails and leaves the state as it was", async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const stack = await TestStack.create(cloud, program);
        await stack.stack.setConfig("databricks:retryTimeoutSeconds", { value: "1" });
        expect((await stack.up()).ok).to.equal(true);
        // The engine's own first rewriting of a state drops empty lists.
        expect((await stack.refresh()).ok).to.equal(true);
        const before = JSON.stringify((await stack.state()).resources);
        const mend = cloud.inject({ when: () => true, do: { kind: "status", status: 503 } });
        expect((await stack.refresh()).ok).to.equal(false);
        expect(JSON.stringify((await stack.state()).resources)).to.equal(before);
        mend();
        expect((await stack.up()).operations).to.deep.equal([]);
        expect((await stack.destroy()).ok).to.equal(true);
        await cloud.stop();
        stack.remove();
    });

    it("of two stacks with the same deployment name, the second fails without loss, and gets the name when it is free", async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const named = async () => {
            const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
            const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
            new databricks.Workspace("w", {
                workspaceName: "w",
                deploymentName: "sales",
                awsRegion: "us-east-1",
                credentialsId: credentials.credentialsId,
                storageConfigurationId: storage.storageConfigurationId,
            });
        };
        const [one, two] = [await TestStack.create(cloud, named), await TestStack.create(cloud, named)];
        expect((await one.up()).ok).to.equal(true);
        const lost = await two.up();
        expect(lost.ok).to.equal(false);
        expect(lost.output).to.contain("already exists").and.contain("Choose another name");
        const held = async (stack: TestStack) => {
            const { resources } = await stack.state();
            return resources.flatMap(({ type, id }) => (/:(Workspace|Credentials)$/.test(type) ? [id] : []));
        };
        expect([(await held(one)).length, (await held(two)).length]).to.deep.equal([2, 1]);
        expect(cloud.account.list("workspaces")).to.have.length(1);
        expect((await one.destroy()).ok).to.equal(true);
        expect((await two.up()).operations).to.deep.equal(["create Workspace w"]);
        expect(cloud.account.list("workspaces").map(({ workspace_id }) => workspace_id)).to.deep.equal(
            (await held(two)).slice(1),
        );
        expect((await two.destroy()).ok).to.equal(true);
        expect(cloud.contents()).to.deep.equal([]);
        await cloud.stop();
        one.remove();
        two.remove();
    });

    it("adopts a workspace of another stack if the program says so, and the second up is clean", async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const maker = await TestStack.create(cloud, program);
        await maker.up();
        const [workspace] = cloud.account.list("workspaces");
        const adopter = await TestStack.create(cloud, async () => {
            new databricks.Workspace("mine", {
                adopt: String(workspace?.["workspace_id"]),
                adoptFromOtherStack: true,
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: String(workspace?.["credentials_id"]),
                storageConfigurationId: String(workspace?.["storage_configuration_id"]),
            });
        });
        expect((await adopter.up()).ok).to.equal(true);
        expect((await adopter.up()).operations).to.deep.equal([]);
        expect(cloud.account.list("workspaces")).to.have.length(1);
        await cloud.stop();
        maker.remove();
        adopter.remove();
    });
});
