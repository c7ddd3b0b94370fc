import * as inside from "@pulumi/databricks";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { FakeDatabricksProvider } from "./fake-databricks-provider";
import { TestStack } from "./harness";
import { programOf, registration } from "./live-workspaces";

describe("what lives inside a workspace when its key changes, on the real engine", () => {
    let cloud: LocalCloud;
    let plugin: FakeDatabricksProvider;
    let stack: TestStack;
    let arns: string[];
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        plugin = await FakeDatabricksProvider.start();
        arns = [cloud.createKey(), cloud.createKey()];
        stack = await TestStack.create(cloud, program(0), { PULUMI_DEBUG_PROVIDERS: `databricks:${plugin.port}` });
    });
    afterEach(async () => {
        await cloud.stop();
        plugin.stop();
        stack?.remove();
    });

    /** A workspace under one of the keys, and clusters in it: one with `insideWorkspace`, or one without. */
    function program(key: number, cluster: "kept" | "stray" = "kept") {
        return programOf((needs) => {
            const keys = arns.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
            const workspace = new databricks.Workspace("w", {
                ...needs,
                managedServicesCustomerManagedKeyId: keys[key],
            });
            const provider = new inside.Provider("p", { host: workspace.workspaceUrl });
            const options = cluster === "kept" ? databricks.insideWorkspace(workspace, { provider }) : { provider };
            new inside.Cluster("shared", { clusterName: "shared", sparkVersion: "15.4" }, options);
        });
    }
    const clusters = () => plugin.resources().map(({ host }) => host);
    const workspaceIds = () => cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));

    it("with insideWorkspace goes with the old one, and is made anew in the new one, in one up", async () => {
        await expectOk(stack.up());
        const [first] = workspaceIds();
        await cloud.workspaces.get(first!).seed({ "/Shared/a": seeds.notebook("1") });
        stack.program = program(1);
        const preview = await stack.preview();
        await expectOk(preview);
        expect(preview.output).to.not.contain("insideWorkspace");
        await expectOk(stack.up());
        expect(workspaceIds()).to.have.length(1).and.not.include(first);
        const url = cloud.account.list("workspaces")[0]?.["deployment_name"];
        expect(clusters().filter((host) => String(host).includes(String(url)))).to.have.length(1);
        await expectOk(stack.up());
    });

    it("without it is named by the preview, gets the stack stuck, and the page's command frees it", async () => {
        stack.program = program(0, "stray");
        await expectOk(stack.up());
        stack.program = program(1, "stray");
        const preview = await stack.preview();
        await expectOk(preview);
        expect(preview.output).to.match(/databricks:index:?\S*Cluster[^]*insideWorkspace\(workspace, \{ provider \}\)/);
        for (let again = 0; again < 2; again++) {
            await expectRefused(stack.up(), "workspace_id mismatch");
        }
        const exported = await stack.stack.exportStack();
        const { resources } = exported.deployment as { resources: { type: string; delete?: boolean }[] };
        const left = resources.filter(({ type, delete: goes }) => !(goes === true && type.startsWith("databricks:")));
        expect(left.length).to.be.below(resources.length);
        await stack.stack.importStack({ ...exported, deployment: { ...exported.deployment, resources: left } });
        stack.program = program(1, "kept");
        await expectOk(stack.up());
        expect(workspaceIds()).to.have.length(1);
    });

    it("is forgotten by a destroy that the gate refuses, as the documents say: the next up makes it a second time", async () => {
        await expectOk(stack.up());
        const [first] = workspaceIds();
        await cloud.workspaces.get(first!).seed({ "/Shared/a": seeds.notebook("1") });
        await expectRefused(stack.destroy(), "forceDestroy");
        expect(clusters()).to.have.length(1);
        await expectOk(stack.up());
        expect(workspaceIds()).to.deep.equal([first]);
        expect(clusters()).to.have.length(2);
    });
});
