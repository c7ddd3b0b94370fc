import { getCustomerManagedKey, getCustomerManagedKeyOutput, getWorkspace, getWorkspaceOutput } from "../../sdk";
import type { Output } from "@pulumi/pulumi";

/** Arguments of lookups that cannot be right do not compile. Only compiled, never run. */
export function lookupArguments(text: Output<string>): unknown[] {
    return [
        getWorkspace({ name: "analytics" }),
        getWorkspace({ deploymentName: "acme-analytics", accountId: undefined }),
        getWorkspaceOutput({ id: text }),
        getCustomerManagedKey({ id: "1" }),
        getCustomerManagedKeyOutput({ keyArn: text, useCase: "STORAGE" }),
        // @ts-expect-error -- nothing identifies the workspace
        getWorkspace({}),
        // @ts-expect-error -- only one of them can be given
        getWorkspace({ name: "analytics", id: "1" }),
        // @ts-expect-error -- only one of them can be given
        getWorkspaceOutput({ name: text, deploymentName: text }),
        // @ts-expect-error -- the account alone identifies no workspace
        getWorkspace({ accountId: "00000000-0000-4000-8000-000000000000" }),
        // @ts-expect-error -- nothing identifies the registration
        getCustomerManagedKey({}),
        // @ts-expect-error -- only one of them can be given
        getCustomerManagedKey({ id: "1", keyArn: "arn" }),
        // @ts-expect-error -- a use case does not identify a registration
        getCustomerManagedKey({ useCase: "STORAGE" }),
        // @ts-expect-error -- a use case goes with an ARN
        getCustomerManagedKeyOutput({ id: text, useCase: "STORAGE" }),
    ];
}
