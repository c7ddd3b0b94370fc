/**
 * Every property of a state that is neither an input of a program nor an output of a class, with its type, who writes it and who
 * reads it. None is part of the documented interface; nobody else reads a state's private property by its name.
 */
export interface StateNotes {
    /**
     * Which inputs the program gave, one bit for each field of the definition (`setInputsMask`): the engine hands a refresh and a diff
     * no inputs. Written by create, update and `adoptedState` (the import file, an import by the plugin), read by diff and refresh. Since 0.1.
     */
    readonly setInputs: number | undefined;
    /**
     * The adoption by which the resource has its object, as an id of this package; none if it created the object. Written by create
     * and `adoptedState`; read by delete, which leaves an object alone that was adopted later, by handovers, and by `StackIdentity` of
     * every state (`HANDED_OVER`). Since 0.1.
     */
    readonly adoption: string | undefined;
    /**
     * What the service was asked to change and did not show: inputs by dotted path, null for a removal. Written by update, read by
     * diff and update. Since 0.1.
     */
    readonly unseenChanges: Readonly<Record<string, unknown>>;
    /**
     * When a workspace failed that had never run, in milliseconds since 1970 by the service's clock. Written by the create that
     * watched it fail; read by diff and delete (`status.ts`), and by `StackIdentity` (`HANDED_OVER`). Since 0.1.
     */
    readonly neverRan: number | undefined;
    /**
     * Whether the wait for the host of a workspace, or for its services (`waitUntilReachable`, `waitUntilReady`), has not ended well yet.
     * Written by create, read by diff and update. Since 0.1.
     */
    readonly unreachable: boolean;
    /** The workspaces that this one takes over from, the newest first (`handover/sources.ts`). Written by create and update, read by every call and by `StackIdentity` (`HANDED_OVER`). Since 0.1. */
    readonly sources: readonly SourceNote[];
}

/** A workspace that another one takes over from, as the state of that one has it. */
export interface SourceNote {
    readonly from: string;
    /** As in {@link StateNotes}, of the old workspace. */
    readonly adoption: string | undefined;
    /** Whether the program names it in `migrateContent.from`. */
    readonly named: boolean;
    /** Whether the workspace that takes over existed before. */
    readonly inUse: boolean;
    /** The workspace in between, into which it was verified. */
    readonly via: string | undefined;
    /** When it was verified, in milliseconds since 1970. */
    readonly at: number | undefined;
    /** What was verified. */
    readonly digest: string | undefined;
    /** Whether the program says that its content is not copied. */
    readonly abandoned: boolean;
}

/** The names of all notes. `owner` is an input that the class gives, `migration` an output; a state keeps both as it keeps notes. */
export const noteNames = [
    "setInputs",
    "adoption",
    "unseenChanges",
    "neverRan",
    "unreachable",
    "sources",
] as const satisfies readonly (keyof StateNotes)[];

/** What the classes give beside the arguments of a program. A state keeps `owner` and `__provider` of them. */
export const classInputs = {
    /** What only one call needs to know: `EngineCalls` takes it out of the inputs. */
    ofCall: ["resourceUrn", "isPreview", "movedState"],
    /** What only `check` needs to know: its result does not have it. */
    ofCheck: ["isProtected"],
    /** Everything else: the text of the handler, the resource's owner, and what to adopt. */
    others: ["__provider", "owner", "adopt", "adoptFromOtherStack"],
} as const;

type Properties = Readonly<Record<string, unknown>>;

/** Reads the notes of a state; one of another form counts as missing. */
export function notesOf(state: Properties): StateNotes {
    const { setInputs, adoption, unseenChanges, neverRan, unreachable, sources } = state;
    return {
        setInputs: numberOf(setInputs),
        adoption: textOf(adoption),
        unseenChanges: isRecord(unseenChanges) ? unseenChanges : {},
        neverRan: numberOf(neverRan),
        unreachable: unreachable === true,
        sources: Array.isArray(sources) ? sources.flatMap(sourceOf) : [],
    };
}

/** Writes notes into a state; one that says nothing (`undefined`, `false`, empty) is taken out of it. Nobody else writes any. */
export function writeNotes(state: Properties, notes: Partial<StateNotes>): Record<string, unknown> {
    const written = { ...notes, sources: notes.sources?.map(formatSource) };
    return Object.fromEntries([
        ...Object.entries(state).filter(([name]) => !Object.hasOwn(notes, name)),
        ...Object.entries(written).filter(([name, value]) => Object.hasOwn(notes, name) && !saysNothing(value)),
    ]);
}

function saysNothing(value: unknown): boolean {
    if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
    return value === undefined || value === false;
}

/** A source as a state holds it: without what says nothing. */
function formatSource(source: SourceNote): Record<string, unknown> {
    return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== false));
}

function sourceOf(value: unknown): SourceNote[] {
    if (!isRecord(value) || typeof value["from"] !== "string") return [];
    const { from, adoption, named, inUse, via, at, digest, abandoned } = value;
    return [
        {
            from,
            adoption: textOf(adoption),
            named: named === true,
            inUse: inUse === true,
            via: textOf(via),
            at: numberOf(at),
            digest: textOf(digest),
            abandoned: abandoned === true,
        },
    ];
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
    return typeof value === "number" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
