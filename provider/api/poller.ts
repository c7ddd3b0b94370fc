import { AsyncResource } from "node:async_hooks";

import type { Clock } from "./clock";
import type { Properties } from "../util/property-path";
import { type Awaited, nextPollAt } from "./poll-schedule";

/** What a waiting caller makes of an answer (`undefined`: the object is gone): a result ends the wait. */
export type PollCheck<Result> = (answer: Properties | undefined) => { readonly result: Result } | undefined;

/** What a poller reads: of many objects at once, those that are there. */
export interface PolledCollection {
    getMany(
        ids: readonly string[],
        absence?: "asked" | "believed",
    ): Promise<ReadonlyMap<string, Properties | undefined>>;
}

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
        private readonly collection: PolledCollection,
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
                // What the check reports belongs to the caller's resource, whoever started the poll.
                check: AsyncResource.bind((answer: Properties | undefined) => {
                    try {
                        const ended = verdict(answer);
                        if (ended !== undefined) resolve(ended.result);
                        return ended !== undefined;
                    } catch (error) {
                        fail(error);
                        return true;
                    }
                }),
                timeOut: () => {
                    // An error that escaped here would end the process, and with it everybody else's wait.
                    try {
                        reject(late());
                    } catch (error) {
                        fail(error);
                    }
                },
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
        const idsOf = (...kinds: readonly Awaited[]) => [
            ...new Set(waiters.filter(({ what }) => kinds.includes(what)).map(({ id }) => id)),
        ];
        const [provisioned, deleted] = await Promise.all([
            this.collection.getMany(idsOf("provisioning", "update")),
            this.collection.getMany(idsOf("deletion"), "believed"),
        ]);
        return new Map([...deleted, ...provisioned]);
    }
}
