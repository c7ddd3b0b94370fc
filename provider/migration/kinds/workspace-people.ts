import type { MigrationContext } from "../pass";
import type { WorkspacePrincipal } from "../people";
import { describePrincipal, isCaller, isOwnGroup, principalKey, USERS } from "../principals";
import { describePerson } from "./assignments";
import type { ListedKind } from "./listed";

/** Whether somebody made a group that this workspace alone has. */
export function isMadeGroup(one: WorkspacePrincipal): boolean {
    return one.kind === "group_name" && one.isLocal && !isOwnGroup(one);
}

/** A principal of a workspace, with the groups of that workspace. */
interface Person {
    readonly principal: WorkspacePrincipal;
    readonly side: Directory;
}

/** Everybody in one workspace. */
class Directory {
    readonly all: readonly WorkspacePrincipal[];
    readonly byKey: ReadonlyMap<string, WorkspacePrincipal>;
    readonly byId: ReadonlyMap<string, WorkspacePrincipal>;

    constructor(all: readonly WorkspacePrincipal[]) {
        // Of two groups with one name, that of the workspace comes last, and is the one that is found.
        this.all = [...all].sort((one, other) => Number(one.isLocal) - Number(other.isLocal));
        this.byKey = new Map(this.all.map((one) => [principalKey(one), one]));
        this.byId = new Map(this.all.map((one) => [one.id, one]));
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
 * What a workspace itself knows of its people: all principals, or, if the account assigns them (identity federation), the groups that
 * the workspace alone has; then who belongs to which group, and what the others are entitled to. What the new workspace has beside
 * that stays.
 */
export function workspacePeople(
    { from, to }: MigrationContext,
    caller: string | undefined,
    isFederated: boolean,
): readonly ListedKind<Person>[] {
    const directory = async (side: typeof from) => new Directory(await side.scim.list());
    let old: Promise<Directory> | undefined;
    const lists = (isWanted: (one: WorkspacePrincipal) => boolean, isFirst = false) => ({
        listSource: async () => (await (old ??= directory(from))).people(isWanted),
        // Each pass begins with the first of them.
        listTarget: async () => {
            if (isFirst) old = undefined;
            const isEmpty = (await (old ??= directory(from))).people(isWanted).length === 0;
            return isEmpty ? [] : (await directory(to)).people(() => true);
        },
        finding: "people" as const,
    });
    const keyOf = ({ principal }: Person) => principalKey(principal);
    const isAdded = (one: WorkspacePrincipal) =>
        isFederated ? isMadeGroup(one) : !isCaller(one, caller) && !isOwnGroup(one);
    const isEntitled = ({ principal }: Person, target: Person) =>
        lacking(principal.entitlements, target.principal.entitlements).length === 0;
    const entitle = ({ principal }: Person, target: Person) =>
        to.scim.extend(target.principal, {
            entitlements: lacking(principal.entitlements, target.principal.entitlements),
        });
    /** A group of the account is not what a group of the workspace with its name was. */
    const isOther = (source: Person, target: Person | undefined) =>
        isFederated && target !== undefined && source.principal.isLocal && !target.principal.isLocal;
    const principals: ListedKind<Person> = {
        ...lists(isAdded, true),
        keyOf,
        isEqual: (source, target) => !isOther(source, target) && isEntitled(source, target),
        copy: (source, target) => (target === undefined ? to.scim.add(source.principal) : entitle(source, target)),
        obstacle: (source, target) => {
            if (isOther(source, target)) return ofAccount(source.principal.name);
            return source.principal.isActive || target !== undefined
                ? undefined
                : 'it is deactivated in the old workspace, and was not added to the new one, where it would be active. Accept "people".';
        },
        describe: ({ principal }) =>
            describePerson(
                principal,
                'the new workspace lacks it, or what it is entitled to. Add it, or accept "people".',
            ),
    };
    return [principals, groupsKind(), entitlementsKind()];

    /** Who belongs to `users`, the workspace says by itself. */
    function groupsKind(): ListedKind<Person> {
        return {
            ...lists((one) => (isFederated ? isMadeGroup(one) : one.kind === "group_name" && one.name !== USERS)),
            keyOf: (one) => `members of ${keyOf(one)}`,
            isEqual: (source, target) => !isOther(source, target) && newMembers(source, target).length === 0,
            copy: async (source, target) => {
                const ids = newMembers(source, target).flatMap((key) => target?.side.byKey.get(key)?.id ?? []);
                if (target !== undefined && ids.length > 0) await to.scim.extend(target.principal, { members: ids });
            },
            obstacle: ({ principal, side }, target) => {
                if (isOther({ principal, side }, target)) return ofAccount(principal.name);
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

    /** What those are entitled to who come by the account, or who are in every workspace. Nobody is added for it. */
    function entitlementsKind(): ListedKind<Person> {
        return {
            ...lists((one) => one.entitlements.length > 0 && !isAdded(one) && !isCaller(one, caller)),
            keyOf: (one) => `entitlements of ${keyOf(one)}`,
            isEqual: isEntitled,
            copy: async (source, target) => {
                if (target !== undefined) await entitle(source, target);
            },
            obstacle: (_, target) =>
                target === undefined
                    ? 'it does not belong to the new workspace yet, so it is entitled to nothing there. Assign it, or accept "people".'
                    : undefined,
            describe: ({ principal }) => ({
                subject: { path: `entitlements of ${describePrincipal(principal)}`, typeName: "ENTITLEMENTS" },
                difference: `it is not entitled to ${principal.entitlements.join(" and ")} in the new workspace as in the old one. Give it that, or accept "people".`,
            }),
        };
    }
}

function ofAccount(group: string): string {
    return `it is a group of the old workspace alone, and ${group} is a group of the account in the new one, which may have other members. Rename one of the two, or accept "people".`;
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
