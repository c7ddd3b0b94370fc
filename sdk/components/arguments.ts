import * as pulumi from "@pulumi/pulumi";

import type { Code } from "../../provider/contract/codes";
import {
    type PartitionName,
    partitionNames,
    partitionOfHost,
    partitions,
    urlOfHost,
} from "../../provider/contract/partitions";
import { programError } from "../program-error";

/** Ends the program if there are problems: one line for each, which begins with the argument's name. */
export function throwIfInvalid(
    component: string,
    name: string,
    problems: readonly string[],
    code: Code = "CMK1002",
): void {
    if (problems.length === 0) return;
    throw programError(problems.map((problem) => `${component} "${name}": ${problem}`).join("\n"), code);
}

const noAccount =
    "accountId is needed for the policies that let this Databricks account in, and nothing names it: give accountId, or run `pulumi config set databricks:accountId <uuid>`, or set DATABRICKS_ACCOUNT_ID (if it is in a profile, give accountId: getCurrentConfigOutput().accountId).";

/** The problem that nothing names the Databricks account for policies, if nothing does. */
export function accountProblems(given: pulumi.Input<string | undefined>): string[] {
    return given === undefined && accountOfStack() === undefined ? [noAccount] : [];
}

/** The Databricks account for policies: what a component is given, else the stack's configuration, else the environment. */
export function databricksAccount(given: pulumi.Input<string | undefined>): pulumi.Output<string> {
    return pulumi.output(given).apply((accountId) => {
        const account = accountId ?? accountOfStack();
        if (account === undefined) throw programError(noAccount, "CMK1001");
        return account;
    });
}

/**
 * The part of AWS in which the stack's account is: by `databricks:host`, else by DATABRICKS_HOST. Default, and for a local cloud: the
 * commercial one.
 */
export function partitionOfStack(): PartitionName {
    const url = urlOfHost(new pulumi.Config("databricks").get("host") || process.env["DATABRICKS_HOST"] || "");
    return (url && partitionOfHost(url.hostname)) ?? "aws";
}

/**
 * @throws an error of the program if the AWS provider is in another partition than the account: no policy can let a principal of
 * another partition in.
 */
export function requirePartition(component: string, name: string, callerArn: string): void {
    const partition = partitions[partitionOfStack()];
    const actual = callerArn.split(":")[1];
    if (actual === partition.arnPartition) return;
    throw programError(
        `${component} "${name}": the AWS provider is in the partition "${actual}", and the accounts of ${partition.accountHost} are in "${partition.arnPartition}". Set databricks:host to the account console of yours (${partitionNames.map((one) => partitions[one].accountHost).join(", ")}), or give the component an AWS provider of that partition.`,
        "CMK1019",
    );
}

function accountOfStack(): string | undefined {
    return new pulumi.Config("databricks").get("accountId") || process.env["DATABRICKS_ACCOUNT_ID"] || undefined;
}
