import type { Clock } from "../../provider/api/clock";

/** A clock of a machine that sleeps in no time, and how far the service's clock is ahead of it. */
export class ModelClock implements Clock {
    /** How far the service's clock is ahead of the machine's, in milliseconds. */
    skew = 0;
    private time = Date.UTC(2026, 0, 1);
    private drawn = 0;

    now(): number {
        return this.time;
    }

    async sleep(milliseconds: number): Promise<void> {
        this.time += Math.max(0, milliseconds);
        await Promise.resolve();
    }

    /** The clock of a process, which stands still for it once it is dead. */
    of(process: { readonly dead: boolean }): Clock {
        const sleep = (milliseconds: number) =>
            process.dead ? new Promise<void>(() => undefined) : this.sleep(milliseconds);
        return { now: () => this.now(), random: () => this.random(), sleep };
    }

    random(): number {
        return (++this.drawn * 0.618) % 1;
    }

    /** Time passes. */
    pass(milliseconds: number): void {
        this.time += milliseconds;
    }
}
