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
}

/** A refusal, as Databricks' APIs give it. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
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
    try {
        const body: unknown = JSON.parse(request.body);
        if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
    } catch {
        // Refused below.
    }
    throw new ApiError(400, "MALFORMED_REQUEST", "The body is not a JSON object");
}

/** Runs what answers a request, and turns a refusal into its response. */
export async function respond(run: () => Promise<ApiResponse>): Promise<ApiResponse> {
    try {
        return await run();
    } catch (error) {
        if (error instanceof ApiError)
            return { status: error.status, body: { error_code: error.code, message: error.message } };
        return {
            status: 500,
            body: { error_code: "INTERNAL_ERROR", message: `The local cloud failed: ${String(error)}` },
        };
    }
}

/** An id of 64 bits, in digits, that is an integer in the JSON of a response. */
export function int64(digits: string): string {
    return `\0int64:${digits}`;
}

/** The JSON of a response; empty where there is no body. A workspace's id is an integer there, whatever its size. */
export function serialize(body: unknown): string {
    if (body === undefined) return "";
    return JSON.stringify(body)
        .replace(/"workspace_id":"(\d+)"/g, '"workspace_id":$1')
        .replace(/"\\u0000int64:(\d+)"/g, "$1");
}
