import { NoResponseError } from "./errors";
import type { HttpExchange } from "./http";
import { errorCodeOf, requestIdOf } from "./refusal";

/** One attempt of a request, as an operator may see it: no header, no body, and no secret. */
export interface SentRequest {
    /** When it was sent, in milliseconds since 1970, by this machine's clock. */
    readonly time: number;
    readonly method: string;
    /** Origin of the host. */
    readonly host: string;
    /** With the query, unless another service named the URL. */
    readonly path: string;
    /** HTTP status; `undefined`: there was no response. */
    readonly status?: number;
    /** Why there was no response, as a clause. */
    readonly failure?: string;
    /** How long it took, in milliseconds. */
    readonly duration: number;
    /** 1 for the first attempt. */
    readonly attempt: number;
    /** How long it waited until the rate limit let it be sent, in milliseconds. */
    readonly waited: number;
    /** The service's own name of the request, which its support asks for. */
    readonly requestId?: string;
    /** The error code of a refusal. */
    readonly errorCode?: string;
}

/** An exchange as an operator may see it. */
export function sentRequest(exchange: HttpExchange, redact: (text: string) => string): SentRequest {
    const { request, url, began, duration, response, failure } = exchange;
    const { number, waited } = request.attempt ?? { number: 1, waited: 0 };
    // A URL that another service named may hold a secret of that service in its query.
    const path = request.url.startsWith("/") ? `${url.pathname}${url.search}` : url.pathname;
    const code = response === undefined ? "" : errorCodeOf(response);
    const requestId = response === undefined ? undefined : requestIdOf(response);
    return {
        time: began,
        method: request.method,
        host: url.origin,
        path: redact(path),
        ...(response === undefined ? {} : { status: response.status }),
        ...(failure === undefined ? {} : { failure: redact(reasonOf(failure)) }),
        duration,
        attempt: number,
        waited,
        ...(requestId === undefined ? {} : { requestId: redact(requestId) }),
        ...(code === "" ? {} : { errorCode: redact(code) }),
    };
}

/** One line for a person. */
export function describeSent(sent: SentRequest): string {
    const {
        method,
        host,
        path,
        status,
        failure = "no response",
        duration,
        attempt,
        waited,
        requestId,
        errorCode,
    } = sent;
    const facts = [
        ...(errorCode === undefined ? [] : [errorCode]),
        `${duration} ms`,
        ...(attempt === 1 ? [] : [`attempt ${attempt}`]),
        ...(waited === 0 ? [] : [`${waited} ms for the rate limit`]),
        ...(requestId === undefined ? [] : [`request id ${requestId}`]),
    ];
    return `${method} ${host}${path}: ${status === undefined ? failure : `HTTP ${status}`} (${facts.join(", ")})`;
}

function reasonOf(failure: unknown): string {
    if (failure instanceof NoResponseError) return failure.reason;
    return failure instanceof Error ? failure.message : String(failure);
}
