import type { Clock } from "../../provider/api/clock";

/** How often something is tried that has to succeed, and the pause before each further attempt, in milliseconds. */
const ATTEMPTS = 6;
const ATTEMPT_PAUSE = 2000;

/** How long a drill waits; times are in milliseconds. */
export interface DrillWait {
    readonly clock: Clock;
    /** Ends the drill early: the key is enabled again, and the canaries removed. */
    readonly signal: AbortSignal;
    /** How long each change is waited for at most. */
    readonly timeout: number;
    /** The pause between two reads. */
    readonly interval: number;
}

/** Why a step failed, in one sentence. */
export class StepFailure extends Error {}

/** Looks again and again until there is a result, the time is over, or the drill is stopped. */
export async function poll<Result>(
    { clock, timeout, interval, signal }: DrillWait,
    look: () => Promise<Result | undefined>,
    late: (seconds: number) => string,
): Promise<Result> {
    const began = clock.now();
    const stopped = aborted(signal);
    for (;;) {
        if (signal.aborted) throw new StepFailure("stopped by a signal");
        const result = await look();
        if (result !== undefined) return result;
        if (clock.now() - began >= timeout) throw new StepFailure(late(Math.round((clock.now() - began) / 1000)));
        await Promise.race([clock.sleep(interval), stopped]);
    }
}

/** Tries again if something fails that has to succeed, even after the drill was stopped. */
export async function retryUntilSuccess(clock: Clock, run: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        try {
            return await run();
        } catch (error) {
            if (attempt === ATTEMPTS) throw error;
            await clock.sleep(ATTEMPT_PAUSE);
        }
    }
}

function aborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
}
