import fc from "fast-check";

import { interceptRequests } from "./account-service";
import { live, sequences } from "./steps";

/** How many random sequences are lived, and which. */
export interface ModelOptions {
    readonly runs: number;
    /** The same seed gives the same sequences. */
    readonly seed: number;
}

/**
 * Lives random sequences. Fails with the shortest one that shows what must not be, and with the seed that finds it again.
 */
export async function checkModel({ runs, seed }: ModelOptions): Promise<void> {
    const end = interceptRequests();
    try {
        const result = await fc.check(fc.asyncProperty(sequences, live), { numRuns: runs, seed });
        if (!result.failed) return;
        const [steps = []] = result.counterexample ?? [];
        const lines = steps.map((one) => `  ${JSON.stringify(one)}`);
        throw new Error(
            `${String(result.errorInstance)}\nafter these steps (seed ${seed}, sequence ${result.numRuns}, shrunk ${result.numShrinks} times):\n${lines.join("\n")}`,
        );
    } finally {
        end();
    }
}
