import { isRecord } from "../util/property-path";
import { ApiError, apiErrorKind, NoSuchEndpointError, type ReportedError, UnexpectedResponseError } from "./errors";
import type { HttpResponse } from "./http";
import { jsonOrNothing, writeJson } from "./json";

/** What stands for words that may repeat a secret. */
const WITHHELD = "the reason that the service gives is not shown, because it may repeat a secret";

/** What is longer is no refusal with the status of a success, but content that happens to look like one; in characters. */
const LONGEST = 1024 * 1024;

/** How much of the service's own words is shown, in characters. */
const SHOWN = 500;

/**
 * The error that a response stands for; `undefined`: it is a success. A body that names an error code is a refusal whatever its
 * status: the service was seen to answer so with 200.
 *
 * @param redact takes the secrets out of a text that goes into the error.
 */
export function errorOf(
    request: string,
    response: HttpResponse,
    redact: (text: string) => string,
): ReportedError | undefined {
    const { status } = response;
    // Only a refusal is parsed here: the bodies of successes can be large.
    if (!mayRefuse(response)) return undefined;
    const text = redact(response.text);
    const headers = Object.entries(response.headers).map(([name, value]) => [name, redact(String(value))]);
    const shown = { status, text, headers: Object.fromEntries(headers) };
    if (status >= 300) return toError(request, shown);
    const body = jsonOrNothing(text);
    if (!isRecord(body) || typeof body["error_code"] !== "string") return undefined;
    const { code, message = "the response gives no reason" } = ofJson(body);
    // Nothing is missing on the word of a response that contradicts itself.
    const kind = apiErrorKind(statusOf(code), "", message);
    return new ApiError(kind, status, code, message, request, requestIdOf(shown));
}

/** The response to a request that carries a secret: a refusal without the service's words, which may repeat what was sent. */
export function withoutWords(response: HttpResponse): HttpResponse {
    if (!mayRefuse(response)) return response;
    const code = errorCodeOf(response);
    const shown = { ...(code === "" ? {} : { error_code: code }), message: WITHHELD };
    return { ...response, text: writeJson(shown) };
}

/** The status that goes with an error code. */
function statusOf(code: string): number {
    if (/^(INTERNAL|TEMPORARILY_UNAVAILABLE|SERVICE_UNAVAILABLE|UNAVAILABLE|DEADLINE_EXCEEDED)/.test(code)) return 503;
    if (/^(REQUEST_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED)$/.test(code)) return 429;
    if (/^(PERMISSION_DENIED|UNAUTHENTICATED|CUSTOMER_MANAGED_KEY_INACCESSIBLE)$/.test(code)) return 403;
    return /(ALREADY_EXISTS|CONFLICT)$/.test(code) ? 409 : 400;
}

/** The error that a response without success stands for. */
export function toError(request: string, response: HttpResponse): ReportedError {
    const { status } = response;
    if (status >= 300 && status < 400) {
        return new UnexpectedResponseError(
            `${request} was redirected (HTTP ${status}), and credentials are not sent on`,
        );
    }
    const { code, message } = refusalOf(response.text);
    // A gateway's own 404 is no word of the API: what it asked for may well be there.
    if (status === 404 && (code === "" || code === "ENDPOINT_NOT_FOUND")) {
        const said = message === undefined ? "" : `: "${message}"`;
        const NotFound = code === "" ? UnexpectedResponseError : NoSuchEndpointError;
        return new NotFound(`${request} returned HTTP 404, but not in the API's format${said}`);
    }
    const detail = message ?? "the response gives no reason";
    return new ApiError(apiErrorKind(status, code, detail), status, code, detail, request, requestIdOf(response));
}

/** The error code of a refusal; empty if the response is a success, or has none. */
export function errorCodeOf(response: HttpResponse): string {
    return mayRefuse(response) ? refusalOf(response.text).code : "";
}

/** Whether a response may be a refusal: by its status, or by what it says. */
function mayRefuse({ status, text }: HttpResponse): boolean {
    return status >= 300 || (text.length <= LONGEST && text.includes('"error_code"'));
}

/**
 * Which request it was in the service's own records; `undefined`: the response does not say. It stands in a header, or among the
 * details of an error.
 */
export function requestIdOf({ headers, status, text }: HttpResponse): string | undefined {
    const named = [
        headers["x-databricks-request-id"],
        headers["x-request-id"],
        status < 300 ? undefined : detailOf(text),
    ];
    return named.find((id) => typeof id === "string" && /^[\w.:-]{1,128}$/.test(id))?.toString();
}

function detailOf(text: string): unknown {
    return detailIn(jsonOrNothing(text), "RequestInfo", "request_id");
}

/** A field of the details of an error that are of this type. */
function detailIn(body: unknown, type: string, field: string): unknown {
    const details: unknown = isRecord(body) ? body["details"] : undefined;
    const records = Array.isArray(details) ? details.filter(isRecord) : [];
    return records.find((detail) => String(detail["@type"]).endsWith(type))?.[field];
}

/** What the service says against a request. */
interface Refusal {
    /** The API's error code; empty if there is none. */
    readonly code: string;
    readonly message: string | undefined;
}

/** Reads a refusal in each form that the service is known to use: JSON, `CODE: message` as plain text, and HTML. */
function refusalOf(text: string): Refusal {
    const body = jsonOrNothing(text);
    if (isRecord(body)) return ofJson(body);
    const plain = typeof body === "string" ? body : text;
    if (/^\s*</.test(plain)) return { code: "", message: shortened(titleOf(plain)) };
    const [, code, message] = /^\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*):\s*(\S[^]*)$/.exec(plain) ?? [];
    return code === undefined ? { code: "", message: shortened(plain) } : { code, message: shortened(message) };
}

/** The token endpoint says `error` and `error_description`, other services of the platform `detail`. */
function ofJson(body: Readonly<Record<string, unknown>>): Refusal {
    const first = (...names: string[]) => names.map((name) => body[name]).find((value) => typeof value === "string");
    const code = first("error_code", "error", "code");
    const message = first("message", "error_description", "detail");
    const isCode = typeof code === "string" && /^\w{1,80}$/.test(code);
    const reason = detailIn(body, "ErrorInfo", "reason");
    const said = message ?? (isCode ? undefined : code);
    const isMore = typeof reason === "string" && reason !== code;
    return { code: isCode ? code : "", message: shortened(isMore ? `${String(said ?? "")} (${reason})` : said) };
}

/** What an HTML page calls itself: its title or its first heading. */
function titleOf(html: string): string | undefined {
    const [, , title] = /<(title|h1|h2)[^>]*>([^]*?)<\/\1>/i.exec(html) ?? [];
    return title?.replace(/<[^>]*>/g, " ");
}

function shortened(text: unknown): string | undefined {
    const line = typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "";
    return line === "" ? undefined : line.slice(0, SHOWN);
}
