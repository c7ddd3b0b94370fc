import type { Clock } from "../../provider/api/clock";
import type { Environment } from "../../provider/runtime/session";

/** A clock that stands still but for those who sleep: a sleep of an hour is over at once. */
export class FakeClock implements Clock {
    private time = Date.now();
    readonly sleeps: number[] = [];
    now(): number {
        return this.time;
    }
    async sleep(milliseconds: number): Promise<void> {
        this.sleeps.push(milliseconds);
        this.time += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
    }
    random(): number {
        return 0.5;
    }
}

/** A world whose clock is fake and whose reports are kept. */
export function fakeEnvironment(
    environment: Record<string, string>,
    clock: Clock = new FakeClock(),
): { -readonly [Name in keyof Environment]: Environment[Name] } & { lines: string[] } {
    const lines: string[] = [];
    const line = (message: string) => void lines.push(message);
    return {
        variables: { HOME: "/nowhere", ...environment },
        clock,
        report: { warn: line, info: line, progress: line },
        isEngineAlive: async () => true,
        lines,
    };
}

/**
 * A clock for many who wait at once: time passes only when nobody has anything to do, and then to the moment at which
 * the next one wakes. For what runs without real input and output.
 */
export class SimulatedClock implements Clock {
    private time = 1_000_000;
    private readonly sleepers: { until: number; wake: () => void }[] = [];
    private passing = false;
    now(): number {
        return this.time;
    }
    sleep(milliseconds: number): Promise<void> {
        return new Promise((wake) => {
            const until = this.time + milliseconds;
            const after = this.sleepers.findIndex((one) => one.until > until);
            this.sleepers.splice(after < 0 ? this.sleepers.length : after, 0, { until, wake });
            if (!this.passing) this.pass();
        });
    }
    random(): number {
        return 0.5;
    }
    private pass(): void {
        this.passing = true;
        // After everything that can go on without time passing.
        setImmediate(() => {
            const next = this.sleepers.shift();
            this.passing = false;
            if (next === undefined) return;
            this.time = Math.max(this.time, next.until);
            next.wake();
            if (this.sleepers.length > 0) this.pass();
        });
    }
}

/** The mark among the inputs of a resource, of a stack that was made at this time: one uuid for each time. */
export function ownerFor(name: string, { since = 0, more = "" } = {}): string {
    return `${stackOf(since)}${more}/${name}`;
}

/** The uuid of the stack that was made at this time, in milliseconds since 1970. */
export function stackOf(since: number): string {
    const time = since.toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7111-8444-555555555555`;
}

/** Something that is waited for until somebody opens it. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
    let open = () => {};
    const passed = new Promise<void>((resolve) => (open = resolve));
    return { passed, open: () => open() };
}

/** A clock on which something happens during a pause of a certain length. */
export class EventfulClock extends FakeClock {
    during: { milliseconds: number; run: () => Promise<void> } | undefined;
    override async sleep(milliseconds: number): Promise<void> {
        await super.sleep(milliseconds);
        if (this.during?.milliseconds === milliseconds) await this.during.run();
    }
}
