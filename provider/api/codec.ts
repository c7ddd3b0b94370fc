import { snakeCase } from "../util/case";
import type { Properties } from "../util/property-path";
import { UnexpectedResponseError } from "./errors";

/** What a collection knows of the kind of its objects. */
export interface ObjectCodec {
    /** What an object is called in messages: "workspace", "credentials configuration". */
    readonly noun: string;
    /** The collection's path below the account: "/workspaces". */
    readonly path: string;
    /** The output that holds an object's id; in a response the same in snake_case. */
    readonly idField: string;
}

/** The id that a response gives its object. Fails with `UnexpectedResponseError` where there is none. */
export function idOf({ noun, idField }: ObjectCodec, response: Properties): string {
    const name = snakeCase(idField);
    const id = response[name];
    if (typeof id === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
    if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return String(id);
    throw new UnexpectedResponseError(`an answer about a ${noun} holds no ${name}`);
}
