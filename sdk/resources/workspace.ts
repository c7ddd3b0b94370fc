import * as pulumi from "@pulumi/pulumi";

import { programError } from "../program-error";
import { outputOf } from "../lookups/output-form";
import { withLookups } from "../lookups/provider-bridge";
import { watchInside } from "./watch-inside";
import { AccountResource, type OutputsOf } from "./account-resource";
import type { ComputeMode, PricingTier, WorkspaceArgs } from "./workspace-args";

/** What was copied into a workspace that replaced another one. */
export interface Migration {
    /** Id of the workspace that was replaced. */
    from: string;
    /** Notebooks that are equal in both workspaces. */
    notebooks: number;
    /** Files and dashboards that are equal in both workspaces. */
    files: number;
    /** Objects that were not copied, or not whole; all of them are accepted if `verifiedAt` is set. */
    skipped: number;
    /** When the last comparison began, in ISO 8601. Not set while the copy is not complete. */
    verifiedAt?: string;
    /** Sums up the tree of the workspace that was replaced, as it was verified, for the run that deletes it. Means nothing to others. */
    digest?: string;
}

/**
 * A Databricks workspace on AWS (Account API: `/workspaces`).
 *
 * Creation ends when the workspace is RUNNING, with `waitUntilReachable` when its host responds, and with
 * `waitUntilReady` when its services do. If it fails or takes too long, the workspace stays in the state with the reason. The next `pulumi up` continues to wait, or replaces a
 * workspace that FAILED before it ever ran. A workspace is deleted only when the program or the user asks for it.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const { credentialsId } = new databricks.Credentials("analytics", { roleArn: "arn:aws:iam::123456789012:role/databricks" });
 * const { storageConfigurationId } = new databricks.StorageConfiguration("analytics", { bucketName: "analytics-root" });
 * const key = new databricks.EncryptionKey("notebooks");
 * const workspace = new databricks.Workspace("analytics", {
 *   workspaceName: "analytics",
 *   awsRegion: "us-east-1",
 *   credentialsId,
 *   storageConfigurationId,
 *   managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
 * });
 * export const url = workspace.workspaceUrl;
 * ```
 */
export class Workspace extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the workspace. */
    declare readonly workspaceName: pulumi.Output<string>;
    /** Label of the host name, including the account's prefix. */
    declare readonly deploymentName: pulumi.Output<string>;
    /** The account's prefix, if the service put one in front of the requested deployment name. */
    declare readonly deploymentNamePrefix: pulumi.Output<string | undefined>;
    /** Region. */
    declare readonly awsRegion: pulumi.Output<string>;
    /** Id of the credentials configuration. */
    declare readonly credentialsId: pulumi.Output<string | undefined>;
    /** Id of the storage configuration. */
    declare readonly storageConfigurationId: pulumi.Output<string | undefined>;
    /** Id of the network configuration. */
    declare readonly networkId: pulumi.Output<string | undefined>;
    /** Id of the private access settings. */
    declare readonly privateAccessSettingsId: pulumi.Output<string | undefined>;
    /** Id of the key for managed services. */
    declare readonly managedServicesCustomerManagedKeyId: pulumi.Output<string | undefined>;
    /** Id of the key for storage. */
    declare readonly storageCustomerManagedKeyId: pulumi.Output<string | undefined>;
    /** Pricing tier. */
    declare readonly pricingTier: pulumi.Output<PricingTier>;
    /** Tags, without the ownership tag that this package adds. */
    declare readonly customTags: pulumi.Output<Record<string, string> | undefined>;
    /** Id of the network connectivity configuration. */
    declare readonly networkConnectivityConfigId: pulumi.Output<string | undefined>;
    /** The compute mode that was requested. */
    declare readonly computeMode: pulumi.Output<ComputeMode | undefined>;
    /** The compute mode that the workspace has, HYBRID or SERVERLESS, if the service returns it. */
    declare readonly effectiveComputeMode: pulumi.Output<string | undefined>;
    /** Where the root storage is, CUSTOMER_HOSTED or DEFAULT_STORAGE, if the service returns it. */
    declare readonly storageMode: pulumi.Output<string | undefined>;
    /** Id of the workspace: a 64-bit integer, as a string. */
    declare readonly workspaceId: pulumi.Output<string>;
    /** Status: NOT_PROVISIONED, PROVISIONING, RUNNING, FAILED, CANCELLED, CANCELLING or BANNED. */
    declare readonly workspaceStatus: pulumi.Output<string>;
    /** The service's explanation of the status. */
    declare readonly workspaceStatusMessage: pulumi.Output<string | undefined>;
    /** URL of the workspace: `https://<deploymentName>.cloud.databricks.com`. */
    declare readonly workspaceUrl: pulumi.Output<string>;
    /** Creation time, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;
    /** What was copied from the workspace that this one replaced, if it replaced one. */
    declare readonly migration: pulumi.Output<Migration | undefined>;

    /**
     * Creates a workspace and waits until it is RUNNING.
     *
     * @param name the resource's name in the stack.
     * @param args the workspace. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`) and `deletedWith`. The longest of `customTimeouts` becomes
     *     `provisioningTimeoutSeconds`.
     */
    constructor(name: string, args: WorkspaceArgs, opts?: pulumi.CustomResourceOptions) {
        const inputs = args && {
            ...args,
            ...keyInputs(args),
            provisioningTimeoutSeconds: args.provisioningTimeoutSeconds ?? longest(opts?.customTimeouts),
            // The engine does not tell the provider of this option.
            isProtected: opts?.protect === true || undefined,
        };
        super(name, { type: "Workspace", inputs, outputs }, withTodaysKeyName(opts));
        watchInside(this);
    }

    /**
     * Id of the Unity Catalog metastore that the workspace is assigned to, if it has one. It is not in the state: each run whose
     * program uses it asks the account once for each use. The service may assign a default metastore minutes after the workspace is
     * RUNNING; a workspace that replaces another one gets the metastore of that one. A preview knows it once the workspace exists.
     *
     * Fails if the credential may not read the assignment.
     *
     * @example
     * ```ts
     * export const metastoreId = workspace.metastoreId;
     * ```
     */
    get metastoreId(): pulumi.Output<string | undefined> {
        const { workspaceId, accountId } = this;
        return outputOf(
            (workspace) => withLookups((account) => account.metastoreId(workspace)),
            pulumi.output({ workspaceId, accountId }),
        );
    }
}

const outputs: OutputsOf<Omit<Workspace, "metastoreId">> = {
    accountId: undefined,
    workspaceName: undefined,
    deploymentName: undefined,
    deploymentNamePrefix: undefined,
    awsRegion: undefined,
    credentialsId: undefined,
    storageConfigurationId: undefined,
    networkId: undefined,
    privateAccessSettingsId: undefined,
    managedServicesCustomerManagedKeyId: undefined,
    storageCustomerManagedKeyId: undefined,
    pricingTier: undefined,
    customTags: undefined,
    networkConnectivityConfigId: undefined,
    computeMode: undefined,
    effectiveComputeMode: undefined,
    storageMode: undefined,
    workspaceId: undefined,
    workspaceStatus: undefined,
    workspaceStatusMessage: undefined,
    workspaceUrl: undefined,
    creationTime: undefined,
    migration: undefined,
};

const KEY = "managedServicesCustomerManagedKeyId";
const OLD_KEY = "customerManagedKeyId";

/**
 * The key under today's name, so that the engine compares it with the checked inputs of the state, which have today's name
 * only. If both names are given, both are passed on, and the provider's check reports it.
 */
function keyInputs(args: WorkspaceArgs): Pick<WorkspaceArgs, typeof KEY | typeof OLD_KEY> {
    if (args[KEY] !== undefined) return { [KEY]: args[KEY], [OLD_KEY]: args[OLD_KEY] };
    return { [KEY]: args[OLD_KEY], [OLD_KEY]: undefined };
}

/**
 * The options, with both names of the key if they name one: the engine applies `ignoreChanges` to the inputs before the
 * provider's check can translate the old name, and an unknown name there would remove the key.
 */
function withTodaysKeyName(opts: pulumi.CustomResourceOptions | undefined): pulumi.CustomResourceOptions | undefined {
    if (opts === undefined) return opts;
    const translate = (names: string[] | undefined) =>
        names?.flatMap((name) => (name === KEY || name === OLD_KEY ? [KEY, OLD_KEY] : [name]));
    return {
        ...opts,
        ignoreChanges: translate(opts.ignoreChanges),
        replaceOnChanges: translate(opts.replaceOnChanges),
    };
}

/** The longest of some time-outs such as "30m", in seconds. The engine does not pass them to a dynamic provider. */
function longest(timeouts: pulumi.CustomTimeouts | undefined): number | undefined {
    const given = Object.values(timeouts ?? {}).flatMap((text) => (typeof text === "string" ? [secondsOf(text)] : []));
    return given.length === 0 ? undefined : Math.max(...given);
}

function secondsOf(duration: string): number {
    const unit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
    const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) {
        throw programError(
            `customTimeouts: "${duration}" is not a duration; write for example "30m" or "1h30m".`,
            "CMK1002",
        );
    }
    return Math.ceil(parts.reduce((sum, [, number, name]) => sum + Number(number) * (unit[name ?? ""] ?? 0), 0));
}
