import type { AccountClient } from "../provider/api/client";
import type { Credential } from "../provider/api/credential";
import { pageInProject } from "../provider/contract/pages";
import type { MigrationOptions } from "../provider/migration/migration";
import {
    type Command,
    type CommandIo,
    type CommandValues,
    numberOption,
    textOption,
    textsOption,
    UsageError,
} from "./command";

/** `copy`: the content of a workspace into another one, by the code that a replacement uses. */
export const copy: Command = {
    summary: "Copies folders, notebooks, files, dashboards and permissions into another workspace, and verifies it.",
    description:
        "What is equal is left alone, so it can be run again at any time; nothing is changed in the workspace that is copied\n" +
        "from, and nothing is overwritten that was edited in the other one. Signs in as the provider does (DATABRICKS_*\n" +
        "variables or a profile), as a service principal that belongs to both workspaces. Ends with 0 where everything is equal but what is\n" +
        "accepted, and with 1 otherwise.\n" +
        `More: ${pageInProject("migrating-notebooks")}`,
    options: {
        from: { value: "ID|URL", help: "The workspace to copy from: its id, or the URL of its front page." },
        to: { value: "ID|URL", help: "The workspace to copy to." },
        path: { value: "PATH", help: "Copies only what is at and below this path. Default: everything." },
        "dry-run": { help: "Says what would be copied, from lists alone. Writes nothing." },
        verify: { help: "Compares every content, and writes nothing." },
        accept: {
            value: "PATH|KIND",
            multiple: true,
            help: "A path, or a kind such as library or unknown-principal, that may differ.",
        },
        timeout: { value: "SECONDS", help: "How long it takes at most. Default: 10800." },
        json: { value: "FILE", help: "Writes the full report as JSON." },
        junit: { value: "FILE", help: "Writes the full report as JUnit XML." },
    },
    async run(values, _positionals, io) {
        const [from, to] = [required(values, "from"), required(values, "to")];
        const { migrateContent, planMigration, verifyContent } = await import("../provider/migration/migration.js");
        const { describeReport } = await import("../provider/migration/report.js");
        const { toJunit, writeReport } = await import("../provider/migration/report-file.js");
        const { writeFileSync } = await import("node:fs");
        const options = await migrationOptions(values, io, from, to);
        const run =
            values["dry-run"] === true ? planMigration : values["verify"] === true ? verifyContent : migrateContent;
        const report = await run(options);
        io.out(describeReport(report));
        const [json, junit] = [textOption(values, "json"), textOption(values, "junit")];
        if (json !== undefined) writeReport(report, json);
        if (junit !== undefined) writeFileSync(junit, toJunit(report));
        return report.complete ? 0 : 1;
    },
};

async function migrationOptions(
    values: CommandValues,
    io: CommandIo,
    from: string,
    to: string,
): Promise<MigrationOptions> {
    const { unknownAccepts } = await import("../provider/contract/finding-kinds.js");
    const { systemClock } = await import("../provider/api/clock.js");
    const { findCredential } = await import("../provider/api/credential.js");
    const { readSettings } = await import("../provider/runtime/settings.js");
    const { AccountClient } = await import("../provider/api/client.js");
    const { connectWorkspace } = await import("../provider/migration/connection.js");
    const accept = textsOption(values, "accept");
    const [strange] = unknownAccepts(accept);
    if (strange !== undefined)
        throw new UsageError(`--accept takes a path that begins with /, or a kind, not "${strange}"`);
    const timeout = numberOption(values, "timeout", { least: 1 });
    const credential = findCredential({ configuration: () => undefined, environment: io.environment });
    const options = readSettings(() => undefined);
    const account = new AccountClient(credential, options);
    const beforeRequest = async () => {
        if (io.signal.aborted)
            throw new Error("It was stopped. What was copied stays; run the command again to go on.");
    };
    const connect = async (workspace: string) =>
        connectWorkspace({
            host: await hostOf(workspace, account, credential),
            credential,
            options,
            clock: systemClock,
            ...(isId(workspace) ? { workspaceId: workspace } : {}),
            beforeRequest,
        });
    return {
        from: await connect(from),
        to: await connect(to),
        clock: systemClock,
        accept,
        onProgress: (line) => io.err(line),
        ...(textOption(values, "path") === undefined ? {} : { path: textOption(values, "path") }),
        ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
    };
}

function required(values: CommandValues, name: string): string {
    const given = textOption(values, name);
    if (given === undefined || given === "") throw new UsageError(`--${name} is missing: the id or URL of a workspace`);
    return given;
}

/** The origin of a workspace that is named by its id, or by any URL of it. */
async function hostOf(workspace: string, account: AccountClient, credential: Credential): Promise<string> {
    const { hostOrigin } = await import("../provider/api/host.js");
    if (!isId(workspace)) return hostOrigin(workspace);
    const { workspaceUrl } = await import("../provider/objects/workspace/definition.js");
    const { isRecord } = await import("../provider/util/property-path.js");
    const { ApiError } = await import("../provider/api/errors.js");
    const record = await account.get(`/workspaces/${workspace}`).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.kind !== "missing") throw error;
        throw new UsageError(`The account has no workspace with the id ${workspace}`);
    });
    const name = isRecord(record) ? record["deployment_name"] : undefined;
    if (typeof name !== "string") throw new UsageError(`The workspace ${workspace} has no address yet: name its URL`);
    return workspaceUrl(credential.host, name);
}

function isId(workspace: string): boolean {
    return /^\d+$/.test(workspace);
}
