import { createHash } from "node:crypto";

import { type Properties, textAt } from "./properties";

/** The tag that carries a workspace's mark: which stack made it, under which name. */
export const MARK_TAG = "pulumi-databricks-cmk";

/** Which stack a resource belongs to, and its name there: what tells an interrupted create's object from all others. */
export interface Mark {
    /** When the stack's mark was made, in milliseconds since 1970. */
    readonly since: number;
    /** The resource's name in the program. */
    readonly resource: string;
    /** What a workspace carries of it in its tags: `<the stack's uuid>/<the resource's name>`, at most 255 characters. */
    readonly tag: string;
    /** What a name that this package makes up begins with. */
    readonly stem: string;
}

/** The mark among the inputs, as the sdk's classes write it: `<uuid>/<time>/<name>`; `undefined` where there is none. */
export function markOf(inputs: Properties): Mark | undefined {
    const parts = /^([0-9a-f-]{36})\/(\d+)\/(.*)$/s.exec(textAt(inputs, "mark") ?? "");
    const [, stack, since, resource] = parts ?? [];
    if (stack === undefined || since === undefined || resource === undefined) return undefined;
    const text = `${stack}/${resource}`;
    return {
        since: Number(since),
        resource,
        tag: text.length <= 255 ? text : `${text.slice(0, 238)}~${hash(text, 16)}`,
        stem: `${resource.slice(0, 200)}-${hash(text, 10)}`,
    };
}

function hash(text: string, length: number): string {
    return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** A name for an object that the program does not name: the resource's name, a part that stands for the mark, one of chance. */
export function nameFor(mark: Mark | undefined, noun: string, random: number): string {
    const chance = Math.floor(random * 0x10000)
        .toString(16)
        .padStart(4, "0");
    return `${mark?.stem ?? noun.replaceAll(" ", "-")}${chance}`;
}
