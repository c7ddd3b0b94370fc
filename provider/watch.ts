import type { Clock } from "./client/account-client";
import type { Collection } from "./collection";
import type { Properties } from "./properties";

/** Up to how long after its beginning a wait looks more often than its share of the time waited, in milliseconds. */
const EAGER_UNTIL = 8_000;
/** The longest pause between two looks, in milliseconds. */
const LONGEST_PAUSE = 10_000;

/** The pause before the next look, when this long has been waited: it grows with the wait, so that looks stay few. */
export function pauseAfter(waited: number): number {
    if (waited < EAGER_UNTIL) return Math.max(waited, 500);
    return Math.min(waited / 10, LONGEST_PAUSE);
}

/** What a waiting caller makes of an answer (`undefined`: the object is gone): a result ends the wait. */
export type Verdict<Result> = (answer: Properties | undefined) => { readonly result: Result } | undefined;

interface Waiter {
    readonly id: string;
    readonly since: number;
    readonly end: number;
    look(answer: Properties | undefined): boolean;
    late(): void;
    fail(error: unknown): void;
}

/**
 * All who wait for an object of one collection. They share one poll: each look is one call, however many wait.
 */
export class Watch {
    private readonly waiters = new Set<Waiter>();
    private watching = false;

    constructor(
        private readonly collection: Collection,
        private readonly clock: Clock,
    ) {}

    /**
     * Waits until the verdict has a result. Fails with what the verdict throws, with the error of a look, or with what
     * `late` makes when the time (in milliseconds) is up; the object itself is never touched.
     */
    until<Result>(id: string, timeout: number, verdict: Verdict<Result>, late: () => Error): Promise<Result> {
        return new Promise<Result>((resolve, reject) => {
            const since = this.clock.now();
            this.waiters.add({
                id,
                since,
                end: since + timeout,
                look(answer) {
                    try {
                        const ended = verdict(answer);
                        if (ended !== undefined) resolve(ended.result);
                        return ended !== undefined;
                    } catch (error) {
                        reject(error instanceof Error ? error : new Error(String(error)));
                        return true;
                    }
                },
                late: () => reject(late()),
                fail: (error) => reject(error instanceof Error ? error : new Error(String(error))),
            });
            if (!this.watching) void this.watch();
        });
    }

    private async watch(): Promise<void> {
        this.watching = true;
        while (this.waiters.size > 0) {
            // Whoever has waited longest sets the pace: late comers do not make the looks more frequent.
            const since = Math.min(...[...this.waiters].map((waiter) => waiter.since));
            const next = this.clock.now() + pauseAfter(this.clock.now() - since);
            const end = Math.min(...[...this.waiters].map((waiter) => waiter.end));
            await this.clock.sleep(Math.max(Math.min(next, end) - this.clock.now(), 0));
            await this.lookAt([...this.waiters]);
        }
        this.watching = false;
    }

    private async lookAt(waiters: readonly Waiter[]): Promise<void> {
        try {
            const answers = await this.collection.readAll([...new Set(waiters.map(({ id }) => id))]);
            for (const waiter of waiters) {
                if (waiter.look(answers.get(waiter.id))) this.waiters.delete(waiter);
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
                waiter.late();
            }
        }
    }
}
