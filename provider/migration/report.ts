import { printable } from "../util/printable";
import type { Finding } from "./findings";
import { namePrincipals } from "./principals";

/** What is counted, in a preview, a plan, a copy and a verification alike. */
export type CountName = TreeCountName | OtherCountName;

type TreeCountName = "notebooks" | "files" | "dashboards" | "folders";
type OtherCountName = (typeof otherCountNames)[number];

/** What is counted beside the tree, in the order in which a line names it. */
const otherCountNames = [
    ...(["users", "groups", "servicePrincipals", "secretScopes"] as const),
    ...(["queries", "alerts", "gitFolders"] as const),
];

const nouns: Readonly<Record<OtherCountName, string>> = {
    users: "user",
    groups: "group",
    servicePrincipals: "service principal",
    secretScopes: "secret scope",
    queries: "query",
    alerts: "alert",
    gitFolders: "git folder",
};

/** How many there are of each; of folders those that people make. What is not of the tree is left out if there is none. */
export type Counts = Readonly<Record<TreeCountName, number> & Partial<Record<OtherCountName, number>>>;

/** What a migration, a verification or a plan came to. */
export interface MigrationReport {
    /** Origin of the old workspace. */
    readonly from: string;
    /** Origin of the new workspace. */
    readonly to: string;
    /** Below which path; `/` for all. */
    readonly path: string;
    readonly mode: "copy" | "verify" | "plan";
    readonly startedAt: string;
    readonly finishedAt: string;
    /** When the last comparison began: what the old workspace held then was compared. */
    readonly asOf: string;
    /** Of the old workspace's tree, as the last comparison listed it. */
    readonly digest: string;
    /** Objects of the old workspace that can be moved, without those below a folder that could not be read. */
    readonly found: Counts;
    /** Objects that were written in this run. In a plan: that would be. */
    readonly written: Counts;
    /** Objects that are equal in both workspaces, by content. */
    readonly equal: Counts;
    /** What is not equal, and what does not move, by path. */
    readonly findings: readonly Finding[];
    /** How many schedules and alerts are paused in the new workspace until the old one is deleted, if any are. */
    readonly paused?: number;
    /** Whether everything is equal but what the program accepts. */
    readonly complete: boolean;
    /** Why it ended early, where it did. */
    readonly stopped?: string;
}

/** Counts what is gone through. */
export class Counter {
    private readonly numbers: Record<TreeCountName, number> & Partial<Record<OtherCountName, number>> = {
        notebooks: 0,
        files: 0,
        dashboards: 0,
        folders: 0,
    };

    /** Counts one more; nothing if it has no name to count by. */
    add(name: CountName | undefined): void {
        if (name !== undefined) this.numbers[name] = (this.numbers[name] ?? 0) + 1;
    }

    /** All but folders. */
    get objects(): number {
        return Object.values(this.numbers).reduce((sum, one) => sum + one, 0) - this.numbers.folders;
    }

    /** The numbers now. */
    counts(): Counts {
        return { ...this.numbers };
    }
}

/** A report in a few lines: numbers, then what is to be looked at, at most ten. */
export function describeReport(report: MigrationReport): string {
    const open = report.findings.filter(({ accepted }) => !accepted);
    const verb = { copy: "equal in both workspaces", verify: "equal in both workspaces", plan: "would be moved" }[
        report.mode
    ];
    const counts = report.mode === "plan" ? report.written : report.equal;
    const unknownPrincipals = open.flatMap(({ principal }) => principal ?? []);
    return [
        `${describeCounts(counts)} ${verb}${report.mode === "copy" ? ` (${describeCounts(report.written)} written now)` : ""}.`,
        ...(report.paused === undefined ? [] : [`In the new workspace, ${describePaused(report.paused)}`]),
        ...(report.stopped === undefined ? [] : [`Stopped: ${report.stopped}`]),
        ...(unknownPrincipals.length === 0
            ? []
            : [`Assign to the new workspace: ${namePrincipals(unknownPrincipals)}.`]),
        ...(open.length === 0 ? [] : [`${number(open.length)} to look at:`]),
        ...open.slice(0, 10).map(({ path, kind, reason }) => `  ${printable(path)} [${kind}]: ${reason}`),
        ...(open.length > 10 ? [`  and ${number(open.length - 10)} more, in the full report.`] : []),
    ].join("\n");
}

/** What becomes of what is paused in the new workspace, as a sentence that the place precedes. */
export function describePaused(count: number): string {
    return `${plural(count, "schedule")} ${count === 1 ? "is" : "are"} paused until the old one is deleted, and started by the \`pulumi up\` that does that. If it stays, or goes in another way, start ${count === 1 ? "it" : "them"} there.`;
}

/** `9,874 notebooks, 3 files, 1 dashboard and 120 folders`. */
export function describeCounts(counts: Counts): string {
    const { notebooks, files, dashboards, folders, ...others } = counts;
    const parts = [
        plural(notebooks, "notebook"),
        plural(files, "file"),
        ...(dashboards > 0 ? [plural(dashboards, "dashboard")] : []),
        plural(folders, "folder"),
        ...otherCountNames.flatMap((name) => {
            const { [name]: count = 0 } = others;
            return count > 0 ? [plural(count, nouns[name])] : [];
        }),
    ];
    return joined(parts);
}

/** `dashboards`, `alerts, dashboards and queries`. */
export function joined(parts: readonly string[]): string {
    const last = parts.at(-1) ?? "";
    return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** `1 notebook`, `1,204 notebooks`. */
export function plural(count: number, noun: string): string {
    return `${number(count)} ${nounFor(count, noun)}`;
}

/** `notebook` of one, `notebooks` of any other number. */
export function nounFor(count: number, noun: string): string {
    return count === 1 ? noun : `${noun}s`.replace(/ys$/, "ies");
}

/** A number with commas between thousands. */
export function number(value: number): string {
    return value.toLocaleString("en-US");
}
