import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { seeds } from "../../local-cloud";
import { contains, Histories } from "./histories";
import { forced, type Part, under } from "./scene";

/** A workspace that is replaced with a resource that is deleted first; a transform says so. */
const triggered =
    (bucketName: string): Part =>
    ({ workspace }) => {
        const trigger = new databricks.StorageConfiguration("trigger", { bucketName }, { deleteBeforeReplace: true });
        const replaceWith: pulumi.ResourceTransform = ({ props, opts }) => ({
            props,
            opts: pulumi.mergeOptions(opts, { replaceWith: [trigger] }),
        });
        workspace("triggered", "a", {}, { transforms: [replaceWith] });
    };

describe("what people wrote survives failures, options and responses that are not true, on the real engine", () => {
    let all: Histories;
    /** By how much the service's clock is ahead. */
    let ahead = 0;
    before(async () => {
        all = await Histories.begin(
            {
                late: "plain",
                hidden: "plain",
                partial: "plain",
                mistaken: "plain",
                triggered: triggered("one"),
            },
            { now: () => Date.now() + ahead },
        );
    });
    afterEach(() => {
        ahead = 0;
        return all.reset();
    });
    after(() => all.end());

    it("of a workspace whose registration does not come, because a resource that it waits for fails, with --continue-on-error", async () => {
        const work = await all.people(await all.idOf("late"));
        all.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/storage-configurations"),
            times: 1,
            do: { kind: "status", status: 400, body: '{"error_code": "QUOTA_EXCEEDED", "message": "no more"}' },
        });
        const late: Part = ({ workspace }) => {
            const other = new databricks.StorageConfiguration("other", { bucketName: "other" });
            other.storageConfigurationId.apply(() => workspace("late", "a"));
        };
        await all.refuses(await all.up({ late }, { continueOnError: true }), work);
    });

    it("of a workspace that a transform gives replaceWith, when what it is replaced with is deleted first", async () => {
        const work = await all.people(await all.idOf("triggered"));
        await all.keeps(await all.up({ triggered: triggered("two") }), work);
    });

    it("of a workspace that failed before it ran, was repaired by hand and used, and failed again", async () => {
        all.cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        const { ok, output } = await all.up({ failed: under("failed", "a") });
        expect(ok, output).to.equal(false);
        const id = await all.idOf("failed");
        all.cloud.account.setStatus(id, "RUNNING", "");
        const work = await all.people(id, "first", 0);
        all.cloud.account.setStatus(id, "FAILED", "Lost.");
        await all.keeps(await all.up(), work);
    });

    it("of a workspace that failed before it ran: days later nobody knows whether it was used, and its end needs forceDestroy", async () => {
        all.cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        const { ok, output } = await all.up({ days: under("days", "a") });
        expect(ok, output).to.equal(false);
        const id = await all.idOf("days");
        ahead = 2 * 86_400_000;
        const run = await all.up({ days: under("days", "b") });
        expect([run.ok, all.live.workspaces().includes(id)], run.output).to.deep.equal([false, true]);
        contains(run.output, id, "forceDestroy");
        await all.done({ days: under("days", "b", forced) });
        expect(all.live.workspaces()).to.not.include(id);
    });

    it("of a workspace that the account does not find while it is replaced, to which no DELETE is sent", async () => {
        const old = await all.idOf("hidden");
        const work = await all.people(old);
        const isOld = (path: string) => path.endsWith(`/workspaces/${old}`);
        const known = all.live.workspaces();
        const mend = all.cloud.inject({
            when: ({ method, path }) => method === "GET" && isOld(path) && all.others(...known).length > 0,
            do: { kind: "status", status: 404, body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"}' },
        });
        all.cloud.clearRequests();
        const run = await all.up({ hidden: under("hidden", "b") });
        mend();
        await all.keeps(run, work);
        expect(all.cloud.requests.filter(({ method, path }) => method === "DELETE" && isOld(path))).to.deep.equal([]);
    });

    it("of an incomplete copy, when the key changes again with --continue-on-error: what is said to stay stays", async () => {
        const old = await all.idOf("partial");
        const works = [await all.people(old)];
        await all.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        const { ok, output } = await all.up({ partial: under("partial", "b") });
        expect(ok, output).to.equal(false);
        works.push(await all.people(await all.idOf("partial"), "second"));
        const three = [old, await all.idOf("partial")];
        const run = await all.up({ partial: under("partial", "c") }, { continueOnError: true });
        three.push(await all.idOf("partial"));
        await all.keeps(run, ...works);
        if (/oth( workspaces)? stay/.test(run.output))
            expect(all.live.workspaces(), run.output).to.include.members(three);
    });

    it("of a workspace whose host leads to its replacement, without the header that tells the two apart", async () => {
        const old = await all.idOf("mistaken");
        const work = await all.people(old);
        const known = all.live.workspaces();
        all.proxy.lie({
            when: ({ workspaceId }) => workspaceId === old && all.others(...known).length > 0,
            to: () => all.others(...known)[0] ?? old,
            without: "x-databricks-org-id",
        });
        const run = await all.up({ mistaken: under("mistaken", "b") });
        await all.keeps(run, work);
        expect(run.ok, run.output).to.equal(false);
    });
});
