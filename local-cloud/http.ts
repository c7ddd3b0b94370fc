import type { ErrorFormat } from "./behavior";
import { parseJson } from "./json";

/** A request as it came in. */
export interface ApiRequest {
    readonly method: string;
    /** Without the query. */
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: string;
    /** The body as it came in. */
    readonly bytes: Buffer;
}

/** A response: a status and a body that becomes JSON, unless it is given as bytes. */
export interface ApiResponse {
    readonly status: number;
    readonly body: unknown;
    /** What is sent instead of the body. */
    readonly bytes?: Buffer;
    /** Of the bytes. */
    readonly contentType?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Fields of the request that were ignored, because the service does not know them. */
    readonly ignored?: readonly string[];
}

/** What a request leads to: a response, or a broken connection. */
export type Outcome = ApiResponse | "dropped";

/** A response with status 200. */
export function ok(body: unknown): ApiResponse {
    return { status: 200, body };
}

/** A refusal, as Databricks' APIs give it. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        /** How this refusal is written; as all others where it is `undefined`. */
        readonly format?: ErrorFormat,
    ) {
        super(message);
    }
}

/** The refusal of a value that the service does not accept. */
export function invalid(message: string): ApiError {
    return new ApiError(400, "INVALID_PARAMETER_VALUE", message);
}

/** A request's body as an object. Throws `ApiError`. */
export function bodyOf(request: ApiRequest): Record<string, unknown> {
    const refused = (reason: string) =>
        new ApiError(400, "MALFORMED_REQUEST", `The body is not a JSON object${reason}`);
    let body: unknown;
    try {
        body = parseJson(request.body);
    } catch (error) {
        throw refused(`: ${error instanceof Error ? error.message : ""}`);
    }
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
    throw refused("");
}

/** Runs what answers a request, and turns a refusal into its response. */
export async function respond(run: () => Promise<ApiResponse>, format: ErrorFormat): Promise<ApiResponse> {
    try {
        return await run();
    } catch (error) {
        if (error instanceof ApiError) return refusal(error, error.format ?? format);
        const failure = `The local cloud failed: ${error instanceof Error ? (error.stack ?? "") : String(error)}`;
        return { status: 500, body: { error_code: "INTERNAL_ERROR", message: failure } };
    }
}

function refusal({ status, code, message }: ApiError, format: ErrorFormat): ApiResponse {
    const body = { error_code: code, message };
    if (format === "json") return { status, body };
    if (format === "text")
        return { status, body, bytes: Buffer.from(`${code}: ${message}`), contentType: "text/plain; charset=utf-8" };
    const title = `${status} ${code}`;
    const page = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${message}</p></body></html>\n`;
    return { status, body, bytes: Buffer.from(page), contentType: "text/html; charset=utf-8" };
}

/** An id of 64 bits, in digits, that is an integer in the JSON of a response. */
export function int64(digits: string): string {
    return `\0int64:${digits}`;
}

/**
 * The JSON of a response; empty if there is no body. A workspace's id is an integer there, whatever its size, unless
 * numbers are to be strings.
 */
export function serialize(body: unknown, numbers: "number" | "string" = "number"): string {
    if (body === undefined) return "";
    const text = JSON.stringify(body).replace(/"\\u0000int64:(\d+)"/g, "$1");
    return numbers === "number"
        ? text.replace(/"workspace_id":"(\d+)"/g, '"workspace_id":$1')
        : text.replace(/"creation_time":(\d+)/g, '"creation_time":"$1"');
}
