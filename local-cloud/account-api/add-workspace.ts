import { randomUUID } from "node:crypto";

import type { Account } from "./account";

/** What `addWorkspace` makes. */
export interface AddWorkspaceOptions {
    /** ARN of the KMS key for managed services, such as `cloud.createKey()` makes. Default: none, Databricks' own. */
    readonly keyArn?: string;
    /** Default: us-east-1. */
    readonly region?: string;
}

/** Puts a RUNNING workspace into the account, with credentials, storage and registration of its own; returns its id. */
export async function addWorkspace(account: Account, options: AddWorkspaceOptions): Promise<string> {
    const { keyArn, region = "us-east-1" } = options;
    const name = `test-${randomUUID()}`;
    const { credentials_id } = await account.create("credentials", {
        credentials_name: name,
        aws_credentials: { sts_role: { role_arn: `arn:aws:iam::123456789012:role/${name}` } },
    });
    const { storage_configuration_id } = await account.create("storage-configurations", {
        storage_configuration_name: name,
        root_bucket_info: { bucket_name: name },
    });
    const { workspace_id } = await account.create("workspaces", {
        workspace_name: name,
        aws_region: region,
        credentials_id,
        storage_configuration_id,
        ...(keyArn === undefined
            ? {}
            : { managed_services_customer_managed_key_id: await registered(account, keyArn) }),
    });
    account.setStatus(String(workspace_id), "RUNNING", "Workspace is running.");
    return String(workspace_id);
}

async function registered(account: Account, keyArn: string): Promise<unknown> {
    const registration = await account.create("customer-managed-keys", {
        aws_key_info: { key_arn: keyArn },
        use_cases: ["MANAGED_SERVICES"],
    });
    return registration["customer_managed_key_id"];
}
