import type { iam } from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

import { databricksAccount, partitionOfStack } from "./arguments";
import { aws } from "./aws";
import { type EncryptedWorkspaceArgs, isServerless } from "./encrypted-workspace-args";
import { crossAccountPolicy, crossAccountTrustPolicy } from "../policy-documents";
import { Credentials } from "../resources/credentials";

/** The credentials of a workspace, and what of them was made. */
export interface Access {
    /** `undefined` for a serverless workspace, which has none. */
    readonly credentialsId?: pulumi.Input<string>;
    readonly roleArn?: pulumi.Input<string>;
    readonly role?: iam.Role;
    readonly rolePolicy?: iam.RolePolicy;
    readonly credentials?: Credentials;
}

/** Makes the cross-account role, its policy and its registration, except for what the arguments name. */
export function accessOf(name: string, args: EncryptedWorkspaceArgs, parent: pulumi.Resource): Access {
    const { accountId, credentialsId, roleArn, tags } = args;
    if (isServerless(args)) return {};
    if (credentialsId !== undefined) return { credentialsId };
    if (roleArn !== undefined) {
        const credentials = new Credentials(name, { accountId, roleArn }, { parent });
        return { credentialsId: credentials.credentialsId, roleArn, credentials };
    }
    const assumeRolePolicy = databricksAccount(accountId).apply((databricksAccountId) =>
        JSON.stringify(crossAccountTrustPolicy({ databricksAccountId, partition: partitionOfStack() })),
    );
    const role = new (aws().iam.Role)(name, { assumeRolePolicy, tags }, { parent });
    const network = args.network ?? args.networkId;
    const policy = crossAccountPolicy({
        partition: partitionOfStack(),
        network: network === undefined ? "databricks-managed" : "customer-managed",
    });
    const rolePolicy = new (aws().iam.RolePolicy)(
        name,
        { role: role.name, policy: JSON.stringify(policy) },
        { parent },
    );
    // Databricks uses the role as long as the credentials exist: they are created after its policy, and deleted before it.
    const credentials = new Credentials(name, { accountId, roleArn: role.arn }, { parent, dependsOn: rolePolicy });
    return { credentialsId: credentials.credentialsId, roleArn: role.arn, role, rolePolicy, credentials };
}
