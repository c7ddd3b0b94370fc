import { log } from "@pulumi/pulumi";

import type { Reporter } from "./session";

/** Lines that the engine shows: on the stack's line, and under its diagnostics. */
export const engineReporter: Reporter = {
    warn: (message) => void log.warn(message),
    info: (message) => void log.info(message),
    progress: (message) => void log.info(message, undefined, undefined, true),
};
