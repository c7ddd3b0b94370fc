import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { FakeDatabricksProvider } from "../engine/fake-databricks-provider";
import { describeIfWhole } from "./tools";
import { Unpacked } from "./unpacked";

/** What each example must be told. */
const configurations: Readonly<Record<string, (cloud: LocalCloud) => Record<string, string>>> = {
    adopt: (cloud) => ({
        workspaceId: "123456789012345",
        workspaceName: "w",
        credentialsId: "0f8fad5b-d9cb-469f-a165-70867728950e",
        roleArn: "arn:aws:iam::123456789012:role/r",
        storageConfigurationId: "0f8fad5b-d9cb-469f-a165-70867728950f",
        bucketName: "root-bucket",
        customerManagedKeyId: "0f8fad5b-d9cb-469f-a165-70867728950d",
        keyArn: cloud.createKey(),
    }),
    "existing-key": (cloud) => ({ keyArn: cloud.createKey() }),
    "inside-the-workspace": () => ({
        metastoreId: "11111111-2222-4333-8444-555555555555",
        catalogStorage: "s3://a-bucket/sales",
    }),
};

describeIfWhole("an example of the packed package, in an empty folder with an empty home", () => {
    let cloud: LocalCloud;
    let databricks: FakeDatabricksProvider;
    let unpacked: Unpacked;
    const done: string[] = [];
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        databricks = await FakeDatabricksProvider.start();
        unpacked = await Unpacked.create();
    });
    after(async () => {
        await cloud.stop();
        databricks.stop();
        unpacked.remove();
    });
    /** A project of an example, with a stack. */
    const begin = async (example: string) => {
        const project = await unpacked.example(example);
        await unpacked.stack(project, cloud, configurations[example]?.(cloud) ?? {});
        unpacked.env.PULUMI_DEBUG_PROVIDERS = `aws:${cloud.aws.port},databricks:${databricks.port}`;
        done.push(example);
        return project;
    };

    it("policy-pack runs beside notebooks, whose workspace is then created and destroyed", async () => {
        const pack = await unpacked.example("policy-pack");
        done.push("policy-pack");
        const project = await begin("notebooks");
        const preview = await unpacked.pulumi(project, "preview", "--policy-pack", pack);
        expect(preview.ok, preview.output).to.equal(true);
        expect(preview.output).to.contain("databricks-guard");
        // Its types are right: they are not checked again.
        unpacked.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
        const made = await unpacked.pulumi(project, "up", "--yes", "--skip-preview");
        expect(made.ok, made.output).to.equal(true);
        expect(cloud.account.list("workspaces")).to.have.length(1);
        const destroyed = await unpacked.pulumi(project, "destroy", "--yes", "--skip-preview");
        expect(destroyed.ok, destroyed.output).to.equal(true);
        delete unpacked.env.PULUMI_NODEJS_TRANSPILE_ONLY;
    });

    for (const example of [
        "adopt",
        "both-keys",
        "esm",
        "existing-key",
        "hardened",
        "inside-the-workspace",
        "many-workspaces",
        "multi-account",
        "private-link",
    ]) {
        it(`${example} previews what it is going to create`, async () => {
            const project = await begin(example);
            const { ok, output } = await unpacked.pulumi(project, "preview");
            expect(ok, output).to.equal(true);
            expect(output).to.match(/\+ \d+ to create/);
        });
    }

    it("is tried, whichever there is", () => {
        expect(done.sort()).to.deep.equal(unpacked.examples.sort());
    });
});
