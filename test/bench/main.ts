/** `npm run bench`: measures this package, an empty provider and a plain one side by side, on local clouds and the real engine. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import { type ArmName, peerEnvironment } from "./arms";
import { Bench, type Measure } from "./bench";
import { burst, create } from "./measures/create";
import { foreign } from "./measures/foreign";
import { importing } from "./measures/import";
import { memory } from "./measures/memory";
import { migrate } from "./measures/migrate";
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
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node.js ${process.versions.node}`;
    console.log(`\n${table(rows, arms)}\n\n${machine}`);
    if (options.json !== undefined)
        writeFileSync(options.json, `${JSON.stringify({ machine, options, rows }, null, 2)}\n`);
    if (options.svg !== undefined) writeFileSync(options.svg, plot(rows, machine));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
