import type { Clock } from "./clock";
import { ApiError, NoResponseError, type ReportedError, UnusableHostError } from "./errors";
import type { Attempt, HttpResponse } from "./http";
import type { Outage } from "./outage";
import type { Permit, RateLimiter } from "./rate-limiter";
import { errorOf } from "./refusal";

/** One request, as far as its repetition depends on it. */
export interface RetriedRequest {
    /** What it is called in messages: `GET /workspaces`. */
    readonly name: string;
    /** Whether sending it twice does no harm, as for a read. */
    readonly repeatable: boolean;
    /** What limits the rate of its next attempt. */
    limiter(): RateLimiter;
    /**
     * When it was first tried, in milliseconds since 1970, if that was before: its time has run since then. It is sent
     * once at least.
     */
    readonly began?: number | undefined;
    send(attempt: Attempt): Promise<HttpResponse>;
}

/** What came of one attempt. */
type Outcome =
    | { readonly response: HttpResponse }
    /** The service refused it. */
    | { readonly refused: ReportedError; readonly askedDelay: number }
    /** It was not sent, or found no response. */
    | { readonly failure: unknown };

/**
 * Repeats requests, with growing and scattered pauses, until their total time is used up. Waiting for a permit is no part
 * of that time, nor is a refusal for the rate's sake while the service accepts other requests.
 */
export class Retry {
    /**
     * @param timeout how long a request is tried again before it counts as failed, in milliseconds.
     * @param outage what all requests share.
     * @param redact takes the secrets out of a response's text.
     */
    constructor(
        private readonly clock: Clock,
        private readonly timeout: number,
        private readonly outage: Outage,
        private readonly redact: (text: string) => string,
    ) {}

    /** The first response with success. Fails with what the last attempt failed with. */
    async run(request: RetriedRequest): Promise<HttpResponse> {
        let { began } = request;
        for (let failures = 0, number = 1; ; number++) {
            const queued = this.clock.now();
            const limiter = request.limiter();
            const permit = await limiter.acquire(request.repeatable ? "read" : "write");
            // Standing in line uses up no time.
            began = began === undefined ? permit.sent : began + permit.sent - queued;
            const outcome = await this.attempt(request, { number, waited: permit.sent - queued });
            if ("refused" in outcome && isThrottled(outcome.refused)) {
                this.outage.end();
                // Its next permit comes no earlier than the limiter's pause ends.
                this.requeue(limiter, permit, outcome.refused, outcome.askedDelay);
                continue;
            }
            if ("failure" in outcome) limiter.onNoResponse();
            else limiter.onAccepted();
            if ("response" in outcome) {
                this.outage.end();
                return outcome.response;
            }
            const failure = "refused" in outcome ? outcome.refused : outcome.failure;
            const asked = "refused" in outcome ? outcome.askedDelay : 0;
            if (!canPass(failure)) {
                if ("refused" in outcome) this.outage.end();
                throw failure;
            }
            // The time is up for a request of its own, and for all of them together while nothing is answered.
            const end = Math.min(began + this.timeout, this.outage.failed(permit.sent));
            const delay = Math.max(retryDelay(failures++, this.clock.random()), asked);
            if (this.clock.now() + delay > end || !shouldRetry(failure, request.repeatable)) throw failure;
            await this.outage.pause(delay, request.name, reasonOf(failure));
        }
    }

    private async attempt({ name, repeatable, send }: RetriedRequest, attempt: Attempt): Promise<Outcome> {
        try {
            const response = await send(attempt);
            const error = errorOf(name, response, this.redact);
            if (error === undefined) return { response };
            // A service that failed may have done first what it was asked to.
            const refused =
                isUnavailable(error) && !repeatable
                    ? new NoResponseError(name, `the service responded with ${describe(error)}`, true).causedBy(error)
                    : error;
            return { refused, askedDelay: retryAfter(response.headers["retry-after"], this.clock.now()) ?? 0 };
        } catch (failure) {
            return { failure };
        }
    }

    /** As long as the service accepts other requests, one that it refuses for the rate's sake only waits for its next permit. */
    private requeue(limiter: RateLimiter, permit: Permit, refused: ReportedError, askedDelay: number): void {
        const { pause, since } = limiter.onThrottled(permit, askedDelay);
        if (this.clock.now() + pause <= since + this.timeout) return;
        limiter.rejectQueued(refused);
        throw refused;
    }
}

/** The status of a failed response, and the service's words if the status does not say that it failed. */
function describe({ status, errorCode, detail, requestId }: ApiError): string {
    const said = status < 300 ? `HTTP ${status}, ${errorCode}: ${detail}` : `HTTP ${status}`;
    return requestId === undefined ? said : `${said} (request id ${requestId})`;
}

function isThrottled(error: unknown): boolean {
    return error instanceof ApiError && error.kind === "throttled";
}

function isUnavailable(error: unknown): error is ApiError {
    return error instanceof ApiError && error.kind === "unavailable";
}

/** Whether the next attempt may do better: not if a name does not resolve, say, or the service refused. */
function canPass(failure: unknown): boolean {
    if (failure instanceof UnusableHostError) return false;
    return failure instanceof NoResponseError || isUnavailable(failure);
}

/**
 * Whether a request may be sent again after this failure. A read may after any failure that can pass. A write may only
 * when it is certain that it had no effect: the API has no idempotency key, so a second POST may make a second object.
 */
export function shouldRetry(failure: unknown, repeatable: boolean): boolean {
    if (!canPass(failure)) return false;
    return repeatable || (failure instanceof NoResponseError && !failure.mayHaveApplied);
}

function reasonOf(failure: unknown): string {
    if (failure instanceof NoResponseError) return failure.reason;
    return failure instanceof ApiError ? `HTTP ${failure.status}, ${failure.detail}` : "no usable response";
}

/**
 * How long to wait after this many failures before, in milliseconds: twice as long each time, at most 30 s, and scattered
 * (`random`: from 0 to 1) so that requests that failed together do not come back together.
 */
export function retryDelay(failures: number, random: number): number {
    return Math.min(30_000, 500 * 2 ** failures) * (0.5 + random / 2);
}

/** Milliseconds that a Retry-After header asks for, in either of its forms; at most ten minutes. */
export function retryAfter(header: unknown, now: number): number | undefined {
    if (typeof header !== "string") return undefined;
    const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
    return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, 600_000) : undefined;
}
