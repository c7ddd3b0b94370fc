import { expect } from "chai";

import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { Handovers, inheritedSources } from "../../provider/objects/workspace/handover/handover";
import { HandoverLifecycle } from "../../provider/objects/workspace/handover/lifecycle";
import { formatSources, newSource, sourcesOf } from "../../provider/objects/workspace/handover/sources";
import { Session } from "../../provider/runtime/session";
import { type LocalCloud, seeds } from "../../local-cloud";
import { FakeClock, fakeEnvironment, ownerFor } from "../helpers/environment";
import { type Handlers, handlersOf, outcome, startProvider, workspaceInputs } from "../helpers/provider-process";

type Inputs = Record<string, unknown>;

/** A workspace's state, as the engine keeps it. */
interface State {
    readonly id: string;
    readonly outs: Inputs;
}

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

describe("the deletes of workspaces that come at the same time", () => {
    /** Lets every delete be decided as soon as it is asked for; tells which are being decided about. */
    const departing = async (ids: readonly string[], pairs: readonly (readonly [from: string, to: string])[]) => {
        const lifecycle = new HandoverLifecycle(new Session(fakeEnvironment({})));
        for (const [from, to] of pairs) lifecycle.handovers.add(to, newSource(from, undefined));
        const begun: string[] = [];
        const ends: ((isSent: boolean) => void)[] = [];
        const all = ids.map((id) =>
            lifecycle.departure(id, () => {
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
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    let keys: string[];
    let base: Inputs;
    let old: State;

    beforeEach(async () => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock(), {
            provisioningMilliseconds: 20,
            now: Date.now,
        }));
        keys = [];
        for (const name of ["a", "b", "c"]) {
            const made = await handlers.key.create({
                awsKeyInfo: { keyArn: cloud.createKey() },
                useCases: ["MANAGED_SERVICES"],
                owner: ownerFor(name),
            });
            keys.push(made.id);
        }
        base = await workspaceInputs(handlers);
        old = await create(under(0));
        await cloud.workspace(old.id).seed({ "/Shared/one": seeds.notebook("1"), "/Shared/two": seeds.notebook("2") });
        handlers = handlersOf(world);
    });
    afterEach(() => cloud.stop());

    const under = (key: number, more: Inputs = {}): Inputs => ({
        ...base,
        managedServicesCustomerManagedKeyId: keys[key],
        ...more,
    });
    const create = async (inputs: Inputs): Promise<State> => {
        const { id, outs } = await handlers.workspace.create(inputs);
        return { id, outs: outs as Inputs };
    };
    /** What the engine asks before it replaces. */
    const compare = async ({ id, outs }: State, before: Inputs, asked: Inputs) => {
        await handlers.workspace.check(before, asked);
        const diff = await handlers.workspace.diff(id, outs, asked);
        await handlers.workspace.check({}, asked);
        return diff;
    };
    const replace = async (state: State, before: Inputs, asked: Inputs): Promise<State> => {
        await compare(state, before, asked);
        return create(asked);
    };
    const failed = async (run: Promise<unknown>): Promise<State & { message: string }> => {
        const error: unknown = await run.then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        const { id, properties, message } = error as { id: string; properties: Inputs; message: string };
        return { id, outs: { ...properties }, message };
    };
    const deleting = ({ id, outs }: State) => outcome(handlers.workspace.delete(id, outs));
    const existing = () => cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    const read = async (id: string, path: string) => String(await cloud.workspace(id).read(path));

    it("is copied whole for a resource that has adopted it, whatever an earlier replacement verified", async () => {
        const second = await replace(old, under(0), under(1));
        // The old workspace was kept by retainOnDelete, and another resource adopts it.
        handlers = handlersOf(world);
        const x = ownerFor("x");
        const adopted = await create(under(0, { owner: x, adopt: old.id }));
        cloud.workspace(second.id).delete("/Shared/two");
        handlers = handlersOf(world);
        await compare(second, under(1), under(1));
        const third = await replace(adopted, under(0, { owner: x }), under(2, { owner: x }));
        expect(await deleting(adopted)).to.equal("ok");
        expect(await read(third.id, "/Shared/two")).to.equal("2");
        expect(existing()).to.have.members([second.id, third.id]);
    });

    it("is not deleted with a resource that has adopted it because it is in the one that replaced it once", async () => {
        const second = await replace(old, under(0), under(1));
        handlers = handlersOf(world);
        const adopted = await create(under(0, { owner: ownerFor("x"), adopt: old.id }));
        handlers = handlersOf(world);
        await compare(second, under(1), under(1));
        expect(await deleting(adopted)).to.contain("no workspace has taken over from it");
        expect(existing()).to.have.members([old.id, second.id]);
    });

    it("comes into the newest workspace in its newest version, and the older one stays until that is accepted", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        await compare(old, under(0), under(1));
        const second = await failed(create(under(1)));
        await cloud.workspace(second.id).seed({ "/Shared/one": seeds.notebook("edited") });
        handlers = handlersOf(world);
        await compare(second, under(1), under(2));
        const third = await failed(create(under(2)));
        expect(third.message).to.contain("/Shared/one [changed-in-target]");
        expect(await read(third.id, "/Shared/one")).to.equal("edited");
        expect(await deleting(second)).to.equal("ok");
        expect(await deleting(old)).to.contain("is not deleted");
        const accepting = under(2, { migrateContent: { accept: ["library", "/Shared/one"] } });
        handlers = handlersOf(world);
        await compare(third, under(2), accepting);
        await handlers.workspace.update(third.id, third.outs, accepting);
        expect(await deleting(old)).to.equal("ok");
        expect(existing()).to.deep.equal([third.id]);
    });

    it("is copied again from the old workspace if the one that had taken over is gone", async () => {
        const second = await replace(old, under(0), under(1));
        cloud.account.remove("workspaces", second.id);
        handlers = handlersOf(world);
        const third = await replace(second, under(1), under(2));
        expect(await read(third.id, "/Shared/two")).to.equal("2");
        expect(await deleting(second)).to.equal("ok");
        expect(await deleting(old)).to.equal("ok");
        expect(existing()).to.deep.equal([third.id]);
    });

    it("is where it was if the key is put back before everything has arrived", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        await compare(old, under(0), under(1));
        const second = await failed(create(under(1)));
        await cloud.workspace(second.id).seed({ "/Shared/new": seeds.notebook("new") });
        handlers = handlersOf(world);
        const back = await replace(second, under(1), under(0));
        expect(back.id).to.equal(old.id);
        expect(await read(old.id, "/Shared/new")).to.equal("new");
        expect(await deleting(second)).to.equal("ok");
        expect(await deleting(old), "the entry that waited for its deletion").to.equal("ok");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("stays out of a new resource that has the old name of a renamed one", async () => {
        const renamed = under(0, { owner: ownerFor("w-old") });
        expect((await compare(old, under(0), renamed)).changes).to.equal(true);
        const fresh = await create(under(0));
        expect(
            cloud
                .workspace(fresh.id)
                .tree()
                .map(({ path }) => path),
        ).to.not.include("/Shared/one");
        const { outs = {} } = await handlers.workspace.update(old.id, old.outs, renamed);
        expect(cloud.account.get("workspaces", old.id)["custom_tags"]).to.deep.equal({
            "pulumi-databricks-cmk": ownerFor("w-old"),
        });
        expect((await compare({ id: old.id, outs }, renamed, renamed)).changes).to.equal(false);
    });

    it("comes from a workspace that the program names, after which that one may go", async () => {
        const other = await create(under(1, { owner: ownerFor("other") }));
        expect(await deleting(old)).to.contain("is not deleted");
        const naming = under(1, { owner: ownerFor("other"), migrateContent: { from: [old.id] } });
        handlers = handlersOf(world);
        expect((await compare(other, under(1), naming)).changes).to.equal(true);
        const { outs = {} } = await handlers.workspace.update(other.id, other.outs, naming);
        expect((await compare({ id: other.id, outs }, naming, naming)).changes).to.equal(false);
        expect(await deleting(old)).to.equal("ok");
        expect(await read(other.id, "/Shared/one")).to.equal("1");
    });

    it("is not deleted before its replacement is created, and the remedy is not a word that means nothing then", async () => {
        const forced = under(1, { forceDestroy: true });
        await compare({ ...old, outs: { ...old.outs, forceDestroy: true } }, under(0), forced);
        expect(await deleting({ ...old, outs: { ...old.outs, forceDestroy: true } }))
            .to.contain("With migrateContent: false")
            .and.not.contain("set forceDestroy");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is found in the one that replaced it by the state that the program has read, if its resource is not reached", async () => {
        const second = await replace(old, under(0), under(1));
        handlers = handlersOf(world);
        const { sources, owner } = second.outs;
        handlers.claims.addStateObject(workspaceObject, {
            id: second.id,
            owner: ownerOfInputs({ owner }),
            urn: "urn:w",
            notes: { sources },
        });
        expect(await deleting(old)).to.equal("ok");
        expect(await read(second.id, "/Shared/one")).to.equal("1");
        expect(await deleting(second)).to.contain("is not deleted");
    });

    it("survives a destroy that deletes both workspaces at once, in the one that has it", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        await compare(old, under(0), under(1));
        const second = await failed(create(under(1)));
        handlers = handlersOf(world);
        const outcomes = await Promise.all([deleting(old), deleting(second)]);
        for (const one of outcomes) expect(one).to.contain("is not deleted");
        const forced = { ...second, outs: { ...second.outs, forceDestroy: true } };
        handlers = handlersOf(world);
        expect(await Promise.all([deleting(old), deleting(forced)])).to.deep.equal(["ok", "ok"]);
        expect(existing()).to.deep.equal([]);
    });

    it("is not deleted by a word that its resource has taken back since", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        const forced = { ...old, outs: { ...old.outs, forceDestroy: true } };
        await compare(forced, under(0, { forceDestroy: true }), under(1, { forceDestroy: true }));
        const second = await failed(create(under(1, { forceDestroy: true })));
        handlers = handlersOf(world);
        const takenBack = { ...second, outs: { ...second.outs, forceDestroy: undefined } };
        const outcomes = await Promise.all([deleting(forced), deleting(takenBack)]);
        for (const one of outcomes) expect(one).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, second.id]);
    });

    /** Another resource's workspace, which has taken the content of the first one. */
    const taker = async (more: Inputs = {}): Promise<State> => {
        const asked = under(1, { owner: ownerFor("v"), migrateContent: { from: [old.id] }, ...more });
        await handlers.workspace.check({}, asked);
        const made = await create(asked);
        handlers = handlersOf(world);
        return made;
    };

    it("is not deleted because another resource has taken its content, if that one goes too", async () => {
        const v = await taker({ forceDestroy: true });
        const outcomes = await Promise.all([deleting(old), deleting(v)]);
        expect(outcomes[0]).to.contain("is not deleted");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is still somebody's after another resource has taken its content: what was removed there is not lost with it", async () => {
        const v = await taker();
        cloud.workspace(v.id).delete("/Shared/one");
        await handlers.workspace.check(under(1, { owner: ownerFor("v") }), under(1, { owner: ownerFor("v") }));
        await handlers.workspace.diff(v.id, v.outs, under(1, { owner: ownerFor("v") }));
        expect(await deleting(old)).to.equal("ok");
        expect(await read(v.id, "/Shared/one")).to.equal("1");
    });

    it("is not deleted by its word while the program gives its content to another resource", async () => {
        await handlers.workspace.check({}, under(1, { owner: ownerFor("o"), migrateContent: { from: [old.id] } }));
        const forced = { ...old, outs: { ...old.outs, forceDestroy: true } };
        expect(await deleting(forced)).to.contain("is not deleted");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("counts as verified only as far as it is equal: what was accepted is compared again", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/stuck": seeds.notebook("3") });
        const stop = cloud.inject({
            when: ({ path, query }) => path.endsWith("/workspace/export") && query["path"] === "/Shared/stuck",
            do: { kind: "status", status: 400, body: '{"error_code": "INVALID_STATE", "message": "no"}' },
        });
        const accepting = under(1, { migrateContent: { accept: ["/Shared/stuck"] } });
        const second = await replace(old, under(0), accepting);
        const [source] = second.outs["sources"] as { at?: number; digest?: string }[];
        expect(source).to.include.keys("at").and.not.include.keys("digest");
        stop();
    });

    it("is not deleted, and no DELETE is sent, while the service says that there is no such workspace", async () => {
        const stop = cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith(`/workspaces/${old.id}`),
            do: { kind: "status", status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}' },
        });
        cloud.clearRequests();
        expect(await deleting(old)).to.contain("the account lists it, and says at the same time that there is none");
        stop();
        expect(cloud.requests.filter(({ method }) => method === "DELETE")).to.deep.equal([]);
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is not deleted where the host does not say which workspace it is", async () => {
        const empty = await create(under(1, { owner: ownerFor("empty") }));
        cloud.workspace(empty.id).behavior.identifiesItself = false;
        expect(await deleting(empty)).to.contain("is not deleted");
    });

    it("is not deleted with an option that comes too late to keep it", async () => {
        const retained = under(1, { owner: ownerFor("w", { more: "+retained" }) });
        const protectedNow = under(1, { isProtected: true });
        for (const [asked, option] of [
            [retained, "retainOnDelete"],
            [protectedNow, "protect"],
        ] as const) {
            const { failures = [] } = await handlers.workspace.check(under(0), asked);
            expect(failures.map(({ reason }) => reason).join()).to.contain(`the option ${option} would not keep`);
        }
        expect(
            (await handlers.workspace.check(under(0), under(0, { isProtected: true }))).failures ?? [],
        ).to.deep.equal([]);
    });
});
