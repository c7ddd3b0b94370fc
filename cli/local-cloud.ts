import { readFileSync } from "node:fs";

import { UUID } from "../provider/contract/forms";
import { pageInProject } from "../provider/contract/pages";
import { partitionNames } from "../provider/contract/partitions";
import type { Behavior, LocalCloud, LocalCloudOptions, TrustedIssuer } from "../local-cloud";
import {
    type Command,
    type CommandValues,
    numberOption,
    textOption,
    textsOption,
    UsageError,
    wordOption,
} from "./command";

/** `local-cloud`: the local cloud in the foreground, for programs in any language. */
export const localCloud: Command = {
    summary: "Runs Databricks' account, workspaces and an AWS KMS on this machine, until Ctrl-C.",
    description:
        "Everything is in memory and on 127.0.0.1. It prints the environment in which Databricks' SDKs, boto3 and Pulumi\n" +
        "programs use it.\n" +
        `More: ${pageInProject("local-cloud")}`,
    options: {
        port: { value: "N", help: "Port of the account and its workspaces. Default: any free one." },
        partition: {
            value: "aws|aws-us-gov|aws-us-gov-dod",
            help: "The part of AWS that it stands for. Default: aws, the commercial one.",
        },
        "account-id": {
            value: "UUID",
            multiple: true,
            help: "Id of a Databricks account. Several share AWS and its KMS, each with an environment of its own. Default: one.",
        },
        "aws-account": {
            value: "ID",
            multiple: true,
            help: "Another AWS account of yours beside 123456789012: 12 digits. It has keys of its own in the KMS.",
        },
        "kms-port": { value: "N", help: "Port of the KMS. Default: any free one." },
        provisioning: { value: "SECONDS", help: "How long a workspace is PROVISIONING. Default: 1." },
        "dek-cache": { value: "SECONDS", help: "How long a workspace keeps its data key in memory. Default: 300." },
        "key-change": {
            value: "immutable|updatable",
            help: "Whether a workspace's key can be changed. Default: immutable.",
        },
        rate: { value: "N", help: "Requests a second to the account before it responds with 429. Default: no limit." },
        "token-lifetime": { value: "SECONDS", help: "How long OAuth tokens live. Default: 3600." },
        "id-token-keys": {
            value: "FILE",
            help: "JSON Web Key Set of the issuer whose id tokens are exchanged. Default: any JWT is.",
        },
        behavior: {
            value: "NAME=VALUE",
            multiple: true,
            help: "One way of the service in which it behaves, such as errors=text.",
        },
        as: {
            value: "FILE",
            help: "Behaves as the service did, by a report of the command contract (--json); --behavior comes first.",
        },
        json: { help: "Prints one JSON object in place of lines for a shell." },
        verbose: { help: "Writes a line for each request to standard error." },
    },
    async run(values, _positionals, io) {
        // Read before anything is started: what cannot be used is said at once.
        const { LocalCloud, behaviorValues } = await import("../local-cloud/index.js");
        const { options, unknown } = await like(textOption(values, "as"), optionsOf(values, behaviorValues));
        for (const id of unknown) io.err(`The local cloud has no option for what the report found of ${id}.`);
        const accountIds = accountIdsOf(values);
        const trustedIssuer = issuerOf(values);
        if (values["verbose"] === true) options.onRequest = (line) => io.err(line);
        const clouds: LocalCloud[] = [];
        try {
            for (const accountId of accountIds) {
                const [aws] = clouds;
                // The first has the ports that were asked for.
                const own = aws === undefined ? options : { ...options, aws, port: undefined, kmsPort: undefined };
                const cloud = await LocalCloud.start(accountId === undefined ? own : { ...own, accountId });
                clouds.push(cloud);
                cloud.tokens.trustedIssuer = trustedIssuer;
                cloud.tokens.lifetimeSeconds = numberOption(values, "token-lifetime", { least: 1 }) ?? 3600;
            }
            if (values["json"] === true) io.out(JSON.stringify(describe(clouds)));
            else for (const line of lines(clouds)) io.out(line);
            await new Promise<void>((resolve) => {
                if (io.signal.aborted) resolve();
                else io.signal.addEventListener("abort", () => resolve(), { once: true });
            });
            return 0;
        } finally {
            for (const cloud of clouds.reverse()) await cloud.stop();
        }
    },
};

/** The same options with the behavior of a report, and the differences in it that are not known. */
async function like(report: string | undefined, options: LocalCloudOptions) {
    if (report === undefined) return { options, unknown: [] };
    const { readReported } = await import("./contract/known.js");
    const { behavior, workspaces, unknown } = readReported(report, "as");
    return { options: { ...options, behavior: { ...behavior, ...options.behavior }, workspaces }, unknown };
}

/** Lines for a shell that set an environment. */
export function exportLines(environment: Readonly<Record<string, string>>): string[] {
    return Object.entries(environment).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
}

function lines(clouds: readonly LocalCloud[]): string[] {
    return [
        "# The local cloud runs until Ctrl-C. In another shell:",
        ...clouds.flatMap((cloud) => [
            ...(clouds.length === 1 ? [] : [`# The Databricks account ${cloud.accountId}:`]),
            ...exportLines(cloud.environment()),
            `# A bearer token for the Account API alone: ${cloud.token}`,
        ]),
        ...(clouds[0]?.awsAccounts.slice(1) ?? []).map(
            ({ id, accessKeyId, secretAccessKey }) =>
                `# The AWS account ${id}: AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
        ),
        `# Id tokens: ${idTokensOf(clouds) === "any" ? "any JWT is exchanged" : "those of the given keys are exchanged"}.`,
    ];
}

function idTokensOf([cloud]: readonly LocalCloud[]): "any" | "keys" {
    return cloud?.tokens.trustedIssuer === "any" ? "any" : "keys";
}

/** The first account as one object, and the others in it. */
function describe(clouds: readonly LocalCloud[]) {
    const [first, ...others] = clouds.map((cloud) => {
        const { host, accountId, clientId, clientSecret, token } = cloud;
        return { host, accountId, clientId, clientSecret, token, environment: cloud.environment() };
    });
    const awsAccounts = clouds[0]?.awsAccounts;
    return { ...first, idTokens: idTokensOf(clouds), awsAccounts, ...(others.length === 0 ? {} : { others }) };
}

/** The ids of the Databricks accounts; `undefined` for the usual one. */
function accountIdsOf(values: CommandValues): readonly (string | undefined)[] {
    const ids = distinct(values, "account-id", UUID, "a uuid");
    return ids.length === 0 ? [undefined] : ids;
}

function distinct(values: CommandValues, name: string, form: RegExp, what: string): string[] {
    const given = textsOption(values, name);
    const wrong = given.find((one, index) => !form.test(one) || given.indexOf(one) !== index);
    if (wrong === undefined) return given;
    throw new UsageError(`--${name} must be ${what}, each once, not "${wrong}"`);
}

function optionsOf(values: CommandValues, known: BehaviorValues): LocalCloudOptions {
    const port = { most: 65_535, whole: true };
    const partition = wordOption(values, "partition", partitionNames);
    const keyChange = wordOption(values, "key-change", ["immutable", "updatable"]);
    const milliseconds = (name: string) => {
        const seconds = numberOption(values, name);
        return seconds === undefined ? undefined : seconds * 1000;
    };
    return {
        port: numberOption(values, "port", port),
        ...(partition && { partition }),
        kmsPort: numberOption(values, "kms-port", port),
        awsAccounts: distinct(values, "aws-account", /^(?!123456789012$)\d{12}$/, "12 digits other than 123456789012"),
        // A script in another language finds a workspace by its `workspace_url`, without any name service.
        workspacePorts: true,
        provisioningMilliseconds: milliseconds("provisioning"),
        dekCacheMilliseconds: milliseconds("dek-cache"),
        requestsPerSecond: numberOption(values, "rate", { least: 1 }),
        behavior: { ...behaviorOf(textsOption(values, "behavior"), known), ...(keyChange && { keyChange }) },
    };
}

/** The values that each field of a behavior can have: words, any text, or a number. */
type BehaviorValues = Readonly<Record<keyof Behavior, readonly string[] | "text" | "number">>;

function behaviorOf(given: readonly string[], known: BehaviorValues): Partial<Behavior> {
    return Object.fromEntries(
        given.map((assignment) => {
            const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(assignment) ?? [];
            const choices = Object.entries(known).find(([one]) => one === name)?.[1];
            if (choices === undefined)
                throw new UsageError(
                    `--behavior must be one of ${Object.keys(known).join(", ")} and =value, not "${assignment}"`,
                );
            if (choices === "text") return [name, value];
            if (choices === "number") return [name, numberOption({ [`behavior ${name}`]: value }, `behavior ${name}`)];
            if (!choices.includes(value))
                throw new UsageError(`--behavior ${name} must be one of ${choices.join(", ")}, not "${value}"`);
            return [name, value];
        }),
    );
}

function issuerOf(values: CommandValues): TrustedIssuer {
    const file = textOption(values, "id-token-keys");
    if (file === undefined) return "any";
    try {
        const { keys } = JSON.parse(readFileSync(file, "utf8")) as { keys?: unknown };
        if (Array.isArray(keys)) return { keys };
    } catch (error) {
        throw new UsageError(
            `--id-token-keys: ${file} cannot be read (${error instanceof Error ? error.message : ""})`,
        );
    }
    throw new UsageError(`--id-token-keys: ${file} is not a JSON Web Key Set, {"keys": [...]}`);
}
