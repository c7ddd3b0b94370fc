import { expect } from "chai";

import { ApiError, NoResponseError } from "../../provider/api/errors";
import type { Grant, WorkspaceContent, WorkspaceObject } from "../../provider/migration/content";
import { ContentReader } from "../../provider/migration/content-reader";
import { Acceptance } from "../../provider/migration/acceptance";
import { migrateContent, verifyContent } from "../../provider/migration/migration";
import { unmovable } from "../../provider/migration/unmovable";
import { WorkQueue } from "../../provider/migration/work-queue";
import { seeds } from "../../local-cloud";
import { MigrationWorld, type MoreOptions } from "../helpers/migration-world";

const MIB = 1024 * 1024;

describe("the parts of a copy", () => {
    const file = (size: number): WorkspaceObject => ({
        path: "/f",
        type: "FILE",
        typeName: "FILE",
        id: "1",
        ...(size === 0 ? {} : { size }),
    });

    /** How many contents of this size are in use at once, of eight that are read together. */
    async function mostAtOnce(size: number, isListed: boolean): Promise<number> {
        const reader = new ContentReader();
        const workspace = {
            export: async () => Buffer.alloc(size),
            exportUpTo: async (_object: unknown, _format: unknown, bytes: number) =>
                size > bytes ? undefined : Buffer.alloc(size),
        } as unknown as WorkspaceContent;
        let [now, most] = [0, 0];
        const use = async () => {
            most = Math.max(most, ++now);
            await new Promise((resolve) => setImmediate(resolve));
            now--;
        };
        const object = file(isListed ? size : 0);
        await Promise.all(Array.from({ length: 8 }, () => reader.read(workspace, object, "AUTO", use)));
        return most;
    }

    it("hold two large contents at once at most, whether or not lists say how large they are, and small ones freely", async () => {
        expect(await mostAtOnce(2 * MIB, true)).to.equal(2);
        expect(await mostAtOnce(2 * MIB, false)).to.equal(2);
        expect(await mostAtOnce(1000, false)).to.equal(8);
    });

    it("do not ask for a file over 200 MB", () => {
        const kindOf = (size: number) => unmovable({ source: file(size), target: undefined, samePath: false })?.kind;
        expect([200 * MIB, 200 * MIB + 1].map(kindOf)).to.deep.equal([undefined, "too-large"]);
    });

    it("read the next large content after one that could not be used", async () => {
        const reader = new ContentReader();
        const workspace = { export: async () => Buffer.alloc(1) } as unknown as WorkspaceContent;
        const failing = () => reader.read(workspace, file(2 * MIB), "AUTO", () => Promise.reject(new Error("no")));
        await Promise.all(Array.from({ length: 5 }, () => failing().catch(() => undefined)));
        expect(await reader.read(workspace, file(2 * MIB), "AUTO", async (bytes) => bytes.length)).to.equal(1);
    });

    it("work on every object of a large folder once, and list no more folders while enough objects wait", async () => {
        const queue = new WorkQueue<number, string>(10);
        const seen: string[] = [];
        let [waiting, most] = [0, 0];
        for (let folder = 0; folder < 5; folder++) queue.addFolder(folder);
        await queue.run(4, {
            folder: async (folder) => {
                for (let index = 0; index < 2000; index++) queue.addItem(`${folder}/${index}`);
                most = Math.max(most, (waiting += 2000));
            },
            item: async (item) => {
                waiting--;
                seen.push(item);
            },
        });
        expect([seen.length, new Set(seen).size]).to.deep.equal([10_000, 10_000]);
        expect(most).to.be.lessThan(2000 + 10 + 1);
    });

    it("accept a path with a slash at its end, and everything with the root", () => {
        const below = new Acceptance(["/Shared/scratch/"]);
        expect(below.covers("library", "/Shared/scratch")).to.equal(true);
        expect(below.covers("library", "/Shared/scratch/a")).to.equal(true);
        expect(below.covers("library", "/Shared/scratchy")).to.equal(false);
        const everything = new Acceptance(["/"]);
        expect(["/", "/Shared/a"].every((path) => everything.covers("failed", path))).to.equal(true);
    });
});

describe("a copy under odd responses", () => {
    let world: MigrationWorld;
    beforeEach(async () => {
        world = await MigrationWorld.create();
        world.replacement.principals.addGroup("data");
    });
    const options = (more: MoreOptions = {}) => world.options(more);
    const sent = (which: string, call: string) =>
        world.requests.filter((one) => one.startsWith(which) && one.endsWith(call)).length;
    const grantsAt = (path: string) => world.replacement.tree().find((entry) => entry.path === path)?.permissions;
    const failure = async (run: Promise<unknown>) => String(await run.catch((reason: unknown) => reason));

    it("asks again for a content that is cut off inside its base64", async () => {
        await world.old.seed({ "/Shared/f": seeds.file("some bytes of a file") });
        let cut = 0;
        world.mishaps = ({ path }) =>
            path.includes("/export") && cut++ === 0
                ? {
                      kind: "body",
                      body: (text) =>
                          text.replace(/"content":"([^"]+)"/, (_all, one: string) => `"content":"${one.slice(0, 9)}"`),
                  }
                : undefined;
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect(cut).to.equal(4);
        expect(sent("new", "/import")).to.equal(1);
    });

    it("does not import twice where the first response was lost: it looks first", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x"), "/Shared/f": seeds.file("x") });
        const lost = new Set<string>();
        world.mishaps = ({ path, body }) => {
            if (!path.endsWith("/import")) return undefined;
            const key = String(body).includes("RAW") ? "file" : "notebook";
            if (lost.has(key)) return undefined;
            lost.add(key);
            return { kind: "lost" };
        };
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect(sent("new", "/import")).to.equal(2);
    });

    it("deletes no folder with what is in it", async () => {
        await world.replacement.seed({ "/Shared/d/n": seeds.notebook("x") });
        expect(await failure(world.client("new").delete("/Shared/d"))).to.contain("is not empty");
        expect(await world.replacement.read("/Shared/d/n")).to.not.equal(undefined);
    });

    it("keeps a notebook of the new workspace until its new content has been read", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("1") });
        await migrateContent(options());
        world.clock.time += 1000;
        await world.old.seed({ "/Shared/n": seeds.notebook("2") });
        world.mishaps = ({ path }) => (path.includes("format=DBC") ? { kind: "status", status: 500 } : undefined);
        const { findings } = await migrateContent(options());
        expect(findings.map(({ kind }) => kind)).to.deep.equal(["failed"]);
        expect(String(await world.replacement.read("/Shared/n"))).to.equal("1");
    });

    it("moves folders that are called Trash anywhere but directly in a home", async () => {
        await world.old.seed({
            "/Shared/Trash/n": seeds.notebook("1"),
            "/Users/mover/project/Trash/n": seeds.notebook("1"),
        });
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect(await world.replacement.read("/Shared/Trash/n")).to.not.equal(undefined);
        expect(await world.replacement.read("/Users/mover/project/Trash/n")).to.not.equal(undefined);
    });

    it("says so, and is not complete, where the old workspace changes faster than it is copied", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("0") });
        let version = 0;
        world.mishaps = ({ path }, _index, to) => {
            if (to === "new" && path.endsWith("/import")) {
                world.clock.time += 1000;
                void world.old.seed({ "/Shared/n": seeds.notebook(String(++version)) });
            }
            return undefined;
        };
        const report = await migrateContent(options());
        expect(report.complete).to.equal(false);
        expect(report.stopped).to.contain("changed faster than it could be copied");
    });

    describe("about permissions", () => {
        it("does not take a list with nobody in it for one without permissions", async () => {
            await world.old.seed({
                "/Shared/n": seeds.notebook("x", { permissions: { "group_name:users": "CAN_RUN" } }),
            });
            world.mishaps = ({ method, path }, _, to) =>
                to === "old" && method === "GET" && path.includes("/permissions/notebooks/")
                    ? { kind: "body", body: () => '{"access_control_list": []}' }
                    : undefined;
            const { complete, findings } = await migrateContent(world.options());
            expect([complete, findings.map(({ kind }) => kind)]).to.deep.equal([false, ["failed"]]);
            world.mishaps = () => undefined;
            expect((await migrateContent(world.options())).complete).to.equal(true);
            expect(grantsAt("/Shared/n")).to.deep.include({ "group_name:users": "CAN_RUN" });
        });

        it("does not take a list of groups without any for a workspace without groups", async () => {
            world.mishaps = ({ path }) =>
                path.includes("scim/v2/Groups") ? { kind: "body", body: () => '{"totalResults": 0}' } : undefined;
            expect(await failure(world.client("old").scim.list())).to.contain("stops before its end");
            world.mishaps = ({ path }) =>
                path.includes("scim/v2/Users") ? { kind: "body", body: () => "{}" } : undefined;
            expect(await failure(world.client("old").scim.list())).to.contain("a response that cannot be used");
        });

        it("names the permissions that the service refuses, in its words", async () => {
            await world.old.seed({
                "/Shared/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_FLY" } }),
            });
            const { findings, complete } = await migrateContent(options());
            expect([complete, findings.map(({ kind }) => kind)]).to.deep.equal([false, ["permissions"]]);
            expect(findings[0]?.reason).to.contain("CAN_FLY is not supported");
        });

        it("gives those of a group whose name is part of an unknown one's", async () => {
            const permissions = { "group_name:data": "CAN_RUN", "group_name:data science": "CAN_READ" };
            await world.old.seed({ "/Shared/n": seeds.notebook("x", { permissions }) });
            const { findings } = await migrateContent(options());
            expect(findings.map(({ reason }) => reason.slice(0, 26))).to.deep.equal(["the group data science has"]);
            expect(grantsAt("/Shared/n")).to.deep.equal({ "group_name:data": "CAN_RUN" });
        });

        /** The new workspace, with another way to set permissions. */
        function setting(setGrants: (grants: readonly Grant[]) => Promise<readonly Grant[]>): WorkspaceContent {
            const client = world.client("new");
            client.setGrants = (_object, grants) => setGrants(grants);
            return client;
        }

        it("says so where the service shows others than were set", async () => {
            await world.old.seed({
                "/Shared/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_RUN" } }),
            });
            const { findings } = await migrateContent(options({ to: setting(async () => []) }));
            expect(findings.map(({ kind, reason }) => [kind, reason])).to.deep.equal([
                ["permissions", "its permissions differ after they were set."],
            ]);
        });

        it("ends, and goes on in the next run, where the service throttles them for too long", async () => {
            await world.old.seed({
                "/Shared/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_RUN" } }),
            });
            const throttled = new ApiError("throttled", 429, "REQUEST_LIMIT_EXCEEDED", "too fast", "PUT");
            const to = setting(() => Promise.reject(throttled));
            expect(await failure(migrateContent(options({ to })))).to.contain("too fast");
            expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        });

        it("of a user are the same however the email is spelled, which the service shows in lower case", async () => {
            world.replacement.principals.addUser("ada@example.com");
            const permissions = { "user_name:Ada@Example.com": "CAN_RUN" };
            await world.old.seed({ "/Shared/n": seeds.notebook("x", { permissions }) });
            expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
            expect(grantsAt("/Shared/n")).to.deep.equal({ "user_name:ada@example.com": "CAN_RUN" });
            world.requests.length = 0;
            expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
            expect(world.requests.filter((one) => one.includes("PUT"))).to.deep.equal([]);
        });

        it("are given in a later pass where they could not be given in this one", async () => {
            const permissions = { "group_name:data": "CAN_RUN" };
            await world.old.seed({ "/Shared/n": seeds.notebook("x", { permissions }) });
            const client = world.client("new");
            const setGrants = client.setGrants.bind(client);
            let tries = 0;
            client.setGrants = (object, grants) =>
                ++tries > 1
                    ? setGrants(object, grants)
                    : Promise.reject(new NoResponseError("PUT", "it took too long", true));
            let isLate = false;
            world.mishaps = ({ path }) => {
                // The pass that gives permissions has something to write, so that another one follows.
                if (path.endsWith("/import") && !isLate) void world.old.seed({ "/Shared/late": seeds.notebook("y") });
                isLate ||= path.endsWith("/import");
                return undefined;
            };
            expect(await migrateContent(options({ to: client }))).to.deep.include({ complete: true, findings: [] });
            expect([tries, grantsAt("/Shared/n")]).to.deep.equal([2, permissions]);
        });

        it("of an unknown principal are named at the end, however many passes follow", async () => {
            const permissions = { "user_name:gone@example.com": "CAN_RUN" };
            await world.old.seed({
                "/Shared/a": seeds.notebook("x", { permissions }),
                "/Shared/b": seeds.notebook("0"),
            });
            let passes = 0;
            world.mishaps = ({ path }, _index, to) => {
                if (to === "old" && path.endsWith("path=%2F") && ++passes === 3) {
                    world.clock.time += 1000;
                    void world.old.seed({ "/Shared/b": seeds.notebook("1"), "/Shared/c": seeds.notebook("1") });
                }
                return undefined;
            };
            const { findings, equal } = await migrateContent(options());
            expect(passes).to.be.greaterThan(3);
            expect(equal.notebooks).to.equal(3);
            expect(findings.map(({ path, kind }) => [path, kind])).to.deep.equal([["/Shared/a", "unknown-principal"]]);
        });

        it("come last, also where some of the content was there before", async () => {
            const permissions = { "group_name:data": "CAN_RUN" };
            await world.old.seed({ "/Shared/a": seeds.notebook("x", { permissions }) });
            await world.replacement.seed({ "/Shared/a": seeds.notebook("x") });
            for (let index = 0; index < 30; index++)
                await world.old.seed({ [`/Shared/d${index}/n`]: seeds.notebook(String(index)) });
            expect(await migrateContent(options())).to.deep.include({ complete: true });
            const firstPut = world.requests.findIndex((one) => one.includes("PUT"));
            expect(world.requests.slice(firstPut).filter((one) => one.endsWith("/import"))).to.deep.equal([]);
        });
    });

    describe("about what cannot be read", () => {
        const denied = new ApiError("denied", 403, "PERMISSION_DENIED", "not for you", "GET");

        /** The old workspace, where something answers otherwise. */
        function oldWith(change: Partial<Pick<WorkspaceContent, "list" | "export" | "exportUpTo">>): WorkspaceContent {
            return Object.assign(world.client("old"), change);
        }

        it("names a folder that vanishes or is refused when it is opened, in a copy and in a verification", async () => {
            await world.old.seed({ "/Shared/d/n": seeds.notebook("x"), "/Shared/z": seeds.notebook("x") });
            await migrateContent(options());
            const list = world.client("old").list.bind(world.client("old"));
            const opened = async (path: string) => (path === "/Shared/d" ? undefined : list(path));
            const refused = (path: string) => (path === "/Shared/d" ? Promise.reject(denied) : list(path));
            for (const run of [migrateContent, verifyContent]) {
                for (const [change, kind] of [
                    [opened, "unreadable"],
                    [refused, "denied"],
                ] as const) {
                    const report = await run(options({ from: oldWith({ list: change }) }));
                    expect(report.findings.map((one) => [one.path, one.kind])).to.deep.equal([["/Shared/d", kind]]);
                    expect([report.complete, report.equal.notebooks]).to.deep.equal([false, 1]);
                }
            }
        });

        it("names the folder whose list cannot be read, and the workspace that gave it, and goes on with the others", async () => {
            await world.old.seed({ "/Shared/d/n": seeds.notebook("x"), "/Shared/z": seeds.notebook("x") });
            world.mishaps = ({ method, path }, _index, to) =>
                to === "old" && method === "GET" && path.includes("/workspace/list") && path.endsWith("%2Fd")
                    ? { kind: "body", body: () => '{"objects": [{"path": null}]}' }
                    : undefined;
            const report = await migrateContent(options());
            expect(report.findings.map((one) => [one.path, one.kind])).to.deep.equal([["/Shared/d", "failed"]]);
            expect(report.findings[0]?.reason)
                .to.contain("The workspace gave a response that cannot be used")
                .and.not.contain("account console");
            expect([report.complete, report.equal.notebooks]).to.deep.equal([false, 1]);
        });

        it("ends where the root is refused, whatever is accepted: nothing would be compared", async () => {
            await world.old.seed({ "/Shared/n": seeds.notebook("x") });
            const list = world.client("old").list.bind(world.client("old"));
            let calls = 0;
            const from = () =>
                oldWith({ list: (path) => (path === "/" && calls++ > 0 ? Promise.reject(denied) : list(path)) });
            for (const run of [migrateContent, verifyContent]) {
                calls = 0;
                const accept = ["denied", "unreadable", "failed"];
                expect(await failure(run(options({ from: from(), accept })))).to.contain("not for you");
            }
        });

        it("ends at once where the key is disabled or the credential refused, and after twenty failures in a row", async () => {
            await world.old.seed(
                Object.fromEntries(
                    Array.from({ length: 25 }, (_, index) => [`/Shared/n${index}`, seeds.notebook("x")]),
                ),
            );
            const errors = {
                key: new ApiError("denied", 403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE", "the key", "GET"),
                credential: new ApiError("denied", 401, "", "the credential", "GET"),
            };
            for (const [what, error] of Object.entries(errors)) {
                let failed = 0;
                const read = world.client("old").exportUpTo.bind(world.client("old"));
                const exportUpTo: WorkspaceContent["exportUpTo"] = (object, format, bytes) => {
                    if (object.path !== "/Shared/n7") return read(object, format, bytes);
                    failed++;
                    return Promise.reject(error);
                };
                const started = migrateContent(options({ from: oldWith({ exportUpTo }), accept: ["denied"] }));
                expect(await failure(started)).to.contain(`the ${what}`);
                expect(failed).to.be.greaterThan(0);
            }
            const all = oldWith({ exportUpTo: () => Promise.reject(denied) });
            expect(await failure(migrateContent(options({ from: all, accept: ["denied"] })))).to.contain("not for you");
            const list = world.client("old").exportUpTo.bind(world.client("old"));
            const some = oldWith({
                exportUpTo: (object, format, bytes) =>
                    object.path === "/Shared/n7" ? Promise.reject(denied) : list(object, format, bytes),
            });
            const { findings } = await migrateContent(options({ from: some }));
            expect(findings.map(({ path, kind }) => [path, kind])).to.deep.equal([["/Shared/n7", "denied"]]);
        });

        it("asks for a file over 10 MB in the form that may hand it out", async () => {
            await world.old.seed({ "/Shared/f": seeds.file(Buffer.alloc(10_485_761)) });
            expect((await migrateContent(options())).findings.map(({ kind }) => kind)).to.deep.equal(["too-large"]);
            expect(sent("old", "/export")).to.equal(2);
        });

        it("compares again what was changed in the new workspace alone since it was found equal", async () => {
            const verified = new Map<string, string>();
            await world.old.seed({ "/Shared/a": seeds.notebook("1") });
            await migrateContent(options({ verified }));
            world.clock.time += 1000;
            await world.replacement.seed({ "/Shared/a": seeds.notebook("2") });
            const { findings } = await verifyContent(options({ verified }));
            expect(findings.map(({ kind }) => kind)).to.deep.equal(["different"]);
        });
    });
});
