import * as pulumi from "@pulumi/pulumi";
import { programError } from "../program-error";

/** Ends the program if there are problems: one line for each, which begins with the argument's name. */
export function throwIfInvalid(component: string, name: string, problems: readonly string[]): void {
    if (problems.length === 0) return;
    throw programError(problems.map((problem) => `${component} "${name}": ${problem}`).join("\n"));
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
        if (account === undefined) throw programError(noAccount);
        return account;
    });
}

function accountOfStack(): string | undefined {
    return new pulumi.Config("databricks").get("accountId") || process.env["DATABRICKS_ACCOUNT_ID"] || undefined;
}
