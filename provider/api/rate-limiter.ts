import type { Clock } from "./clock";

/** How many requests may be on their way when another is sent: a burst of a thousand helps nobody, and slow writes keep room for reads. */
const IN_FLIGHT = { read: 128, write: 64 };
/** The second over which a service counts, and a little more for requests that are slower on their way than others. */
const WINDOW = 1_030;
/** How long a turn is remembered, in milliseconds: a refusal can come late. */
const MEMORY = 30_000;
/** For how long the service is trusted to take what it took, in milliseconds, whatever a single refusal says. */
const TRUSTED = 10_000;
/** The first pause after a refusal that names none, and the longest, in milliseconds. */
const PAUSE = { first: 500, longest: 30_000 };
/** How many of the last pauses go by at most before more is tried again: trying in vain costs such a pause. */
const PATIENCE = 10;

/** A request's turn to be sent. It ends with one of `Pace.answered`, `Pace.refused` and `Pace.lost`. */
export interface Permit {
    /** When it came, in milliseconds since 1970. */
    readonly sent: number;
}

interface Waiting {
    readonly take: (turn: Permit) => void;
    readonly fail: (error: Error) => void;
}

/**
 * When the requests of one client are sent. Nothing is held back until the service says that it is asked too much
 * (429). From then on all requests stand in one line and no more are sent in a second than it took, which is tried
 * upwards from time to time. Reads go first: a look at what happens must not wait behind a thousand creations.
 */
export class RateLimiter {
    private readonly waiting: Record<"read" | "write", Waiting[]> = { read: [], write: [] };
    /** What was sent and not refused, oldest first. */
    private sent: Permit[] = [];
    private inFlight = 0;
    /** How many requests the service takes in a window; `undefined` until it refuses one. */
    private limit: number | undefined;
    private holdUntil = 0;
    /** When more is tried next, and how long after the last time: longer after each try in vain, shorter after others. */
    private raise = { at: 0, after: WINDOW, underWay: false };
    /** How many pauses in a row the service took nothing between, and the first refusal since it did. */
    private consecutiveThrottledPauses = 0;
    private firstRefusal: number | undefined;
    /** What was refused lately, and from when on what was taken is trusted. */
    private refusals: number[] = [];
    private trustFrom = Number.NEGATIVE_INFINITY;
    private waking = false;

    constructor(private readonly clock: Clock) {}

    /** Waits for a turn. Fails with what `giveUp` is told. */
    acquire(kind: "read" | "write"): Promise<Permit> {
        return new Promise((take, fail) => {
            this.waiting[kind].push({ take, fail });
            this.next();
        });
    }

    /** The service has been taking nothing for too long: all who stand in line fail, or each would wait that long again. */
    rejectQueued(error: Error): void {
        for (const { fail } of [...this.waiting.read.splice(0), ...this.waiting.write.splice(0)]) fail(error);
    }

    /** The service took the request. */
    onAccepted(): void {
        this.consecutiveThrottledPauses = 0;
        this.firstRefusal = undefined;
        this.onNoResponse();
    }

    /** The request found no answer, or was not sent after all. */
    onNoResponse(): void {
        this.inFlight--;
        this.next();
    }

    /**
     * The service refused the request because it is asked too much. Nothing is sent for as many milliseconds as are returned:
     * those that the service asks for at least, and more and more where it takes nothing at all. `since` is when it began to
     * take nothing, in milliseconds since 1970.
     */
    onThrottled(turn: Permit, asked = 0): { readonly pause: number; readonly since: number } {
        const now = this.clock.now();
        // What was sent before the last refusal came says nothing new.
        const news = turn.sent >= this.holdUntil;
        if (news) this.consecutiveThrottledPauses++;
        const since = (this.firstRefusal ??= now);
        const own =
            Math.min(PAUSE.longest, PAUSE.first * 2 ** (this.consecutiveThrottledPauses - 1)) *
            (0.5 + this.clock.random() / 2);
        const pause = Math.max(own, asked);
        this.sent = this.sent.filter((one) => one !== turn);
        this.refusals = [...this.refusals.filter((sent) => sent > turn.sent - WINDOW), turn.sent];
        const taken = this.sent.filter(({ sent }) => sent > turn.sent - WINDOW && sent <= turn.sent).length;
        // Where more was refused than taken, what it took before says nothing any more.
        if (this.refusals.length > taken) this.trustFrom = turn.sent - WINDOW;
        this.limit = Math.max(this.mostTaken(turn), 1);
        const inVain = this.raise.underWay && news;
        const longer = Math.min(this.raise.after * 2, PATIENCE * Math.max(pause, WINDOW));
        const after = inVain ? longer : this.raise.after;
        this.holdUntil = Math.max(this.holdUntil, now + pause);
        this.raise = { at: this.holdUntil + after, after, underWay: this.raise.underWay && !inVain };
        this.onNoResponse();
        return { pause, since };
    }

    /**
     * The most that was sent in a window lately and not refused. (The last window alone says less: what was late on its way
     * counts in another second there than here.)
     */
    private mostTaken(refused: Permit): number {
        const from = Math.max(refused.sent - TRUSTED, this.trustFrom);
        const times = this.sent.map(({ sent }) => sent).filter((sent) => sent > from);
        let [first, most] = [0, 0];
        times.forEach((time, index) => {
            while (time - (times[first] ?? time) >= WINDOW) first++;
            most = Math.max(most, index - first + 1);
        });
        return most;
    }

    /** Gives turns to those who wait, as many as may be sent now. */
    private next(): void {
        for (;;) {
            const kind = this.waiting.read.length > 0 ? "read" : "write";
            const line = this.waiting[kind];
            if (line.length === 0 || this.inFlight >= IN_FLIGHT[kind]) return;
            const wait = this.wait();
            if (wait > 0) return this.wakeAfter(wait);
            const turn = { sent: this.clock.now() };
            this.sent.push(turn);
            this.inFlight++;
            line.shift()?.take(turn);
        }
    }

    /** How long nothing may be sent, in milliseconds. */
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

    private wakeAfter(milliseconds: number): void {
        if (this.waking) return;
        this.waking = true;
        void this.clock.sleep(milliseconds).then(() => {
            this.waking = false;
            this.next();
        });
    }
}
