import { writeFileSync } from "node:fs";

import { junitXml } from "../util/junit";
import { printableLines } from "../util/printable";
import { describeCounts, type MigrationReport } from "./report";

/**
 * Writes the full report: as JSON, or as JUnit XML if the file's name ends with `.xml`.
 *
 * @param file where; what is there is replaced
 */
export function writeReport(report: MigrationReport, file: string): void {
    writeFileSync(file, file.endsWith(".xml") ? toJunit(report) : toJson(report));
}

/** The report as JSON: names are as the service has them, and what a terminal would obey in them is escaped. */
export function toJson(report: unknown): string {
    return printableLines(`${JSON.stringify(report, null, 2)}\n`);
}

/** The report as JUnit XML: a test for all that is equal, and one for each finding, skipped where it is accepted. */
export function toJunit(report: MigrationReport): string {
    const { findings, stopped } = report;
    return junitXml({
        name: `${report.mode} of ${report.path} from ${report.from} to ${report.to}`,
        seconds: (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000,
        startedAt: report.startedAt,
        cases: [
            { group: "content", name: `${describeCounts(report.equal)} are equal` },
            ...(stopped === undefined
                ? []
                : [{ group: "content", name: "ends in its time", failure: { type: "stopped", message: stopped } }]),
            ...findings.map(({ path, kind, reason, accepted }) => ({
                group: kind,
                name: path,
                ...(accepted ? { skipped: `accepted: ${reason}` } : { failure: { type: kind, message: reason } }),
            })),
        ],
    });
}
