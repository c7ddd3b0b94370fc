import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { accountRequests, TestStack } from "./harness";

/** A workspace and what it needs, with the lookups that depend on it. */
const program =
    (more: () => Record<string, pulumi.Input<unknown>> = () => ({})) =>
    async () => {
        const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        const workspace = new databricks.Workspace("w", {
            workspaceName: "analytics",
            awsRegion: "us-east-1",
            credentialsId: credentials.credentialsId,
            storageConfigurationId: storage.storageConfigurationId,
            customTags: { team: "data" },
        });
        return {
            workspace,
            byId: databricks.getWorkspaceOutput({ id: workspace.workspaceId }),
            byName: databricks.getWorkspaceOutput({ name: workspace.workspaceName }),
            after: databricks.getWorkspacesOutput({}, { dependsOn: [workspace] }).ids,
            ...more(),
        };
    };

describe("lookups on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 300 });
        stack = await TestStack.create(cloud, program());
        await stack.stack.setAllConfig(configuration());
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    beforeEach(() => cloud.clearRequests());
    // An inline program runs in this process, whose environment says nothing of the cloud.
    const configuration = () => ({
        "databricks:host": { value: cloud.host },
        "databricks:accountId": { value: cloud.accountId },
        "databricks:clientId": { value: cloud.clientId },
        "databricks:clientSecret": { value: cloud.clientSecret, secret: true },
    });
    const reads = (collection: string) =>
        cloud.requests.filter(({ method, path }) => method === "GET" && path.includes(`/${collection}`));
    const outputs = async () => (await stack.outputs()) as Record<string, Record<string, unknown>>;

    it("are unknown in a preview, and ask for nothing, while the workspace does not exist yet", async () => {
        await expectOk(stack.preview());
        expect(accountRequests(cloud)).to.deep.equal(["GET /credentials"]);
    });

    it("find a workspace that the same program creates, with the outputs of its resource", async () => {
        cloud.account.nextWorkspaceId = "123456789012345678";
        await expectOk(stack.up());
        const { workspace, byId, byName, after } = await outputs();
        const said = Object.keys(byId ?? {});
        expect(said).to.include.members(["workspaceId", "workspaceUrl", "customTags", "accountId", "creationTime"]);
        for (const name of said) expect(byId?.[name], name).to.deep.equal(workspace?.[name]);
        expect(byName).to.deep.equal(byId);
        expect(after).to.deep.equal({ analytics: "123456789012345678" });
    });

    it("send one request for each kind in a preview of existing objects", async () => {
        stack.program = program(() => ({
            storage: databricks.getStorageConfigurationsOutput().ids,
            again: databricks.getStorageConfigurationsOutput().storageConfigurations,
            byDeployment: databricks
                .getWorkspacesOutput()
                .apply(({ workspaces }) => databricks.getWorkspace({ deploymentName: workspaces[0]!.deploymentName })),
        }));
        await expectOk(stack.preview());
        expect(reads("workspaces").map(({ path }) => path.endsWith("/workspaces"))).to.satisfy(
            (lists: boolean[]) => lists.filter((list) => list).length === 1 && lists.length <= 2,
        );
        expect(reads("storage-configurations")).to.have.length(1);
    });

    it("let a resource be created from their result, although the program's end waits for neither", async () => {
        const late = cloud.inject({
            when: ({ path }) => path.endsWith("/workspaces"),
            do: { kind: "delay", milliseconds: 500 },
        });
        const other = await TestStack.create(cloud, async () => {
            databricks.getWorkspaceOutput({ name: "analytics" }).apply(({ workspaceId }) => {
                new databricks.Credentials(`c-${workspaceId}`, { roleArn: "arn:aws:iam::123456789012:role/other" });
            });
        });
        try {
            await other.stack.setAllConfig(configuration());
            const { operations } = await expectOk(other.up());
            expect(operations).to.include("create Credentials c-123456789012345678");
            late();
            expect((await other.destroy()).ok).to.equal(true);
        } finally {
            late();
            other.remove();
        }
    });

    it("fail a preview with one line that names the lookup, without a stack trace or a secret", async () => {
        stack.program = program(() => ({ missing: databricks.getWorkspaceOutput({ name: "no such workspace" }) }));
        const { ok, output, events } = await stack.preview();
        expect(ok).to.equal(false);
        expect(output).to.contain('getWorkspace: there is no workspace with the name "no such workspace"');
        expect(output).to.not.match(/\n\s+at .*\(.*:\d+:\d+\)/);
        for (const text of [output, events]) expect(text).to.not.contain(cloud.clientSecret);
    });

    it("keep the secret of the stack's configuration out of the state and the output", async () => {
        stack.program = program(() => ({ config: databricks.getCurrentConfigOutput() }));
        const { output, events } = await expectOk(stack.up());
        expect((await outputs())["config"]).to.deep.equal({
            accountId: cloud.accountId,
            host: cloud.host,
            authType: "oauth-m2m",
        });
        for (const text of [output, events, stack.files()]) expect(text).to.not.contain(cloud.clientSecret);
    });

    it("list what the program made before them, in the first `up` as in the second, in both forms", async () => {
        const own = await TestStack.create(cloud, async () => {
            new databricks.Credentials("own", {
                credentialsName: "own",
                roleArn: "arn:aws:iam::123456789012:role/own",
            });
            const { ids } = await databricks.getCredentials();
            return { ids, output: databricks.getCredentialsOutput().ids };
        });
        // The list could be read long before the POST takes effect.
        const late = cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/credentials"),
            do: { kind: "delay", milliseconds: 1000 },
        });
        try {
            await own.stack.setAllConfig(configuration());
            await expectOk(own.up());
            const first = await own.outputs();
            expect(first["ids"]).to.have.property("own");
            expect(first["output"]).to.deep.equal(first["ids"]);
            await expectOk(own.up());
            expect(await own.outputs()).to.deep.equal(first);
            await expectOk(own.destroy());
        } finally {
            late();
            own.remove();
        }
    });

    it("leave nothing after destroy", async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([]);
    });
});
