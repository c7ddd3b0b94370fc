import type { Clock } from "./clock";
import { REPORT_AFTER, REPORT_EVERY } from "./outage";

/** Most requests in flight at once. A burst of a thousand gains nothing, and slow writes must leave room for reads. */
const IN_FLIGHT = { read: 128, write: 64 };
/** The second over which a service counts, in milliseconds, plus a margin for requests that take longer to arrive than others. */
const WINDOW = 1_030;
/** How long a sent request is remembered, in milliseconds: its 429 can come late. */
const MEMORY = 30_000;
/** How far back accepted requests count as evidence of the limit, in milliseconds, whatever a single 429 suggests. */
const TRUSTED = 10_000;
/** The first pause after a 429 without Retry-After, and the longest, in milliseconds. */
const PAUSE = { first: 500, longest: 30_000 };
/**
 * The longest pause if the service says how long to wait, as a multiple of that. Other programs use the same limit: to
 * one that happened to get nothing for a while, a longer pause leaves what the service would accept unused.
 */
const OF_ASKED = 2;
/**
 * Requests that are throttled after fewer than this part of what was once accepted in a window have no constant limit of their own:
 * others count with them. (A service that counts in seconds of its clock accepts up to twice its limit in a window of ours.)
 */
const FEWER = 0.45;
/** A higher rate is tried again after at most this many pauses of the last length: a failed attempt costs one pause. */
const PATIENCE = 10;

/** Permission to send one request. It ends with one of `onAccepted`, `onThrottled` and `onNoResponse`. */
export interface Permit {
    /** When it was granted, in milliseconds since 1970. */
    readonly sent: number;
}

interface Waiting {
    readonly grant: (permit: Permit) => void;
    readonly reject: (error: Error) => void;
}

/**
 * Limits the rate of requests that share a limit. Nothing is held back until the service throttles a request (429). From then
 * on all requests wait in one queue, and no more are sent in a second than the service accepted; a higher rate is tried
 * from time to time. Reads go first: a poll must not wait behind a thousand creates.
 */
export class RateLimiter {
    private readonly waiting: Record<"read" | "write", Waiting[]> = { read: [], write: [] };
    /** Permits of requests that were not throttled, oldest first. */
    private sent: Permit[] = [];
    private inFlight = 0;
    /** Requests that the service accepts in a window; `undefined` until it throttles one. */
    private limit: number | undefined;
    private holdUntil = 0;
    /** When a higher rate is tried next, and the time between attempts: longer after a failed one, shorter after others. */
    private raise = { at: 0, after: WINDOW, underWay: false };
    /** Consecutive pauses without one accepted request, and the time of the first 429 among them. */
    private consecutiveThrottledPauses = 0;
    private firstRefusal: number | undefined;
    /** Times at which recently throttled requests were sent, and the time from which accepted requests count as evidence. */
    private refusals: number[] = [];
    private trustFrom = Number.NEGATIVE_INFINITY;
    /** How many were accepted in the window before each request that was throttled lately. */
    private takenBefore: { readonly sent: number; readonly taken: number }[] = [];
    private waking = false;

    /** Since when requests have been queued without a break because of the limit, and when that is reported next. */
    private heldSince: number | undefined;
    private reportAt = 0;

    /**
     * @param report shows a line while requests are held back for long.
     * @param what the requests, for that line: `requests`
     * @param onFewer told if no limit of these requests alone explains when they are throttled.
     */
    constructor(
        private readonly clock: Clock,
        private readonly report: (line: string) => void = () => undefined,
        private readonly what = "requests",
        private readonly onFewer: () => void = () => undefined,
    ) {}

    /** Whether the service has throttled a request. */
    get isLimited(): boolean {
        return this.limit !== undefined;
    }

    /** Resolves when a request may be sent. Rejects with the error of {@link rejectQueued}. */
    acquire(kind: "read" | "write"): Promise<Permit> {
        return new Promise((grant, reject) => {
            this.waiting[kind].push({ grant, reject });
            this.next();
        });
    }

    /** Rejects all queued requests: after a long outage each of them would wait that long again. */
    rejectQueued(error: Error): void {
        for (const { reject } of [...this.waiting.read.splice(0), ...this.waiting.write.splice(0)]) reject(error);
    }

    /** The service accepted the request. */
    onAccepted(): void {
        this.consecutiveThrottledPauses = 0;
        this.firstRefusal = undefined;
        this.onNoResponse();
    }

    /** The request got no response, or was not sent after all. */
    onNoResponse(): void {
        this.inFlight--;
        this.next();
    }

    /**
     * The service throttled the request (429). Nothing is sent for the returned `pause` in milliseconds: at least what the
     * service asks for, and longer each time while it accepts nothing. `since` is when it stopped accepting requests, in
     * milliseconds since 1970.
     */
    onThrottled(permit: Permit, asked = 0): { readonly pause: number; readonly since: number } {
        const now = this.clock.now();
        // A request that was sent before the last 429 arrived tells nothing new.
        const isNews = permit.sent >= this.holdUntil;
        if (isNews) this.consecutiveThrottledPauses++;
        const since = (this.firstRefusal ??= now);
        const longest = asked > 0 ? OF_ASKED * asked : PAUSE.longest;
        const own =
            Math.min(longest, PAUSE.first * 2 ** (this.consecutiveThrottledPauses - 1)) *
            (0.5 + this.clock.random() / 2);
        const pause = Math.max(own, asked);
        this.sent = this.sent.filter((one) => one !== permit);
        this.refusals = [...this.refusals.filter((sent) => sent > permit.sent - WINDOW), permit.sent];
        const taken = this.sent.filter(({ sent }) => sent > permit.sent - WINDOW && sent <= permit.sent).length;
        // Once more is throttled than accepted, earlier accepted requests are no evidence any more.
        if (this.refusals.length > taken) this.trustFrom = permit.sent - WINDOW;
        if (isNews) this.compareWithOthers(permit.sent, taken);
        this.limit = Math.max(this.mostTaken(Math.max(permit.sent - TRUSTED, this.trustFrom)), 1);
        const failed = this.raise.underWay && isNews;
        const longer = Math.min(this.raise.after * 2, PATIENCE * Math.max(pause, WINDOW));
        const after = failed ? longer : this.raise.after;
        this.holdUntil = Math.max(this.holdUntil, now + pause);
        this.raise = { at: this.holdUntil + after, after, underWay: this.raise.underWay && !failed };
        this.onNoResponse();
        return { pause, since };
    }

    /** A limit of these requests alone would throttle them after about as many each time. */
    private compareWithOthers(sent: number, taken: number): void {
        this.takenBefore = [...this.takenBefore.filter((one) => one.sent > sent - MEMORY), { sent, taken }];
        const fewest = Math.min(...this.takenBefore.map((one) => one.taken));
        if (fewest >= FEWER * this.mostTaken(sent - MEMORY)) return;
        this.takenBefore = [];
        this.onFewer();
    }

    /**
     * The most requests accepted in one window since then. (The last window alone says less: a delayed request counts in another
     * second at the service than here.)
     */
    private mostTaken(from: number): number {
        const times = this.sent.map(({ sent }) => sent).filter((sent) => sent > from);
        let [first, most] = [0, 0];
        times.forEach((time, index) => {
            while (time - (times[first] ?? time) >= WINDOW) first++;
            most = Math.max(most, index - first + 1);
        });
        return most;
    }

    /** Grants permits to queued requests, as many as may be sent now. */
    private next(): void {
        for (;;) {
            const kind = this.waiting.read.length > 0 ? "read" : "write";
            const queue = this.waiting[kind];
            if (queue.length === 0) this.heldSince = undefined;
            if (queue.length === 0 || this.inFlight >= IN_FLIGHT[kind]) return;
            const wait = this.wait();
            if (wait > 0) return this.hold(wait);
            const permit = { sent: this.clock.now() };
            this.sent.push(permit);
            this.inFlight++;
            queue.shift()?.grant(permit);
        }
    }

    /** Time until the next request may be sent, in milliseconds. */
    private wait(): number {
        const now = this.clock.now();
        if (this.holdUntil > now) return this.holdUntil - now;
        const forgotten = this.sent.findIndex(({ sent }) => sent > now - MEMORY);
        if (forgotten > 0) this.sent.splice(0, forgotten);
        if (this.limit === undefined) return 0;
        if (this.raise.at <= now) {
            this.limit = Math.max(this.limit + 1, Math.floor(this.limit * 1.5));
            const { after, underWay } = this.raise;
            const next = underWay ? Math.max(after / 2, WINDOW) : after;
            this.raise = { at: now + next, after: next, underWay: true };
        }
        const oldest = this.sent.at(-this.limit);
        return oldest === undefined ? 0 : oldest.sent + WINDOW - now;
    }

    /** Sends nothing for so long, and says so if the requests wait for long. */
    private hold(milliseconds: number): void {
        const now = this.clock.now();
        this.heldSince ??= now;
        if (now >= this.reportAt && now + milliseconds >= this.heldSince + REPORT_AFTER) {
            this.reportAt = now + REPORT_EVERY;
            const { read, write } = this.waiting;
            const from = new Date(now + milliseconds).toTimeString().slice(0, 8);
            const again = milliseconds < REPORT_AFTER ? "" : `, from ${from} on`;
            this.report(
                `Databricks limits the rate of ${this.what}: ${read.length + write.length} waiting, ${this.limit ?? 1} sent a second${again}`,
            );
        }
        if (this.waking) return;
        this.waking = true;
        void this.clock.sleep(milliseconds).then(() => {
            this.waking = false;
            this.next();
        });
    }
}
