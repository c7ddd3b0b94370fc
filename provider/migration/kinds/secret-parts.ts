import { describeAmbiguous } from "../group-origins";
import type { Description, ListedKind } from "./listed";
import { nameKeys, type Scope, type ScopeReader, type ValuesToRead } from "./secret-scopes";

/** Both workspaces, as far as secrets go. */
export interface Sides {
    source(): Promise<readonly Scope[]>;
    target(): Promise<readonly Scope[]>;
    /** Whether a name means another group in the new workspace. Known as soon as scopes were listed there. */
    isAmbiguous(name: string): boolean;
    readonly from: ScopeReader;
    readonly to: ScopeReader;
    /** How much is read of each scope's values. */
    readonly values: ValuesToRead;
    /** Whom the requests come from: whoever makes a scope manages it. */
    readonly caller: string;
    /** Since when a value of the new workspace may be somebody's work. */
    readonly inUseSince: number | undefined;
    /** Whether everything was verified before: what differs now was changed in the new workspace. */
    readonly isSettled: boolean;
}

const levels: readonly string[] = ["READ", "WRITE", "MANAGE"];

/** That a scope exists. Whoever makes it alone manages it, until its values are there. */
export function scopesKind({ source, target, to }: Sides): ListedKind<Scope> {
    return {
        finding: "secret-scopes",
        listSource: source,
        listTarget: target,
        keyOf: ({ name }) => name,
        isEqual: ({ problem }) => problem === undefined,
        copy: ({ name }) => to.secrets.createScope(name),
        // It may have been made in the old workspace since, and nobody is let in by a scope that nobody else may use.
        isCopiedAgain: (_, now) => now === undefined,
        obstacle: ({ problem }) => problem && `it was not copied: ${problem}`,
        describe: (scope) =>
            describe(scope, 'the new workspace does not have it. Make it there, or accept "secret-scopes".', true),
    };
}

/** The values of a scope's secrets. */
export function valuesKind(sides: Sides): ListedKind<Scope> {
    const { from, to } = sides;
    const withValues = async (all: readonly Scope[], reader: ScopeReader) => {
        const scopes: Scope[] = [];
        // One after the other: they are many small requests of one kind, which a workspace limits.
        for (const scope of all) scopes.push(await reader.withPrints(scope, sides.values));
        return scopes;
    };
    /** A list may show for a while what was deleted: a secret that is not there when it is read is missing. */
    const withoutGone = (scope: Scope): Scope =>
        sides.values !== "all" || scope.hidden !== undefined
            ? scope
            : { ...scope, keys: new Map([...scope.keys].filter(([key]) => scope.prints.has(key))) };
    return {
        finding: "secret",
        listSource: async () =>
            withValues(
                (await known(sides.source)).filter(({ keys }) => keys.size > 0),
                from,
            ),
        listTarget: async () => (await withValues(await sides.target(), to)).map(withoutGone),
        keyOf: ({ name }) => name,
        isEqual: (source, target) => target.problem === undefined && unequalKeys(source, target).length === 0,
        copy: async (source, target) => {
            for (const key of unequalKeys(source, target))
                await to.secrets.put(source.name, key, await from.secrets.value(source.name, key));
        },
        // What is somebody's work in the new workspace is an obstacle.
        isCopiedAgain: () => true,
        obstacle: (source, target) => {
            if (target?.problem !== undefined) return unreadable(target);
            const keys = unequalKeys(source, target);
            const more = target === undefined ? [] : excess(source, target, sides);
            if (source.hidden !== undefined)
                return `the old workspace does not give the values of ${nameKeys(keys)} to this credential (${source.hidden}): put them in the new workspace, then run the command again, or accept "secret".`;
            if (more.length > 0)
                return `the scope grants more access in the new workspace than in the old one (to ${more.join(", ")}), so nothing was put into it. Take that away, or put its secrets there by hand.`;
            const theirs = keys.filter((key) => target?.keys.has(key) === true && !isOlder(key, source, target, sides));
            return theirs.length === 0
                ? undefined
                : `the values of ${nameKeys(theirs)} differ, and those of the new workspace may be somebody's work: delete them there, and the next run copies those of the old one; or accept "secret" to keep them.`;
        },
        describe: (scope) =>
            describe(scope, 'not all of its secrets are in the new workspace. Put them there, or accept "secret".'),
    };
}

/** Who may use a scope. Nobody loses a permission in the new workspace but the caller, whose own came with making the scope. */
export function permissionsKind({ source, target, isAmbiguous, to, caller, isSettled }: Sides): ListedKind<Scope> {
    const isCaller = (name: string) => name.toLowerCase() === caller.toLowerCase();
    const own = ({ acls }: Scope) => [...acls].find(([name]) => isCaller(name))?.[1];
    /** Whether nobody has given anybody else anything since the scope was made. */
    const isNew = (scope: Scope) => [...scope.acls.keys()].every(isCaller);
    const missing = (old: Scope, now: Scope | undefined) =>
        [...old.acls].filter(([name, level]) => !isCaller(name) && rank(now?.acls.get(name)) < rank(level));
    const ambiguousIn = ({ acls }: Scope) => [...acls.keys()].find(isAmbiguous);
    let there: ReadonlySet<string> = new Set();
    return {
        finding: "secret-scopes",
        // A scope that is not there is named as such.
        listSource: async () => (await known(source)).filter(({ name }) => there.has(name)),
        // Listed first.
        listTarget: async () => {
            const all = await target();
            there = new Set(all.map(({ name }) => name));
            return all;
        },
        keyOf: ({ name }) => `permissions on ${name}`,
        isEqual: (old, now) =>
            now.problem === undefined &&
            ambiguousIn(old) === undefined &&
            missing(old, now).length === 0 &&
            ((isSettled && !isNew(now)) || own(old) === own(now)),
        isCopiedAgain: (_, now) => now !== undefined && isNew(now),
        copy: async (old, now) => {
            for (const [name, level] of missing(old, now)) await to.secrets.putAcl(old.name, name, level);
            // The last of all: without it this scope may be out of reach.
            const level = own(old);
            if (level === undefined) await to.secrets.deleteAcl(old.name, caller);
            else await to.secrets.putAcl(old.name, caller, level);
        },
        obstacle: (old, now) => {
            if (now?.problem !== undefined) return unreadable(now);
            const name = ambiguousIn(old);
            return name && `who may use it was not set: ${describeAmbiguous(name)}, or accept "secret-scopes".`;
        },
        describe: (scope) =>
            describe(
                scope,
                'who may use it differs in the new workspace. Set its access control list, or accept "secret-scopes".',
            ),
    };
}

/** The scopes of which everything is known. */
async function known(list: () => Promise<readonly Scope[]>): Promise<readonly Scope[]> {
    return (await list()).filter(({ problem }) => problem === undefined);
}

function unreadable({ problem = "" }: Scope): string {
    return `the new workspace has a scope of this name that cannot be read: ${problem}`;
}

function describe({ name }: Scope, difference: string, counts = false): Description {
    return {
        subject: { path: `secret scope ${name}`, typeName: "SECRET_SCOPE" },
        ...(counts ? { countName: "secretScopes" } : {}),
        difference,
    };
}

/** Keys whose secrets the new workspace lacks, or has with other values. What cannot be compared is judged by its time. */
function unequalKeys(source: Scope, target: Scope | undefined): string[] {
    return [...source.keys.keys()].filter((key) => {
        if (target === undefined || !target.keys.has(key)) return true;
        const [print, other] = [source.prints.get(key), target.prints.get(key)];
        if (print !== undefined && other !== undefined) return print !== other;
        return isBefore(target.keys.get(key), source.keys.get(key));
    });
}

/** Whether the secret of the new workspace is older than that of the old one, and nobody's work. */
function isOlder(key: string, source: Scope, target: Scope | undefined, { inUseSince }: Sides): boolean {
    const at = target?.keys.get(key);
    return isBefore(at, source.keys.get(key)) && (inUseSince === undefined || isBefore(at, inUseSince));
}

function isBefore(one: number | undefined, other: number | undefined): boolean {
    return one !== undefined && other !== undefined && one < other;
}

/** Who may do more in the new workspace than in the old one, without the caller. */
function excess({ acls }: Scope, target: Scope, { caller, isAmbiguous }: Sides): string[] {
    const isMore = ([name, level]: readonly [string, string]) =>
        isAmbiguous(name) || rank(level) > rank(acls.get(name));
    return [...target.acls]
        .filter(isMore)
        .flatMap(([name]) => (name.toLowerCase() === caller.toLowerCase() ? [] : name));
}

/** Of a permission that is not known, nothing is more. */
function rank(level: string | undefined): number {
    if (level === undefined) return -1;
    return levels.includes(level) ? levels.indexOf(level) : levels.length;
}
