import type { ApiRequest } from "./http";
import { parseJson } from "./json";

/** A request that was answered, or was not, because of a fault. */
export interface RecordedRequest {
    /** The workspace whose host it was sent to; `undefined` for the account's. */
    readonly workspaceId: string | undefined;
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    /** The parsed body; `undefined` if there was none, no JSON, or a large one. */
    readonly body: unknown;
    /** Fields of the body that the service does not know, and ignored: dotted paths. */
    ignored: readonly string[];
    /** 0 if no response was given. */
    status: number;
    /** When it came in, in milliseconds since 1970. */
    readonly time: number;
    /** When its response was made, in milliseconds since 1970: the response shows the account as it was then. */
    answered: number | undefined;
    /** Bytes of the response's body, if it was sent whole. */
    bytes: number;
    fault: string | undefined;
}

/** The largest body that the account takes, in bytes. */
export const ACCOUNT_BODY = 1024 * 1024;

/** The longest body of a request to a workspace that is kept in the record, in characters. */
const RECORDED_BODY = 16_384;

/** The record of a request that just came in. */
export function recordOf(request: ApiRequest, workspaceId: string | undefined): RecordedRequest {
    const large = request.bytes.length > (workspaceId === undefined ? ACCOUNT_BODY : RECORDED_BODY);
    return {
        workspaceId,
        method: request.method,
        path: request.path,
        query: request.query,
        body: large ? undefined : parsed(request.body),
        ignored: [],
        status: 0,
        time: Date.now(),
        answered: undefined,
        bytes: 0,
        fault: undefined,
    };
}

/** A request and its response in a line. */
export function lineOf({ workspaceId, method, path, status, fault, ignored }: RecordedRequest): string {
    const where = workspaceId === undefined ? "account" : `workspace ${workspaceId}`;
    const notes = [
        ...(fault === undefined ? [] : [`fault: ${fault}`]),
        ...(ignored.length === 0 ? [] : [`ignored: ${ignored.join(", ")}`]),
    ];
    return [where, method, path, status === 0 ? "no response" : status, ...notes].join(" ");
}

function parsed(body: string): unknown {
    try {
        return body === "" ? undefined : parseJson(body);
    } catch {
        return undefined;
    }
}
