import { expect } from "chai";

import { type Access, effectiveAccess, type FaultEffect, seeds } from "../../local-cloud";
import type { FaultTarget } from "../../local-cloud/faults";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, textOf } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";
import { waysOf } from "../helpers/sample";

const SERVICE_PRINCIPAL = "00000000-0000-4000-8000-000000000001";

/** A workspace with people, whose key is about to change. */
class Scene {
    private constructor(
        readonly stack: EngineStack,
        readonly old: string,
        readonly access: Readonly<Record<string, Access>>,
        readonly held: readonly string[],
    ) {}

    static async begin(isFederated: boolean): Promise<Scene> {
        const stack = await engine(
            (cloud) =>
                workspaceProgram(
                    Scene.workspace("a"),
                    ["a", "b"].map((name) => key(name, cloud.createKey())),
                ),
            isFederated ? {} : { workspaces: { identityFederation: "never" } },
        );
        await stack.up();
        const [old = ""] = stack.workspaces();
        const { cloud } = stack;
        const { principals } = cloud.workspace(old);
        for (const name of ["ada", "bob", "eve", "left"]) principals.addUser(`${name}@example.com`);
        principals.addServicePrincipal(SERVICE_PRINCIPAL);
        principals.admins.add("eve@example.com");
        if (isFederated) {
            cloud.people.addGroup("inner", ["bob@example.com"]);
            principals.addGroup("outer", ["inner", "ada@example.com"]);
            // Somebody who belongs to it through a group of a group alone.
            principals.setPermission(cloud.people.find("bob@example.com")!, undefined);
            principals.addLocalGroup("own", ["ada@example.com"]);
        } else {
            principals.addLocalGroup("inner", ["bob@example.com"]);
            principals.addLocalGroup("outer", ["inner", "ada@example.com"]);
            const outer = principals.find("outer", "group_name")!;
            principals.setEntitlements(outer, new Set(["allow-cluster-create"]));
        }
        const permissions = { "group_name:outer": "CAN_RUN", "user_name:ada@example.com": "CAN_EDIT" };
        await cloud.workspace(old).seed({
            "/Users/ada@example.com/n": seeds.notebook("a"),
            "/Users/bob@example.com/n": seeds.notebook("b"),
            "/Users/left@example.com/n": seeds.notebook("l"),
            "/Shared/n": seeds.notebook("s", { permissions }),
        });
        cloud.people.remove("left@example.com");
        // The new one is given the metastore of the old one.
        cloud.behavior.metastoreAssignment = "never";
        stack.clear();
        const held = await contentOf(stack, old);
        return new Scene(stack, old, effectiveAccess(cloud.workspace(old)), held).watchDelete();
    }

    private static workspace(name: string) {
        return workspace("w", { ...under(name), migrateContent: { formerHomes: "/Former homes" } });
    }

    /** No workspace may go before everything and everybody is in the other one. */
    private watchDelete(): this {
        const { cloud } = this.stack;
        cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${this.old}`),
            do: { kind: "call", when: "before", run: () => this.requireEverything("before the DELETE") },
        });
        return this;
    }

    change(): EngineStack {
        return this.stack.change({ w: Scene.workspace("b") });
    }

    /** Nobody may do in the new workspace what the old one did not let them do, nor see the homes of those who have left. */
    requireNoMore(): void {
        for (const id of this.stack.workspaces()) {
            const tree = this.stack.cloud.workspace(id).tree();
            const { permissions = {} } = tree.find(({ path }) => path === "/Former homes") ?? {};
            if (tree.some(({ path }) => path.startsWith("/Former homes/")))
                expect(
                    Object.keys(permissions).filter((who) => !who.endsWith(this.stack.cloud.clientId)),
                ).to.deep.equal(["group_name:admins"]);
            for (const [who, { permission, entitlements, groups }] of Object.entries(
                effectiveAccess(this.stack.cloud.workspace(id)),
            )) {
                const before = this.access[who];
                expect(before, `${who} in ${id}`).to.not.equal(undefined);
                if (permission === "ADMIN") expect(before?.permission, who).to.equal("ADMIN");
                expect(before?.entitlements, who).to.include.members([...entitlements]);
                expect(before?.groups, who).to.include.members([...groups]);
            }
        }
    }

    private async requireEverything(when: string): Promise<void> {
        const now = this.stack.workspaces().find((id) => id !== this.old) ?? "";
        expect(effectiveAccess(this.stack.cloud.workspace(now)), when).to.deep.equal(this.access);
        expect(await contentOf(this.stack, now), when).to.deep.equal(this.held);
    }

    /** The ups that follow one that failed, until one succeeds. Everybody is there then, and the old workspace is gone. */
    async settle(what: string): Promise<void> {
        const { stack } = this;
        let last = await stack.up();
        for (let ups = 1; !last.ok && ups < 3; ups++) {
            this.requireNoMore();
            last = await stack.up();
        }
        expect(last.ok, `${what}:\n${textOf(last)}`).to.equal(true);
        this.requireNoMore();
        expect(stack.workspaces(), what).to.have.length(1).and.not.include(this.old);
        await this.requireEverything(what);
    }
}

/** Every notebook with its permissions, but those of whoever copies it, as the new workspace has it. */
async function contentOf({ cloud }: EngineStack, id: string): Promise<string[]> {
    return (await cloud.workspace(id).snapshot())
        .filter(({ type }) => type === "NOTEBOOK")
        .map(({ path, sha256, permissions }) => {
            const place = path.replace("/Users/left@", "/Former homes/left@");
            const grants = Object.entries(permissions).filter(([who]) => !who.endsWith(cloud.clientId));
            return `${place} ${String(sha256)} ${grants.map(String).sort().join(" ")}`;
        })
        .sort();
}

/** What a request about people asks for, without ids; `undefined`: it is about something else. */
function nameOf({ method, path, workspaceId }: Pick<FaultTarget, "method" | "path" | "workspaceId">) {
    const [, what] =
        /(\/(metastores?|permissionassignments|scim|mkdirs|permissions\/directories)(\/.*)?)$/.exec(path) ?? [];
    if (what === undefined) return undefined;
    const side = workspaceId === undefined ? "account" : "workspace";
    const short = what.replace("/scim/v2", "").replace(/\/[0-9a-f-]{8,}|\/\d+/g, "/…");
    return `${method} ${short} of the ${side}`;
}

const refusal: FaultEffect = {
    kind: "status",
    status: 403,
    body: '{"error_code": "PERMISSION_DENIED", "message": "not you"}',
};

/** What goes wrong with a request that reads, and with one that writes, whose effect may have come all the same. */
const faults: Readonly<Record<"reads" | "writes", readonly FaultEffect[]>> = {
    reads: [refusal, { kind: "body", body: "<html>garbage</html>" }],
    writes: [
        { kind: "status", status: 429, headers: { "retry-after": "1" } },
        { kind: "status", status: 500, afterEffect: true },
        { kind: "drop", when: "after" },
        refusal,
    ],
};

/** Every kind of request about people, and about the folder for former homes, that a replacement sends, with and without identity federation. */
const kinds = {
    true: [
        "GET /Groups of the workspace",
        "GET /Groups/… of the account",
        "GET /Me of the workspace",
        "GET /ServicePrincipals of the workspace",
        "GET /Users of the account",
        "GET /Users of the workspace",
        "GET /metastore of the account",
        "GET /permissionassignments of the account",
        "GET /permissions/directories/… of the workspace",
        "PATCH /Groups/… of the workspace",
        "POST /Groups of the workspace",
        "POST /Users of the workspace",
        "POST /metastores/… of the account",
        "POST /mkdirs of the workspace",
        "PUT /permissionassignments/principals/… of the account",
        "PUT /permissions/directories/… of the workspace",
    ],
    false: [
        "GET /Groups of the workspace",
        "GET /Me of the workspace",
        "GET /ServicePrincipals of the workspace",
        "GET /Users of the account",
        "GET /Users of the workspace",
        "GET /metastore of the account",
        "GET /permissionassignments of the account",
        "GET /permissions/directories/… of the workspace",
        "PATCH /Groups/… of the workspace",
        "POST /Groups of the workspace",
        "POST /ServicePrincipals of the workspace",
        "POST /Users of the workspace",
        "POST /metastores/… of the account",
        "POST /mkdirs of the workspace",
        "PUT /permissions/directories/… of the workspace",
    ],
};

for (const isFederated of [true, false]) {
    describe(`the people of a workspace ${isFederated ? "with" : "without"} identity federation that is replaced`, () => {
        let scene: Scene;
        beforeEach(async () => {
            scene = await Scene.begin(isFederated);
        });
        afterEach(endEngines);
        const all = kinds[`${isFederated}`];

        it("are asked about in these ways", async () => {
            await expectOk(scene.change().up());
            const names = scene.stack.cloud.requests.flatMap((request) => nameOf(request) ?? []);
            expect([...new Set(names)].sort()).to.deep.equal(all);
            await scene.settle("without a fault");
        });

        if (isFederated)
            it("are all there if its metastore comes late", async () => {
                const late = { metastoreAssignment: "late", metastoreMilliseconds: 60_000 } as const;
                Object.assign(scene.stack.cloud.behavior, late);
                await expectOk(scene.change().up());
                await scene.settle("a late metastore");
            });

        for (const [row, name] of all.entries()) {
            const isRead = name.startsWith("GET");
            const faultsOf = faults[isRead ? "reads" : "writes"];
            for (const way of waysOf(
                isRead ? (["fails", "after"] as const) : (["fails", "before", "after"] as const),
                row,
            ))
                if (way === "fails")
                    it(`are neither missing nor given more if every second request fails, each in another way: ${name}`, async () => {
                        // The first is in the preview, the others in the copy. What meets one fault is not seen by those after it.
                        for (const [skipped, fault] of faultsOf.entries()) {
                            let seen = 0;
                            scene.stack.cloud.inject({
                                when: (request) => nameOf(request) === name && seen++ === skipped,
                                times: 1,
                                do: fault,
                            });
                        }
                        await scene.change().up();
                        scene.requireNoMore();
                        await scene.settle(name);
                    });
                else
                    it(`are neither missing nor given more after a kill ${way} a request: ${name}`, async () => {
                        const { stack } = scene;
                        await scene.change().up({ kill: { when: way, is: (request) => nameOf(request) === name } });
                        scene.requireNoMore();
                        stack.restart();
                        await scene.settle(`a kill ${way} ${name}`);
                    });
        }
    });
}
