import type { Grant, WorkspaceContent } from "./content";
import type { Problem } from "./findings";
import { describePrincipal, isOwnGroup } from "./principals";

/** Groups whose names mean one group in the old workspace and another one in the new one: permissions name a group by nothing else. */
export class GroupOrigins {
    private known: Promise<ReadonlySet<string>> | undefined;

    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
    ) {}

    /** The names that are ambiguous. */
    ambiguous(): Promise<ReadonlySet<string>> {
        this.known ??= this.compare().catch((error: unknown) => {
            this.known = undefined;
            throw error;
        });
        return this.known;
    }

    /** Those of some permissions that are ambiguous. */
    async ambiguousOf(grants: readonly Grant[]): Promise<readonly Grant[]> {
        const groups = grants.filter((one) => one.kind === "group_name" && !isOwnGroup(one));
        if (groups.length === 0) return [];
        const names = await this.ambiguous();
        return groups.filter(({ name }) => names.has(name));
    }

    private async compare(): Promise<ReadonlySet<string>> {
        const [old, now] = await Promise.all([this.from, this.to].map(originsIn));
        const names = [...(old ?? [])].flatMap(([name, origin]) => {
            const other = now?.get(name);
            return other === undefined || (other === origin && origin !== "both") ? [] : [name];
        });
        return new Set(names);
    }
}

/** Where each group of a workspace is from, by its name. */
async function originsIn({ scim }: WorkspaceContent): Promise<ReadonlyMap<string, "account" | "workspace" | "both">> {
    const origins = new Map<string, "account" | "workspace" | "both">();
    for (const { name, isLocal } of await scim.groups()) {
        const [before, origin] = [origins.get(name), isLocal ? ("workspace" as const) : ("account" as const)];
        origins.set(name, before === undefined || before === origin ? origin : "both");
    }
    return origins;
}

/** What is said of a permission that is not given because of it. */
export function describeAmbiguous(name: string): string {
    return `the group ${name} is another one in the new workspace: a group of the workspace in one of the two, and of the account in the other. Rename one of them`;
}

/** The finding of a permission that names such a group. */
export function ambiguousPrincipal(grant: Grant): Problem {
    const reason = `${describeAmbiguous(grant.name)}; its ${grant.level} was not given.`;
    return { kind: "unknown-principal", reason, principal: describePrincipal(grant) };
}
