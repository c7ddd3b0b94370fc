import type { MigrationContext } from "../pass";
import type { WorkspacePrincipal } from "../people";
import { isCaller, principalKey } from "../principals";
import { describePerson } from "./assignments";
import type { ListedKind } from "./listed";

/** Groups that every workspace has; who belongs to `users`, the workspace says by itself. */
const [ADMINS, USERS] = ["admins", "users"];

/** Whether every workspace has a group of this name. */
export function isOwnGroup(name: string): boolean {
    return name === ADMINS || name === USERS;
}

/** A principal of a workspace without identity federation, with the groups of that workspace. */
interface Person {
    readonly principal: WorkspacePrincipal;
    readonly side: Directory;
}

/** Everybody in one workspace. */
class Directory {
    readonly byKey: ReadonlyMap<string, WorkspacePrincipal>;
    readonly byId: ReadonlyMap<string, WorkspacePrincipal>;

    constructor(readonly all: readonly WorkspacePrincipal[]) {
        this.byKey = new Map(all.map((one) => [principalKey(one), one]));
        this.byId = new Map(all.map((one) => [one.id, one]));
    }

    /** Everybody that is carried, as a list. */
    people(isWanted: (one: WorkspacePrincipal) => boolean): Person[] {
        return this.all.filter(isWanted).map((principal) => ({ principal, side: this }));
    }

    /** The members of a group, by keys that are the same in every workspace. */
    memberKeys({ members }: WorkspacePrincipal): string[] {
        return members.flatMap((id) => {
            const member = this.byId.get(id);
            return member === undefined ? [] : [principalKey(member)];
        });
    }

    /** What belonging to a group gives: each group above it, and what they are entitled to. */
    rightsOf(group: WorkspacePrincipal, seen = new Set<string>()): Set<string> {
        const key = principalKey(group);
        if (seen.has(key)) return seen;
        seen.add(key);
        for (const one of group.entitlements) seen.add(`entitlement:${one}`);
        for (const above of this.all)
            if (above.name !== USERS && above.members.includes(group.id)) this.rightsOf(above, seen);
        return seen;
    }
}

/**
 * The people of a workspace without identity federation: first all principals with their entitlements, then who belongs to which
 * group. What the new workspace has beside that stays.
 */
export function workspacePeople(
    { from, to }: MigrationContext,
    caller: string | undefined,
): readonly ListedKind<Person>[] {
    const directory = async (side: typeof from) => new Directory(await side.scim.list());
    const lists = (isWanted: (one: WorkspacePrincipal) => boolean) => ({
        listSource: async () => (await directory(from)).people(isWanted),
        listTarget: async () => (await directory(to)).people(() => true),
        finding: "people" as const,
    });
    const keyOf = ({ principal }: Person) => principalKey(principal);
    const principals: ListedKind<Person> = {
        ...lists((one) => !isCaller(one, caller) && !(one.kind === "group_name" && isOwnGroup(one.name))),
        keyOf,
        isEqual: ({ principal }, target) => lacking(principal.entitlements, target.principal.entitlements).length === 0,
        copy: async ({ principal }, target) => {
            if (target === undefined) return to.scim.add(principal);
            const entitlements = lacking(principal.entitlements, target.principal.entitlements);
            return to.scim.extend(target.principal, { entitlements });
        },
        obstacle: ({ principal }, target) =>
            principal.isActive || target !== undefined
                ? undefined
                : 'it is deactivated in the old workspace, and was not added to the new one, where it would be active. Accept "people".',
        describe: ({ principal }) =>
            describePerson(
                principal,
                'the new workspace lacks it, or what it is entitled to. Add it, or accept "people".',
            ),
    };
    return [principals, groupsKind()];

    function groupsKind(): ListedKind<Person> {
        return {
            ...lists(({ kind, name }) => kind === "group_name" && name !== USERS),
            keyOf: (one) => `members of ${keyOf(one)}`,
            isEqual: (source, target) => newMembers(source, target).length === 0,
            copy: async (source, target) => {
                const ids = newMembers(source, target).flatMap((key) => target?.side.byKey.get(key)?.id ?? []);
                if (target !== undefined && ids.length > 0) await to.scim.extend(target.principal, { members: ids });
            },
            obstacle: ({ principal, side }, target) => {
                const rights = side.rightsOf(principal);
                const more = [...(target?.side.rightsOf(target.principal) ?? [])].filter((one) => !rights.has(one));
                return more.length === 0
                    ? undefined
                    : `the group grants more access in the new workspace than in the old one (${more.join(", ")}), so nobody was added to it. Add its members, or accept "people".`;
            },
            describe: ({ principal }) => ({
                subject: { path: `members of the group ${principal.name}`, typeName: "GROUP" },
                difference: 'not all of its members belong to it in the new workspace. Add them, or accept "people".',
            }),
        };
    }
}

/** Members of a group that it does not have in the new workspace. Who is deactivated is not carried. */
function newMembers(source: Person, target: Person | undefined): string[] {
    const isCarried = (key: string) => source.side.byKey.get(key)?.isActive !== false;
    const wanted = source.side.memberKeys(source.principal).filter(isCarried);
    return lacking(wanted, target === undefined ? [] : target.side.memberKeys(target.principal));
}

function lacking(wanted: readonly string[], present: readonly string[]): string[] {
    return wanted.filter((one) => !present.includes(one));
}
