import { AccountClient } from "../../provider/api/account-client";
import type { ClientHooks } from "../../provider/api/client";
import type { Clock } from "../../provider/api/clock";
import { Collection } from "../../provider/api/collection";
import type { Credential } from "../../provider/api/credential";
import { connectWorkspace } from "../../provider/migration/connection";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { WorkspaceSecrets } from "../../provider/migration/workspace-secrets";
import { readSettings } from "../../provider/runtime/settings";
import { getString, type Properties } from "../../provider/util/property-path";
import { AccountWorkspaces } from "../account-workspaces";
import type { DrillTarget } from "./run";
import { UsageError } from "../command";

/** How the workspace of a drill is found. */
export interface DrilledWorkspace {
    /** Its id, or any URL of it. */
    readonly named: string;
    readonly keyArn: string;
    readonly credential: Credential;
    readonly clock: Clock;
    readonly report: (line: string) => void;
    /** What is told of each request, and what each says of itself. */
    readonly hooks?: Pick<ClientHooks, "onRequest" | "userAgent">;
}

/** Where a workspace names its registrations of keys. A disabled key closes what either of them encrypts. */
const NOTEBOOKS_KEY = "managed_services_customer_managed_key_id";
const KEYS = [NOTEBOOKS_KEY, "storage_customer_managed_key_id"];

/** How long a read is tried again before it counts as one without a response: short, because the next one follows anyway. */
const READ_RETRY_MILLISECONDS = 10_000;

/**
 * The workspace of a drill, and the others that share its key. Throws `UsageError` if the account says that the
 * workspace has another key: disabling that one would show nothing, and stop others.
 */
export async function drilledWorkspace(
    options: DrilledWorkspace,
): Promise<Pick<DrillTarget, "workspace" | "content" | "secrets" | "otherWorkspaces">> {
    const { named, keyArn, credential, clock, report, hooks } = options;
    if (credential.as.authType === "pat")
        throw new UsageError(
            "The drill cannot sign in to a workspace with a token of the account. Sign in as a service principal that belongs to the workspace (DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET)",
        );
    const settings = readSettings(() => undefined);
    const client = new AccountClient(credential, settings, clock, hooks);
    const [workspaces, registrations] = await Promise.all([
        AccountWorkspaces.list(client, credential, clock),
        new Collection(customerManagedKeyObject, client, credential.accountId, clock).list(),
    ]);
    const { id, host, response } = workspaces.find(named);
    const keyOf = (workspace: Properties, field: string) =>
        getString(registrations.get(getString(workspace, field) ?? "") ?? {}, "aws_key_info.key_arn");
    const ownKey = keyOf(response, NOTEBOOKS_KEY);
    if (ownKey !== keyArn)
        throw new UsageError(
            `The workspace ${id} uses ${ownKey === undefined ? "no customer-managed key for managed services" : `the key ${ownKey}`}, not ${keyArn}. Nothing was disabled`,
        );
    const content = connectWorkspace({
        host,
        workspaceId: id,
        credential,
        options: { ...settings, retryTimeout: READ_RETRY_MILLISECONDS },
        clock,
        onWait: report,
        ...hooks,
    });
    return {
        workspace: { id, host },
        content,
        secrets: new WorkspaceSecrets(content.requests),
        otherWorkspaces: [...workspaces.all]
            .filter(([other, one]) => other !== id && KEYS.some((field) => keyOf(one, field) === keyArn))
            .map(([other, one]) => ({ id: other, name: getString(one, "workspace_name") ?? "" })),
    };
}
