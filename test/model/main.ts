import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { checkModel } from "./check";
import type { ModelHost } from "./hosts";
import { replay } from "./replay";
import type { Step } from "./steps";
import { observed } from "./violation";

/** How many sequences one round lives: its seed is printed, and a failure ends it. */
const ROUND = 250;

const HOSTS = ["plugin", "without-gate"] as const;

/** A round that a child process is to live. */
interface Round {
    readonly seed: number;
    readonly runs: number;
    readonly host: ModelHost;
    /** The text of the state that each begins from. */
    readonly from?: string | undefined;
}

/** What a child process found. */
interface Outcome {
    readonly found: string | undefined;
    readonly observed: Readonly<Record<string, number>>;
}

/**
 * `npm run test:model [-- <sequences> [<seed>]] [--without-gate]`: random lives of two stacks, in rounds whose seeds are printed,
 * one process for each processor.
 *
 * `npm run test:model -- --from <file>`: the same lives, each from the state that `pulumi stack export` wrote into the file.
 *
 * `npm run test:model -- --replay <file>`: one life again, from the steps that a failure printed, with what each step told.
 */
async function main(): Promise<void> {
    const options = process.argv.slice(2);
    const named = HOSTS.find((one) => options.includes(`--${one}`));
    if (options[0] === "--replay") return replayFile(options[1] ?? "", named);
    const at = options.indexOf("--from");
    const [, file] = at < 0 ? [] : options.splice(at, 2);
    const from = file === undefined ? undefined : readFileSync(file, "utf8");
    const host = named ?? "classes";
    const numbers = options.filter((one) => one !== `--${host}`).map(wholeNumber);
    const [total = 20_000, first = Date.now() % 1_000_000] = numbers;
    const began = Date.now();
    const rounds: Round[] = [];
    for (let done = 0; done < total; done += ROUND)
        rounds.push({ seed: first + done / ROUND, runs: Math.min(ROUND, total - done), host, from });
    const counts = new Map<string, number>();
    let failed = 0;
    const work = async () => {
        const child = fork(__filename, ["--child"], { execArgv: [] });
        for (let round = rounds.shift(); round !== undefined; round = rounds.shift()) {
            const outcome = await ask(child, round);
            if (outcome.found !== undefined) failed++;
            console.log(`seed ${round.seed}, ${round.runs} sequences: ${outcome.found ?? "held"}`);
            for (const [what, count] of Object.entries(outcome.observed))
                counts.set(what, (counts.get(what) ?? 0) + count);
        }
        child.disconnect();
    };
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), rounds.length) }, work));
    console.log([...counts].map(([what, count]) => `${count} ${what}`).join(", "));
    const minutes = (Date.now() - began) / 60_000;
    const rate = Math.round(total / minutes);
    console.log(
        failed === 0
            ? `${total} sequences held, ${rate} a minute.`
            : `${failed} rounds found what must not be, and ended there.`,
    );
    process.exitCode = failed === 0 ? 0 : 1;
}

function ask(child: ChildProcess, round: Round): Promise<Outcome> {
    return new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`The process that lives seed ${round.seed} ended.`));
        child.once("exit", fail);
        child.once("message", (outcome) => {
            child.off("exit", fail);
            resolve(outcome as Outcome);
        });
        child.send(round);
    });
}

/** A child process lives the rounds that it is sent. */
function serve(): void {
    process.on("message", (round: Round) => {
        for (const what of Object.keys(observed)) Reflect.deleteProperty(observed, what);
        void checkModel(round).then(
            () => process.send?.({ found: undefined, observed } satisfies Outcome),
            (error: unknown) =>
                process.send?.({
                    found: error instanceof Error ? error.message : String(error),
                    observed,
                } satisfies Outcome),
        );
    });
}

/** The file has a step on each line, as a failure prints them. */
function replayFile(file: string, host: ModelHost | undefined): Promise<void> {
    const lines = readFileSync(file, "utf8").split("\n");
    const steps = lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Step);
    return replay(steps, (line) => console.log(line), host);
}

function wholeNumber(text: string): number {
    if (!/^[1-9]\d*$/.test(text)) {
        console.error(`${text}: expected \`npm run test:model -- <sequences> <seed>\`, both whole numbers above 0.`);
        process.exit(2);
    }
    return Number(text);
}

if (process.argv.includes("--child")) serve();
else void main();
