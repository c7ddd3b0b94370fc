import { describeSent, type SentRequest } from "../api/sent-request";
import { jsonLines } from "./json-lines";
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
    const append = jsonLines({
        file: variables[REQUEST_LOG] ?? "",
        onFailure: (reason) =>
            report.warn(`Requests are not logged, because ${REQUEST_LOG} cannot be written: ${reason}`, "CMK3012"),
    });
    return (sent) => {
        report.debug?.(describeSent(sent));
        const { time, ...rest } = sent;
        append({ time: new Date(time).toISOString(), resource: report.urn, ...rest });
    };
}
