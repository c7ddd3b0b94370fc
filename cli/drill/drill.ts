import { pageInProject } from "../../provider/contract/pages";
import { type Command, type CommandIo, type CommandValues, numberOption, textOption, UsageError } from "../command";
import type { DrillTarget } from "./run";
import type { ReportFiles } from "../report-files";

/** `drill`: shows that a workspace's key can be revoked, and that the workspace survives it. */
export const drill: Command = {
    summary:
        "Disables a workspace's key, waits until reads are refused, enables it again, and reports it for auditors.",
    description:
        "Writes and reads a notebook, a dashboard and a secret as canaries, disables the key, waits until reads are refused,\n" +
        "enables it again, waits until reads work, and removes the canaries. Whatever happens, the key is enabled again.\n" +
        "Meanwhile nobody can read or write what it encrypts in any workspace that uses it. Signs in to Databricks as the provider does, as a service principal\n" +
        "that belongs to the workspace, and to AWS as AWS' tools do. Ends with 0 if every step passed, and with 1\n" +
        "otherwise.\n" +
        `More: ${pageInProject("drill")}`,
    options: {
        workspace: { value: "ID|URL", help: "The workspace: its id, or the URL of its front page." },
        key: { value: "ARN", help: "ARN of the KMS key that the workspace uses for managed services." },
        "yes-disable-the-key": { help: "Needed for every account but a local cloud's." },
        timeout: { value: "SECONDS", help: "How long to wait for each of the two changes at most. Default: 1800." },
        interval: { value: "SECONDS", help: "How long to wait between two reads. Default: 5." },
        json: { value: "FILE", help: "Writes the report as JSON." },
        junit: { value: "FILE", help: "Writes the report as JUnit XML." },
    },
    async run(values, _positionals, io) {
        const { ReportFiles } = await import("../report-files.js");
        const files = ReportFiles.open(values, ["json", "junit"]);
        try {
            return await runAndReport(await targetOf(values, io), files, io);
        } finally {
            files.close();
        }
    },
};

/** Runs the drill and writes its report. Until that is done, no signal ends the process. */
async function runAndReport(target: DrillTarget, files: ReportFiles, io: CommandIo): Promise<number> {
    const { runDrill } = await import("./run.js");
    const { describeReport, enableLines, toJunit } = await import("./report.js");
    const { toJson } = await import("../../provider/migration/report-file.js");
    const { holdSignals } = await import("../signals.js");
    const release = holdSignals(() =>
        io.err("Stopping: the key is enabled, the canaries removed and the report written first."),
    );
    try {
        const report = await runDrill(target);
        io.out(describeReport(report));
        const unwritten = files.write({ json: () => toJson(report), junit: () => toJunit(report) });
        for (const problem of unwritten) io.err(problem);
        // The last thing that anybody reads, wherever the report went.
        for (const line of enableLines(report)) io.err(line);
        return report.passed && unwritten.length === 0 ? 0 : 1;
    } finally {
        release();
    }
}

/** Reads every argument, and what the account says of the workspace. Changes nothing. */
async function targetOf(values: CommandValues, io: CommandIo): Promise<DrillTarget> {
    const { requireKeyArn, DrillKey } = await import("./key.js");
    const { drilledWorkspace } = await import("./workspace.js");
    const { isLoopback } = await import("../../provider/api/host.js");
    const { clock = (await import("../../provider/api/clock.js")).systemClock } = io;
    const { findCredential } = await import("../../provider/api/credential.js");
    const { userAgent } = await import("../../provider/api/user-agent.js");
    const { requestLog } = await import("../../provider/runtime/request-log.js");
    const named = required(values, "workspace", "the id or URL of a workspace");
    const keyArn = requireKeyArn(required(values, "key", "the ARN of its KMS key"));
    const timeout = numberOption(values, "timeout", { least: 1, most: 24 * 3600 }) ?? 1800;
    const interval = numberOption(values, "interval", { least: 0.1, most: 3600 }) ?? 5;
    const credential = findCredential({ configuration: () => undefined, environment: io.environment });
    if (values["yes-disable-the-key"] !== true && !isLoopback(new URL(credential.host).hostname))
        throw new UsageError(
            `The drill disables ${keyArn}: until it is enabled again, nobody can read or write what it encrypts. Add --yes-disable-the-key if that is what you want`,
        );
    const key = new DrillKey(keyArn, io.environment);
    const hooks = {
        onRequest: requestLog({ variables: io.environment, report: { warn: io.err } }),
        userAgent: userAgent("drill", io.environment),
    };
    const found = { named, keyArn, credential, clock, report: io.err, hooks };
    const workspace = await drilledWorkspace(found);
    return {
        ...workspace,
        key,
        clock,
        signal: io.signal,
        timeout: timeout * 1000,
        interval: interval * 1000,
        onProgress: (line) => io.err(line),
    };
}

function required(values: CommandValues, name: string, what: string): string {
    const given = textOption(values, name);
    if (given === undefined || given === "") throw new UsageError(`--${name} is missing: ${what}`);
    return given;
}
