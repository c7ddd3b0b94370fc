import { expect } from "chai";

import { Handovers, inheritedSources } from "../../provider/objects/workspace/handover/handover";
import { HandoverLifecycle } from "../../provider/objects/workspace/handover/lifecycle";
import { formatSources, newSource, sourcesOf } from "../../provider/objects/workspace/handover/sources";
import { Session } from "../../provider/runtime/session";
import { seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { fakeEnvironment } from "../helpers/environment";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { resource, under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";
import { handlerIn } from "../model/hosts";

const verified = { at: 1_000, digest: "d" };

describe("which workspace takes over from which", () => {
    it("is noted in the state, and read from it as it was written", () => {
        const sources = [
            { ...newSource("2", "a1"), isNamed: true, isTargetInUse: true },
            { ...newSource("1", undefined), via: "2", verified },
            { ...newSource("0", undefined), isAbandoned: true },
        ];
        expect(sourcesOf({ sources: formatSources(sources) })).to.deep.equal(sources);
        for (const odd of [undefined, "x", [1, null, {}, { from: 7 }]])
            expect(sourcesOf({ sources: odd }), String(odd)).to.deep.equal([]);
    });

    it("passes on what was verified into the workspace in between only once that one is verified itself", () => {
        const before = { sources: formatSources([{ ...newSource("1", undefined), verified }]) };
        const handovers = new Handovers();
        for (const source of inheritedSources("2", before)) handovers.add("3", source);
        const phases = () => (handovers.to("3") ?? []).map(({ from, phase }) => `${from} ${phase}`);
        expect(phases()).to.deep.equal(["2 due", "1 due"]);
        handovers.apply(handovers.find("2", "3")!, "verify");
        expect(phases()).to.deep.equal(["2 verified", "1 verified"]);
    });

    it("loses what was verified into the workspace in between if that one is gone", () => {
        const before = { sources: formatSources([{ ...newSource("1", undefined), verified }]) };
        const handovers = new Handovers();
        for (const source of inheritedSources("2", before)) handovers.add("3", source);
        handovers.apply(handovers.find("2", "3")!, "vanish");
        const [, older] = handovers.to("3") ?? [];
        expect(older).to.deep.include({ from: "1", phase: "due" });
        expect(older?.source.verified).to.equal(undefined);
    });

    it("counts for the resource that had the workspace then, and not for one that has adopted it since", () => {
        const handovers = new Handovers();
        handovers.add("2", newSource("1", undefined));
        expect(handovers.from("1", undefined)).to.have.length(1);
        expect(handovers.from("1", "adopted")).to.have.length(0);
        handovers.addNamed("2", ["1"]);
        expect(handovers.from("1", "adopted")).to.have.length(1);
    });
});

// More histories are in test/model/known-histories.ts, and on the real engine in test/engine/content-decides.test.ts.
describe("the deletes of workspaces that come at the same time", () => {
    /** Lets every delete be decided as soon as it is asked for; tells which are being decided about. */
    const departing = async (ids: readonly string[], pairs: readonly (readonly [from: string, to: string])[]) => {
        const lifecycle = new HandoverLifecycle(new Session(fakeEnvironment({})));
        for (const [from, to] of pairs) lifecycle.handovers.add(to, newSource(from, undefined));
        const begun: string[] = [];
        const ends: ((isSent: boolean) => void)[] = [];
        const all = ids.map((id) =>
            lifecycle.departures.depart(id, () => {
                begun.push(id);
                return new Promise((end) => ends.push(end));
            }),
        );
        const rounds: string[][] = [];
        while (ends.length > 0 || rounds.length === 0) {
            await new Promise(setImmediate);
            rounds.push(begun.splice(0));
            for (const end of ends.splice(0)) end(true);
            await new Promise(setImmediate);
        }
        await Promise.all(all);
        return rounds;
    };

    it("are decided one after the other if one takes over from the other, also through a third", async () => {
        const pairs = [["1", "2"] as const, ["2", "3"] as const];
        expect(await departing(["1", "3", "2"], pairs)).to.deep.equal([["1"], ["3"], ["2"]]);
        expect(await departing(["2", "2"], pairs)).to.deep.equal([["2"], ["2"]]);
    });

    it("are decided at the same time if nothing connects them", async () => {
        const pairs = [["1", "2"] as const, ["11", "12"] as const];
        expect(await departing(["1", "11", "2", "12", "7"], pairs)).to.deep.equal([
            ["7", "1", "11"],
            ["2", "12"],
        ]);
    });
});

describe("the content of a workspace, in histories that nobody planned", () => {
    const scene = ReplacedStack.ofEach();
    const forced = { forceDestroy: true };
    /** Another resource's workspace, which takes the content of the first one. */
    const taking = (inputs: Inputs = {}) =>
        workspace("v", { ...under("b"), migrateContent: { from: [scene.old] }, ...inputs });
    const up = (parts: Parameters<typeof scene.stack.change>[0], options = {}) => scene.stack.change(parts).up(options);
    const read = async (id: string, path: string) => String(await scene.tree(id).read(path));

    it("is deleted if replaceOnChanges replaces it, which a plugin hears of by the create alone, also if it was adopted", async () => {
        scene.stack.replaceHandler = (type, handler, session) => handlerIn("plugin", type, handler, session);
        scene.stack.forget("w");
        await expectOk(scene.to("a", { adopt: scene.old }));
        await expectOk(scene.to("a", { customTags: { team: "x" } }, { replaceOnChanges: ["customTags"] }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id()]);
        expect(scene.stack.id()).to.not.equal(scene.old);
    });

    it("is not deleted with a resource that has adopted it because it is in the one that replaced it once", async () => {
        for (const key of ["a", "b"]) await expectOk(scene.to(key, {}, { retainOnDelete: true }));
        await expectOk(up({ x: workspace("x", { ...under("a"), workspaceName: "w", adopt: scene.old }) }));
        await expectRefused(up({ x: undefined }), "no workspace has taken over from it");
        scene.bothStay();
    });

    it("is where it was if the key is put back before everything has arrived", async () => {
        await scene.tree(await scene.incomplete()).seed({ "/Shared/new": seeds.notebook("new") });
        await expectOk(scene.to("a"));
        expect([scene.stack.workspaces(), scene.stack.id()]).to.deep.equal([[scene.old], scene.old]);
        expect(await read(scene.old, "/Shared/new")).to.equal("new");
    });

    it("is in a workspace that nothing deletes, whose resource was forgotten: each up names it, also once another one has copied it", async () => {
        scene.stack.forget("w");
        await expectOk(up({ w: undefined, v: workspace("v", under("b")) }));
        for (const v of [taking(), workspace("v", under("b")), workspace("v", under("b"))]) {
            expect(textOf(await expectOk(up({ v })))).to.contain(
                `The workspace ${scene.old} carries the ownership tag of "w"`,
            );
        }
        expect(scene.stack.workspaces()).to.have.members([scene.old, scene.stack.id("v")]);
    });

    it("is not said to be left behind while it waits for its deletion, also if its resource was renamed meanwhile", async () => {
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${scene.old}`),
            times: 1,
            do: { kind: "status", status: 409 },
        });
        const renamed = workspace("x", { ...under("b"), workspaceName: "w" }, { aliases: ["w"] });
        await expectRefused(up({ w: undefined, x: renamed }), "409");
        expect(textOf(await expectOk(scene.stack.up()))).to.not.contain("ownership tag");
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id("x")]);
    });

    it("comes from a workspace that the program names, after which that one may go", async () => {
        await expectOk(up({ v: workspace("v", under("b")) }));
        await expectRefused(up({ w: undefined }), "is not deleted");
        await expectOk(up({ v: taking() }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id("v")]);
        expect(await read(scene.stack.id("v"), "/Shared/lib.py")).to.equal("x = 1");
        expect(await scene.stack.changes()).to.deep.equal([]);
    });

    it("is not deleted before its replacement is created, and the remedy is not a word that means nothing then", async () => {
        await expectOk(scene.to("a", forced));
        const refused = await expectRefused(scene.to("b", forced, { deleteBeforeReplace: true }), "is not deleted");
        expect(textOf(refused)).to.contain("With migrateContent: false").and.not.contain("set forceDestroy");
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });

    it("is found in the one that replaced it by the state that the program has read, if its resource is not reached", async () => {
        await scene.verified();
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/storage-configurations"),
            do: { kind: "status", status: 400 },
        });
        const { inputs } = scene.stack.program.find(({ name }) => name === "s")!;
        scene.stack.program = scene.stack.program.flatMap((goal) =>
            goal.name === "w"
                ? [resource("StorageConfiguration", "failing", inputs), { ...goal, dependsOn: ["failing"] }]
                : [goal],
        );
        await expectRefused(scene.stack.up({ continues: true }));
        scene.isReplaced();
    });

    it("is not deleted by a word that its resource has taken back since", async () => {
        await expectOk(scene.to("a", forced));
        await scene.tree().seed({ "/Shared/jar": seeds.library() });
        for (const word of [forced, {}]) await expectRefused(scene.to("b", word), "is not complete in");
        await expectRefused(scene.stack.destroy(), "is not deleted");
        scene.bothStay();
    });

    it("is not deleted by a word for its name once the one that took over is gone: a resource that adopts it has its own", async () => {
        scene.stack.cloud.account.remove("workspaces", await scene.incomplete());
        await expectOk(scene.stack.refresh());
        await expectRefused(
            scene.to("b", forced),
            "the state has no workspace that took over from it",
            `adopt: "${scene.old}"`,
        );
        const adopting = workspace("x", { ...under("a"), workspaceName: "w", adopt: scene.old, ...forced });
        await expectOk(up({ x: adopting }));
        scene.bothStay();
        await expectOk(up({ x: undefined }));
        scene.isReplaced();
    });

    it("is not deleted because another resource has taken its content, if that one goes too", async () => {
        await expectOk(up({ v: taking(forced) }));
        await expectRefused(up({ w: undefined, v: undefined }), "is not deleted");
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });

    it("is still somebody's after another resource has taken its content: what was removed there is not lost with it", async () => {
        await expectOk(up({ v: taking() }));
        const id = scene.stack.id("v");
        scene.tree(id).delete("/Shared/lib.py");
        await expectOk(up({ w: undefined, v: workspace("v", under("b")) }));
        expect([scene.stack.workspaces(), await read(id, "/Shared/lib.py")]).to.deep.equal([[id], "x = 1"]);
    });

    it("is not deleted by its word while the program gives its content to another resource", async () => {
        await expectOk(scene.to("a", forced));
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: { kind: "status", status: 400 },
        });
        await expectRefused(up({ w: undefined, v: taking() }, { continues: true }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });

    it("counts as verified only as far as it is equal: what was accepted is compared again", async () => {
        await scene.tree().seed({ "/Shared/stuck": seeds.notebook("3") });
        const body = '{"error_code": "INVALID_STATE", "message": "no"}';
        scene.stack.cloud.inject({
            when: ({ path, query }) => path.endsWith("/workspace/export") && query["path"] === "/Shared/stuck",
            do: { kind: "status", status: 400, body },
        });
        const busy = scene.stack.cloud.inject({
            when: ({ method }) => method === "DELETE",
            do: { kind: "status", status: 409 },
        });
        await expectRefused(scene.to("b", { migrateContent: { accept: ["/Shared/stuck"] } }), "409");
        const [source] = scene.stack.entry().outputs["sources"] as object[];
        expect(source).to.include.keys("at").and.not.include.keys("digest");
        busy();
    });

    it("is not deleted, and no DELETE is sent, while the service says that there is no such workspace", async () => {
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith(`/workspaces/${scene.old}`),
            do: { kind: "status", status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}' },
        });
        await expectRefused(up({ w: undefined }), "the account lists it, and says at the same time that there is none");
        expect([scene.stack.writes(), scene.stack.workspaces()]).to.deep.equal([[], [scene.old]]);
    });

    it("is not deleted where the host does not say which workspace it is", async () => {
        await expectOk(up({ empty: workspace("empty", under("b")) }));
        scene.tree(scene.stack.id("empty")).behavior.identifiesItself = false;
        await expectRefused(up({ empty: undefined }), "is not deleted");
    });

    it("is not deleted with an option that comes too late to keep it", async () => {
        await expectRefused(scene.to("b", {}, { retainOnDelete: true }), "the option retainOnDelete would not keep");
        await expectRefused(scene.to("b", { isProtected: true }), "the option protect would not keep");
        await expectOk(scene.to("a", { isProtected: true }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });
});
