import { parseArgs } from "node:util";

/** The options of `npm run bench`. */
export interface BenchOptions {
    /** Number of workspaces. */
    readonly n: number;
    /** How long each workspace is PROVISIONING, in seconds. */
    readonly provisioning: number;
    /** Each workspace is ready up to this many percent sooner, at random. */
    readonly scatter: number;
    /** Number of runs of `refresh`, `preview` and `foreign`. */
    readonly runs: number;
    /** Requests per second that the service accepts in the measure `rate`. */
    readonly rate: number;
    /** Number of workspaces in the measure `rate`. */
    readonly rateN: number;
    /** Number of stacks in the measure `stacks`. */
    readonly stacks: number;
    /** Number of workspaces of each of these stacks. */
    readonly stackN: number;
    /** Number of notebooks in the measure `migrate`. */
    readonly notebooks: number;
    /** The measures to take. Empty: all. */
    readonly only: readonly string[];
    /** Whether to measure `@pulumi/databricks` too. */
    readonly peer: boolean;
    /** Whether to profile an `up` instead of taking measures. */
    readonly profile: boolean;
    /** File that receives the rows as JSON. */
    readonly json: string | undefined;
    /** File that receives the rows as a plot. */
    readonly svg: string | undefined;
}

/** Parses the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[], measures: readonly string[]): BenchOptions {
    const { values } = parseArgs({
        args: [...args],
        options: {
            n: { type: "string", default: "100" },
            provisioning: { type: "string", default: "30" },
            scatter: { type: "string", default: "10" },
            runs: { type: "string", default: "3" },
            rate: { type: "string", default: "10" },
            "rate-n": { type: "string" },
            stacks: { type: "string", default: "10" },
            "stack-n": { type: "string", default: "100" },
            notebooks: { type: "string", default: "10000" },
            only: { type: "string", default: "" },
            peer: { type: "boolean", default: false },
            profile: { type: "boolean", default: false },
            json: { type: "string" },
            svg: { type: "string" },
        },
    });
    const n = number("n", values.n);
    const only = values.only.split(",").filter((name) => name !== "");
    const unknown = only.find((name) => !measures.includes(name));
    if (unknown !== undefined) throw new Error(`--only ${unknown}: the measures are ${measures.join(", ")}.`);
    return {
        n,
        provisioning: number("provisioning", values.provisioning),
        scatter: number("scatter", values.scatter, { least: 0, most: 100 }),
        runs: number("runs", values.runs),
        rate: number("rate", values.rate),
        rateN: values["rate-n"] === undefined ? Math.max(200, n) : number("rate-n", values["rate-n"]),
        stacks: number("stacks", values.stacks),
        stackN: number("stack-n", values["stack-n"]),
        notebooks: number("notebooks", values.notebooks),
        only,
        peer: values.peer,
        profile: values.profile,
        json: values.json,
        svg: values.svg,
    };
}

function number(name: string, text: string, { least = 1, most = Number.MAX_SAFE_INTEGER } = {}): number {
    const given = /^\d+$/.test(text) ? Number(text) : NaN;
    if (given >= least && given <= most) return given;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new Error(`--${name} ${text}: give a whole number, ${bounds}.`);
}
