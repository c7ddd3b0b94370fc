/** A resource as `pulumi stack export` shows it. */
export type StateResource = Readonly<Record<string, unknown>>;

/** The properties that a resource's state is expected to have. */
export interface Expected {
    /** Inputs that the program gives. */
    readonly given: readonly string[];
    /** Outputs that the class declares. */
    readonly documented: readonly string[];
}

/** The other properties of a resource's state, and their size in bytes of JSON. */
export interface Remainder {
    readonly bytes: number;
    /** By property, `inputs.x` or `outputs.x`. */
    readonly parts: ReadonlyMap<string, number>;
}

/**
 * The size of what a resource's state contains besides the program's inputs, the outputs that its class documents and the
 * engine's own fields (all fields other than `inputs` and `outputs`): the bytes by which its JSON is longer.
 */
export function stateRemainder(resource: StateResource, { given, documented }: Expected): Remainder {
    const parts = new Map<string, number>();
    for (const [side, expected] of [
        ["inputs", given],
        ["outputs", [...given, ...documented]],
    ] as const) {
        for (const [name, value] of Object.entries(resource[side] ?? {})) {
            // Including its colon and comma.
            if (!expected.includes(name)) parts.set(`${side}.${name}`, bytesOf(name) + bytesOf(value) + 2);
        }
    }
    return { bytes: [...parts.values()].reduce((sum, bytes) => sum + bytes, 0), parts };
}

/** The outputs that a class declares, read from its published types. */
export function declaredOutputs(types: string): string[] {
    return [...types.matchAll(/^\s*readonly (\w+): pulumi\.Output</gm)].map(([, name]) => name ?? "");
}

function bytesOf(value: unknown): number {
    return Buffer.byteLength(JSON.stringify(value) ?? "");
}
