import { log } from "@pulumi/pulumi";

import { withCode } from "../contract/coded-message";
import type { Reporter } from "./session";

/** The reporter of a program's own process, where `pulumi.log` reaches the engine. */
export const programReporter: Reporter = {
    warn: (message, code) => void log.warn(withCode(message, code)),
    info: (message) => void log.info(message),
    progress: (message) => void log.info(message, undefined, undefined, true),
    debug: (message) => void log.debug(message),
};
