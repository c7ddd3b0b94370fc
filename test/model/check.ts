import fc from "fast-check";

import { sequences } from "./histories";
import { interceptRequests } from "./requests";
import { shrink } from "./shrink";
import { live, type Step } from "./steps";
import { Violation } from "./violation";

/** How many random sequences are lived, and which. */
export interface ModelOptions {
    readonly runs: number;
    /** The same seed gives the same sequences. */
    readonly seed: number;
    /** Whether a delete of a workspace asks anything: without that the model has to find losses. */
    readonly hasGate?: boolean;
}

/**
 * Lives random sequences. Fails with the first one that shows what must not be, made as short as it can be, and with the seed that
 * finds it again.
 */
export async function checkModel({ runs, seed, hasGate }: ModelOptions): Promise<void> {
    const end = interceptRequests();
    try {
        for (const [index, steps] of fc.sample(sequences, { seed, numRuns: runs }).entries()) {
            const failure = await failureOf(steps, hasGate);
            if (failure === undefined) continue;
            const shortest = await shrink(
                steps,
                async (fewer) => kindOf(await failureOf(fewer, hasGate)) === kindOf(failure),
            );
            const message = (await failureOf(shortest, hasGate))?.message ?? failure.message;
            const lines = shortest.map((one) => `  ${JSON.stringify(one)}`);
            throw new Error(`${message}\nafter these steps (seed ${seed}, sequence ${index}):\n${lines.join("\n")}`);
        }
    } finally {
        end();
    }
}

/** Lives one sequence. Fails if it shows what must not be. */
export async function checkHistory(steps: readonly Step[], hasGate?: boolean): Promise<void> {
    const end = interceptRequests();
    try {
        const failure = await failureOf(steps, hasGate);
        if (failure !== undefined) throw failure;
    } finally {
        end();
    }
}

async function failureOf(steps: readonly Step[], hasGate: boolean | undefined): Promise<Error | undefined> {
    try {
        await live(steps, hasGate === undefined ? {} : { hasGate });
        return undefined;
    } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
    }
}

function kindOf(error: Error | undefined): string | undefined {
    return error instanceof Violation ? error.kind : error?.constructor.name;
}
