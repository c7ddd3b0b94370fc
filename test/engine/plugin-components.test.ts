import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { hasLanguage, ok, PluginProject, refused, type YamlProgram } from "./plugin-project";

/** A component of a program, `w`, and what else the program has. */
function program(properties: object, options: object = {}, more: YamlProgram["resources"] = {}): YamlProgram {
    const w = {
        type: "databricks-cmk:EncryptedWorkspace",
        properties: { awsRegion: "us-east-1", ...properties },
        options,
    };
    return {
        resources: { ...more, w },
        outputs: { id: "${w.workspaceId}", arn: "${w.keyArn}", bucket: "${w.bucket.arn}" },
    };
}

describe("the components of the plugin, with programs in YAML on the real engine", () => {
    let cloud: LocalCloud;
    let project: PluginProject;
    before(function () {
        if (!hasLanguage("yaml")) this.skip();
    });
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        project = await PluginProject.begin(cloud, program({}));
    });
    afterEach(async () => {
        project.remove();
        await cloud.stop();
    });

    const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));

    it("make a whole workspace, carry its content under another key, and are destroyed with a word", async () => {
        expect(await ok(project.preview())).to.contain("15 to create");
        const made = await ok(project.up());
        const [old = ""] = ids();
        const [first] = cloud.kms.keys();
        expect(made).to.contain(old).and.contain(String(first?.arn)).and.contain("arn:aws:s3:::");
        expect(await ok(project.preview())).to.contain("15 unchanged");
        expect(await ok(project.run("refresh", "--yes", "--skip-preview"))).to.contain("15 unchanged");
        expect(project.state.map(({ type }) => type)).to.include("databricks-cmk:index:Workspace");
        expect(project.state.filter(({ type }) => type === "pulumi:providers:databricks-cmk")).to.have.lengthOf(1);

        await cloud.workspace(old).seed({ "/Shared/mine": seeds.notebook("print(1)") });
        project.yaml = program({ key: { keyArn: cloud.createKey() } });
        expect(await ok(project.preview())).to.contain("managedServicesCustomerManagedKeyId");
        expect(await ok(project.up())).to.contain(`The KMS key ${String(first?.arn)} was kept`);
        const [id = "", ...others] = ids();
        expect([id === old, others]).to.deep.equal([false, []]);
        expect(String(await cloud.workspace(id).read("/Shared/mine"))).to.equal("print(1)");

        await refused(project.destroy(), "forceDestroy");
        project.yaml = program({ key: { keyArn: cloud.kms.keys().at(-1)?.arn }, forceDestroy: true });
        await ok(project.up());
        await ok(project.destroy());
        expect(cloud.contents()).to.have.members(cloud.kms.keys().map(({ arn }) => `KMS key ${arn}`));
    });

    it("tell all that is wrong before anything is made, also what only AWS can say, and leave the plugin alive", async () => {
        project.yaml = program({ key: { useCases: ["STORAGE"] }, computeMode: "SERVERLESS", bucketName: "b" });
        await refused(project.up(), "key is not for notebooks", 'computeMode is "SERVERLESS" has no role');
        const keyArn = cloud.createKey();
        const caller = {
            principalArn: `${keyArn.replace(":kms:us-east-1:", ":iam::").replace(/:key\/.*/, "")}:root`,
            region: "us-east-1",
        };
        cloud.kms.call("DisableKey", { KeyId: keyArn }, caller);
        project.yaml = program({ key: { keyArn } });
        await refused(project.up(), 'EncryptionKey "w": keyArn names a key that is disabled');
        expect([ids(), cloud.aws.resources()]).to.deep.equal([[], []]);
        cloud.kms.call("EnableKey", { KeyId: keyArn }, caller);
        await ok(project.up());
    });

    it("are made by the provider and with the options that the program gives them", async () => {
        const p = { type: "pulumi:providers:databricks-cmk", properties: { accountId: cloud.accountId } };
        const options = { provider: "${p}", protect: true, customTimeouts: { create: "50m" } };
        project.yaml = program(
            { roleArn: "arn:aws:iam::123456789012:role/r", customTags: { "fn::secret": { t: "canary" } } },
            options,
            { p },
        );
        await ok(project.up());
        const inside = project.state.filter(({ type }) => type.startsWith("databricks-cmk:"));
        expect(inside.filter(({ provider = "::p::" }) => !provider.includes("::p::"))).to.deep.equal([]);
        expect(inside.filter(({ protect }) => protect !== true)).to.deep.equal([]);
        const workspace = inside.find(({ type }) => type.endsWith(":Workspace"));
        expect(workspace?.inputs?.["provisioningTimeoutSeconds"]).to.equal(3000);
        expect(JSON.stringify(project.state)).to.not.contain("canary");
        await refused(project.destroy(), "protect");
    });
});
