import { type Principal, principalOf } from "../people/principal";
import type { Principals } from "../people/principals";
import type { WorkspaceBehavior } from "./behavior";
import type { Tree } from "./tree";

/** The home folders of a workspace, `/Users/<name>`: when they appear. None ever goes with its owner. */
export class Homes {
    /** When the homes appear that are to come, by their owners' ids. */
    private readonly due = new Map<string, number>();

    constructor(
        private readonly tree: Tree,
        private readonly principals: Principals,
        private readonly behavior: WorkspaceBehavior,
        private readonly now: () => number,
    ) {}

    /** Somebody was added by itself, or has signed in: the home is on its way, if there is none. */
    expect(principal: Principal): void {
        this.plan(principal);
        this.settle();
    }

    /** Makes the homes whose time has come. */
    settle(): void {
        if (this.behavior.groupHomes === "at-once")
            for (const kind of ["user_name", "service_principal_name"] as const)
                for (const member of this.principals.list(kind)) this.plan(member);
        for (const [id, time] of this.due) {
            if (time > this.now()) continue;
            this.due.delete(id);
            const owner = this.principals.byId(id);
            if (owner !== undefined) this.make(owner);
        }
    }

    /** Makes somebody's home, whoever that is. */
    make({ kind, name }: Pick<Principal, "kind" | "name">): void {
        const path = `/Users/${name}`;
        if (this.tree.folder(path) !== undefined) return;
        const home = this.tree.add({ path, type: "DIRECTORY", protection: "deletion" });
        home.permissions.set(principalOf(kind, name), "CAN_MANAGE");
        this.tree.add({ path: `${path}/Trash`, type: "DIRECTORY", protection: "deletion" });
    }

    private plan({ kind, name, id }: Principal): void {
        const isThere = this.due.has(id) || this.tree.folder(`/Users/${name}`) !== undefined;
        if (kind !== "group_name" && !isThere) this.due.set(id, this.now() + this.behavior.homeMilliseconds);
    }
}

/** The home of whoever calls, if callers are told apart. */
export function homeOf(caller: string | undefined): string {
    return caller === undefined ? "/Shared" : `/Users/${caller.slice(caller.indexOf(":") + 1)}`;
}
