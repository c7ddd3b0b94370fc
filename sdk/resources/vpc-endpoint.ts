import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of {@link VpcEndpoint}. */
export interface VpcEndpointArgs {
    /**
     * Id of an existing registration to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Its name, 4 to 256 characters, unique in the account. Left out, one is made from the resource's name: best left out. */
    vpcEndpointName?: pulumi.Input<string | undefined>;
    /**
     * Id of the VPC endpoint in AWS, `vpce-` and 8 to 17 hexadecimal digits. It must lead to one of the two endpoint services
     * of Databricks in the region, and can be registered only once in an account: `adopt` a registration that exists.
     */
    awsVpcEndpointId: pulumi.Input<string>;
    /** Region of the VPC endpoint, which is that of the workspace (`databricks:allowedRegions`). */
    region: pulumi.Input<string>;
}

/**
 * A VPC endpoint's registration (Account API: VPC endpoints): an interface endpoint of AWS through which a private link
 * leads to Databricks, which accepts it by itself. It cannot be changed: another endpoint is another registration. It can
 * be deleted only when no {@link Network} and no {@link PrivateAccessSettings} names it.
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
    /**
     * What AWS said of it at the last look: `available`, or `pendingAcceptance`, `pending`, `rejected`, `failed`, `deleting`
     * and the like. Where it stops a workspace, the workspace's error says so too.
     */
    declare readonly state: pulumi.Output<string>;
    /** What it is good for, by the service that it leads to: WORKSPACE_ACCESS (REST API and web application) or DATAPLANE_RELAY_ACCESS (the clusters' relay). */
    declare readonly useCase: pulumi.Output<string>;
    /** Name of the endpoint service that it leads to, `com.amazonaws.vpce.<region>.vpce-svc-<id>`. */
    declare readonly awsEndpointServiceId: pulumi.Output<string>;
    /** The AWS account of the endpoint. */
    declare readonly awsAccountId: pulumi.Output<string>;

    /**
     * Registers a VPC endpoint.
     *
     * @param name the resource's name in this stack.
     * @param args the endpoint and its region; checked at preview.
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

    /** Reads an existing registration, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): VpcEndpoint {
        return new VpcEndpoint(name, undefined, { ...opts, id });
    }
}
