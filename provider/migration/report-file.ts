import { writeFileSync } from "node:fs";

import { describeCounts, type MigrationReport, plural } from "./report";

/**
 * Writes the full report: as JSON, or as JUnit XML where the file's name ends with `.xml`.
 *
 * @param file where; what is there is replaced
 */
export function writeReport(report: MigrationReport, file: string): void {
    writeFileSync(file, file.endsWith(".xml") ? toJunit(report) : `${JSON.stringify(report, null, 2)}\n`);
}

/** The report as JUnit XML: a test for all that is equal, and one for each finding, skipped where it is accepted. */
export function toJunit(report: MigrationReport): string {
    const { findings, stopped } = report;
    const open = findings.filter(({ accepted }) => !accepted).length;
    const failures = open + (stopped === undefined ? 0 : 1);
    const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
    const cases = [
        `    <testcase classname="content" name="${escaped(`${describeCounts(report.equal)} are equal`)}"/>`,
        ...(stopped === undefined ? [] : [testCase("content", "ends in its time", failure("stopped", stopped))]),
        ...findings.map(({ path, kind, reason, accepted }) =>
            testCase(
                kind,
                path,
                accepted ? `<skipped message="${escaped(`accepted: ${reason}`)}"/>` : failure(kind, reason),
            ),
        ),
    ];
    const name = escaped(`${report.mode} of ${report.path} from ${report.from} to ${report.to}`);
    const numbers = `tests="${cases.length}" failures="${failures}" skipped="${findings.length - open}"`;
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites ${numbers}>`,
        `  <testsuite name="${name}" ${numbers} time="${seconds}" timestamp="${report.startedAt}">`,
        ...cases,
        "  </testsuite>",
        "</testsuites>",
        "",
    ].join("\n");
}

/** What a migration came to, in a few words, for an output: `moved 9,874 notebooks, 3 files and 120 folders, 2 to look at`. */
export function summarize(report: MigrationReport): string {
    const open = report.findings.filter(({ accepted }) => !accepted).length;
    return `${describeCounts(report.equal)} are equal${open === 0 ? "" : `, ${plural(open, "object")} to look at`}`;
}

function testCase(group: string, name: string, outcome: string): string {
    return `    <testcase classname="${escaped(group)}" name="${escaped(name)}">${outcome}</testcase>`;
}

function failure(kind: string, reason: string): string {
    return `<failure type="${escaped(kind)}" message="${escaped(reason)}"/>`;
}

/** A text in an attribute; characters that XML cannot hold are replaced. */
function escaped(text: string): string {
    return text
        .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
        .replace(/[&<>"\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
