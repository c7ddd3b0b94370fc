import { pageInProject } from "../../provider/contract/pages";
import {
    type Command,
    type CommandIo,
    type CommandValues,
    textOption,
    textsOption,
    UsageError,
    wordOption,
} from "../command";
import type { ReportFiles } from "../report-files";
import { costs, levels } from "./row";
import type { ContractOptions } from "./run";
import type { Given } from "./scene";

/** `contract`: whether the service behaves as this package and its local cloud take it to. */
export const contract: Command = {
    summary: "Checks on an account whether the service behaves as the local cloud does, and reports what differs.",
    description:
        "Each check is one thing that this package takes the service to do. Everything that a check makes has one prefix, and\n" +
        "is deleted at the end and at a signal; what cannot be deleted is listed. The report holds no secret and no id of the\n" +
        "account, so it can be attached to an issue. Signs in as the provider does. Ends with 0 if everything that was tried\n" +
        "agrees, and with 1 otherwise.\n" +
        `More: ${pageInProject("service-behavior")}`,
    options: {
        level: {
            value: levels.join("|"),
            help: `What it may make. Default: read.\n${levels.map((level) => `${level}: ${costs[level]}`).join("\n")}`,
        },
        "yes-create-objects": { help: "Needed for the levels that make something, but in a local cloud." },
        region: { value: "REGION", help: "Region of the workspace. Default: us-east-1." },
        role: { value: "ARN", help: "A cross-account role for the workspace. Default: the workspace is serverless." },
        bucket: { value: "NAME", help: "Its root bucket; together with --role." },
        key: {
            value: "ARN",
            multiple: true,
            help: "A KMS key for notebooks; with a second one, the change of a key is tried.",
        },
        vpc: {
            value: "ID",
            help: "A VPC for the workspace; with --subnet and --security-group. Default: Databricks makes one.",
        },
        subnet: { value: "ID", multiple: true, help: "A subnet of the VPC: at least two." },
        "security-group": { value: "ID", multiple: true, help: "A security group of the VPC." },
        json: { value: "FILE", help: "Writes the report as JSON, which `local-cloud --as FILE` takes." },
    },
    async run(values, _positionals, io) {
        const { ReportFiles } = await import("../report-files.js");
        const options = await optionsOf(values, io);
        const files = ReportFiles.open(values, ["json"]);
        try {
            return await runAndReport(options, files, io);
        } finally {
            files.close();
        }
    },
};

/** Runs it and writes the report. Until what was made is deleted, no signal ends the process. */
async function runAndReport(options: ContractOptions, files: ReportFiles, io: CommandIo): Promise<number> {
    const { runContract } = await import("./run.js");
    const { agrees, describeReport } = await import("./report.js");
    const { toJson } = await import("../../provider/migration/report-file.js");
    const { holdSignals } = await import("../signals.js");
    const release = holdSignals(() => io.err("Stopping: what was made is deleted, and the report written first."));
    try {
        io.err(costs[options.level]);
        const report = await runContract(options);
        io.out(describeReport(report));
        const unwritten = files.write({ json: () => toJson(report) });
        for (const problem of unwritten) io.err(problem);
        return agrees(report) && !options.signal.aborted && unwritten.length === 0 ? 0 : 1;
    } finally {
        release();
    }
}

async function optionsOf(values: CommandValues, io: CommandIo): Promise<ContractOptions> {
    const { isLoopback } = await import("../../provider/api/host.js");
    const { systemClock } = await import("../../provider/api/clock.js");
    const { findCredential } = await import("../../provider/api/credential.js");
    const { packageVersion, userAgent } = await import("../../provider/api/user-agent.js");
    const { requestLog } = await import("../../provider/runtime/request-log.js");
    const { readSettings } = await import("../../provider/runtime/settings.js");
    const given = givenOf(values);
    const level = wordOption(values, "level", levels) ?? "read";
    const credential = findCredential({ configuration: () => undefined, environment: io.environment });
    const isAllowed = values["yes-create-objects"] === true || isLoopback(new URL(credential.host).hostname);
    if (level !== "read" && !isAllowed)
        throw new UsageError(`${costs[level]} Add --yes-create-objects if that is what you want`);
    return {
        ...{ credential, given, level, clock: systemClock, signal: io.signal, onProgress: io.err },
        version: packageVersion(),
        options: readSettings(() => undefined),
        hooks: {
            onRequest: requestLog({ variables: io.environment, report: { warn: io.err } }),
            onWait: io.err,
            userAgent: userAgent("contract", io.environment),
        },
    };
}

function givenOf(values: CommandValues): Given {
    const [role, bucket, vpc] = [textOption(values, "role"), textOption(values, "bucket"), textOption(values, "vpc")];
    const [subnets, groups] = [textsOption(values, "subnet"), textsOption(values, "security-group")];
    if ((role === undefined) !== (bucket === undefined))
        throw new UsageError("--role and --bucket belong together: give both, or neither");
    const isWhole = vpc !== undefined && subnets.length >= 2 && groups.length >= 1;
    if (!isWhole && (vpc !== undefined || subnets.length > 0 || groups.length > 0))
        throw new UsageError("--vpc, two --subnet and --security-group belong together: give all, or none");
    if (vpc !== undefined && role === undefined)
        throw new UsageError("--vpc needs --role and --bucket: a serverless workspace has no VPC");
    return {
        region: textOption(values, "region") ?? "us-east-1",
        ...{ role, bucket, keys: textsOption(values, "key") },
        ...(vpc === undefined ? {} : { network: { vpc_id: vpc, subnet_ids: subnets, security_group_ids: groups } }),
    };
}
