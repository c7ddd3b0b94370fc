/** One object that a stack's state has. */
export interface StateObject {
    /** The name of the handler of its kind. */
    readonly handler: string;
    /** Its id in the account. */
    readonly id: string;
    /** The input `owner` of its resource. */
    readonly owner: string;
}

/** Formats what the sdk read from the state, for the input `objects` of `StackIdentity`, which no state keeps. */
export function formatStateObjects(objects: readonly StateObject[]): string {
    return JSON.stringify(objects.map(({ handler, id, owner }) => [handler, id, owner]));
}

/** Parses the input `objects`; nothing where it is missing or malformed. */
export function parseStateObjects(text: unknown): StateObject[] {
    if (typeof text !== "string") return [];
    try {
        const parsed: unknown = JSON.parse(text);
        return Array.isArray(parsed) ? parsed.flatMap(toStateObject) : [];
    } catch {
        return [];
    }
}

function toStateObject(value: unknown): StateObject[] {
    if (!Array.isArray(value)) return [];
    const [handler, id, owner]: unknown[] = value;
    if (typeof handler !== "string" || typeof id !== "string" || typeof owner !== "string") return [];
    return [{ handler, id, owner }];
}
