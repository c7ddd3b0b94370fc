import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { writeOtherState } from "../../cli/adopt/state";
import { LocalCloud, seeds } from "../../local-cloud";
import { hasLanguage, PluginProject, workspaceUnder } from "./plugin-project";

const program = `
const databricks = require("pulumi-databricks-cmk");
const c = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
const s = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
const k = new databricks.CustomerManagedKey("k", { awsKeyInfo: { keyArn: process.env.KEY }, useCases: ["MANAGED_SERVICES"] });
new databricks.Workspace("w", {
    workspaceName: "w",
    awsRegion: "us-east-1",
    credentialsId: c.credentialsId,
    storageConfigurationId: s.storageConfigurationId,
    managedServicesCustomerManagedKeyId: k.customerManagedKeyId,
});
`;

describe("a stack that changes from the classes to the plugin, and back, on the real engine", () => {
    let cloud: LocalCloud;
    let project: PluginProject;
    let folder: string;
    before(function () {
        if (!hasLanguage("yaml")) this.skip();
    });
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-state-"));
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
    });
    afterEach(async () => {
        project.remove();
        rmSync(folder, { recursive: true });
        await cloud.stop();
    });

    const ok = async (...args: string[]) => {
        const { code, output } = await project.run(...args);
        expect(code, output).to.equal(0);
        return output;
    };
    const changeHost = async () => {
        const file = join(folder, "state.json");
        await ok("stack", "export", "--file", file);
        const { text } = writeOtherState(readFileSync(file, "utf8"));
        writeFileSync(file, text);
        await ok("stack", "import", "--file", file);
    };
    /** For the other host and in a stack of another name the state is a copy, whichever serves the first stack. */
    const isNoticedAsCopy = async () => {
        const file = join(folder, "copy.json");
        await ok("stack", "export", "--file", file);
        const { text } = writeOtherState(readFileSync(file, "utf8"));
        writeFileSync(file, text.replaceAll("urn:pulumi:dev::", "urn:pulumi:two::"));
        await ok("stack", "init", "two");
        await ok("stack", "import", "--file", file);
        const { code, output } = await project.run("up", "--yes", "--skip-preview");
        expect(code, output).to.not.equal(0);
        expect(output).to.match(/two is a copy: \S+\/dev still has the same objects/);
        await ok("stack", "select", "dev");
    };
    const writes = () => cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));

    it("keeps a component, its KMS key and the rest of AWS that it made", async () => {
        project = new PluginProject(cloud, {});
        const classes = `
            const { EncryptedWorkspace } = require("pulumi-databricks-cmk");
            new EncryptedWorkspace("w", { awsRegion: "us-east-1" });`;
        project.classes = classes;
        await ok("stack", "init", "dev");
        await ok("up", "--yes", "--skip-preview");
        cloud.clearRequests();
        const before = cloud.contents();
        await changeHost();
        const w = { type: "databricks-cmk:EncryptedWorkspace", properties: { awsRegion: "us-east-1" } };
        project.yaml = { resources: { w } };
        expect(await ok("up", "--yes", "--skip-preview")).to.not.match(/\d (created|deleted|replaced)/);
        await changeHost();
        project.classes = classes;
        expect(await ok("up", "--yes", "--skip-preview")).to.not.match(/\d (created|deleted|replaced)/);
        expect(writes()).to.deep.equal([]);
        expect(cloud.contents()).to.deep.equal(before);
    });

    it("creates, changes and deletes nothing, and keeps the identity and who owns what", async () => {
        const key = cloud.createKey();
        project = new PluginProject(cloud, { KEY: key });
        const yaml = workspaceUnder(key, {}, {}, "k");
        project.classes = program;
        await ok("stack", "init", "dev");
        await ok("up", "--yes", "--skip-preview");
        const owner = () => project.state.find(({ type }) => type.endsWith(":Workspace"))?.outputs?.["owner"];
        const before = owner();
        const [{ workspace_id: id } = {}] = cloud.account.list("workspaces");
        await cloud.workspace(String(id)).seed({ "/Shared/mine": seeds.notebook("1") });
        cloud.clearRequests();

        await changeHost();
        project.yaml = yaml;
        expect(await ok("preview", "--diff")).to.contain("5 unchanged");
        expect(await ok("up", "--yes", "--skip-preview")).to.contain("5 unchanged");
        expect(await ok("refresh", "--yes", "--skip-preview")).to.contain("5 unchanged");
        expect(owner()).to.equal(before);

        project.classes = program;
        await isNoticedAsCopy();
        await changeHost();
        expect(await ok("up", "--yes", "--skip-preview")).to.not.match(/\d (created|deleted|replaced)/);
        expect(await ok("preview", "--diff")).to.contain("6 unchanged");
        expect(owner()).to.equal(before);
        expect(writes()).to.deep.equal([]);
    });
});
