import { mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { Consumer, OLDEST } from "./consumer";
import { describeIfWhole } from "./tools";

const AUTOMATION = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { CustomerManagedKey } = require("pulumi-databricks-cmk");
const program = async () => {
    new CustomerManagedKey("key", { useCases: ["MANAGED_SERVICES"], awsKeyInfo: { keyArn: process.argv[2] } });
};
const projectSettings = { name: "inline", runtime: "nodejs", main: __dirname };
(async () => {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program }, { projectSettings });
    for (const run of ["preview", "up", "destroy"]) await stack[run]();
})();
`;

describeIfWhole("a project in which something is missing", () => {
    let cloud: LocalCloud;
    let folder: string;
    let consumer: Consumer;
    before(async () => {
        cloud = await LocalCloud.start();
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-elsewhere-"));
        consumer = await Consumer.create(cloud, {
            manager: "pnpm",
            language: "JavaScript, CommonJS",
            node: 20,
            pulumi: OLDEST,
        });
    });
    after(async () => {
        await cloud.stop();
        consumer.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    /** What a script that requires a part of the package says. */
    const saidBy = async (script: string) => {
        consumer.file("script.js", script);
        const { ok, output } = await consumer.node(["script.js"]);
        expect(ok, output).to.equal(false);
        return output.split("\n").filter((line) => line.startsWith("Error: "));
    };

    it("is told by `/testing`, `/policy` and a component what to install, with the command", async () => {
        // The others are there: pnpm gives a package what Pulumi depends on where it takes that too.
        expect(await saidBy('require("pulumi-databricks-cmk/testing")')).to.deep.equal([
            "Error: pulumi-databricks-cmk/testing needs fastify, @aws-sdk/client-kms, which are not installed. " +
                "Run: npm install --save-dev fastify@5 light-my-request@6.6 @aws-sdk/client-kms@3 [CMK1021]",
        ]);
        expect(await saidBy('require("pulumi-databricks-cmk/policy")')).to.deep.equal([
            "Error: pulumi-databricks-cmk/policy needs @pulumi/policy, which is not installed. " +
                "Run: npm install @pulumi/policy@1 [CMK1021]",
        ]);
        const component = 'new (require("pulumi-databricks-cmk").EncryptedWorkspace)("w", { awsRegion: "us-east-1" })';
        expect(await saidBy(`process.env.DATABRICKS_ACCOUNT_ID = "${cloud.accountId}"; ${component}`)).to.deep.equal([
            "Error: A component of pulumi-databricks-cmk needs @pulumi/aws, which is not installed. " +
                "Run: npm install @pulumi/aws@7 [CMK1021]",
        ]);
    });

    it("is told by the command drill what to install, before anything is disabled", async () => {
        const command = join("node_modules", "pulumi-databricks-cmk", "dist", "cli", "main.js");
        const { ok, output } = await consumer.node([command, "drill", "--workspace", "1", "--key", cloud.createKey()]);
        expect(ok).to.equal(false);
        expect(output).to.contain(
            "The command drill needs @aws-sdk/client-kms, which is not installed. Run: npm install @aws-sdk/client-kms@3",
        );
    });

    it("can be brought up with --target in a new stack, together with the stack's identity", async () => {
        const up = ["up", "--yes", "--skip-preview", "--target", "**::key"];
        const refused = await consumer.pulumi(...up);
        expect(refused.ok, refused.output).to.equal(false);
        expect(refused.output).to.match(/depends on '.*::databricks-cmk' which was/);
        const made = await consumer.pulumi(...up, "--target", "**::databricks-cmk");
        expect(made.ok, made.output).to.equal(true);
    });

    it("names the package that is missing at `pulumi destroy`, and loses nothing", async () => {
        const made = await consumer.pulumi("up", "--yes", "--skip-preview");
        expect(made.ok, made.output).to.equal(true);
        const there = cloud.contents();
        const installed = realpathSync(join(consumer.project, "node_modules", "pulumi-databricks-cmk"));
        renameSync(installed, `${installed}.away`);
        const refused = await consumer.pulumi("destroy", "--yes", "--skip-preview");
        renameSync(`${installed}.away`, installed);
        expect(refused.ok).to.equal(false);
        const diagnostics = refused.output.slice(refused.output.indexOf("\nDiagnostics:"));
        expect(diagnostics).to.contain(
            "CustomerManagedKey (key):\n    error: Cannot find module 'pulumi-databricks-cmk/provider'",
        );
        expect(cloud.contents()).to.deep.equal(there);

        const destroyed = await consumer.pulumi("destroy", "--yes", "--skip-preview");
        expect(destroyed.ok, destroyed.output).to.equal(true);
    });

    it("runs by the Automation API from another working directory, where `main` names the project's folder", async () => {
        const there = cloud.contents();
        consumer.file("deploy.js", AUTOMATION);
        const { ok, output } = await consumer.node([join(consumer.project, "deploy.js"), cloud.createKey()], folder);
        expect(ok, output).to.equal(true);
        expect(cloud.contents()).to.have.length(there.length + 1);
    });
});
