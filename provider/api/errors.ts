import { withCode } from "../contract/coded-message";
import type { Code } from "../contract/codes";
import { messageOf } from "../util/error-message";
import { printableLines } from "../util/printable";

/** An error of this package, meant for the person at the terminal: a message that stands on its own, and no stack trace. */
export class ReportedError extends Error {
    constructor(
        message: string,
        /** What `explain` tells more of. It is shown at the end of the message. */
        readonly code: Code,
    ) {
        // The service's own words may repeat the name of any object.
        super(printableLines(message));
        this.name = "Error";
        // The engine's dynamic provider prints the stack beside the message: ours says nothing to a user.
        this.stack = "";
    }

    /** The same, with the error behind it, which the debug log tells. */
    causedBy(cause: unknown): this {
        // As the constructor of `Error` does it: not enumerable.
        return Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
    }
}

/** A credential, a host or another setting of the provider is missing, half-given or malformed. */
export class ConfigurationError extends ReportedError {
    constructor(message: string) {
        super(message, "CMK1001");
    }
}

/** The API responded with something that it never should: not JSON, another shape, a missing id. */
export class UnexpectedResponseError extends ReportedError {
    /**
     * @param remedy what to do; by default what is right if the whole response is strange
     * @param service who gave the response
     */
    constructor(
        private readonly what: string,
        remedy = "run the command again, and check that databricks:host names the account console",
        service = "Account API",
    ) {
        super(
            `The ${service} gave a response that cannot be used: ${what}. Nothing was assumed from it; ${remedy}.`,
            "CMK2008",
        );
    }

    /** A workspace's own API gave it. */
    static ofWorkspace(what: string): UnexpectedResponseError {
        return new UnexpectedResponseError(what, "run the command again", "workspace");
    }

    /** The same of a workspace's host, which databricks:host does not name. */
    atWorkspace(): UnexpectedResponseError {
        const remedy = "run the command again once the workspace is RUNNING and its host answers this machine";
        const Same = this instanceof NoSuchEndpointError ? NoSuchEndpointError : UnexpectedResponseError;
        return new Same(this.what, remedy, "workspace's host");
    }

    /** One object's record is odd, while the response around it is not: the host is the right one. */
    static ofRecord(noun: string, id: string | undefined, what: string): UnexpectedResponseError {
        return new UnexpectedResponseError(
            `its record of ${id === undefined ? `a ${noun}` : `the ${noun} ${id}`} ${what}`,
            "other objects are not affected. Look at it in the account console, and run the command again",
        );
    }
}

/** The API has no such endpoint, by its own word or by that of what stands before it: about objects, that says nothing. */
export class NoSuchEndpointError extends UnexpectedResponseError {}

/** What a refusal means for the caller. Mapped once from status and error code. */
export type ApiErrorKind = "missing" | "conflict" | "throttled" | "unavailable" | "denied" | "validation" | "invalid";

/** The API refused a request, and so did nothing. */
export class ApiError extends ReportedError {
    /** Whether an earlier attempt, whose response was lost, may have had its effect all the same. */
    mayHaveApplied = false;

    constructor(
        readonly kind: ApiErrorKind,
        /** HTTP status. */
        readonly status: number,
        /** The API's error code, such as RESOURCE_DOES_NOT_EXIST; empty if the answer had none. */
        readonly errorCode: string,
        /** The API's own words, shortened. */
        readonly detail: string,
        private readonly request: string,
        /** The service's own name of the request, which its support asks for. */
        readonly requestId: string | undefined = undefined,
        remedy = remedies[kind],
    ) {
        const facts = [errorCode, `HTTP ${status}`, requestId === undefined ? "" : `request id ${requestId}`];
        super(
            `${request} was refused: ${detail} (${facts.filter((fact) => fact !== "").join(", ")}). ${remedy}`,
            kindCodes[kind],
        );
    }

    /** The same, if more is known of what to do. */
    withRemedy(remedy: string): ApiError {
        const same = this.as(this.kind, remedy);
        same.mayHaveApplied = this.mayHaveApplied;
        return same;
    }

    /** The same as a refusal of the account: also a 404 then says nothing about an object of it. */
    ofAccount(accountId: string): ApiError {
        const remedy = `Check that databricks:accountId (or DATABRICKS_ACCOUNT_ID, or accountId of the resource) is the account that is meant, it is ${accountId}, and that the credential belongs to an account admin of it.`;
        return this.as("denied", remedy);
    }

    private as(kind: ApiErrorKind, remedy: string): ApiError {
        return new ApiError(kind, this.status, this.errorCode, this.detail, this.request, this.requestId, remedy);
    }
}

const remedies: Readonly<Record<ApiErrorKind, string>> = {
    missing: "Check the id: the object may have been deleted outside Pulumi; `pulumi refresh` shows what is there.",
    conflict: "Choose another name, or take away what still uses it, then run the command again.",
    throttled:
        "The account's rate limit was met for too long: run the command again later, or with a smaller --parallel.",
    unavailable: "The service did not recover in time: run the command again later; what was made is in the state.",
    denied: "Check that the credentials belong to an account admin of this account.",
    validation: "Databricks could not use the role or the bucket: check its policy, then run the command again.",
    invalid: "Correct the named value and run the command again.",
};

const kindCodes: Readonly<Record<ApiErrorKind, Code>> = {
    missing: "CMK2001",
    conflict: "CMK2002",
    throttled: "CMK2003",
    unavailable: "CMK2004",
    denied: "CMK2005",
    validation: "CMK2006",
    invalid: "CMK2007",
};

/**
 * No usable answer came. For a read nothing is lost; for a write it is not known whether it took effect
 * (`mayHaveApplied`), so the caller looks before it repeats.
 */
export class NoResponseError extends ReportedError {
    constructor(
        request: string,
        /** Why, as a clause: "it took longer than 60 s". */
        readonly reason: string,
        readonly mayHaveApplied: boolean,
        remedy = "Check the network and databricks:host, then run the command again: nothing is lost, and nothing will be made twice.",
        code: Code = "CMK2009",
    ) {
        super(`${request} got no usable response: ${reason}. ${remedy}`, code);
    }
}

/** The host cannot be spoken to, now or in a minute: its name does not resolve, or its certificate is not trusted. */
export class UnusableHostError extends NoResponseError {
    constructor(request: string, reason: string, remedy: string) {
        super(request, reason, false, remedy, "CMK2010");
    }
}

/** A response has more bytes than were asked for. Nothing of it is kept. */
export class ResponseTooLargeError extends ReportedError {
    constructor(request: string, maxBytes: number) {
        super(`The response to ${request} is larger than ${maxBytes} bytes.`, "CMK2011");
    }
}

/** The code of whatever was thrown; `undefined` if it is not an error of this package. */
export function codeOf(error: unknown): Code | undefined {
    return error instanceof ReportedError ? error.code : undefined;
}

/** What a person reads of whatever was thrown, its code last. */
export function shownMessageOf(error: unknown): string {
    return withCode(messageOf(error), codeOf(error));
}

/** What the message of an error does not say: the errors behind it, and of a defect the place. */
export function hiddenBehind(error: unknown): string[] {
    const hidden: string[] = [];
    for (let one = error; one instanceof Error && hidden.length < 10; one = one.cause) {
        const isSaid = one instanceof ReportedError && messageOf(error).includes(one.message);
        if (!isSaid) hidden.push(one instanceof ReportedError ? shownMessageOf(one) : (one.stack ?? String(one)));
    }
    return hidden;
}

/** What a request resolves with; `undefined` if what it asks for is missing. */
export async function orMissing<Result>(request: () => Promise<Result>): Promise<Result | undefined> {
    try {
        return await request();
    } catch (error) {
        if (error instanceof ApiError && error.kind === "missing") return undefined;
        throw error;
    }
}

/** What a status and an error code of the API mean. */
export function apiErrorKind(status: number, errorCode: string, detail: string): ApiErrorKind {
    if (status === 404 || errorCode === "RESOURCE_DOES_NOT_EXIST" || errorCode === "NOT_FOUND") return "missing";
    if (status === 409) return "conflict";
    if (status === 429) return "throttled";
    if (status >= 500) return "unavailable";
    if (status === 401 || status === 403) return "denied";
    // The service has spelled this in several ways, with and without an error code, as JSON and as plain text.
    if (/\bfailed\b.{0,60}\bvalidation\s+checks?\b/i.test(detail)) return "validation";
    return "invalid";
}
