import { delimiter, join } from "node:path";

import * as pulumi from "@pulumi/pulumi/package.json";
import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { pythonEnvironment } from "../clients/clients";
import { hasLanguage, PluginProject } from "./plugin-project";

/** Without a generated SDK, which a language host from source cannot make: each resource by its token, as an SDK makes it. */
const program = `
import os
import pulumi

def kind(name):
    output = name[0].lower() + name[1:] + "Id"
    class Made(pulumi.CustomResource):
        def __init__(self, resource, **properties):
            super().__init__("databricks-cmk:index:" + name, resource, {output: None, **properties})
        @property
        def object_id(self):
            return getattr(self, output)
    return Made

c = kind("Credentials")("c", roleArn="arn:aws:iam::123456789012:role/r")
s = kind("StorageConfiguration")("s", bucketName="root-bucket")
k = kind("CustomerManagedKey")("k-" + os.environ["KEY"][-4:], awsKeyInfo={"keyArn": os.environ["KEY"]}, useCases=["MANAGED_SERVICES"])
if os.environ.get("COMPONENT"):
    class EncryptedWorkspace(pulumi.ComponentResource):
        workspaceId: pulumi.Output[str]
        def __init__(self, resource, **properties):
            outputs = {"workspaceId": None, "keyArn": None}
            super().__init__("databricks-cmk:index:EncryptedWorkspace", resource, {**outputs, **properties}, remote=True)
    made = EncryptedWorkspace("component", awsRegion="us-east-1", key={"keyArn": k.awsKeyInfo["keyArn"]},
        credentialsId=c.object_id, forceDestroy=True)
    pulumi.export("component", made.workspaceId)

w = kind("Workspace")("w", workspaceName="w", awsRegion="us-east-1", credentialsId=c.object_id,
    storageConfigurationId=s.object_id, managedServicesCustomerManagedKeyId=k.object_id,
    forceDestroy=os.environ.get("FORCE") == "true")
`;

describe("the plugin, with a program in Python on the real engine", () => {
    let python: string;
    let cloud: LocalCloud;
    let project: PluginProject;
    before(async function () {
        if (!hasLanguage("python")) this.skip();
        try {
            python = pythonEnvironment("pulumi", [`pulumi==${pulumi.version}`]);
        } catch (error) {
            console.log(`Pulumi's SDK for Python cannot be installed, so this does not run: ${String(error)}`);
            this.skip();
        }
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        project = new PluginProject(cloud, { VIRTUAL_ENV: python });
        project.python = program;
    });
    after(async () => {
        project?.remove();
        await cloud?.stop();
    });

    it("lives a whole life: a key is changed, the content is carried, and nothing is deleted without a word", async () => {
        const path = { PATH: [join(python, "bin"), project.path].join(delimiter) };
        const ok = async (environment: Record<string, string>, ...args: string[]) => {
            const { code, output } = await project.runWith({ ...path, ...environment }, ...args);
            expect(code, output).to.equal(0);
            return output;
        };
        const up = ["up", "--yes", "--skip-preview"];
        const [KEY, other] = [cloud.createKey(), cloud.createKey()];
        const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));
        await ok({ KEY }, "stack", "init", "dev");
        await ok({ KEY }, ...up);
        const [old = ""] = ids();
        await cloud.workspace(old).seed({ "/Shared/mine": seeds.notebook("print(1)") });
        expect(await ok({ KEY }, "preview")).to.contain("5 unchanged");
        await ok({ KEY: other }, ...up);
        const [id = "", ...others] = ids();
        expect([id !== old, others]).to.deep.equal([true, []]);
        expect(String(await cloud.workspace(id).read("/Shared/mine"))).to.equal("print(1)");
        const { code } = await project.runWith({ ...path, KEY: other }, "destroy", "--yes", "--skip-preview");
        expect(code).to.not.equal(0);
        expect(ids()).to.deep.equal([id]);
        await ok({ KEY: other, FORCE: "true", COMPONENT: "yes" }, ...up);
        expect(ids()).to.have.lengthOf(2);
        const made = await ok({ KEY: other }, "stack", "output", "component");
        expect(ids().filter((one) => one !== id)).to.deep.equal([made.trim()]);
        await ok({ KEY: other, FORCE: "true" }, "destroy", "--yes", "--skip-preview");
        expect(ids()).to.deep.equal([]);
    });
});
