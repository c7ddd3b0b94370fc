import { concernsOne, type MigrationContext } from "../pass";
import type { AccountContent, KnownPrincipal } from "../people";

/** How somebody belongs to both workspaces, by the account. */
export type Belonging = "directly" | "through a group";

/** Who belongs to both workspaces: by an assignment, or through a group that is assigned to both. */
export class AssignedGroups {
    private known:
        Promise<{ readonly direct: ReadonlySet<string>; readonly groups: readonly string[] } | undefined> | undefined;
    private members: Promise<ReadonlySet<string>> | undefined;

    constructor(
        private readonly context: MigrationContext,
        private readonly account: AccountContent,
    ) {}

    /**
     * How somebody belongs to the new workspace; `undefined`: not at all, or it is not known. Nobody is added for a group that only
     * one of the two has.
     */
    async belongs({ id }: KnownPrincipal): Promise<Belonging | undefined> {
        const known = await (this.known ??= this.read());
        // Without assignments, whoever belongs to the old workspace was added to the new one.
        if (known === undefined || known.direct.has(id)) return "directly";
        this.members ??= this.readMembers(known.groups);
        return (await this.members).has(id) ? "through a group" : undefined;
    }

    private async read() {
        const { from, to } = this.context;
        const [old, now] = await Promise.all(
            [from, to].map(({ workspaceId = "" }) => this.account.assignments(workspaceId).catch(nothing)),
        );
        if (old === undefined || now === undefined) return undefined;
        const direct = new Set(now.map(({ principal }) => principal.id));
        const groups = old.filter(({ principal }) => principal.kind === "group_name" && direct.has(principal.id));
        return { direct, groups: groups.map(({ principal }) => principal.id) };
    }

    private async readMembers(groups: readonly string[]): Promise<ReadonlySet<string>> {
        const seen = new Set(groups);
        const open = [...groups];
        for (let group = open.pop(); group !== undefined; group = open.pop()) {
            const members = await this.account.membersOf(group).catch(nothing);
            for (const { id, isGroup } of members ?? []) {
                if (seen.has(id)) continue;
                seen.add(id);
                if (isGroup) open.push(id);
            }
        }
        return seen;
    }
}

/** What cannot be read says nothing of anybody. */
function nothing(error: unknown): readonly never[] {
    if (!concernsOne(error)) throw error;
    return [];
}
