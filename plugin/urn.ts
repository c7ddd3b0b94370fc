/** What a URN says of its resource: `urn:pulumi:<stack>::<project>::<types>::<name>`. */
export interface ParsedUrn {
    /** The stack, as `project/stack`. */
    readonly stack: string;
    /** The resource's own type. */
    readonly type: string;
    /** The URN, as one of its parent has it, with the types of the parents; `undefined` if it is a child of the stack only. */
    readonly parentUrn: string | undefined;
    readonly name: string;
}

/** Parses a URN. A name may hold anything, `::` too. */
export function parseUrn(urn: string): ParsedUrn {
    const [prefix = "", project = "", types = "", ...name] = urn.split("::");
    const stack = prefix.slice("urn:pulumi:".length);
    const chain = types.split("$");
    const type = chain.pop() ?? "";
    const parentUrn = chain.length === 0 ? undefined : [prefix, project, chain.join("$"), ""].join("::");
    return { stack: `${project}/${stack}`, type, parentUrn, name: name.join("::") };
}
