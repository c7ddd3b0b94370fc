import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** Which VPC endpoints lead to a workspace: every registered one of the account, or those that are named. */
export type PrivateAccessLevel = "ACCOUNT" | "ENDPOINT";

/** The inputs of {@link PrivateAccessSettings}. */
export interface PrivateAccessSettingsArgs {
    /**
     * Id of existing settings to take over in place of making new ones, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns them, and deletes them.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Their name, 1 to 256 characters, unique in the account; changed in place. Left out, one is made from the resource's name: best left out. */
    privateAccessSettingsName?: pulumi.Input<string | undefined>;
    /** Region of the workspaces that they are for (`databricks:allowedRegions`). A change replaces the settings. */
    region: pulumi.Input<string>;
    /**
     * Whether the workspaces can also be reached from the internet. Default: false, which needs a private link for users (a
     * {@link VpcEndpoint} that leads to the workspace) and one for clusters ({@link Network}'s `vpcEndpoints`). Changed in place.
     */
    publicAccessEnabled?: pulumi.Input<boolean | undefined>;
    /** Which VPC endpoints lead in: `ACCOUNT`, every one that the account has registered; `ENDPOINT`, those in `allowedVpcEndpointIds`. Default: `ACCOUNT`. Changed in place. */
    privateAccessLevel?: pulumi.Input<PrivateAccessLevel | undefined>;
    /** Ids of the {@link VpcEndpoint}s (of the same region) that lead in; for the level `ENDPOINT`, which needs at least one, and only for that. Changed in place. */
    allowedVpcEndpointIds?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}

/**
 * Private access settings (Account API): from where the workspaces that name them can be reached. Several workspaces of one
 * region can share them, on the Enterprise plan. A change is one PUT of the whole, and meets all of these workspaces within
 * minutes; another region is another object. They can be deleted only when no workspace names them. The service does not
 * say when they were made.
 */
export class PrivateAccessSettings extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Their name. */
    declare readonly privateAccessSettingsName: pulumi.Output<string>;
    /** Region of the workspaces. */
    declare readonly region: pulumi.Output<string>;
    /** Whether the workspace can be reached from the internet. */
    declare readonly publicAccessEnabled: pulumi.Output<boolean>;
    /** `ACCOUNT` or `ENDPOINT`. */
    declare readonly privateAccessLevel: pulumi.Output<PrivateAccessLevel>;
    /** Ids of the VPC endpoints that may reach the workspace. */
    declare readonly allowedVpcEndpointIds: pulumi.Output<string[] | undefined>;
    /** Id of the settings (a uuid). */
    declare readonly privateAccessSettingsId: pulumi.Output<string>;

    /**
     * Makes private access settings.
     *
     * @param name the resource's name in this stack.
     * @param args what they are to be; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: PrivateAccessSettingsArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: PrivateAccessSettingsArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: PrivateAccessSettingsArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = [
            "accountId",
            "privateAccessSettingsName",
            "region",
            "publicAccessEnabled",
            "privateAccessLevel",
            "allowedVpcEndpointIds",
            "privateAccessSettingsId",
        ];
        super(name, { type: "PrivateAccessSettings", inputs: { ...args }, outputs }, opts);
    }

    /** Reads existing settings, which this stack then neither changes nor deletes. Fails when they are not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): PrivateAccessSettings {
        return new PrivateAccessSettings(name, undefined, { ...opts, id });
    }
}
