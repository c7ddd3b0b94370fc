import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of {@link Network}. */
export interface NetworkArgs {
    /**
     * Id of existing ones to take over in place of making new ones, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Its name, 1 to 256 characters, unique in the account. Left out, one is made from the resource's name: best left out. */
    networkName?: pulumi.Input<string | undefined>;
    /** Id of the VPC. */
    vpcId: pulumi.Input<string>;
    /** Ids of at least two subnets, in different availability zones. */
    subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of one to five security groups. */
    securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of the {@link VpcEndpoint}s of a private link: for the REST API and for the relay, both or none. */
    vpcEndpoints?: pulumi.Input<
        | { restApis?: pulumi.Input<pulumi.Input<string>[]>; dataplaneRelays?: pulumi.Input<pulumi.Input<string>[]> }
        | undefined
    >;
}

/**
 * A network configuration (Account API: networks): the customer's own VPC for a workspace. It cannot be changed; a new one is
 * put in place of the old one while the workspace runs.
 */
export class Network extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Its name. */
    declare readonly networkName: pulumi.Output<string>;
    /** Id of the VPC. */
    declare readonly vpcId: pulumi.Output<string>;
    /** Ids of the subnets. */
    declare readonly subnetIds: pulumi.Output<string[]>;
    /** Ids of the security groups. */
    declare readonly securityGroupIds: pulumi.Output<string[]>;
    /** Ids of the VPC endpoints. */
    declare readonly vpcEndpoints: pulumi.Output<{ restApis?: string[]; dataplaneRelays?: string[] } | undefined>;
    /** Id of the configuration (a uuid). */
    declare readonly networkId: pulumi.Output<string>;
    /** UNATTACHED, VALID, BROKEN or WARNED. */
    declare readonly vpcStatus: pulumi.Output<string>;
    /** What is wrong with it. */
    declare readonly errorMessages: pulumi.Output<{ errorType?: string; errorMessage?: string }[] | undefined>;
    /** What may be wrong with it. */
    declare readonly warningMessages: pulumi.Output<{ warningType?: string; warningMessage?: string }[] | undefined>;
    /** The workspace that uses it. */
    declare readonly workspaceId: pulumi.Output<string | undefined>;
    /** When it was made, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a VPC.
     *
     * @param name the resource's name in this stack.
     * @param args what it is to be; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: NetworkArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: NetworkArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: NetworkArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = [
            "accountId",
            "networkName",
            "vpcId",
            "subnetIds",
            "securityGroupIds",
            "vpcEndpoints",
            "networkId",
            "vpcStatus",
            "errorMessages",
            "warningMessages",
            "workspaceId",
            "creationTime",
        ];
        super(name, { type: "Network", inputs: { ...args }, outputs }, opts);
    }

    /** Reads what exists, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Network {
        return new Network(name, undefined, { ...opts, id });
    }
}
