import { snakeCase } from "../util/case";
import { isRecord, type Properties } from "../util/property-path";
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

/** The id that a response gives its object. Fails with `UnexpectedResponseError` if there is none. */
export function idOf({ noun, idField }: ObjectCodec, response: Properties): string {
    const name = snakeCase(idField);
    const id = response[name];
    if (typeof id === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
    if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return String(id);
    throw UnexpectedResponseError.ofRecord(noun, undefined, `holds no ${name}`);
}

/** A response about one object, and the id that it gives it. Fails with `UnexpectedResponseError` if it is about none. */
export function recordOf(codec: ObjectCodec, response: unknown): [string, Properties] {
    if (!isRecord(response)) throw UnexpectedResponseError.ofRecord(codec.noun, undefined, "is not an object");
    return [idOf(codec, response), response];
}

/**
 * The objects of a list by their ids. One odd record concerns that object alone, which is then read by itself; a list of
 * odd records alone fails with `UnexpectedResponseError`.
 */
export function listOf(codec: ObjectCodec, response: unknown): ReadonlyMap<string, Properties> {
    const records = recordsOf(codec.path, response);
    if (records === undefined) {
        throw new UnexpectedResponseError(`the response to GET ${codec.path} is not a list`);
    }
    const listed = new Map<string, Properties>();
    let odd: unknown;
    for (const record of records) {
        try {
            listed.set(...recordOf(codec, record));
        } catch (error) {
            odd = error;
        }
    }
    if (odd !== undefined && listed.size === 0) throw odd;
    return listed;
}

/**
 * The records of a list: an array, or one inside an object under the collection's name. An empty response, or
 * one page of several, is not accepted as a list.
 */
function recordsOf(path: string, response: unknown): readonly unknown[] | undefined {
    if (response === null) return [];
    if (Array.isArray(response)) return response;
    const name = path.slice(1).replaceAll("-", "_");
    if (!isRecord(response) || !Object.hasOwn(response, name)) return undefined;
    const { next_page_token: nextPage, [name]: records = [] } = response;
    if (typeof nextPage === "string" && nextPage !== "") return undefined;
    return records === null ? [] : Array.isArray(records) ? records : undefined;
}
