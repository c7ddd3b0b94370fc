import type { Clock } from "../../provider/api/clock";

interface Sleeper {
    readonly until: number;
    readonly process: { readonly dead: boolean } | undefined;
    readonly wake: () => void;
}

/**
 * The clock of the model. Time passes if nobody has anything to do, and then to the moment at which the next one wakes; each
 * request and each thing that people do take some time too.
 */
export class ModelClock implements Clock {
    /** How far the service's clock is ahead of the machine's, in milliseconds. */
    skew = 0;
    private time = Date.UTC(2026, 0, 1);
    private drawn = 0;
    private sleepers: Sleeper[] = [];
    private passing = false;

    now(): number {
        return this.time;
    }

    /** The time by the service's clock. */
    serviceTime(): number {
        return this.time + this.skew;
    }

    sleep(milliseconds: number): Promise<void> {
        return this.sleepIn(undefined, milliseconds);
    }

    /** The clock of a process: it stands still for a dead one. */
    of(process: { readonly dead: boolean }): Clock {
        return {
            now: () => this.now(),
            random: () => this.random(),
            sleep: (milliseconds) => this.sleepIn(process, milliseconds),
        };
    }

    random(): number {
        return (++this.drawn * 0.618) % 1;
    }

    /** Time passes. */
    pass(milliseconds: number): void {
        this.time += milliseconds;
    }

    private sleepIn(process: Sleeper["process"], milliseconds: number): Promise<void> {
        return new Promise((wake) => {
            const until = this.time + Math.max(0, milliseconds);
            const after = this.sleepers.findIndex((one) => one.until > until);
            this.sleepers.splice(after < 0 ? this.sleepers.length : after, 0, { until, process, wake });
            this.next();
        });
    }

    private next(): void {
        if (this.passing) return;
        this.passing = true;
        // After everything that can go on without time passing.
        setImmediate(() => {
            this.passing = false;
            this.sleepers = this.sleepers.filter(({ process }) => process?.dead !== true);
            const sleeper = this.sleepers.shift();
            if (sleeper === undefined) return;
            this.time = Math.max(this.time, sleeper.until);
            sleeper.wake();
            if (this.sleepers.length > 0) this.next();
        });
    }
}
