import { pageInProject } from "../../provider/contract/pages";
import { printable } from "../../provider/util/printable";
import type { BehaviorName, Level, Seen } from "./row";

/** What came of one check. */
export interface CheckResult {
    readonly id: string;
    readonly level: Level;
    readonly outcome: "agrees" | "differs" | "not tried";
    /** What the local cloud does by default. */
    readonly expected: Seen;
    /** What the service did, if it was tried. */
    readonly found?: Seen;
    /** The option of the local cloud that has what was found as one of its values. */
    readonly behavior?: BehaviorName;
    /** Why it was not tried. */
    readonly why?: string;
}

/** How the service was seen to behave. It holds no secret, and no id or name of the account. */
export interface ContractReport {
    /** The version of this package. */
    readonly version: string;
    /** The part of AWS, or `local` for a local cloud. */
    readonly service: string;
    readonly level: Level;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly results: readonly CheckResult[];
    /** What could not be deleted, a line each. */
    readonly left: readonly string[];
}

/** Whether the service does everything that was tried as the local cloud does, and nothing is left in it. */
export function agrees({ results, left }: ContractReport): boolean {
    return left.length === 0 && results.every(({ outcome }) => outcome !== "differs");
}

/** The report as text. */
export function describeReport(report: ContractReport): string {
    const { results, left, level, service } = report;
    const of = (outcome: CheckResult["outcome"]) => results.filter((result) => result.outcome === outcome);
    const differing = of("differs");
    return [
        `Contract with the service (${service}), level ${level}: ${of("agrees").length} agree, ${differing.length} differ, ${of("not tried").length} not tried.`,
        ...differing.map(
            ({ id, expected, found, behavior }) =>
                `  differs    ${id}: expected ${shown(expected)}, found ${shown(found)}${behavior === undefined ? "" : ` (${behavior})`}`,
        ),
        ...byReason(of("not tried")).map(([why, ids]) => `  not tried  ${ids.join(", ")}: ${printable(why)}`),
        ...(left.length === 0
            ? []
            : [
                  "Left in the account; delete it in the account console:",
                  ...left.map((line) => `  ${printable(line)}`),
              ]),
        ...(differing.length === 0
            ? []
            : [`${pageInProject("service-behavior")} says what each check is about, and how to report a difference.`]),
    ].join("\n");
}

/** What stands for what only the account's own people should see: secrets, ids, names, addresses. */
export function scrubbed(text: string, own: readonly string[]): string {
    const known = own.filter((one) => one !== "").sort((one, other) => other.length - one.length);
    return known
        .reduce((shorter, one) => shorter.replaceAll(one, "..."), text)
        .replace(/\barn:[\w-]+:\S*/g, "<arn>")
        .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<uuid>")
        .replace(/[\w.+-]+@[\w.-]+/g, "<email>")
        .replace(/\b(https?:\/\/)?[\w-]+(\.[\w-]+)*\.(com|us|mil|localhost)(:\d+)?\b/g, "<host>")
        .replace(/\b127\.0\.0\.1:\d+/g, "<host>")
        .replace(/\b(vpc|subnet|sg|vpce)-[0-9a-f]+\b/g, "<id>")
        .replace(/\d{9,}/g, "<number>");
}

/** Ids of checks by why they were not tried. */
function byReason(results: readonly CheckResult[]): [string, string[]][] {
    const ids = new Map<string, string[]>();
    for (const { id, why = "" } of results) ids.set(why, [...(ids.get(why) ?? []), id]);
    return [...ids];
}

function shown(value: Seen | undefined): string {
    return typeof value === "string" ? `"${printable(value)}"` : String(value);
}
