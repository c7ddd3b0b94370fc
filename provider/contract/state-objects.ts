/** One object that a stack's state has. */
export interface StateObject {
    /** The name of the handler of its kind. */
    readonly handler: string;
    /** Its id in the account. */
    readonly id: string;
    /** The input `owner` of its resource. */
    readonly owner: string;
    /** The URN of its resource. */
    readonly urn: string;
    /** What others than its own handler call read of its state. */
    readonly notes: Readonly<Record<string, unknown>>;
}

/** What is handed over of a state, see `StateNotes`; and what the gate reads of it. */
const HANDED_OVER = ["adoption", "sources", "forceDestroy", "neverRan", "workspaceStatus"] as const;

/** Formats what the sdk read from the state, for the input `objects` of `StackIdentity`, which no state keeps. */
export function formatStateObjects(objects: readonly StateObject[]): string {
    return JSON.stringify(objects.map(({ handler, id, owner, urn, notes }) => [handler, id, owner, urn, notes]));
}

/** Parses the input `objects`; nothing if it is missing or malformed. */
export function parseStateObjects(text: unknown): StateObject[] {
    if (typeof text !== "string") return [];
    try {
        const parsed: unknown = JSON.parse(text);
        return Array.isArray(parsed) ? parsed.flatMap(toStateObject) : [];
    } catch {
        return [];
    }
}

/** What is handed over of the outputs of a resource. */
export function handedOver(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(
        HANDED_OVER.flatMap((name) => (outputs[name] === undefined ? [] : [[name, outputs[name]]])),
    );
}

function toStateObject(value: unknown): StateObject[] {
    if (!Array.isArray(value)) return [];
    const [handler, id, owner, urn, notes]: unknown[] = value;
    if (typeof handler !== "string" || typeof id !== "string" || typeof owner !== "string") return [];
    if (typeof urn !== "string" || typeof notes !== "object" || notes === null) return [];
    return [{ handler, id, owner, urn, notes: { ...notes } }];
}
