import fc from "fast-check";

import { startOf } from "./from-state";
import { sequences } from "./histories";
import type { ModelHost } from "./hosts";
import { interceptRequests } from "./requests";
import { shrink } from "./shrink";
import { live, type Step, type WorldOptions } from "./steps";
import { Violation } from "./violation";

/** How many random sequences are lived, and which. */
export interface ModelOptions {
    readonly runs: number;
    /** The same seed gives the same sequences. */
    readonly seed: number;
    /** What the handlers are told, and whether the gate is asked: without it the model has to find losses. Default: the classes. */
    readonly host?: ModelHost;
    /** The text of a state that each of them begins from, as `pulumi stack export` wrote it. */
    readonly from?: string | undefined;
}

/**
 * Lives random sequences. Fails with the first one that shows what must not be, made as short as it can be, and with the seed that
 * finds it again.
 */
export async function checkModel({ runs, seed, host, from }: ModelOptions): Promise<void> {
    const options = { ...(host !== undefined && { host }), ...(from !== undefined && { start: startOf(from) }) };
    const end = interceptRequests();
    try {
        for (const [index, steps] of fc.sample(sequences, { seed, numRuns: runs }).entries()) {
            const failure = await failureOf(steps, options);
            if (failure === undefined) continue;
            const shortest = await shrink(
                steps,
                async (fewer) => kindOf(await failureOf(fewer, options)) === kindOf(failure),
            );
            const message = (await failureOf(shortest, options))?.message ?? failure.message;
            const lines = shortest.map((one) => JSON.stringify(one));
            const story = `after these steps (seed ${seed}, sequence ${index}):\n${lines.join("\n")}`;
            throw new Error(`${message}\n${story}\n${from === undefined ? testOf(message, lines) : ""}`);
        }
    } finally {
        end();
    }
}

/** Lives one sequence. Fails if it shows what must not be. */
export async function checkHistory(steps: readonly Step[], host?: ModelHost): Promise<void> {
    const end = interceptRequests();
    try {
        const failure = await failureOf(steps, host === undefined ? {} : { host });
        if (failure !== undefined) throw failure;
    } finally {
        end();
    }
}

/** A history that failed, to be pasted into known-histories.ts, whose histories unit tests live. */
function testOf(message: string, steps: readonly string[]): string {
    const title = JSON.stringify(message.split("\n")[0]);
    const members = steps.map((step) => `            ${step.replace(/"(\w+)":/g, "$1: ")},`);
    return [
        "as a test, in test/model/known-histories.ts:",
        `    {`,
        `        title: ${title},`,
        `        steps: [`,
        ...members,
        `        ],`,
        `    },`,
    ].join("\n");
}

async function failureOf(steps: readonly Step[], options: WorldOptions): Promise<Error | undefined> {
    try {
        await live(steps, options);
        return undefined;
    } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
    }
}

function kindOf(error: Error | undefined): string | undefined {
    return error instanceof Violation ? error.kind : error?.constructor.name;
}
