import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { type Clock, systemClock } from "../../provider/api/clock";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { migrationSettings } from "../../provider/objects/workspace/migration-settings";
import { InitializationError } from "../../provider/resource/errors";
import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { Session } from "../../provider/runtime/session";
import { readSettings } from "../../provider/runtime/settings";
import { UNKNOWN } from "../../provider/util/property-path";
import { LocalCloud, seeds } from "../../local-cloud";
import { fakeEnvironment, ownerFor } from "../helpers/environment";
import { createHandler } from "../../provider/registry";
import { moveFaults } from "../helpers/move-faults";

/** How much faster time passes. */
const SPEED = 20;

/** A clock on which ten seconds take half a second. */
class QuickClock implements Clock {
    private readonly began = Date.now();
    constructor(private readonly speed = SPEED) {}
    now(): number {
        return this.began + (Date.now() - this.began) * this.speed;
    }
    sleep(milliseconds: number): Promise<void> {
        return new Promise((resolve) => setTimeout(resolve, milliseconds / this.speed));
    }
    random(): number {
        return Math.random();
    }
}

const DAY = 86_400_000;
const HOUR = 3_600_000;

type Inputs = Record<string, unknown>;

/** A workspace's state, as the engine keeps it. */
interface State {
    readonly id: string;
    readonly outs: Inputs;
}

describe("the content of a workspace that is replaced", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let news: Inputs;
    let keys: string[];
    let old: State;

    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 20, dekCacheMilliseconds: 0 });
        world = fakeEnvironment(cloud.environment(), new QuickClock());
        const process = handlers();
        keys = [];
        for (const name of ["a", "b"]) {
            const registered = await process.key.create({
                awsKeyInfo: { keyArn: cloud.createKey() },
                useCases: ["MANAGED_SERVICES"],
                owner: ownerFor(name),
            });
            keys.push(registered.id);
        }
        const credentials = await cloud.account.create("credentials", {
            credentials_name: "c",
            aws_credentials: { sts_role: { role_arn: "arn:aws:iam::123456789012:role/r" } },
        });
        const storage = await cloud.account.create("storage-configurations", {
            storage_configuration_name: "s",
            root_bucket_info: { bucket_name: "root-bucket" },
        });
        news = {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials["credentials_id"],
            storageConfigurationId: storage["storage_configuration_id"],
            managedServicesCustomerManagedKeyId: keys[0],
            owner: ownerFor("w"),
        };
        const { id, outs } = await process.workspace.create(news);
        old = { id, outs };
        await cloud.workspace(id).seed({
            "/Shared/etl": seeds.notebook("print(1)", { modifiedAt: Date.now() - DAY }),
            "/Shared/lib.py": seeds.file("x = 1", { modifiedAt: Date.now() - DAY }),
            "/Shared/empty": seeds.folder(),
        });
        world.lines.length = 0;
        cloud.clearRequests();
    });
    afterEach(() => cloud.stop());

    /** The handlers of one provider process. */
    function handlers() {
        const session = new Session(world);
        session.claims.isWholeProgram = true;
        return {
            session,
            key: createHandler("CustomerManagedKey", session),
            workspace: createHandler("Workspace", session),
        };
    }

    const changed = (more: Inputs = {}) => ({ ...news, managedServicesCustomerManagedKeyId: keys[1], ...more });

    /** What the engine asks before it replaces: a check, a comparison, and a check without old inputs. */
    async function compare(process: ReturnType<typeof handlers>, { id, outs }: State, asked: Inputs, before = news) {
        const checked = await process.workspace.check(before, asked);
        const diff = await process.workspace.diff(id, outs, asked);
        await process.workspace.check({}, asked);
        return { checked, diff };
    }

    async function failure(run: Promise<unknown>): Promise<Error> {
        try {
            await run;
        } catch (error) {
            if (error instanceof Error) return error;
        }
        throw new Error("it did not fail");
    }

    async function initError(run: Promise<unknown>): Promise<InitializationError> {
        const error = await failure(run);
        if (!(error instanceof InitializationError)) throw error;
        return error;
    }

    /** The old workspace was not deleted, because another resource had failed; an hour passes. */
    const later = ({ id, outs }: { id: string; outs?: Inputs }, more: Inputs = {}): State => {
        const [source] = (outs?.["sources"] ?? []) as Inputs[];
        return { id, outs: { ...outs, sources: [{ ...source, at: Date.now() - HOUR, ...more }] } };
    };
    const existing = () => cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    const paths = (id: string) =>
        cloud
            .workspace(id)
            .tree()
            .filter(({ path }) => path.startsWith("/Shared/"))
            .map(({ path, type }) => `${type} ${path}`)
            .sort();

    it("is in the new one, verified, before the create ends; the old one is deleted after", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1, skipped: 0 });
        expect(outs["migration"]).to.have.property("verifiedAt").that.is.a("string");
        const [source] = outs["sources"] as Inputs[];
        expect(source).to.include({ from: old.id }).and.have.property("digest").that.has.length(683);
        expect(paths(id)).to.deep.equal(paths(old.id));
        expect(world.lines.filter((line) => /: moved \d of \d/.test(line))).to.not.deep.equal([]);
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
    });

    it("keeps the old one where something was not copied and nobody accepts it, in this process and in the next", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain("/Shared/jar [library]").and.contain("is not complete in");
        expect(error.properties["migration"])
            .to.include({ from: old.id, skipped: 1 })
            .and.not.have.property("verifiedAt");
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");

        const state = { id: error.id, outs: { ...error.properties } };
        process = handlers();
        const { diff } = await compare(process, state, changed());
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        await initError(process.workspace.update(state.id, state.outs, changed()));
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, state.id]);

        const accepting = changed({ migrateContent: { accept: ["library"] } });
        process = handlers();
        await compare(process, state, accepting);
        const { outs = {} } = await process.workspace.update(state.id, state.outs, accepting);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1, skipped: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([state.id]);
    });

    it("that cannot be copied goes where the program says migrateContent: false, also after it stopped", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        process = handlers();
        const giving = changed({ migrateContent: false });
        await compare(process, { id: error.id, outs: { ...error.properties } }, giving);
        const { outs = {} } = await process.workspace.update(error.id, error.properties, giving);
        expect(outs).not.to.have.property("migration");
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([error.id]);
    });

    it("goes with a destroy where somebody gave the word, whatever was copied; else it stays", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        const process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        const destroy = async (outs: Inputs) => {
            const destroying = handlers();
            destroying.session.claims.isWholeProgram = false;
            await destroying.workspace.delete(error.id, outs);
            await destroying.workspace.delete(old.id, old.outs);
        };
        expect((await failure(destroy({ ...error.properties }))).message).to.contain("forceDestroy");
        expect(existing()).to.have.members([old.id, error.id]);
        // The word stands in the state of the one that the resource has now, and covers the one that it has replaced.
        await destroy({ ...error.properties, forceDestroy: true });
        expect(existing()).to.deep.equal([]);
    });

    it("stays where its resource is taken out of the program, and so does what has taken over from it", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        process = handlers();
        process.session.claims.isProgramRunning = true;
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: error.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        for (const [id, outs] of [
            [error.id, error.properties],
            [old.id, old.outs],
        ] as const)
            expect((await failure(process.workspace.delete(id, { ...outs }))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where the service lists nothing at all, as no workspace does", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.inject({ when: ({ path }) => path.endsWith("/workspace/list"), do: { kind: "body", body: "{}" } });
        const error = await initError(process.workspace.create(changed()));
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where the service hands out nothing of any object, so that all seems equal", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const { id } = await process.workspace.create(changed());
        await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('late')") });
        const stop = cloud.inject({ when: ({ path }) => path.endsWith("/export"), do: { kind: "body", body: "{}" } });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("/Shared/etl [failed]");
        expect(existing()).to.have.members([old.id, id]);
        stop();
    });

    it("is kept where another workspace answers at the new one's host, with which it would be compared", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const headers = { "x-databricks-org-id": old.id };
        cloud.inject({
            when: ({ path, workspaceId }) => path.endsWith("/workspace/list") && workspaceId !== old.id,
            do: { kind: "status", status: 200, headers, body: '{"objects": []}' },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain(`answers the workspace ${old.id}, not ${error.id}`);
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where the credential is no admin, to whom lists do not show everything", async () => {
        await cloud.workspace(old.id).seed({ "/Users/ada@example.com/own": seeds.notebook("1") });
        const process = handlers();
        cloud.workspace(old.id).principals.admins.delete(cloud.clientId);
        // The preview ends after ten seconds: here they are real ones.
        const quick = world.clock;
        world.clock = systemClock;
        expect((await failure(compare(process, old, changed()))).message).to.contain("no admin of the old workspace");
        world.clock = quick;
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain("[not-admin]");
        expect(
            cloud
                .workspace(error.id)
                .tree()
                .map(({ path }) => path),
        ).to.not.include("/Users/ada@example.com/own");
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept, and goes on, where the resource gets another name by an alias together with the key", async () => {
        const renamed = changed({ owner: ownerFor("renamed") });
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, renamed);
        const error = await initError(process.workspace.create(renamed));
        const refused = async () => (await failure(process.workspace.delete(old.id, old.outs))).message;
        expect(await refused()).to.contain("is not complete");

        const state = { id: error.id, outs: { ...error.properties } };
        process = handlers();
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: error.id,
            owner: ownerOfInputs(renamed),
            urn: undefined,
            notes: {},
        });
        await compare(process, state, renamed, renamed);
        await initError(process.workspace.update(state.id, state.outs, renamed));
        expect(await refused()).to.contain("is not complete");
        expect(existing()).to.have.members([old.id, state.id]);

        const accepting = { ...renamed, migrateContent: { accept: ["library"] } };
        process = handlers();
        await compare(process, state, accepting, renamed);
        await process.workspace.update(state.id, state.outs, accepting);
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([state.id]);
        expect(paths(state.id)).to.include("NOTEBOOK /Shared/etl");
    });

    it("is kept where a run did not reach the resource: another one failed before it, or it is not among the targets", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id } = await process.workspace.create(changed());
        process = handlers();
        await process.key.check({}, { ...news, awsKeyInfo: {}, owner: ownerFor("other") });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain(
            "no workspace has taken over from it",
        );
        expect(existing()).to.have.members([old.id, id]);
    });

    it("that changed since it was verified is copied before the old one goes; what changed in the new one stays as it is", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        // Another process, later: the old workspace was not deleted, because another resource had failed.
        await cloud.workspace(old.id).seed({ "/Shared/late": seeds.notebook("print(2)") });
        cloud.workspace(id).delete("/Shared/etl");
        process = handlers();
        await compare(process, later({ id, outs }), changed());
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
        expect(paths(id)).to.include("NOTEBOOK /Shared/late").and.not.include("NOTEBOOK /Shared/etl");
    });

    describe("in an `up` after the one that verified it", () => {
        const aged = { modifiedAt: Date.now() - DAY };
        let made: State;
        beforeEach(async () => {
            await cloud.workspace(old.id).seed({
                "/Shared/proj/one": seeds.notebook("print('one')", aged),
                "/Shared/proj/deep/two": seeds.notebook("print('two')", aged),
            });
            const process = handlers();
            await compare(process, old, changed());
            const { id, outs } = await process.workspace.create(changed());
            made = later({ id, outs });
            cloud.clearRequests();
        });
        const gate = async (asked = changed()) => {
            const process = handlers();
            await compare(process, made, asked);
            await process.workspace.delete(old.id, old.outs);
        };
        const writes = () =>
            cloud.requests.filter(
                ({ method, path, workspaceId }) =>
                    workspaceId !== undefined && /^(POST|PUT)$/.test(method) && !path.endsWith("/token"),
            );

        it("what was restored from the trash or moved in the old one, and keeps its time, comes along", async () => {
            await cloud.workspace(old.id).seed({
                "/Shared/restored": seeds.notebook("print('restored')", aged),
                "/Shared/moved/here": seeds.file("moved", aged),
            });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(String(await cloud.workspace(made.id).read("/Shared/restored"))).to.equal("print('restored')");
            expect(String(await cloud.workspace(made.id).read("/Shared/moved/here"))).to.equal("moved");
        });

        it("what was moved onto another object's path is not lost: both workspaces stay", async () => {
            cloud.workspace(old.id).delete("/Shared/etl");
            await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('other')", aged) });
            expect((await failure(gate())).message).to.contain("/Shared/etl [changed-in-target]");
            expect(existing()).to.have.members([old.id, made.id]);
            expect(String(await cloud.workspace(made.id).read("/Shared/etl"))).to.equal("print(1)");
            await gate(changed({ migrateContent: { accept: ["changed-in-target"] } }));
            expect(existing()).to.deep.equal([made.id]);
        });

        it("what was removed and changed in the new one stays so, and nothing is written, where the old one is as it was", async () => {
            cloud.workspace(made.id).delete("/Shared/lib.py");
            cloud.workspace(made.id).delete("/Shared/proj");
            await cloud.workspace(made.id).seed({ "/Shared/etl": seeds.notebook("print('work')") });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id)).to.deep.equal(["DIRECTORY /Shared/empty", "NOTEBOOK /Shared/etl"]);
            expect(String(await cloud.workspace(made.id).read("/Shared/etl"))).to.equal("print('work')");
            expect(writes()).to.deep.equal([]);
        });

        it("a folder that was removed in the new one is made again only for what is new in it in the old one", async () => {
            cloud.workspace(made.id).delete("/Shared/proj");
            await cloud.workspace(old.id).seed({ "/Shared/proj/late": seeds.notebook("print('late')") });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id))
                .to.include("NOTEBOOK /Shared/proj/late")
                .and.not.include("DIRECTORY /Shared/proj/deep");
        });

        it("the permissions that the new one has by then stay; what comes late has those of the old one", async () => {
            for (const { principals } of [old, made].map(({ id }) => cloud.workspace(id))) principals.addGroup("team");
            const permitted = (level: string) => ({ ...aged, permissions: { "group_name:team": level } });
            await cloud.workspace(made.id).seed({
                "/Shared/etl": seeds.notebook("print(1)", permitted("CAN_READ")),
                "/Shared/empty": seeds.folder(permitted("CAN_READ")),
            });
            await cloud.workspace(old.id).seed({
                "/Shared/late": seeds.notebook("print(1)", permitted("CAN_RUN")),
                "/Shared/later": seeds.folder(permitted("CAN_RUN")),
            });
            made = later(made, { digest: undefined });
            await gate();
            const held = cloud
                .workspace(made.id)
                .tree()
                .map(({ path, permissions }) => [path, permissions["group_name:team"]]);
            expect(Object.fromEntries(held)).to.include({
                "/Shared/etl": "CAN_READ",
                "/Shared/empty": "CAN_READ",
                "/Shared/late": "CAN_RUN",
                "/Shared/later": "CAN_RUN",
            });
        });

        it("everything is compared where the state does not say what was verified", async () => {
            made = later(made, { digest: undefined });
            await cloud.workspace(old.id).seed({ "/Shared/restored": seeds.notebook("print('restored')", aged) });
            cloud.workspace(made.id).delete("/Shared/lib.py");
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id)).to.include("NOTEBOOK /Shared/restored").and.include("FILE /Shared/lib.py");
        });
    });

    it("waits for a new workspace whose host cannot be reached yet, and stays in both where it never can", async () => {
        world.clock = new QuickClock(1_000);
        const process = handlers();
        process.session.configure((key) => (key === "databricks:retryTimeoutSeconds" ? "10" : undefined));
        await compare(process, old, changed());
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    const id = existing().find((one) => one !== old.id) ?? "";
                    cloud.workspace(id).behavior.frontEnd = "unreachable";
                },
            },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(error.message)
            .to.contain("gives no response after 20 minutes")
            .and.contain("the next `pulumi up` goes on");
        expect(
            world.lines.some((line) => /^w: RUNNING, but after \d+ s http.* cannot be reached yet: /.test(line)),
        ).to.equal(true);
        const updated = process.workspace.update(error.id, error.properties, changed());
        setTimeout(() => (cloud.workspace(error.id).behavior.frontEnd = "public"), 100);
        expect((await updated).outs?.["migration"]).to.include({ from: old.id, notebooks: 1 });
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("that was edited in both after it was verified is overwritten in neither, and both stay", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        const work = seeds.notebook("print('new')", { modifiedAt: Date.now() - HOUR / 2 });
        await cloud.workspace(id).seed({ "/Shared/etl": work });
        await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('old')") });
        process = handlers();
        await compare(process, later({ id, outs }), changed());
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain(
            "/Shared/etl [changed-in-target]",
        );
        expect(String(await cloud.workspace(id).read("/Shared/etl"))).to.equal("print('new')");
        expect(existing()).to.have.members([old.id, id]);
    });

    it("overwrites nothing in a workspace that is adopted in its place", async () => {
        const adopted = await handlers().workspace.create(changed({ owner: ownerFor("other") }));
        const own = seeds.notebook("somebody's", { modifiedAt: Date.now() - 2 * DAY });
        await cloud.workspace(adopted.id).seed({ "/Shared/etl": own });
        const process = handlers();
        const asked = changed({ adopt: adopted.id });
        await compare(process, old, asked);
        const error = await initError(process.workspace.create(asked));
        expect(error.message).to.contain("/Shared/etl [changed-in-target]");
        expect(String(await cloud.workspace(adopted.id).read("/Shared/etl"))).to.equal("somebody's");
    });

    it("that changed since it was verified is copied, however wrong the clock of this machine is", async () => {
        const ahead = { now: () => Date.now() + DAY, sleep: new QuickClock().sleep, random: () => 0.5 };
        world = { ...world, clock: ahead };
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        await cloud.workspace(old.id).seed({ "/Shared/late": seeds.notebook("print(2)") });
        process = handlers();
        await compare(process, { id, outs }, changed());
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
        expect(paths(id)).to.include("NOTEBOOK /Shared/late");
    });

    it("is kept where replaceWith or replaceOnChanges makes the engine delete it before its program is heard", async () => {
        const process = handlers();
        process.session.claims.isProgramRunning = true;
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: old.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("deleteBeforeReplace");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is kept, without a wait, where the new one failed", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.account.nextOutcome = { status: "FAILED", message: "no" };
        const error = await initError(process.workspace.create(changed()));
        expect(error.properties["migration"], "what is still to come").to.include({ from: old.id });
        const began = world.clock.now();
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is FAILED");
        expect(world.clock.now() - began).to.be.lessThan(10 * 60_000);
        expect(existing()).to.have.length(2);
    });

    it("is kept where the copy takes longer than migrationTimeoutSeconds", async () => {
        const asked = changed({ migrationTimeoutSeconds: 1 });
        const process = handlers();
        await compare(process, old, asked);
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/import"),
            do: { kind: "delay", milliseconds: (5 * 1000) / SPEED },
        });
        const error = await initError(process.workspace.create(asked));
        expect(error.message).to.contain("migrationTimeoutSeconds").and.contain("is not complete in");
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is copied for three hours at most, or for as many seconds as the program says", () => {
        const settings = readSettings(() => undefined);
        expect(migrationSettings({}, settings).timeout).to.equal(3 * HOUR);
        expect(migrationSettings({ migrationTimeoutSeconds: 90 }, settings).timeout).to.equal(90_000);
    });

    it("is written nowhere by a process whose engine was killed", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/export"),
            do: { kind: "call", when: "before", run: async () => void (world.isEngineAlive = async () => false) },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(cloud.requests.filter(({ path }) => path.endsWith("/workspace/import"))).to.deep.equal([]);
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is never deleted before there is a replacement (deleteBeforeReplace)", async () => {
        const process = handlers();
        await compare(process, old, changed());
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("deleteBeforeReplace");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is found with --replace and a taint too, where the engine compares nothing first", async () => {
        const process = handlers();
        process.session.claims.addStateObject(workspaceObject, {
            id: old.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        await process.workspace.check({}, news);
        const { id, outs } = await process.workspace.create(news);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
    });

    it("is found by the ownership tag where --target leaves the state unknown", async () => {
        const process = handlers();
        process.session.claims.isWholeProgram = false;
        await process.workspace.check(news, news);
        const { outs } = await process.workspace.create(news);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1 });
    });

    it("goes on in the workspace that a killed run left, where all in it is a copy", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const left = await process.workspace.create(changed());
        process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        expect(id).to.equal(left.id);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1 });

        await cloud.workspace(left.id).seed({ "/Shared/own": seeds.notebook("somebody's") });
        process = handlers();
        await compare(process, old, changed());
        expect((await failure(process.workspace.create(changed()))).message).to.contain(
            "it holds content (/Shared/own)",
        );
    });

    it("is reported in full where PULUMI_DATABRICKS_REPORT points", async () => {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-report-"));
        try {
            world.environment = { ...world.environment, PULUMI_DATABRICKS_REPORT: join(folder, "reports") };
            const process = handlers();
            await compare(process, old, changed());
            await process.workspace.create(changed());
            expect(readdirSync(join(folder, "reports"))).to.deep.equal(["migration-w.json", "migration-w.xml"]);
            const report = JSON.parse(readFileSync(join(folder, "reports", "migration-w.json"), "utf8")) as Inputs;
            expect(report).to.include({ mode: "copy", complete: true });
            expect(readFileSync(join(folder, "reports", "migration-w.xml"), "utf8")).to.contain("<testsuite ");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("is reported in a file of its own for each of two resources with one name, in two components, or with names that a file spells alike", async () => {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-report-"));
        try {
            world.environment = { ...world.environment, PULUMI_DATABRICKS_REPORT: folder };
            for (const owner of [
                ...["@0123abcd", "@4567cdef"].map((more) => ownerFor("w", { more })),
                ...["a/b", "a_b"].map((name) => ownerFor(name)),
            ]) {
                const before = await handlers().workspace.create({ ...news, owner });
                await cloud.workspace(before.id).seed({ "/Shared/n": seeds.notebook("1") });
                const process = handlers();
                const asked = changed({ owner });
                await compare(process, { id: before.id, outs: before.outs as Inputs }, asked, { ...news, owner });
                const { outs } = await process.workspace.create(asked);
                expect(outs["migration"], owner).to.include({ from: before.id });
            }
            const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
            expect(names.filter((name) => /^migration-w-[0-9a-f]{8}\.json$/.test(name))).to.have.length(2);
            expect(names.filter((name) => /^migration-a_b(-[0-9a-f]{8})?\.json$/.test(name))).to.have.length(2);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("is neither lost nor doubled nor deleted early whatever goes wrong with any kind of request", async () => {
        const calls = [
            "workspace/list",
            "workspace/export",
            "workspace/import",
            "workspace/mkdirs",
            "permissions",
            "/workspaces",
        ];
        const state = await cloud.workspace(old.id).snapshot();
        const held = state.map(({ path, type, sha256 }) => `${type} ${path} ${String(sha256)}`).sort();
        const contentOf = async (id: string) =>
            (await cloud.workspace(id).snapshot())
                .map(({ path, type, sha256 }) => `${type} ${path} ${String(sha256)}`)
                .sort();
        let early = 0;
        cloud.inject({
            when: ({ method }) => method === "DELETE",
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    const complete = await Promise.all(
                        existing().map(async (id) => String(await contentOf(id)) === String(held)),
                    );
                    if (complete.filter(Boolean).length < 2) early++;
                },
            },
        });
        let current = old;
        for (const [round, effect] of moveFaults.entries()) {
            const before = changed({ managedServicesCustomerManagedKeyId: keys[round % 2] });
            const asked = changed({ managedServicesCustomerManagedKeyId: keys[(round + 1) % 2] });
            const stops = calls.map((call) =>
                cloud.inject({ when: ({ path }) => path.includes(call), times: 1, do: effect }),
            );
            let next: State | undefined;
            let isDeleted = false;
            for (let attempt = 0; !isDeleted && attempt < 4; attempt++) {
                const process = handlers();
                const { checked } = await compare(
                    process,
                    next ?? current,
                    asked,
                    next === undefined ? before : asked,
                ).catch(() => ({
                    checked: undefined,
                }));
                if (checked === undefined) continue;
                try {
                    const made =
                        next === undefined
                            ? await process.workspace.create(asked)
                            : { id: next.id, ...(await process.workspace.update(next.id, next.outs, asked)) };
                    next = { id: made.id, outs: made.outs ?? {} };
                    await process.workspace.delete(current.id, current.outs);
                    isDeleted = true;
                } catch (error) {
                    if (error instanceof InitializationError) next = { id: error.id, outs: { ...error.properties } };
                }
            }
            for (const stop of stops) stop();
            const what = JSON.stringify(effect);
            expect([isDeleted, early, existing()], what).to.deep.equal([true, 0, [next?.id]]);
            expect(await contentOf(next?.id ?? ""), what).to.deep.equal(held);
            current = next ?? current;
        }
    });

    it("may be given up by path and by kind: a kind that does not exist is named at preview", async () => {
        const { workspace } = handlers();
        const failures = async (migrateContent: unknown) => {
            const checked = await workspace.check({}, { ...news, migrateContent });
            return (checked.failures ?? []).map(({ property, reason }) => `${property} ${reason}`);
        };
        expect(await failures({ accept: ["library", "/Shared/scratch", UNKNOWN] })).to.deep.equal([]);
        expect(await failures({ accept: ["jars"] })).to.have.length(1);
        expect(String(await failures({ accept: ["jars"] })))
            .to.contain("too-large, ")
            .and.contain('not "jars"');
        expect(String(await failures("no"))).to.contain("migrateContent must be true, false, or { accept: [...]");
        expect(String(await failures({ accepts: [] }))).to.contain("{ accept: [...]");
    });

    it("may be given up by the stack's configuration too, which a program's own word replaces", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        const accepting = (text: string) => {
            const process = handlers();
            process.session.configure((key) => (key === "databricks:migrateContent" ? text : undefined));
            return process;
        };
        let process = accepting('{"accept":["library"]}');
        await compare(process, old, changed({ migrateContent: { accept: ["repo"] } }));
        const error = await initError(process.workspace.create(changed({ migrateContent: { accept: ["repo"] } })));
        process = accepting('{"accept":["/Shared/jar"]}');
        await compare(process, { id: error.id, outs: { ...error.properties } }, changed());
        const { outs = {} } = await process.workspace.update(error.id, error.properties, changed());
        expect(outs["migration"]).to.include({ from: old.id, skipped: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([error.id]);

        const checked = async (text: string) => accepting(text).workspace.check({}, news);
        const says = async (text: string) => (await failure(checked(text))).message;
        expect(await says('{"accept":["jars"]}'))
            .to.contain("databricks:migrateContent.accept must hold paths that begin with /, or kinds (not-admin, ")
            .and.contain('not "jars"');
        for (const text of ["no", "1", "[]", '{"accepts":[]}', '{"accept":"library"}'])
            expect(await says(text)).to.contain("databricks:migrateContent");
        expect(await says("no")).to.contain("must be true, false, or { accept: [...]");
    });

    describe("at preview", () => {
        // A preview gives up after ten seconds: here they are real ones.
        beforeEach(() => (world.clock = systemClock));

        /** The preview may not decrypt a notebook. */
        const disableKeys = () => {
            const owner = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
            for (const { arn } of cloud.kms.keys()) cloud.kms.call("DisableKey", { KeyId: arn }, owner);
        };

        it("is counted: what moves, and what does not", async () => {
            cloud.workspace(old.id).fill({ jobs: [{ job_id: 1 }, { job_id: 2 }] });
            // Counting ends after ten seconds, which must be enough for real requests on a busy machine.
            world.clock = new QuickClock(2);
            expect((await failure(compare(handlers(), old, changed()))).message)
                .to.contain("2 jobs would not be copied")
                .and.contain('accept: ["jobs"]');
            cloud.clearRequests();
            const { checked } = await compare(handlers(), old, changed({ migrateContent: { accept: ["jobs"] } }));
            expect(checked.inputs["keyChange"]).to.include({ migrates: true });
            expect(world.lines).to.have.length(1);
            expect(world.lines[0])
                .to.contain("Its content is copied into the new one and verified before the old one is deleted: ")
                .and.contain("1 notebook, 1 file and ")
                .and.contain("2 jobs")
                .and.contain("do not move.");
            const listed = cloud.requests.flatMap(({ path, query }) =>
                path.endsWith("/workspace/list") ? [query["path"]] : [],
            );
            expect(listed).to.include("/Shared/empty").and.have.length(new Set(listed).size);
        });

        it("is said to be lost with migrateContent: false, also where the stack says so", async () => {
            const { checked } = await compare(handlers(), old, changed({ migrateContent: false }));
            expect(checked.inputs["keyChange"]).to.include({ migrates: false });
            const process = handlers();
            process.session.configure((key) => (key === "databricks:migrateContent" ? "false" : undefined));
            const { checked: silent } = await compare(process, old, changed());
            expect(silent.inputs["migrateContent"]).to.equal(false);
            expect(world.lines).to.have.length(2);
            for (const line of world.lines) expect(line).to.contain("EVERY NOTEBOOK IN IT IS LOST");
        });

        it("stops the replacement where a fixed deploymentName makes the old one go first", async () => {
            const fixed = { ...news, deploymentName: "fixed", owner: ownerFor("fixed") };
            const process = handlers();
            const { id, outs } = await process.workspace.create(fixed);
            const error = await failure(
                compare(process, { id, outs }, { ...fixed, managedServicesCustomerManagedKeyId: keys[1] }),
            );
            expect(error.message).to.contain("deploymentName").and.contain("Nothing was changed");
        });

        it("stops it where the new one would be in another account", async () => {
            const elsewhere = { ...news, accountId: "01234567-89ab-4cde-8f01-23456789abcd" };
            const error = await failure(compare(handlers(), old, elsewhere));
            expect(error.message).to.contain("another account").and.contain("Nothing was changed");
        });

        it("stops it where the credential is a token of the account", async () => {
            world.environment = {
                HOME: "/nowhere",
                DATABRICKS_HOST: cloud.host,
                DATABRICKS_ACCOUNT_ID: cloud.accountId,
                DATABRICKS_TOKEN: cloud.token,
            };
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("which no workspace takes").and.contain("Nothing was changed");
        });

        it("stops it where the principal does not belong to the workspace", async () => {
            cloud.workspace(old.id).principals.remove(cloud.clientId);
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("may not enter the workspace").and.contain("Nothing was changed");
        });

        it("stops it where the key of the old workspace is disabled, and warns where the new key is not known yet", async () => {
            disableKeys();
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("Enable the key").and.contain("Nothing was changed");
            await compare(handlers(), old, changed({ managedServicesCustomerManagedKeyId: UNKNOWN }));
            expect(world.lines[0]).to.contain("`pulumi up` will fail before that").and.contain("Enable the key");
        });

        it("stops it for that key, too, where counting takes too long or fails", async () => {
            disableKeys();
            for (const effect of [
                { kind: "delay", milliseconds: 5_000 },
                { kind: "status", status: 403 },
            ] as const) {
                world.clock = new QuickClock(4);
                const stop = cloud.inject({ when: ({ path }) => path.endsWith("/jobs/list"), do: effect });
                const error = await failure(compare(handlers(), old, changed()));
                expect(error.message, effect.kind).to.contain("Enable the key");
                stop();
            }
        });

        it("does not fail where an access list keeps this machine out: another one may be let in", async () => {
            cloud.workspace(old.id).behavior.frontEnd = "forbidden";
            await compare(handlers(), old, changed());
            expect(world.lines.at(-1)).to.contain("not everything could be counted").and.not.contain("will fail");
        });

        it("does not fail, and says so, where the workspace gives no response", async () => {
            world.clock = new QuickClock();
            cloud.inject({
                when: ({ path }) => path.endsWith("/workspace/list"),
                do: { kind: "drop", when: "before" },
            });
            await compare(handlers(), old, changed());
            expect(world.lines.at(-1)).to.match(/could not be counted|not everything could be counted/);
        });
    });
});
