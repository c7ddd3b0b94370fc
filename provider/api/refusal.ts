import { isRecord } from "../util/property-path";
import { ApiError, apiErrorKind, type ReportedError, UnexpectedResponseError } from "./errors";
import type { HttpResponse } from "./http";
import { parseJson } from "./json";

/** The error that a response without success stands for. */
export function toError(request: string, response: HttpResponse): ReportedError {
    if (response.status >= 300 && response.status < 400) {
        return new UnexpectedResponseError(
            `${request} was redirected (HTTP ${response.status}), and credentials are not sent on`,
        );
    }
    const body = jsonOrNothing(response.text);
    const errorCode = isRecord(body) && typeof body["error_code"] === "string" ? body["error_code"].slice(0, 80) : "";
    // A gateway's own 404 is no word of the API: what it asked for may well be there.
    if (response.status === 404 && (errorCode === "" || errorCode === "ENDPOINT_NOT_FOUND")) {
        return new UnexpectedResponseError(`${request} was answered with HTTP 404, but not in the Account API's words`);
    }
    const message = isRecord(body) && typeof body["message"] === "string" ? body["message"] : undefined;
    const detail = (message ?? "the answer gives no reason").replace(/\s+/g, " ").slice(0, 500);
    return new ApiError(apiErrorKind(response.status, errorCode, detail), response.status, errorCode, detail, request);
}

/** The parsed text, or nothing where it is not JSON. */
export function jsonOrNothing(text: string): unknown {
    try {
        return parseJson(text);
    } catch {
        return undefined;
    }
}
