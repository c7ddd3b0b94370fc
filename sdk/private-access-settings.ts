import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of {@link PrivateAccessSettings}. */
export interface PrivateAccessSettingsArgs {
    /**
     * Id of existing ones to take over in place of making new ones, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Its name, 1 to 256 characters, unique in the account. Left out, one is made from the resource's name: best left out. */
    privateAccessSettingsName?: pulumi.Input<string | undefined>;
    /** Region of the workspaces. A change replaces the settings. */
    region: pulumi.Input<string>;
    /** Whether the workspace can be reached from the internet. Default: false. */
    publicAccessEnabled?: pulumi.Input<boolean | undefined>;
    /** `ACCOUNT`: by any registered VPC endpoint of the account; `ENDPOINT`: by those named. Default: the service's. */
    privateAccessLevel?: pulumi.Input<"ACCOUNT" | "ENDPOINT" | undefined>;
    /** Ids of the {@link VpcEndpoint}s that may reach the workspace, for the level `ENDPOINT`. */
    allowedVpcEndpointIds?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}

/**
 * Private access settings (Account API): from where a workspace can be reached. They are updated in place; another region is
 * another object.
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
    declare readonly privateAccessLevel: pulumi.Output<string>;
    /** Ids of the VPC endpoints that may reach the workspace. */
    declare readonly allowedVpcEndpointIds: pulumi.Output<string[] | undefined>;
    /** Id of the settings (a uuid). */
    declare readonly privateAccessSettingsId: pulumi.Output<string>;

    /**
     * Makes private access settings.
     *
     * @param name the resource's name in this stack.
     * @param args what it is to be; checked at preview.
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

    /** Reads what exists, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): PrivateAccessSettings {
        return new PrivateAccessSettings(name, undefined, { ...opts, id });
    }
}
