/** A resource as `pulumi stack export` shows it. */
export type StateResource = Readonly<Record<string, unknown>>;

/** The properties that a resource's state is meant to hold. */
export interface Due {
    /** Inputs that the program gives. */
    readonly given: readonly string[];
    /** Outputs that the resource's class declares. */
    readonly documented: readonly string[];
}

/** What a resource's state holds beyond its due, and the bytes of JSON that go with each of it. */
export interface Remainder {
    readonly bytes: number;
    /** By property, `inputs.x` or `outputs.x`. */
    readonly parts: ReadonlyMap<string, number>;
}

/**
 * What a resource's entry in the state holds beyond the inputs that the program gives, the outputs that its class
 * documents and the engine's own fields (all that stands beside `inputs` and `outputs`): the bytes by which its JSON is
 * longer than without it.
 */
export function stateRemainder(resource: StateResource, { given, documented }: Due): Remainder {
    const parts = new Map<string, number>();
    for (const [side, due] of [
        ["inputs", given],
        ["outputs", [...given, ...documented]],
    ] as const) {
        for (const [name, value] of Object.entries(resource[side] ?? {})) {
            // With the colon and the comma that come with it.
            if (!due.includes(name)) parts.set(`${side}.${name}`, bytesOf(name) + bytesOf(value) + 2);
        }
    }
    return { bytes: [...parts.values()].reduce((sum, bytes) => sum + bytes, 0), parts };
}

/** The outputs that a class declares, by the text of its published types. */
export function declaredOutputs(types: string): string[] {
    return [...types.matchAll(/^\s*readonly (\w+): pulumi\.Output</gm)].map(([, name]) => name ?? "");
}

function bytesOf(value: unknown): number {
    return Buffer.byteLength(JSON.stringify(value) ?? "");
}
