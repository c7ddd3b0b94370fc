import type { Grant, Principal, WorkspaceContent } from "../../provider/migration/content";
import type { MigrationOptions } from "../../provider/migration/migration";
import type {
    AccountContent,
    Assignment,
    KnownPrincipal,
    MetastoreAssignment,
    WorkspacePrincipal,
} from "../../provider/migration/people";
import type { WorkspaceScim } from "../../provider/migration/workspace-scim";
import { ApiError } from "../../provider/api/errors";
import { MigrationWorld, type MoreOptions } from "./migration-world";

export type Side = "old" | "new";

/** Whoever asks made the workspaces, and belongs to both. */
const MOVER: KnownPrincipal = { kind: "service_principal_name", name: "mover", id: "1" };

/** Who belongs to one workspace. */
class Members {
    readonly assignments = new Map<string, readonly string[]>();
    /** Its own principals, if it has no identity federation. */
    readonly own: WorkspacePrincipal[] = [];
    metastore: MetastoreAssignment | undefined;
    /** How often the account has still to say that it has no assignments; for ever: `Infinity`. */
    unavailable = 0;
}

/** Two workspaces and their account, in memory: what the service does with people, as far as the copy asks for it. */
export class PeopleWorld {
    readonly principals: KnownPrincipal[] = [];
    /** Members of groups, by ids. */
    readonly groups = new Map<string, Set<string>>();
    readonly old = new Members();
    readonly now = new Members();
    /** Writes, in order. */
    readonly writes: string[] = [];
    /** What is refused, by a part of its name in `writes`. */
    readonly refused = new Set<string>();
    /** How long after its user is assigned a home appears, in milliseconds. */
    homesAfter = 0;

    private constructor(readonly world: MigrationWorld) {}

    static async create(): Promise<PeopleWorld> {
        return new PeopleWorld(await MigrationWorld.create());
    }

    options(more: MoreOptions = {}): MigrationOptions {
        const [from, to] = [this.client("old"), this.client("new")];
        return this.world.options({ from, to, account: this.account, people: true, ...more });
    }

    /** Adds a principal to the account. */
    add(kind: Grant["kind"], name: string): KnownPrincipal {
        const principal = { kind, name, id: String(1000 + this.principals.length) };
        this.principals.push(principal);
        if (kind === "group_name") this.groups.set(principal.id, new Set());
        return principal;
    }

    /** Takes a principal out of the account. */
    remove({ id }: KnownPrincipal): void {
        this.principals.splice(
            this.principals.findIndex((one) => one.id === id),
            1,
        );
        for (const side of [this.old, this.now]) side.assignments.delete(id);
    }

    /** Assigns a principal to the old workspace, where a user has a home. */
    assignOld(principal: KnownPrincipal, ...permissions: string[]): void {
        this.old.assignments.set(principal.id, permissions);
        this.home("old", principal);
    }

    /** Everybody who may enter a workspace, with what they may do: directly and through groups. */
    effective(side: Side): Map<string, Set<string>> {
        const rights = new Map<string, Set<string>>();
        const give = (id: string, permissions: readonly string[], seen: Set<string>) => {
            if (seen.has(id)) return;
            seen.add(id);
            const all = rights.get(id) ?? new Set<string>();
            for (const one of permissions) all.add(one);
            if (all.has("ADMIN")) all.add("USER");
            rights.set(id, all);
            for (const member of this.groups.get(id) ?? []) give(member, permissions, seen);
        };
        for (const [id, permissions] of this.members(side).assignments) give(id, permissions, new Set());
        return rights;
    }

    members(side: Side): Members {
        return side === "old" ? this.old : this.now;
    }

    private home(side: Side, { kind, name }: Principal): void {
        const { principals } = side === "old" ? this.world.old : this.world.replacement;
        if (kind === "user_name") principals.addUser(name);
        else if (kind === "group_name") principals.addGroup(name);
        else principals.addServicePrincipal(name);
    }

    private homeLater(side: Side, principal: Principal): void {
        const at = this.world.clock.time + this.homesAfter;
        const wait = async () => {
            while (this.world.clock.time < at) await new Promise((resolve) => setImmediate(resolve));
            this.home(side, principal);
        };
        void wait();
    }

    private sideOf(workspaceId: string): Side {
        return workspaceId === this.world.old.id ? "old" : "new";
    }

    private write(what: string): void {
        if ([...this.refused].some((part) => what.includes(part)))
            throw new ApiError("denied", 403, "PERMISSION_DENIED", "not for you", what);
        this.writes.push(what);
    }

    readonly account: AccountContent = {
        assignments: async (workspaceId) => {
            const members = this.members(this.sideOf(workspaceId));
            if (members.unavailable > 0) {
                members.unavailable--;
                return undefined;
            }
            const others = [...members.assignments].map(([id, permissions]): Assignment => {
                const principal = this.principals.find((one) => one.id === id);
                return { principal: principal ?? { kind: "user_name", name: id, id }, permissions };
            });
            return [{ principal: MOVER, permissions: ["ADMIN"] }, ...others];
        },
        assign: async (workspaceId, id, permissions) => {
            const side = this.sideOf(workspaceId);
            const principal = this.principals.find((one) => one.id === id);
            if (principal === undefined)
                throw new ApiError("missing", 404, "RESOURCE_DOES_NOT_EXIST", `no principal ${id}`, "PUT");
            this.write(`${side} assign ${principal.name} ${permissions.join("+")}`);
            this.members(side).assignments.set(id, permissions);
            this.homeLater(side, principal);
        },
        metastore: async (workspaceId) => this.members(this.sideOf(workspaceId)).metastore,
        setMetastore: async (workspaceId, metastore, hasOther) => {
            this.write(`metastore ${metastore.metastoreId} ${hasOther ? "changed" : "assigned"}`);
            this.members(this.sideOf(workspaceId)).metastore = metastore;
        },
        find: async ({ kind, name }) =>
            this.principals.find((one) => one.kind === kind && one.name.toLowerCase() === name.toLowerCase()),
        membersOf: async (groupId) =>
            [...(this.groups.get(groupId) ?? [])].map((id) => ({ id, isGroup: this.groups.has(id) })),
    };

    private scim(side: Side): WorkspaceScim {
        const { own } = this.members(side);
        return {
            list: async () => [...own],
            groups: async () => own.filter(({ kind }) => kind === "group_name"),
            add: async ({ kind, name, displayName, entitlements }) => {
                this.write(`${side} add ${name}`);
                if (own.some((one) => one.kind === kind && one.name === name)) return;
                this.addOwn(side, kind, name, { displayName, entitlements });
                this.homeLater(side, { kind, name });
            },
            extend: async ({ id, name }, { entitlements = [], members = [] }) => {
                this.write(`${side} extend ${name}`);
                const index = own.findIndex((one) => one.id === id);
                const before = own[index];
                if (before === undefined) throw new ApiError("missing", 404, "NOT_FOUND", "gone", "PATCH");
                own[index] = {
                    ...before,
                    entitlements: [...new Set([...before.entitlements, ...entitlements])],
                    members: [...new Set([...before.members, ...members])],
                };
            },
        };
    }

    /** Adds a principal of a workspace without identity federation. */
    addOwn(side: Side, kind: Grant["kind"], name: string, more: Partial<WorkspacePrincipal> = {}): WorkspacePrincipal {
        const { own } = this.members(side);
        const principal: WorkspacePrincipal = {
            ...{ kind, name, id: `${side}-${own.length}`, displayName: undefined, entitlements: [], members: [] },
            isActive: true,
            isLocal: kind === "group_name",
            ...more,
        };
        own.push(principal);
        return principal;
    }

    client(side: Side): WorkspaceContent {
        return Object.defineProperty(this.world.client(side), "scim", { value: this.scim(side) });
    }
}
