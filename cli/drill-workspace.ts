import { AccountClient } from "../provider/api/client";
import type { Clock } from "../provider/api/clock";
import { Collection } from "../provider/api/collection";
import type { Credential } from "../provider/api/credential";
import { hostOrigin } from "../provider/api/host";
import { connectWorkspace } from "../provider/migration/connection";
import { customerManagedKeyObject } from "../provider/objects/customer-managed-key";
import { workspaceObject, workspaceUrl } from "../provider/objects/workspace/definition";
import { readSettings } from "../provider/runtime/settings";
import { getString, type Properties } from "../provider/util/property-path";
import type { DrillTarget } from "./drill-run";
import { UsageError } from "./command";

/** How the workspace of a drill is found. */
export interface DrilledWorkspace {
    /** Its id, or any URL of it. */
    readonly named: string;
    readonly keyArn: string;
    readonly credential: Credential;
    readonly clock: Clock;
    readonly report: (line: string) => void;
}

/** How long a read is tried again before it counts as one without a response: short, because the next one follows anyway. */
const READ_RETRY_MILLISECONDS = 10_000;

/**
 * The workspace of a drill, and the others that share its key. Throws `UsageError` where the account says that the
 * workspace has another key: disabling that one would show nothing, and stop others.
 */
export async function drilledWorkspace(
    options: DrilledWorkspace,
): Promise<Pick<DrillTarget, "workspace" | "content" | "otherWorkspaces">> {
    const { named, keyArn, credential, clock, report } = options;
    if (credential.as.authType === "pat")
        throw new UsageError(
            "The drill cannot sign in to a workspace with a token of the account. Sign in as a service principal that belongs to the workspace (DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET)",
        );
    const settings = readSettings(() => undefined);
    const client = new AccountClient(credential, settings, clock);
    const list = async (codec: ConstructorParameters<typeof Collection>[0]) => [
        ...(await new Collection(codec, client, credential.accountId, clock).list()),
    ];
    const [workspaces, registrations] = await Promise.all([list(workspaceObject), list(customerManagedKeyObject)]);
    const keys = new Map(registrations.map(([id, key]) => [id, getString(key, "aws_key_info.key_arn")]));
    const keyOf = (workspace: Properties) =>
        keys.get(getString(workspace, "managed_services_customer_managed_key_id") ?? "");
    const origin = /^\d+$/.test(named) ? undefined : hostOrigin(named);
    const found = workspaces.find(
        ([id, workspace]) => id === named || (origin !== undefined && urlOf(credential, workspace) === origin),
    );
    if (found === undefined) throw new UsageError(`The account has no workspace with the id or the URL "${named}"`);
    const [id, workspace] = found;
    const ownKey = keyOf(workspace);
    if (ownKey !== keyArn)
        throw new UsageError(
            `The workspace ${id} uses ${ownKey === undefined ? "no customer-managed key for managed services" : `the key ${ownKey}`}, not ${keyArn}. Nothing was disabled`,
        );
    const host = urlOf(credential, workspace);
    if (host === undefined) throw new UsageError(`The workspace ${id} has no address yet`);
    return {
        workspace: { id, host },
        otherWorkspaces: workspaces
            .filter(([other, one]) => other !== id && keyOf(one) === keyArn)
            .map(([other]) => other),
        content: connectWorkspace({
            host,
            workspaceId: id,
            credential,
            options: { ...settings, retryTimeout: READ_RETRY_MILLISECONDS },
            clock,
            onOutage: report,
        }),
    };
}

function urlOf({ host }: Credential, workspace: Properties): string | undefined {
    const name = getString(workspace, "deployment_name");
    return name === undefined ? undefined : workspaceUrl(host, name);
}
