import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { NoResponseError, ReportedError } from "../../../api/errors";
import { workspaceHosts } from "../../../api/host";
import { AccountDirectory } from "../../../migration/account-directory";
import type { MigrationOptions } from "../../../migration/migration-options";
import { onDemand } from "../../../migration/on-demand";
import { describePaused, describeReport, type MigrationReport } from "../../../migration/report";
import { writeReport } from "../../../migration/report-file";
import type { WorkspaceContent } from "../../../migration/content";
import { REPORT_FOLDER } from "../../../runtime/decisions";
import type { Session } from "../../../runtime/session";
import { messageOf } from "../../../util/error-message";
import { getString, type Properties } from "../../../util/property-path";
import type { MigrationSettings } from "../migration-settings";
import { waitForHost } from "../reachable";
import type { Handover, Handovers } from "./handover";

/** How long a new workspace that gives no response is waited for: its host name and certificate come after its status. */
const REACHABLE_AFTER = 20 * 60_000;

/** One move of content, from a workspace into the one that takes over from it. */
export interface ContentMove {
    readonly session: Session;
    readonly handovers: Handovers;
    readonly handover: Handover;
    /** What the account shows of the two. */
    readonly responses: { readonly from: Properties; readonly to: Properties };
    readonly settings: MigrationSettings;
    /** Whether somebody used the new workspace before it took over: what is in it is theirs. */
    readonly isInUse: boolean;
    /** Whether this run is not to delete the old workspace: the program only names it, or keeps it. */
    readonly isOldKept: boolean;
    /** What the resource is called in lines for the user. */
    readonly label: string;
    /** What tells resources of one name apart, as in `OwnershipTag`. */
    readonly parent: string;
}

/** Copies the content and verifies it. The report says whether it is complete; rejects if a workspace cannot be used. */
export async function moveContent(move: ContentMove): Promise<MigrationReport> {
    const { session, handovers, handover, label } = move;
    handovers.apply(handover, "interrupt");
    const options = optionsOf(move);
    await requireReachable(move, options.to);
    const report = await onDemand.migration.migrateContent(options);
    handovers.apply(handover, report.complete ? "verify" : "interrupt", report);
    keepReport(move, report);
    session.announce({
        decision: report.complete ? "copied" : "kept",
        ids: [handover.from, handover.to],
        why: `${label}: content of the workspace ${handover.from}: ${firstLine(describeReport(report))}`,
    });
    // Those that wait for a workspace which goes in this run are started in it.
    if (move.isOldKept && report.paused !== undefined)
        session.report.info(`${label}: in the workspace ${handover.to}, ${describePaused(report.paused)}`);
    return report;
}

/** Compares the two trees once more, before one of them goes. */
export async function verifyMove(move: ContentMove): Promise<boolean> {
    return (await onDemand.migration.verifyContent(optionsOf(move))).complete;
}

/** Why a workspace stays, with what there is to look at, and what to do. */
export function describeIncomplete({ handover: { from, to }, settings }: ContentMove, report: MigrationReport): string {
    const advice = settings.accept.isEmpty
        ? "What may be left behind is named by path or kind: migrateContent: { accept: [...] }."
        : "What else may be left behind is added to migrateContent.accept.";
    return `the content of the workspace ${from} is not complete in ${to}, which replaces it. The workspaces ${from} and ${to} stay. ${describeReport(report)}\nRun \`pulumi up\` again: it goes on from here. ${advice} With migrateContent: false the workspace ${from} is deleted with what was not copied.`;
}

function optionsOf({ session, handover, responses, settings, label, isInUse }: ContentMove): MigrationOptions {
    const { source, equalPairs } = handover;
    // Somebody still has a workspace that the program only names: what is gone from the copy was not taken out of that one.
    const settled = source.via === undefined && !source.isNamed ? source.verified : undefined;
    return {
        from: connect(session, responses.from),
        to: connect(session, responses.to),
        clock: session.clock,
        accept: settings.accept,
        timeout: settings.timeout,
        settled,
        inUseSince: isInUse ? 0 : settled?.at,
        verified: equalPairs,
        account: new AccountDirectory(session.client, getString(responses.to, "account_id")),
        kinds: settings.kinds,
        people: settings.people,
        formerHomes: settings.formerHomes,
        countsOthers: true,
        onProgress: (line) => session.report.progress(`${label}: ${line}`),
    };
}

/** A client of a workspace's own API. */
export function connect(session: Session, response: Properties, retryTimeout?: number): WorkspaceContent {
    const [host] = workspaceHosts(session.client.host, response);
    if (host === undefined) {
        throw new ReportedError(
            `The workspace ${getString(response, "workspace_id") ?? ""} has no host name, so its content cannot be read.`,
            "CMK3005",
        );
    }
    const { settings, credential, clock, cancelled } = session;
    return onDemand.connection.connectWorkspace({
        host,
        ...(response["workspace_id"] === undefined ? {} : { workspaceId: String(response["workspace_id"]) }),
        credential,
        options: retryTimeout === undefined ? settings : { ...settings, retryTimeout },
        clock,
        cancelled,
        run: session,
        ...session.clientHooks,
    });
}

async function requireReachable({ session, handover, label }: ContentMove, workspace: WorkspaceContent): Promise<void> {
    const { to: id } = handover;
    const wait = { session, id, label, began: session.clock.now(), timeout: REACHABLE_AFTER };
    const missing = await waitForHost(wait, workspace.host, () => reasonForSilence(workspace));
    if (missing === undefined) return;
    throw new ReportedError(
        `The workspace ${handover.to} gives no response after ${REACHABLE_AFTER / 60_000} minutes: ${missing}. It stays, and so does ${handover.from}; the next \`pulumi up\` goes on.`,
        "CMK3005",
    );
}

/** Why a workspace gives no response; `undefined` if it gives one. Rejects if it refuses. */
async function reasonForSilence(workspace: WorkspaceContent): Promise<string | undefined> {
    try {
        await workspace.list("/");
        return undefined;
    } catch (error) {
        if (error instanceof NoResponseError) return error.reason;
        throw error;
    }
}

function keepReport({ session, label, parent }: ContentMove, report: MigrationReport): void {
    const folder = session.environment.variables[REPORT_FOLDER];
    if (folder === undefined || folder === "") return;
    const file = join(folder, `migration-${fileNameOf(label, parent)}`);
    try {
        mkdirSync(folder, { recursive: true });
        writeReport(report, `${file}.json`);
        writeReport(report, `${file}.xml`);
    } catch (error) {
        session.report.warn(
            `${label}: the report could not be written to ${REPORT_FOLDER}: ${messageOf(error)}`,
            "CMK3012",
        );
    }
}

/** A resource's name as a file has it: with a hash if another resource could have the same. */
function fileNameOf(resource: string, parent: string): string {
    const plain = resource.replace(/[^\w.-]/g, "_").slice(0, 100);
    if (plain === resource && parent === "") return plain;
    return `${plain}-${createHash("sha256").update(`${parent}/${resource}`).digest("hex").slice(0, 8)}`;
}

function firstLine(text: string): string {
    return text.split("\n")[0] ?? "";
}
