import { hiddenBehind, shownMessageOf } from "../api/errors";
import { jsonLines } from "./json-lines";
import { type LogDestination, REQUEST_LOG } from "./request-log";

/**
 * Logs what the message of an error does not say, as the errors behind it do: to the engine's debug log, on the row of its resource,
 * and to the file of requests.
 *
 * @param redact takes the secrets out of a text.
 */
export function causeLog(
    { variables, report }: LogDestination,
    redact: (text: string) => string = (text) => text,
): (error: unknown) => void {
    const append = jsonLines({ file: variables[REQUEST_LOG] ?? "", onFailure: () => undefined });
    return (thrown) => {
        const behind = hiddenBehind(thrown).map(redact);
        if (behind.length === 0) return;
        const error = redact(shownMessageOf(thrown));
        report.debug?.([`Behind the error "${error}":`, ...behind].join("\n"));
        append({ time: new Date().toISOString(), resource: report.urn, error, behind });
    };
}
