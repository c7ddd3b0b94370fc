import { printableLines } from "./printable";

/** One test of a report. */
export interface JunitCase {
    readonly group: string;
    readonly name: string;
    /** How long it took, if that is known. */
    readonly seconds?: number;
    /** Why it failed. Default: it did not. */
    readonly failure?: { readonly type: string; readonly message: string };
    /** Why it counts neither as passed nor as failed. Default: it counts. */
    readonly skipped?: string;
}

/** What a report is about. */
export interface JunitSuite {
    readonly name: string;
    readonly seconds: number;
    /** When it began, in ISO 8601. */
    readonly startedAt: string;
    readonly cases: readonly JunitCase[];
}

/** A report as JUnit XML, which CI systems and auditors' tools read. */
export function junitXml({ name, seconds, startedAt, cases }: JunitSuite): string {
    const failures = cases.filter(({ failure }) => failure !== undefined).length;
    const skipped = cases.filter(({ skipped }) => skipped !== undefined).length;
    const numbers = `tests="${cases.length}" failures="${failures}" skipped="${skipped}"`;
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites ${numbers}>`,
        `  <testsuite name="${escaped(name)}" ${numbers} time="${seconds}" timestamp="${startedAt}">`,
        ...cases.map(testCase),
        "  </testsuite>",
        "</testsuites>",
        "",
    ].join("\n");
}

function testCase({ group, name, seconds, failure, skipped }: JunitCase): string {
    const time = seconds === undefined ? "" : ` time="${seconds}"`;
    const start = `    <testcase classname="${escaped(group)}" name="${escaped(name)}"${time}`;
    if (failure !== undefined)
        return `${start}><failure type="${escaped(failure.type)}" message="${escaped(failure.message)}"/></testcase>`;
    return skipped === undefined ? `${start}/>` : `${start}><skipped message="${escaped(skipped)}"/></testcase>`;
}

/** A text in an attribute. What XML cannot hold, and what a terminal would obey, is escaped before. */
function escaped(text: string): string {
    return printableLines(text).replace(/[&<>"\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
