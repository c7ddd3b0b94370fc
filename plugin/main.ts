#!/usr/bin/env node
import "../provider/contract/require-node"; // before what an old Node.js cannot load

import { engineCancellation } from "../provider/runtime/engine";
import { EngineCalls } from "../provider/runtime/engine-calls";
import { engineLog } from "../provider/runtime/engine-log";
import { EngineReporter } from "../provider/runtime/reporter";
import { realEnvironment, Session } from "../provider/runtime/session";
import { SignIn } from "../provider/runtime/sign-in";
import { ComponentProcess } from "./component-process";
import { PackageProvider } from "./package-provider";
import { Peers } from "./peers";
import { serve } from "./server";
import { inWordsOfPlugin } from "./words";

/** The plugin `pulumi-resource-databricks-cmk`: the engine starts it with its own address, and reads the port from its output. */
const [, , engine] = process.argv;
const send = engineLog(engine);
const reporter = new EngineReporter((line) => send({ ...line, message: inWordsOfPlugin(line.message) }));
const peers = engine === undefined ? undefined : new Peers(engine);
const session = new Session({
    ...realEnvironment(reporter, "resources"),
    cancelled: engineCancellation(),
    ...(peers && { others: peers }),
});
const provider = new PackageProvider(session, new EngineCalls(reporter, new SignIn(session), session));

void serve({ provider, components: new ComponentProcess(engine), peers }).then((port) =>
    process.stdout.write(`${port}\n`),
);
