import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { checkedInputsOf } from "../helpers/checked-inputs";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Goal, type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { keeps, people } from "../helpers/people";
import { key, resource, under, workspace, workspaceProgram } from "../helpers/programs";

const FOLDERS = 20;

describe("what a replacement says and does about what people do meanwhile", () => {
    let stack: EngineStack;
    beforeEach(async () => {
        stack = await engine((cloud) =>
            workspaceProgram(
                workspace("w", under("a")),
                ["a", "b", "third"].map((name) => key(name, cloud.createKey())),
            ),
        );
        await expectOk(stack.up());
    });
    afterEach(endEngines);

    const toKey = (name: string, more = {}) => stack.change({ w: workspace("w", { ...under(name), ...more }) });
    /** A replacement whose copy cannot be complete: both workspaces are there after it. */
    const incomplete = async () => {
        const old = stack.id();
        const work = await people(stack, old);
        await stack.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        await expectRefused(toKey("b").up());
        return { old, work, next: stack.id() };
    };

    it("a save that the old workspace accepts while it is compared for the last time is not lost", async () => {
        const old = stack.id();
        const tree = stack.cloud.workspace(old);
        const modifiedAt = stack.clock.now() - 86_400_000;
        const folders = Array.from({ length: FOLDERS }, (_, index) => `/Shared/folder-${index}`);
        await tree.seed(Object.fromEntries(folders.map((path) => [path, seeds.folder({ modifiedAt })])));
        const work = await people(stack, old);
        const latePath = `${folders[0]}/late`;
        const late = { workspace: old, texts: { [latePath]: "# saved in the last seconds" } };
        // Once a pass has compared the folder in both workspaces and nothing is written after it, the next one may be the last.
        let [isCompared, isWritten, isSaved] = [false, false, false];
        stack.cloud.inject({
            when: ({ method, path, query, workspaceId }) => {
                if (workspaceId === undefined || isSaved) return false;
                const isListed = query["path"] === folders[0] && path.endsWith("/workspace/list");
                if (workspaceId !== old) {
                    isCompared ||= isListed;
                    isWritten ||= method !== "GET" && !path.endsWith("/token");
                    return false;
                }
                if (!isListed) return false;
                const isLast = isCompared && !isWritten;
                [isCompared, isWritten] = [false, false];
                return isLast;
            },
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    isSaved = true;
                    await tree.seed({ [latePath]: seeds.notebook(late.texts[latePath]) });
                },
            },
        });
        const run = await toKey("b").up();
        expect(isSaved, textOf(run)).to.equal(true);
        await keeps(stack, run, work, late);
    });

    it("what was edited in an incomplete replacement is what the next one gets, and the report says which version is where", async () => {
        const { old, next } = await incomplete();
        const path = "/Shared/etl/load-first";
        await stack.cloud.workspace(next).seed({ [path]: seeds.notebook("# edited in the new one") });
        const run = await toKey("third", { migrateContent: { accept: ["library"] } }).up();
        const [last = ""] = stack.workspaces().filter((id) => id !== old && id !== next);
        expect(last, textOf(run)).to.not.equal("");
        expect(String(await stack.cloud.workspace(last).read(path))).to.equal("# edited in the new one");
        expect(textOf(run)).to.contain(path).and.contain(old);
    });

    it("a key that is put back while the old workspace waits leads back to it, or the command says how", async () => {
        const { old, work, next } = await incomplete();
        const more = await people(stack, next, "second");
        const run = await toKey("a").up();
        await keeps(stack, run, work, more);
        if (stack.id() !== old) expect(textOf(run)).to.contain(`adopt: "${old}"`);
    });
});

describe("the preview of a workspace's replacement", () => {
    afterEach(endEngines);

    it("says what is lost whenever a workspace that ran is replaced, and why", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        const warnings = async (change: Inputs, more: readonly Goal[] = []) => {
            stack.program = workspaceProgram(workspace("w", change), more);
            return (await expectOk(stack.preview())).lines;
        };
        expect(await warnings({ customTags: { team: "risk" } })).to.deep.equal([]);
        const [renamed = "", ...others] = await warnings({
            workspaceName: "other",
            awsRegion: "us-west-2",
            migrateContent: false,
        });
        expect(renamed).to.match(
            /^w: a changed workspaceName and awsRegion needs a new workspace, so this one is replaced, and EVERY NOTEBOOK IN IT IS LOST\..{0,80} See node_modules\/pulumi-databricks-cmk\/docs\/replacing-a-workspace\.md\.$/,
        );
        expect(others).to.deep.equal([]);
        const [unknown] = await warnings({ storageConfigurationId: new Output("t", "storageConfigurationId") }, [
            resource("StorageConfiguration", "t", { bucketName: "other-bucket" }),
        ]);
        expect(unknown).to.match(/a changed storageConfigurationId .* may be replaced/);
    });

    it("recommends an update in place for a changed key alone, and says why not if something else changes too", async () => {
        const useCases = ["MANAGED_SERVICES", "STORAGE"];
        const registered = (name: string, keyArn: string) =>
            resource("CustomerManagedKey", name, { awsKeyInfo: { keyArn }, useCases });
        const id = (name: string) => new Output(name, "customerManagedKeyId");
        const [first, next] = [id("a"), id("b")];
        const of = (notebooks: Output, more: Inputs = {}) => {
            const keys = { managedServicesCustomerManagedKeyId: notebooks, storageCustomerManagedKeyId: first };
            return { w: workspace("w", { ...keys, ...more }) };
        };
        const stack = await engine((cloud) => [
            ...workspaceProgram([]),
            ...["a", "b"].map((name) => registered(name, cloud.createKey())),
        ]);
        await expectOk(stack.change(of(first)).up());
        const { w } = of(next);
        stack.program = [...stack.program.slice(0, -1), registered("new", stack.cloud.createKey()), w];
        const checked = checkedInputsOf(stack);
        const said = async (more: Inputs) => textOf(await stack.change(of(next, more)).preview());
        const recommended = /, onKeyChange: "update" loses nothing\./;
        expect(await said({})).to.match(recommended);
        expect(await said({ onKeyChange: "forbid" })).to.match(recommended);
        const both = { storageCustomerManagedKeyId: next };
        for (const [change, named] of [
            [{ ...both, onKeyChange: "forbid" }, "storageCustomerManagedKeyId"],
            [{ storageCustomerManagedKeyId: id("new") }, "storageCustomerManagedKeyId"],
            [{ awsRegion: "us-west-2", migrateContent: { accept: ["metastore"] } }, "awsRegion"],
            [both, "storageCustomerManagedKeyId"],
        ] as const) {
            const line = await said(change);
            expect(line).to.not.match(recommended);
            expect(line).to.contain(
                `onKeyChange: "update" would not keep this workspace, because a change of ${named} needs a new one too.`,
            );
        }
        const announced = checked.flatMap(({ keyChange }) => (keyChange === undefined ? [] : [keyChange]));
        expect(announced.at(-1)).to.include({ others: "storageCustomerManagedKeyId" });
    });
});
