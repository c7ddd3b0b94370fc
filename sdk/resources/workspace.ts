import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The plan that a workspace is on. A customer-managed key needs `ENTERPRISE` or `DEDICATED`. */
export type PricingTier = "STANDARD" | "PREMIUM" | "ENTERPRISE" | "DEDICATED" | "COMMUNITY_EDITION" | "UNKNOWN";

/** Where a workspace computes: in the customer's AWS account, or in Databricks' alone. */
export type ComputeMode = "HYBRID" | "SERVERLESS";

/** What a change of a workspace's key for notebooks leads to. */
export type OnKeyChange = "replace" | "forbid" | "update";

/** The inputs of a {@link Workspace}. */
export interface WorkspaceArgs {
    /**
     * Id of an existing workspace to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. A change replaces the workspace. */
    accountId?: pulumi.Input<string | undefined>;
    /** The name that people see, 1 to 256 characters. A change replaces the workspace. */
    workspaceName: pulumi.Input<string>;
    /**
     * The label of its host name, `https://<deploymentName>.cloud.databricks.com`: 1 to 63 lower-case letters, digits and
     * hyphens, unique in the world. The account's prefix, if any, is put in front by the server; `EMPTY` asks for the
     * prefix alone. Left out, the server makes one up. A change replaces the workspace; while it stays fixed, a
     * replacement can be made only after the old workspace is deleted.
     */
    deploymentName?: pulumi.Input<string | undefined>;
    /** The region, by default one of us-east-1, us-east-2 and us-west-2 (`databricks:allowedRegions`). A change replaces the workspace. */
    awsRegion: pulumi.Input<string>;
    /** Id of the {@link Credentials}. Updated in place. */
    credentialsId: pulumi.Input<string>;
    /** Id of the {@link StorageConfiguration}. A change replaces the workspace, but one that ran and is now FAILED: that is mended in place. */
    storageConfigurationId: pulumi.Input<string>;
    /** Id of the {@link Network}: the customer's own VPC. Updated in place where the workspace was made with one; adding it or taking it away replaces the workspace. */
    networkId?: pulumi.Input<string | undefined>;
    /** Id of the {@link PrivateAccessSettings}, of the same region; needs the Enterprise plan. Set or changed in place; taking them away replaces the workspace. */
    privateAccessSettingsId?: pulumi.Input<string | undefined>;
    /**
     * Id of the {@link CustomerManagedKey} that encrypts notebooks in the control plane. **Immutable**: adding, changing or
     * removing it replaces the workspace, and every notebook in it is lost.
     */
    managedServicesCustomerManagedKeyId?: pulumi.Input<string | undefined>;
    /** The oldest name of `managedServicesCustomerManagedKeyId`. Give one of the two. */
    customerManagedKeyId?: pulumi.Input<string | undefined>;
    /** Id of the {@link CustomerManagedKey} for the root bucket and cluster volumes. Set or changed in place; taking it away replaces the workspace. */
    storageCustomerManagedKeyId?: pulumi.Input<string | undefined>;
    /** The plan. Default: the account's. A change replaces the workspace. */
    pricingTier?: pulumi.Input<PricingTier | undefined>;
    /** Tags for what Databricks makes in AWS: keys of 1 to 127 and values of at most 255 characters. Updated in place. */
    customTags?: pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;
    /** Id of the network connectivity configuration for serverless compute. Set or changed in place; taking it away replaces the workspace. */
    networkConnectivityConfigId?: pulumi.Input<string | undefined>;
    /** Where it computes: `HYBRID`, in the customer's AWS account and serverless, or `SERVERLESS` alone. Default: the service's choice. A change replaces the workspace. */
    computeMode?: pulumi.Input<ComputeMode | undefined>;
    /**
     * What a change of the key for notebooks leads to: `replace` the workspace, with a warning; `forbid` it, so that
     * preview and up fail; or `update` it in place, for accounts whose service can do that (taking the key away still
     * replaces). Default: `databricks:onKeyChange`, else `replace`.
     */
    onKeyChange?: pulumi.Input<OnKeyChange | undefined>;
    /** How long creation, a change or deletion is waited for, in seconds, 1 to 86400. Default: the longest of `customTimeouts`, else 1200. */
    provisioningTimeoutSeconds?: pulumi.Input<number | undefined>;
}

/**
 * A Databricks workspace on AWS (Account API: workspaces).
 *
 * Creation ends when the workspace is RUNNING. If it fails or takes too long, it stays in the state with the reason, and
 * the next `pulumi up` goes on waiting for it or replaces it; it is never deleted on its own.
 */
export class Workspace extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** The name that people see. */
    declare readonly workspaceName: pulumi.Output<string>;
    /** The label of its host name, with the account's prefix. */
    declare readonly deploymentName: pulumi.Output<string>;
    /** The account's prefix, where the server put one in front of the deployment name that was asked for. */
    declare readonly deploymentNamePrefix: pulumi.Output<string | undefined>;
    /** The region. */
    declare readonly awsRegion: pulumi.Output<string>;
    /** Id of the credentials configuration. */
    declare readonly credentialsId: pulumi.Output<string>;
    /** Id of the storage configuration. */
    declare readonly storageConfigurationId: pulumi.Output<string>;
    /** Id of the network configuration. */
    declare readonly networkId: pulumi.Output<string | undefined>;
    /** Id of the private access settings. */
    declare readonly privateAccessSettingsId: pulumi.Output<string | undefined>;
    /** Id of the key that encrypts its notebooks. */
    declare readonly managedServicesCustomerManagedKeyId: pulumi.Output<string | undefined>;
    /** Id of the key for its storage. */
    declare readonly storageCustomerManagedKeyId: pulumi.Output<string | undefined>;
    /** The plan. */
    declare readonly pricingTier: pulumi.Output<PricingTier>;
    /** Tags, without the one that this package sets itself. */
    declare readonly customTags: pulumi.Output<Record<string, string> | undefined>;
    /** Id of the network connectivity configuration. */
    declare readonly networkConnectivityConfigId: pulumi.Output<string | undefined>;
    /** Where it computes. */
    declare readonly computeMode: pulumi.Output<ComputeMode | undefined>;
    /** Id of the workspace: a 64-bit integer, as a string, digit for digit. */
    declare readonly workspaceId: pulumi.Output<string>;
    /** NOT_PROVISIONED, PROVISIONING, RUNNING, FAILED, CANCELLED, CANCELLING or BANNED. */
    declare readonly workspaceStatus: pulumi.Output<string>;
    /** What the service says about the status. */
    declare readonly workspaceStatusMessage: pulumi.Output<string | undefined>;
    /** The workspace's origin: `https://<deployment name>.cloud.databricks.com`. */
    declare readonly workspaceUrl: pulumi.Output<string>;
    /** When it was made, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Makes a workspace and waits until it is RUNNING.
     *
     * @param name the resource's name in this stack.
     * @param args what it is to be; checked at preview.
     * @param opts Pulumi's resource options; the longest of `customTimeouts` is taken as `provisioningTimeoutSeconds`.
     */
    constructor(name: string, args: WorkspaceArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: WorkspaceArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: WorkspaceArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const inputs = args && {
            ...args,
            provisioningTimeoutSeconds: args.provisioningTimeoutSeconds ?? longest(opts?.customTimeouts),
        };
        super(name, { type: "Workspace", inputs, outputs: workspaceOutputs }, opts);
    }

    /** Reads an existing workspace, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Workspace {
        return new Workspace(name, undefined, { ...opts, id });
    }
}

const workspaceOutputs = [
    "accountId",
    "workspaceName",
    "deploymentName",
    "deploymentNamePrefix",
    "awsRegion",
    "credentialsId",
    "storageConfigurationId",
    "networkId",
    "privateAccessSettingsId",
    "managedServicesCustomerManagedKeyId",
    "storageCustomerManagedKeyId",
    "pricingTier",
    "customTags",
    "networkConnectivityConfigId",
    "computeMode",
    "workspaceId",
    "workspaceStatus",
    "workspaceStatusMessage",
    "workspaceUrl",
    "creationTime",
];

/** The longest of some time-outs such as "30m", in seconds: the engine does not tell a dynamic provider of them. */
function longest(timeouts: pulumi.CustomTimeouts | undefined): number | undefined {
    const given = Object.values(timeouts ?? {}).flatMap((text) => (typeof text === "string" ? [secondsOf(text)] : []));
    return given.length === 0 ? undefined : Math.max(...given);
}

function secondsOf(duration: string): number {
    const unit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
    const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) {
        throw new Error(`customTimeouts: "${duration}" is not a duration; write for example "30m" or "1h30m".`);
    }
    return Math.ceil(parts.reduce((sum, [, number, name]) => sum + Number(number) * (unit[name ?? ""] ?? 0), 0));
}
