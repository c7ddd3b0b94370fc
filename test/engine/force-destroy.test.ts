import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { REFUSED } from "../helpers/people";
import { TestStack } from "./harness";

describe("an EncryptedWorkspace that is not empty, on the real engine", () => {
    const environment = process.env["DATABRICKS_ACCOUNT_ID"];
    let cloud: LocalCloud;
    let stack: TestStack;
    const program = (more: Partial<databricks.EncryptedWorkspaceArgs>) => async () => {
        new databricks.EncryptedWorkspace("w", { awsRegion: "us-east-1", ...more });
    };
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        // The program runs in this process, which takes the account for the policies from its own environment.
        process.env["DATABRICKS_ACCOUNT_ID"] = cloud.accountId;
        stack = await TestStack.create(cloud, program({}));
    });
    after(async () => {
        if (environment === undefined) delete process.env["DATABRICKS_ACCOUNT_ID"];
        else process.env["DATABRICKS_ACCOUNT_ID"] = environment;
        stack.remove();
        await cloud.stop();
    });
    const workspaces = () => cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    const bucket = () => cloud.aws.resources().find(({ type }) => type.endsWith(":Bucket"));

    it("destroy is refused, and with forceDestroy deletes bucket and workspace", async () => {
        const first = await stack.up();
        expect(first.ok, first.output).to.equal(true);
        const [id = ""] = workspaces();
        await cloud.workspace(id).seed({ "/Shared/n": seeds.notebook("1") });
        const refused = await stack.destroy();
        expect([refused.ok, workspaces()], refused.output).to.deep.equal([false, [id]]);
        for (const words of [...REFUSED, id]) expect(refused.output).to.contain(words);
        stack.program = program({ forceDestroy: true });
        const set = await stack.up();
        expect([set.ok, workspaces(), bucket()?.properties["forceDestroy"]], set.output).to.deep.equal([
            true,
            [id],
            true,
        ]);
        const { ok, output } = await stack.destroy();
        expect([ok, workspaces(), bucket()], output).to.deep.equal([true, [], undefined]);
    });
});
