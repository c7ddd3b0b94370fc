import { randomUUID } from "node:crypto";

import { arnPartitionOf } from "../../provider/contract/partitions";
import type { Account } from "./account";
import type { AccountRecord } from "./records";

/** What `addWorkspace` makes. */
export interface AddWorkspaceOptions {
    /** ARN of the KMS key for managed services, such as `cloud.createKey()` makes. Default: none, Databricks' own. */
    readonly keyArn?: string;
    /** Default: the first region of the account's part of AWS, us-east-1 in the commercial one. */
    readonly region?: string;
}

/** Puts a RUNNING workspace into the account, with credentials, storage and registration of its own; returns its id. */
export async function addWorkspace(account: Account, options: AddWorkspaceOptions): Promise<string> {
    const { keyArn, region = regionOf(account, 0) } = options;
    const name = `test-${randomUUID()}`;
    const key =
        keyArn === undefined ? {} : { managed_services_customer_managed_key_id: await registered(account, keyArn) };
    return addRunning(account, {
        workspace_name: name,
        aws_region: region,
        ...(await foundation(account, name, region, "123456789012")),
        ...key,
    });
}

/** Puts this many RUNNING workspaces of others into the account, all on the same credentials and storage. */
export async function fillAccount(account: Account, count: number): Promise<void> {
    const shared = await foundation(account, `others-${randomUUID()}`, regionOf(account, 0), "999999999999");
    for (let index = 0; index < count; index++)
        await addRunning(account, {
            workspace_name: `others-${index}`,
            aws_region: regionOf(account, index),
            ...shared,
            custom_tags: { team: `team-${index % 40}`, environment: "production" },
        });
}

function regionOf({ regions }: Account, index: number): string {
    return regions[index % regions.length] ?? "us-east-1";
}

async function addRunning(account: Account, fields: AccountRecord): Promise<string> {
    const { workspace_id } = await account.create("workspaces", fields);
    account.setStatus(String(workspace_id), "RUNNING", "Workspace is running.");
    return String(workspace_id);
}

/** What a workspace is made on: credentials and storage of this name. */
async function foundation(account: Account, name: string, region: string, awsAccount: string): Promise<AccountRecord> {
    const { credentials_id } = await account.create("credentials", {
        credentials_name: name,
        aws_credentials: { sts_role: { role_arn: `arn:${arnPartitionOf(region)}:iam::${awsAccount}:role/${name}` } },
    });
    const { storage_configuration_id } = await account.create("storage-configurations", {
        storage_configuration_name: name,
        root_bucket_info: { bucket_name: name },
    });
    return { credentials_id, storage_configuration_id };
}

async function registered(account: Account, keyArn: string): Promise<unknown> {
    const registration = await account.create("customer-managed-keys", {
        aws_key_info: { key_arn: keyArn },
        use_cases: ["MANAGED_SERVICES"],
    });
    return registration["customer_managed_key_id"];
}
