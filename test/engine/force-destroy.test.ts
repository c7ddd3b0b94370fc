import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { contains, Histories, REFUSED } from "./histories";
import { TestStack } from "./harness";
import { forced, under } from "./scene";

/** What the service itself puts into a new workspace. */
const starter = { warehouses: [{ id: "8f0e1d2c3b4a5968", name: "Serverless Starter Warehouse", state: "STOPPED" }] };

describe("a workspace that is not empty is deleted only if forceDestroy says so, on the real engine", () => {
    let all: Histories;
    before(async () => {
        all = await Histories.begin({
            empty: "plain",
            scheduled: "plain",
            removed: "plain",
            targeted: "plain",
        });
    });
    after(() => all.end());

    /** `pulumi destroy` of one resource. */
    const destroyOnly = async (name: string) => all.live.stack.destroy({ target: [await all.live.urn(name)] });
    it("a removal from the program is refused, also with --continue-on-error and --target", async () => {
        const id = await all.idOf("removed");
        const urn = await all.live.urn("removed");
        const work = await all.people(id);
        for (const options of [{}, { continueOnError: true }, { target: [urn] }]) {
            await all.refuses(await all.up({ removed: undefined }, options), work);
        }
    });

    it("a removal from the program is done, once an up has set forceDestroy", async () => {
        const id = await all.idOf("removed");
        await all.done({ removed: under("removed", "a", forced) });
        await all.done({ removed: undefined });
        expect(all.live.workspaces()).to.not.include(id);
    });

    it("destroy --target is refused", async () => {
        const work = await all.people(await all.idOf("targeted"));
        await all.refuses(await destroyOnly("targeted"), work);
    });

    it("a job in an empty tree counts", async () => {
        const id = await all.idOf("scheduled");
        all.cloud.workspace(id).fill({ jobs: [{ job_id: 1, settings: { name: "nightly" } }] });
        await all.refuses(await destroyOnly("scheduled"), { workspace: id, texts: {} });
        all.cloud.workspace(id).others.jobs = [];
    });

    it("one that holds nothing but what the service put there goes without a word", async () => {
        const id = await all.idOf("empty");
        all.cloud.workspace(id).fill(starter);
        const { ok, output } = await destroyOnly("empty");
        expect([ok, all.live.workspaces().includes(id)], output).to.deep.equal([true, false]);
        expect(output).to.not.match(/forceDestroy|warning/);
    });

    it("pulumi destroy keeps what is not empty, and deletes it once an up has set forceDestroy", async () => {
        const work = await all.people(await all.idOf("targeted"), "second");
        await all.refuses(await all.live.stack.destroy(), work);
        await all.done({
            empty: undefined,
            scheduled: undefined,
            targeted: under("targeted", "a", forced),
        });
        const { ok, output } = await all.live.stack.destroy();
        expect([ok, all.live.workspaces()], output).to.deep.equal([true, []]);
    });
});

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
        contains(refused.output, ...REFUSED, id);
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
