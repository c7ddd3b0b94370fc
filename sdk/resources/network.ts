import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The VPC endpoints of a private link. Both lists are needed, and an endpoint stands in one of them only. */
export interface NetworkVpcEndpoints {
    /** Ids of the {@link VpcEndpoint}s that lead to the REST API: those whose `useCase` is WORKSPACE_ACCESS. */
    restApis: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of the {@link VpcEndpoint}s that lead to the secure cluster connectivity relay: `useCase` DATAPLANE_RELAY_ACCESS. */
    dataplaneRelays: pulumi.Input<pulumi.Input<string>[]>;
}

/** The inputs of {@link Network}. */
export interface NetworkArgs {
    /**
     * Id of an existing network configuration to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /**
     * Its name, 4 to 256 characters, unique in the account. Left out, one is made from the resource's name, which lets a
     * changed network be put in place without a pause: best left out. A fixed name makes Pulumi delete the old
     * configuration first, which the service refuses while a workspace uses it.
     */
    networkName?: pulumi.Input<string | undefined>;
    /** Id of the VPC, in the region of the workspace. Several networks may share it. */
    vpcId: pulumi.Input<string>;
    /** Ids of at least two subnets of the VPC, each in an availability zone of its own. */
    subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of one to five security groups of the VPC, which let the cluster's nodes speak to each other and to the control plane. */
    securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
    /** The back end's private link: how clusters reach the control plane. Left out, they go through the internet. */
    vpcEndpoints?: pulumi.Input<NetworkVpcEndpoints | undefined>;
}

/**
 * A network configuration (Account API: networks): the customer's own VPC for a workspace. It cannot be changed: a changed
 * one is made anew, the workspace moves to it in place, and the old one is deleted. It can be deleted only when no
 * workspace uses it. What the service finds out about it (`vpcStatus`, `errorMessages`, `warningMessages`) is known once a
 * workspace uses it; where it stops a workspace, the workspace's error says so too.
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
    /** The back end's private link. */
    declare readonly vpcEndpoints: pulumi.Output<{ restApis: string[]; dataplaneRelays: string[] } | undefined>;
    /** Id of the configuration (a uuid). */
    declare readonly networkId: pulumi.Output<string>;
    /** UNATTACHED (no workspace uses it), VALID, WARNED (see `warningMessages`) or BROKEN (see `errorMessages`), at the last look. */
    declare readonly vpcStatus: pulumi.Output<string>;
    /** What is wrong with it, and with which part: `credentials`, `vpc`, `subnet`, `securityGroup`, `networkAcl`. */
    declare readonly errorMessages: pulumi.Output<{ errorType?: string; errorMessage?: string }[] | undefined>;
    /** What may be wrong with it, and with which part: `subnet`, `securityGroup`. */
    declare readonly warningMessages: pulumi.Output<{ warningType?: string; warningMessage?: string }[] | undefined>;
    /** Id of the workspace that uses it, digit for digit. */
    declare readonly workspaceId: pulumi.Output<string | undefined>;
    /** When it was made, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a VPC.
     *
     * @param name the resource's name in this stack.
     * @param args the VPC, its subnets and security groups; checked at preview.
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

    /** Reads an existing network configuration, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Network {
        return new Network(name, undefined, { ...opts, id });
    }
}
