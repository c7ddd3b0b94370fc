import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of {@link VpcEndpoint}. */
export interface VpcEndpointArgs {
    /**
     * Id of existing ones to take over in place of making new ones, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Its name, 1 to 256 characters, unique in the account. Left out, one is made from the resource's name: best left out. */
    vpcEndpointName?: pulumi.Input<string | undefined>;
    /** Id of the VPC endpoint in AWS. */
    awsVpcEndpointId: pulumi.Input<string>;
    /** Region of the VPC endpoint. */
    region: pulumi.Input<string>;
}

/**
 * A VPC endpoint's registration (Account API: VPC endpoints), for private links. It cannot be changed.
 */
export class VpcEndpoint extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Its name. */
    declare readonly vpcEndpointName: pulumi.Output<string>;
    /** Id of the VPC endpoint in AWS. */
    declare readonly awsVpcEndpointId: pulumi.Output<string>;
    /** Region of the VPC endpoint. */
    declare readonly region: pulumi.Output<string>;
    /** Id of the registration (a uuid). */
    declare readonly vpcEndpointId: pulumi.Output<string>;
    /** What AWS says of it, such as `available`. */
    declare readonly state: pulumi.Output<string>;
    /** WORKSPACE_ACCESS or DATAPLANE_RELAY_ACCESS, by the service that it leads to. */
    declare readonly useCase: pulumi.Output<string>;
    /** The service that it leads to. */
    declare readonly awsEndpointServiceId: pulumi.Output<string>;
    /** The AWS account of the endpoint. */
    declare readonly awsAccountId: pulumi.Output<string>;

    /**
     * Registers a VPC endpoint.
     *
     * @param name the resource's name in this stack.
     * @param args what it is to be; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: VpcEndpointArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: VpcEndpointArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: VpcEndpointArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = [
            "accountId",
            "vpcEndpointName",
            "awsVpcEndpointId",
            "region",
            "vpcEndpointId",
            "state",
            "useCase",
            "awsEndpointServiceId",
            "awsAccountId",
        ];
        super(name, { type: "VpcEndpoint", inputs: { ...args }, outputs }, opts);
    }

    /** Reads what exists, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): VpcEndpoint {
        return new VpcEndpoint(name, undefined, { ...opts, id });
    }
}
