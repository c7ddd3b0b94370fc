import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** Which VPC endpoints give access to a workspace. */
export type PrivateAccessLevel =
    /** All VPC endpoints that are registered in the account. */
    | "ACCOUNT"
    /** Only those in `allowedVpcEndpointIds`. */
    | "ENDPOINT";

/** The arguments of {@link PrivateAccessSettings}. */
export interface PrivateAccessSettingsArgs extends AccountResourceArgs {
    /**
     * Name of the settings: 1 to 256 characters, unique in the account. Updated in place.
     *
     * @default generated from the resource's name (recommended)
     */
    privateAccessSettingsName?: pulumi.Input<string | undefined>;
    /** Region of the workspaces that use the settings; one of `databricks:allowedRegions`. A change replaces the settings. */
    region: pulumi.Input<string>;
    /**
     * Whether the workspaces can also be reached from the internet. Without it, they need a private link for users (a
     * {@link VpcEndpoint} with the use case WORKSPACE_ACCESS) and one for clusters (`vpcEndpoints` of {@link Network}).
     * Updated in place.
     *
     * @default `false`
     */
    publicAccessEnabled?: pulumi.Input<boolean | undefined>;
    /**
     * Which VPC endpoints give access. Updated in place.
     *
     * @default `"ACCOUNT"`
     */
    privateAccessLevel?: pulumi.Input<PrivateAccessLevel | undefined>;
    /** Ids of the {@link VpcEndpoint}s (of the same region) that give access. Required for the level `ENDPOINT`, at least one; not allowed for `ACCOUNT`. Updated in place. */
    allowedVpcEndpointIds?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}

/**
 * Private access settings (Account API: `/private-access-settings`): from which networks workspaces can be reached. They
 * need the Enterprise pricing tier.
 *
 * Several workspaces of one region can share them. An update replaces the whole object with one PUT, and takes effect for all
 * of these workspaces within minutes. They can be deleted only when no workspace uses them. The service does not return
 * their creation time.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const front = new databricks.VpcEndpoint("front", { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" });
 * const settings = new databricks.PrivateAccessSettings("private", {
 *   region: "us-east-1",
 *   privateAccessLevel: "ENDPOINT",
 *   allowedVpcEndpointIds: [front.vpcEndpointId],
 * });
 * export const id = settings.privateAccessSettingsId;
 * ```
 */
export class PrivateAccessSettings extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the settings. */
    declare readonly privateAccessSettingsName: pulumi.Output<string>;
    /** Region of the workspaces. */
    declare readonly region: pulumi.Output<string>;
    /** Whether the workspaces can also be reached from the internet. */
    declare readonly publicAccessEnabled: pulumi.Output<boolean>;
    /** Which VPC endpoints give access. */
    declare readonly privateAccessLevel: pulumi.Output<PrivateAccessLevel>;
    /** Ids of the VPC endpoints that give access, for the level `ENDPOINT`. */
    declare readonly allowedVpcEndpointIds: pulumi.Output<string[] | undefined>;
    /** Id of the settings (a uuid). */
    declare readonly privateAccessSettingsId: pulumi.Output<string>;

    /**
     * Creates private access settings.
     *
     * @param name the resource's name in the stack.
     * @param args the settings. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: PrivateAccessSettingsArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "PrivateAccessSettings", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<PrivateAccessSettings> = {
    accountId: undefined,
    privateAccessSettingsName: undefined,
    region: undefined,
    publicAccessEnabled: undefined,
    privateAccessLevel: undefined,
    allowedVpcEndpointIds: undefined,
    privateAccessSettingsId: undefined,
};
