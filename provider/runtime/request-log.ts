import { appendFileSync } from "node:fs";

import { describeSent, type SentRequest } from "../api/sent-request";
import { messageOf } from "../util/error-message";
import type { Environment, Reporter } from "./session";

/** The environment variable that names the file to which each request is appended, a line of JSON each. */
export const REQUEST_LOG = "PULUMI_DATABRICKS_LOG";

/** Where requests are logged. */
export interface LogDestination {
    readonly variables: Environment["variables"];
    readonly report: Pick<Reporter, "warn" | "debug" | "urn">;
}

/**
 * Logs each request to the engine's debug log, on the row of the resource whose call sent it, and to the file that
 * `PULUMI_DATABRICKS_LOG` names. A file that cannot be written is reported once, and fails nothing.
 */
export function requestLog({ variables, report }: LogDestination): (sent: SentRequest) => void {
    let file = variables[REQUEST_LOG] ?? "";
    return (sent) => {
        report.debug?.(describeSent(sent));
        if (file === "") return;
        const { time, ...rest } = sent;
        const line = { time: new Date(time).toISOString(), resource: report.urn, ...rest };
        try {
            // Whole lines, at once: several processes append to one file, and one may be killed.
            appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
        } catch (error) {
            file = "";
            report.warn(
                `Requests are not logged, because ${REQUEST_LOG} cannot be written: ${messageOf(error)}`,
                "CMK3012",
            );
        }
    };
}
