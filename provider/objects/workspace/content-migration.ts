import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { NoResponseError, ReportedError } from "../../api/errors";
import { connectWorkspace } from "../../migration/connection";
import { migrateContent, type MigrationOptions, verifyContent } from "../../migration/migration";
import { describeReport, type MigrationReport } from "../../migration/report";
import { writeReport } from "../../migration/report-file";
import type { WorkspaceContent } from "../../migration/content";
import type { Session } from "../../runtime/session";
import { getString, type Properties } from "../../util/property-path";
import { workspaceUrl } from "./definition";
import type { MigrationSettings } from "./migration-settings";
import { waitForHost } from "./reachable";
import type { Succession } from "./succession";
import { messageOf } from "../../util/error-message";

/** The environment variable that names the folder for full reports. */
export const REPORT_FOLDER = "PULUMI_DATABRICKS_REPORT";

/** How long a new workspace that gives no response is waited for: its host name and certificate come after its status. */
const REACHABLE_AFTER = 20 * 60_000;

/** The output `migration`: what was carried into a workspace that replaced another one. */
export interface MigrationRecord extends Record<string, unknown> {
    readonly from: string;
    readonly notebooks: number;
    readonly files: number;
    readonly skipped: number;
    /** Only where it is complete. */
    readonly verifiedAt?: string;
    /** Of the old workspace's tree, as it was verified: a later run tells by it what has changed there. */
    readonly digest?: string;
}

/** One move of content. */
export interface ContentMove {
    readonly session: Session;
    readonly succession: Succession;
    /** Id of the workspace that is replaced. */
    readonly from: string;
    /** Id of the one that replaces it. */
    readonly to: string;
    /** What the account shows of the two. */
    readonly responses: { readonly from: Properties; readonly to: Properties };
    readonly settings: MigrationSettings;
    /** Whether the program has named the new one with `adopt`: what is in it is somebody's. */
    readonly isAdopted: boolean;
    /** What the resource is called in lines for the user. */
    readonly label: string;
    /** What tells resources of one name apart, as in `OwnershipTag`. */
    readonly parent: string;
}

/** The record of a move that is not done. */
export function pendingRecord(from: string): MigrationRecord {
    return { from, notebooks: 0, files: 0, skipped: 0 };
}

/** The record of a move, as its report says. */
export function recordOf(from: string, { equal, findings, complete, asOf, digest }: MigrationReport): MigrationRecord {
    const { notebooks, files, dashboards } = equal;
    const record = { from, notebooks, files: files + dashboards, skipped: findings.length };
    return complete ? { ...record, verifiedAt: asOf, digest } : record;
}

/** Copies the content and verifies it. The report says whether it is complete; rejects where a workspace cannot be used. */
export async function moveContent(move: ContentMove): Promise<MigrationReport> {
    const { session, from, to, label, succession } = move;
    const state = succession.moveOf(from, to);
    state.outcome = "incomplete";
    const options = optionsOf(move);
    await requireReachable(move, options.to);
    const report = await migrateContent(options);
    if (report.complete) state.outcome = "complete";
    keepReport(move, report);
    session.report.info(`${label}: content of the workspace ${from}: ${firstLine(describeReport(report))}`);
    return report;
}

/** Compares the two trees once more, before one of them goes. */
export async function verifyMove(move: ContentMove): Promise<boolean> {
    return (await verifyContent(optionsOf(move))).complete;
}

/** Why a workspace stays, with what there is to look at. */
export function incompleteError({ from, to, settings }: ContentMove, report: MigrationReport): ReportedError {
    const advice =
        settings.accept.length === 0
            ? "What may be left behind is named by path or kind: migrateContent: { accept: [...] }."
            : "What else may be left behind is added to migrateContent.accept.";
    return new ReportedError(
        `The content of the workspace ${from} is not complete in ${to}, which replaces it. Both stay. ${describeReport(report)}\nRun \`pulumi up\` again: it goes on from here. ${advice} With migrateContent: false the workspace ${from} is deleted with what was not copied.`,
    );
}

function optionsOf({
    session,
    succession,
    from,
    to,
    responses,
    settings,
    label,
    isAdopted,
}: ContentMove): MigrationOptions {
    const settled = succession.verificationOf(from);
    return {
        from: connect(session, responses.from),
        to: connect(session, responses.to),
        clock: session.clock,
        accept: settings.accept,
        timeout: settings.timeout,
        settled,
        inUseSince: isAdopted ? 0 : settled?.at,
        verified: succession.moveOf(from, to).verified,
        onProgress: (line) => session.report.progress(`${label}: ${line}`),
    };
}

/** A client of a workspace's own API. */
export function connect(session: Session, response: Properties, retryTimeout?: number): WorkspaceContent {
    const name = getString(response, "deployment_name");
    if (name === undefined) {
        throw new ReportedError(
            `The workspace ${getString(response, "workspace_id") ?? ""} has no host name, so its content cannot be read.`,
        );
    }
    const { settings, credential, clock, report } = session;
    return connectWorkspace({
        host: workspaceUrl(session.client.host, name),
        ...(response["workspace_id"] === undefined ? {} : { workspaceId: String(response["workspace_id"]) }),
        credential,
        options: retryTimeout === undefined ? settings : { ...settings, retryTimeout },
        clock,
        beforeWrite: () => session.requireEngine(),
        ...(session.cancelled === undefined ? {} : { cancelled: session.cancelled }),
        onOutage: (line) => report.progress(line),
    });
}

async function requireReachable({ session, to, label }: ContentMove, workspace: WorkspaceContent): Promise<void> {
    const wait = { session, label, began: session.clock.now(), timeout: REACHABLE_AFTER };
    const missing = await waitForHost(wait, workspace.host, () => reasonForSilence(workspace));
    if (missing === undefined) return;
    throw new ReportedError(
        `The workspace ${to} gives no response after ${REACHABLE_AFTER / 60_000} minutes: ${missing}. Both workspaces stay; the next \`pulumi up\` goes on.`,
    );
}

/** Why a workspace gives no response; `undefined` where it gives one. Rejects where it refuses. */
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
    const folder = session.world.environment[REPORT_FOLDER];
    if (folder === undefined || folder === "") return;
    const file = join(folder, `migration-${fileNameOf(label, parent)}`);
    try {
        mkdirSync(folder, { recursive: true });
        writeReport(report, `${file}.json`);
        writeReport(report, `${file}.xml`);
    } catch (error) {
        session.report.warn(`${label}: the report could not be written to ${REPORT_FOLDER}: ${messageOf(error)}`);
    }
}

/** A resource's name as a file has it: with a hash where another resource could have the same. */
function fileNameOf(resource: string, parent: string): string {
    const plain = resource.replace(/[^\w.-]/g, "_").slice(0, 100);
    if (plain === resource && parent === "") return plain;
    return `${plain}-${createHash("sha256").update(`${parent}/${resource}`).digest("hex").slice(0, 8)}`;
}

function firstLine(text: string): string {
    return text.split("\n")[0] ?? "";
}
