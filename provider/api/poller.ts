import type { Clock } from "./clock";
import type { Collection } from "./collection";
import type { Properties } from "../util/property-path";

/** The longest pause between two looks, in milliseconds: nobody is noticed later than that. */
const LONGEST_PAUSE = 10_000;
/** The first pause, in milliseconds; each is twice the time waited as long as nothing can be expected yet. */
const FIRST_PAUSE = 500;
/** From when on in a wait looks are close: provisioning takes half a minute at least. In milliseconds. */
const CLOSE_FROM = 23_000;
/** How late somebody may be noticed, as a share of the time waited, where all began together and so are late together. */
const LATE_TOGETHER = 1 / 18;
/** The same where they began one after the other, so that on average they are noticed in half of it. */
const LATE_SCATTERED = 1 / 11;
/** How many looks a stream of waits that end one after the other is worth; more only where they would be further apart than the longest pause. */
const POLLS_PER_STREAM = 7;
/** How much later than expected a look comes, in milliseconds, because a write's answer takes now longer, now shorter. */
const ALLOWANCE = 100;

/** What is waited for: each takes its own time, which the first that ends teaches the others. */
export type Awaited = "provisioning" | "deletion";

/** One wait, as far as the time of the next look depends on it; times in milliseconds. */
export interface Wait {
    readonly since: number;
    /** The shortest time after which such a wait has ended so far. */
    readonly shortestSoFar: number | undefined;
}

/**
 * When to look next. Without experience the pause grows with the time waited, so that looks stay few and nobody is noticed
 * late for the time that it took. With experience there is nothing to see before somebody is due, and one look serves all
 * who are due about then.
 *
 * @param scatter how far apart the waits began, in milliseconds: a long stream of them makes looks rarer, not more.
 */
export function nextPollAt(now: number, waits: readonly Wait[], scatter: number): number {
    const lateness = (time: number) => {
        const share = time * (scatter >= time * LATE_SCATTERED ? LATE_SCATTERED : LATE_TOGETHER);
        return Math.min(Math.max(share, scatter / POLLS_PER_STREAM, FIRST_PAUSE), LONGEST_PAUSE);
    };
    const pauseAfter = (waited: number) =>
        waited < CLOSE_FROM ? Math.min(Math.max(waited * 2, FIRST_PAUSE), LONGEST_PAUSE) : lateness(waited);
    const due: number[] = [];
    let oldest = now;
    let latest = now + LONGEST_PAUSE;
    for (const { since, shortestSoFar } of waits) {
        if (shortestSoFar !== undefined && since + shortestSoFar + ALLOWANCE > now) {
            due.push(since + shortestSoFar + ALLOWANCE);
            latest = Math.min(latest, since + shortestSoFar + lateness(shortestSoFar));
        } else {
            oldest = Math.min(oldest, since);
        }
    }
    // Whoever has waited longest sets the pace of those who are not expected: late comers do not make looks more frequent.
    if (due.length < waits.length) latest = Math.min(latest, now + pauseAfter(now - oldest));
    const served = due.filter((expected) => expected <= latest);
    return served.length === 0 ? latest : Math.max(...served);
}

/** What a waiting caller makes of an answer (`undefined`: the object is gone): a result ends the wait. */
export type PollCheck<Result> = (answer: Properties | undefined) => { readonly result: Result } | undefined;

interface Waiter {
    readonly id: string;
    readonly what: Awaited;
    readonly since: number;
    readonly end: number;
    /** Whether the wait ends with this answer. */
    check(answer: Properties | undefined): boolean;
    timeOut(): void;
    fail(error: unknown): void;
}

/**
 * All who wait for an object of one collection. They share one poll: each look is one call, however many wait.
 */
export class Poller {
    private readonly waiters = new Set<Waiter>();
    private readonly shortestSoFar = new Map<Awaited, number>();
    /** When the first and the last of those began who have waited since nobody did. */
    private began = { first: 0, last: 0 };
    private watching = false;

    constructor(
        private readonly collection: Pick<Collection, "getMany">,
        private readonly clock: Clock,
    ) {}

    /**
     * Waits until the verdict has a result. Fails with what the verdict throws, with the error of a look, or with what
     * `late` makes when the time (in milliseconds) is up; the object itself is never touched.
     */
    waitFor<Result>(
        id: string,
        what: Awaited,
        timeout: number,
        verdict: PollCheck<Result>,
        late: () => Error,
    ): Promise<Result> {
        return new Promise<Result>((resolve, reject) => {
            const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(String(error)));
            const since = this.clock.now();
            this.began = { first: this.waiters.size === 0 ? since : this.began.first, last: since };
            this.waiters.add({
                id,
                what,
                since,
                end: since + timeout,
                check(answer) {
                    try {
                        const ended = verdict(answer);
                        if (ended !== undefined) resolve(ended.result);
                        return ended !== undefined;
                    } catch (error) {
                        fail(error);
                        return true;
                    }
                },
                timeOut: () => reject(late()),
                fail,
            });
            if (!this.watching) void this.run();
        });
    }

    private async run(): Promise<void> {
        this.watching = true;
        while (this.waiters.size > 0) {
            const now = this.clock.now();
            const waits = [...this.waiters].map(({ since, what }) => ({
                since,
                shortestSoFar: this.shortestSoFar.get(what),
            }));
            const end = Math.min(...[...this.waiters].map((waiter) => waiter.end));
            const next = nextPollAt(now, waits, this.began.last - this.began.first);
            await this.clock.sleep(Math.max(Math.min(next, end) - now, 0));
            await this.poll([...this.waiters]);
        }
        this.watching = false;
    }

    private async poll(waiters: readonly Waiter[]): Promise<void> {
        try {
            const answers = await this.answersFor(waiters);
            const now = this.clock.now();
            for (const waiter of waiters) {
                if (!waiter.check(answers.get(waiter.id))) continue;
                this.waiters.delete(waiter);
                this.shortestSoFar.set(
                    waiter.what,
                    Math.min(this.shortestSoFar.get(waiter.what) ?? Infinity, now - waiter.since),
                );
            }
        } catch (error) {
            for (const waiter of waiters) {
                this.waiters.delete(waiter);
                waiter.fail(error);
            }
        }
        const now = this.clock.now();
        for (const waiter of waiters) {
            if (this.waiters.has(waiter) && now >= waiter.end) {
                this.waiters.delete(waiter);
                waiter.timeOut();
            }
        }
    }

    /** One look at all of them: the two questions share one list. */
    private async answersFor(waiters: readonly Waiter[]): Promise<ReadonlyMap<string, Properties | undefined>> {
        const idsOf = (what: Awaited) => [
            ...new Set(waiters.filter((waiter) => waiter.what === what).map(({ id }) => id)),
        ];
        const [provisioned, deleted] = await Promise.all([
            this.collection.getMany(idsOf("provisioning")),
            this.collection.getMany(idsOf("deletion"), "believed"),
        ]);
        return new Map([...deleted, ...provisioned]);
    }
}
