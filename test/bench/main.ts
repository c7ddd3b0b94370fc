/** `npm run bench`: measures this package, an empty provider and a plain one side by side, on local clouds and the real engine. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

import { type ArmName, peerEnvironment } from "./arms";
import { Bench, type Measure } from "./bench";
import { burst, create } from "./measures/create";
import { foreign } from "./measures/foreign";
import { importing } from "./measures/import";
import { memory } from "./measures/memory";
import { migrate } from "./measures/migrate";
import { plugin } from "./measures/plugin";
import { rate } from "./measures/rate";
import { stacks } from "./measures/stacks";
import { state } from "./measures/state";
import { preview, refresh } from "./measures/unchanged";
import { readOptions } from "./options";
import { plot } from "./plot";
import { profileUp } from "./profile";
import { type Row, table } from "./table";

const measures: readonly Measure[] = [
    create,
    burst,
    refresh,
    preview,
    plugin,
    state,
    importing,
    memory,
    rate,
    foreign,
    stacks,
    migrate,
];

async function main(): Promise<void> {
    const options = readOptions(
        process.argv.slice(2),
        measures.map(({ name }) => name),
    );
    if (options.profile) {
        console.log(await profileUp(options));
        return;
    }
    const arms: ArmName[] = ["ours", "empty", "plain"];
    if (options.peer) {
        peerEnvironment();
        arms.push("peer");
    }
    // Before anything runs: figures of a busy machine are larger.
    const load = loadavg()[0]?.toFixed(1);
    const bench = new Bench(options, arms, (line) => console.error(line));
    const rows: Row[] = [];
    try {
        for (const { name, measure, onlyByName = false } of measures) {
            if ((options.only.length > 0 || onlyByName) && !options.only.includes(name)) continue;
            const measured = await measure(bench);
            rows.push(...measured);
            // A run takes long, so each measure is printed as soon as it is complete.
            bench.say(`\n${table(measured, arms)}\n`);
        }
    } finally {
        await bench.stop();
    }
    const machine = [
        `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
        `Node.js ${process.versions.node}`,
        `Pulumi ${said("pulumi", ["version"])}`,
        `commit ${said("git", ["describe", "--always", "--dirty"])}`,
        `load before it began ${load}`,
    ].join(", ");
    console.log(`\n${table(rows, arms)}\n\n${machine}`);
    if (options.json !== undefined)
        writeFileSync(options.json, `${JSON.stringify({ machine, options, rows }, null, 2)}\n`);
    if (options.svg !== undefined) writeFileSync(options.svg, plot(rows, machine));
}

/** What a program says of itself, in one line. */
function said(program: string, args: readonly string[]): string {
    return spawnSync(program, args, { cwd: __dirname, encoding: "utf8" }).stdout?.trim() || "unknown";
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
