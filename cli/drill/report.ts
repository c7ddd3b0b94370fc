import { pageInProject } from "../../provider/contract/pages";
import { junitXml } from "../../provider/util/junit";
import { printable } from "../../provider/util/printable";
import { enableCommand } from "./key";

/** The steps of a drill, in order. */
export const STEPS = [
    "the key is enabled",
    "canaries are written and read",
    "the key is disabled",
    "reads are refused",
    "the key is enabled again",
    "reads work again, with the same content",
    "the canaries are removed",
] as const;

/** A step of a drill. */
export type StepName = (typeof STEPS)[number];

/** How a step ended. */
export interface DrillStep {
    readonly name: StepName;
    readonly outcome: "passed" | "failed" | "not reached";
    /** When it ended, in ISO 8601. */
    readonly endedAt?: string;
    /** How long it took. */
    readonly seconds?: number;
    /** What was seen, or why it failed. */
    readonly detail?: string;
}

/** What a drill showed. */
export interface DrillReport {
    readonly passed: boolean;
    readonly workspaceId: string;
    readonly workspaceUrl: string;
    readonly keyArn: string;
    /** Ids of the account's other workspaces that use the key: they could not be read either. */
    readonly otherWorkspaces: readonly string[];
    readonly startedAt: string;
    readonly finishedAt: string;
    /** Seconds from the disabling of the key to the first refused read. */
    readonly refusedAfterSeconds?: number;
    /** Seconds from the enabling of the key to the first read that worked. */
    readonly readableAfterSeconds?: number;
    /** The key's state at the end, in KMS' words. */
    readonly keyState: string;
    readonly steps: readonly DrillStep[];
}

/** The report as text. */
export function describeReport(report: DrillReport): string {
    const signs = { passed: "ok    ", failed: "FAILED", "not reached": "-     " } as const;
    return [
        `Drill of the workspace ${report.workspaceId} (${report.workspaceUrl})`,
        `with the key ${report.keyArn}, from ${report.startedAt} to ${report.finishedAt}`,
        ...report.steps.map(({ name, outcome, seconds, detail }) => {
            const time = seconds === undefined ? "" : ` (${seconds} s)`;
            return `  ${signs[outcome]} ${name}${time}${detail === undefined ? "" : `: ${printable(detail)}`}`;
        }),
        ...(report.otherWorkspaces.length === 0
            ? []
            : [`The key serves other workspaces of the account too: ${report.otherWorkspaces.join(", ")}.`]),
        `The key is ${report.keyState}. The drill ${report.passed ? "passed" : "FAILED"}.`,
        `A KMS key whose deletion is scheduled is refused in the same way, at once and not at the end of its waiting period: ${pageInProject("key-changes")} says how long to keep one.`,
        ...enableLines(report),
    ].join("\n");
}

/** What to do if the key did not end enabled; the last line is the command. Empty if it is enabled. */
export function enableLines({ keyState, keyArn }: Pick<DrillReport, "keyState" | "keyArn">): string[] {
    if (keyState === "Enabled") return [];
    return [`The key is not enabled. This command enables it:`, enableCommand(keyArn, keyState)];
}

/** The report as JUnit XML: a test for each step. */
export function toJunit(report: DrillReport): string {
    return junitXml({
        name: `drill of the workspace ${report.workspaceId} with the key ${report.keyArn}`,
        seconds: (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000,
        startedAt: report.startedAt,
        cases: report.steps.map(({ name, outcome, seconds, detail = "" }) => ({
            group: "drill",
            name,
            ...(seconds === undefined ? {} : { seconds }),
            ...(outcome === "failed" ? { failure: { type: "failed", message: detail } } : {}),
            ...(outcome === "not reached" ? { skipped: "not reached" } : {}),
        })),
    });
}
