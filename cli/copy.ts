import { pageInProject } from "../provider/contract/pages";
import type { AccountWorkspace } from "./account-workspaces";
import type { MigrationOptions } from "../provider/migration/migration";
import type { MigrationReport } from "../provider/migration/report";
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
        "variables or a profile), as a service principal that belongs to both workspaces. Ends with 0 if everything is equal but what is\n" +
        "accepted, and with 1 otherwise.\n" +
        `More: ${pageInProject("replacing-a-workspace")}`,
    options: {
        from: { value: "ID|URL", help: "The workspace to copy from: its id, or its URL in the account." },
        to: { value: "ID|URL", help: "The workspace to copy to." },
        path: { value: "PATH", help: "Copies only what is at and below this path. Default: everything." },
        "dry-run": {
            help: "Says what would be copied, and who is missing in the workspace to copy to. Writes nothing.",
        },
        verify: { help: "Compares every content, and people with --people, and writes nothing." },
        people: {
            help: "Brings users, groups and service principals along, with what they may do, their homes and the metastore.",
        },
        "former-homes": {
            value: "PATH",
            help: "A folder for the homes of those who have left the account. Only admins see it.",
        },
        kinds: {
            value: "KIND",
            multiple: true,
            help: "What is copied beside the tree: git-folders, dashboards, queries, alerts or secrets. Default: all.",
        },
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
        const { ReportFiles } = await import("./report-files.js");
        const files = ReportFiles.open(values, ["json", "junit"]);
        try {
            const report = await run(values, io, from, to);
            const { describeReport } = await import("../provider/migration/report.js");
            const { toJson, toJunit } = await import("../provider/migration/report-file.js");
            io.out(describeReport(report));
            const unwritten = files.write({ json: () => toJson(report), junit: () => toJunit(report) });
            for (const problem of unwritten) io.err(problem);
            return report.complete && unwritten.length === 0 ? 0 : 1;
        } finally {
            files.close();
        }
    },
};

async function run(values: CommandValues, io: CommandIo, from: string, to: string): Promise<MigrationReport> {
    const { migrateContent, planMigration, verifyContent } = await import("../provider/migration/migration.js");
    const options = await migrationOptions(values, io, from, to);
    if (values["dry-run"] === true) return planMigration(options);
    return values["verify"] === true ? verifyContent(options) : migrateContent(options);
}

async function migrationOptions(
    values: CommandValues,
    io: CommandIo,
    from: string,
    to: string,
): Promise<MigrationOptions> {
    const { ReportedError } = await import("../provider/api/errors.js");
    const { Acceptance } = await import("../provider/migration/acceptance.js");
    const { unknownAccepts } = await import("../provider/contract/finding-kinds.js");
    const { chosenContentKinds, isChosenContentKind } = await import("../provider/contract/content-kinds.js");
    const { systemClock } = await import("../provider/api/clock.js");
    const { findCredential } = await import("../provider/api/credential.js");
    const { requestLog } = await import("../provider/runtime/request-log.js");
    const { userAgent } = await import("../provider/api/user-agent.js");
    const { readSettings } = await import("../provider/runtime/settings.js");
    const { AccountClient } = await import("../provider/api/account-client.js");
    const { AccountDirectory } = await import("../provider/migration/account-directory.js");
    const { FORMER_HOMES_FORM, isFormerHomesFolder } = await import("../provider/contract/former-homes.js");
    const { connectWorkspace } = await import("../provider/migration/connection.js");
    const { AccountWorkspaces } = await import("./account-workspaces.js");
    const accept = textsOption(values, "accept");
    const [strange] = unknownAccepts(accept);
    if (strange !== undefined)
        throw new UsageError(`--accept takes a path that begins with /, or a kind, not "${strange}"`);
    const formerHomes = textOption(values, "former-homes");
    if (formerHomes !== undefined && !isFormerHomesFolder(formerHomes))
        throw new UsageError(`--former-homes ${FORMER_HOMES_FORM}`);
    const kinds = textsOption(values, "kinds");
    const unknown = kinds.find((kind) => !isChosenContentKind(kind));
    if (unknown !== undefined) throw new UsageError(`--kinds takes ${chosenContentKinds.join(", ")}, not "${unknown}"`);
    const timeout = numberOption(values, "timeout", { least: 1 });
    const credential = findCredential({ configuration: () => undefined, environment: io.environment });
    const options = readSettings(() => undefined);
    const beforeSend = async () => {
        if (io.signal.aborted)
            throw new ReportedError(
                "It was stopped. What was copied stays; run the command again to go on.",
                "CMK1017",
            );
    };
    const onRequest = requestLog({ variables: io.environment, report: { warn: io.err } });
    const hooks = { onRequest, onWait: io.err, userAgent: userAgent("copy", io.environment) };
    const client = new AccountClient(credential, options, systemClock, { ...hooks, beforeSend });
    const workspaces = await AccountWorkspaces.list(client, credential, systemClock);
    const [source, target] = [workspaces.find(from), workspaces.find(to)];
    const connect = ({ id, host }: AccountWorkspace) =>
        connectWorkspace({ host, workspaceId: id, credential, options, clock: systemClock, beforeSend, ...hooks });
    return {
        from: connect(source),
        to: connect(target),
        clock: systemClock,
        accept: new Acceptance(accept),
        onProgress: (line) => io.err(line),
        ...(values["people"] === true || formerHomes !== undefined ? { account: new AccountDirectory(client) } : {}),
        people: values["people"] === true,
        formerHomes,
        ...(kinds.length === 0 ? {} : { kinds }),
        ...(textOption(values, "path") === undefined ? {} : { path: textOption(values, "path") }),
        ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
    };
}

function required(values: CommandValues, name: string): string {
    const given = textOption(values, name);
    if (given === undefined || given === "") throw new UsageError(`--${name} is missing: the id or URL of a workspace`);
    return given;
}
