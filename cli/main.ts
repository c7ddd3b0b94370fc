#!/usr/bin/env node
import "./require-node"; // before what an old Node.js cannot load

import { adopt } from "./adopt";
import type { Command } from "./command";
import { copy } from "./copy";
import { drill } from "./drill";
import { localCloud } from "./local-cloud";
import { runCommandLine } from "./run";

/** Every command by its name. A command loads what it needs when it runs, so that none pays for another. */
const commands: ReadonlyMap<string, Command> = new Map([
    ["local-cloud", localCloud],
    ["copy", copy],
    ["adopt", adopt],
    ["drill", drill],
]);

// Whoever read the output may be gone (a pipe, a closed terminal): a command still ends what it began, and enables a key.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ended.abort());

void runCommandLine(process.argv.slice(2), commands, {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    environment: process.env,
    signal: ended.signal,
}).then((code) => {
    process.exitCode = code;
});
