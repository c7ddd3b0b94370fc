/**
 * The properties of a resource as the engine hands them over: the first of the two entry points of untyped data.
 * A value inside them is named by its dotted path (`awsKeyInfo.keyArn`).
 */
export type Properties = Readonly<Record<string, unknown>>;

/** What the engine sends during a preview in place of an output that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether the value is, or holds somewhere inside it, an output that is not known yet. */
export function holdsUnknown(value: unknown): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(holdsUnknown);
    return isRecord(value) && Object.values(value).some(holdsUnknown);
}

/** Whether the value is an object with named members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value at a dotted path: `undefined` if nothing (or null) is there, `UNKNOWN` if the value or something
 * around it is not known yet.
 */
export function getPath(properties: Properties, path: string): unknown {
    let value: unknown = properties;
    for (const name of path.split(".")) {
        if (value === UNKNOWN) return UNKNOWN;
        if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
        value = value[name];
    }
    return value ?? undefined;
}

/** The string at a dotted path, if there is one and it is known. */
export function getString(properties: Properties, path: string): string | undefined {
    const value = getPath(properties, path);
    return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

/** Puts a value at a dotted path, making the objects around it; `undefined` puts nothing. */
export function setPath(target: Record<string, unknown>, path: string, value: unknown): void {
    if (value === undefined) return;
    const names = path.split(".");
    const last = names.pop() ?? path;
    let place = target;
    for (const name of names) {
        const inner = place[name];
        if (isRecord(inner)) {
            place = inner;
        } else {
            const made: Record<string, unknown> = {};
            place[name] = made;
            place = made;
        }
    }
    place[last] = value;
}

/**
 * Whether two values say the same to the API: the order of a list and of the members of an object has no meaning
 * there, nothing, an empty list and an empty object are one, and so are the spellings of a uuid.
 */
export function sameValue(left: unknown, right: unknown): boolean {
    return canonical(left) === canonical(right);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function canonical(value: unknown): string {
    if (value === undefined || value === null) return "";
    if (Array.isArray(value)) return value.length === 0 ? "" : `[${value.map(canonical).sort().join()}]`;
    if (typeof value === "string" && UUID.test(value)) return JSON.stringify(value.toLowerCase());
    if (!isRecord(value)) return JSON.stringify(value);
    const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
    if (members.length === 0) return "";
    return `{${members
        .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
        .sort()
        .join()}}`;
}

/** Merges nested objects; a value of `more` wins. */
export function mergeDeep(base: Record<string, unknown>, more: Properties): Record<string, unknown> {
    for (const [name, value] of Object.entries(more)) {
        if (value === undefined) continue;
        const known = base[name];
        base[name] = isRecord(known) && isRecord(value) ? mergeDeep({ ...known }, value) : value;
    }
    return base;
}
