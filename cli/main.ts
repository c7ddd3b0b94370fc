#!/usr/bin/env node
import "./require-node"; // before what an old Node.js cannot load

import { adopt } from "./adopt/adopt";
import type { Command } from "./command";
import { contract } from "./contract/contract";
import { copy } from "./copy";
import { drill } from "./drill/drill";
import { explain } from "./explain";
import { localCloud } from "./local-cloud";
import { runCommandLine } from "./run";
import { SIGNALS } from "./signals";
import { StandardStreams } from "./standard-streams";

/** Every command by its name. A command loads what it needs when it runs, so that none pays for another. */
const commands: ReadonlyMap<string, Command> = new Map([
    ["local-cloud", localCloud],
    ["copy", copy],
    ["adopt", adopt],
    ["drill", drill],
    ["contract", contract],
    ["explain", explain],
]);

const streams = new StandardStreams();
const ended = new AbortController();
for (const signal of SIGNALS) process.once(signal, () => ended.abort());

void runCommandLine(process.argv.slice(2), commands, {
    out: streams.out,
    err: streams.err,
    environment: process.env,
    signal: ended.signal,
}).then(async (code) => {
    await streams.flush();
    // A pause that a signal has cut short would keep the process until its end: an hour, if that is the interval of a drill.
    process.exit(code === 0 && streams.hasLost ? 1 : code);
});
