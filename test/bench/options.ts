import { parseArgs } from "node:util";

/** What `npm run bench` takes. */
export interface BenchOptions {
    /** How many workspaces. */
    readonly n: number;
    /** How long each is PROVISIONING, in seconds. */
    readonly provisioning: number;
    /** By how many percent of that a workspace is ready sooner at most, by chance. */
    readonly scatter: number;
    /** How often refresh, preview and the foreign account are measured. */
    readonly runs: number;
    /** Requests that are answered in a second where the rate is limited. */
    readonly rate: number;
    /** How many workspaces are created there. */
    readonly rateN: number;
    /** The measures to take; empty: all. */
    readonly only: readonly string[];
    /** Whether `@pulumi/databricks` is measured too. */
    readonly peer: boolean;
    /** Whether an `up` is profiled in place of the measures. */
    readonly profile: boolean;
    /** File that receives the rows as JSON. */
    readonly json: string | undefined;
    /** File that receives the rows as a plot. */
    readonly svg: string | undefined;
}

/** Reads the command line. Throws a `TypeError` or an `Error` that says what is wrong with it. */
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
            only: { type: "string", default: "" },
            peer: { type: "boolean", default: false },
            profile: { type: "boolean", default: false },
            json: { type: "string" },
            svg: { type: "string" },
        },
    });
    const n = number("n", values.n);
    const only = values.only.split(",").filter((name) => name !== "");
    const strange = only.find((name) => !measures.includes(name));
    if (strange !== undefined) throw new Error(`--only ${strange}: the measures are ${measures.join(", ")}.`);
    return {
        n,
        provisioning: number("provisioning", values.provisioning),
        scatter: number("scatter", values.scatter, { least: 0, most: 100 }),
        runs: number("runs", values.runs),
        rate: number("rate", values.rate),
        rateN: values["rate-n"] === undefined ? Math.max(200, n) : number("rate-n", values["rate-n"]),
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
