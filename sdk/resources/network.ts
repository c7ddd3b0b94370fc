import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** The VPC endpoints of a back-end private link. Both lists are required, and an endpoint can be in only one of them. */
export interface NetworkVpcEndpoints {
    /** Ids of the {@link VpcEndpoint}s to the REST API: those with the `useCase` WORKSPACE_ACCESS. */
    restApis: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of the {@link VpcEndpoint}s to the secure cluster connectivity relay: those with the `useCase` DATAPLANE_RELAY_ACCESS. */
    dataplaneRelays: pulumi.Input<pulumi.Input<string>[]>;
}

/** The arguments of {@link Network}. A change of any of them replaces the network configuration. */
export interface NetworkArgs extends AccountResourceArgs {
    /**
     * Name of the configuration: 4 to 256 characters, unique in the account. With a fixed name, Pulumi must delete the
     * old configuration first, which the service refuses while a workspace uses it.
     *
     * @default generated from the resource's name (recommended), so that a changed configuration can be created before
     * the old one is deleted
     */
    networkName?: pulumi.Input<string | undefined>;
    /** Id of the VPC, in the region of the workspace. Several network configurations may share a VPC. */
    vpcId: pulumi.Input<string>;
    /** Ids of at least two subnets of the VPC, in different availability zones. */
    subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of one to five security groups of the VPC. They must allow traffic between cluster nodes, and to the control plane. */
    securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * The back-end private link, through which clusters reach the control plane.
     *
     * @default none, clusters use the internet
     */
    vpcEndpoints?: pulumi.Input<NetworkVpcEndpoints | undefined>;
}

/**
 * A network configuration (Account API: `/networks`): your own VPC for a workspace.
 *
 * It is immutable: a change creates a new configuration, moves the workspace to it in place, and deletes the old one. It can
 * be deleted only when no workspace uses it. The service validates it when a workspace uses it, and shows the result in
 * `vpcStatus`, `errorMessages` and `warningMessages`; if it makes a workspace fail, the workspace's error contains them.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const network = new databricks.Network("analytics", {
 *   vpcId: "vpc-0123456789abcdef0",
 *   subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
 *   securityGroupIds: ["sg-0123456789abcdef0"],
 * });
 * export const id = network.networkId;
 * ```
 */
export class Network extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the configuration. */
    declare readonly networkName: pulumi.Output<string>;
    /** Id of the VPC. */
    declare readonly vpcId: pulumi.Output<string>;
    /** Ids of the subnets. */
    declare readonly subnetIds: pulumi.Output<string[]>;
    /** Ids of the security groups. */
    declare readonly securityGroupIds: pulumi.Output<string[]>;
    /** The back-end private link. */
    declare readonly vpcEndpoints: pulumi.Output<
        | {
              /** Ids of the endpoints to the REST API. */
              restApis: string[];
              /** Ids of the endpoints to the secure cluster connectivity relay. */
              dataplaneRelays: string[];
          }
        | undefined
    >;
    /** Id of the configuration (a uuid). */
    declare readonly networkId: pulumi.Output<string>;
    /** Status at the last read: UNATTACHED (no workspace uses it), VALID, WARNED (see `warningMessages`) or BROKEN (see `errorMessages`). */
    declare readonly vpcStatus: pulumi.Output<string>;
    /** Errors that the service found. `errorType` is `credentials`, `vpc`, `subnet`, `securityGroup` or `networkAcl`. */
    declare readonly errorMessages: pulumi.Output<
        | {
              /** The part of the network that is wrong. */
              errorType?: string;
              /** What is wrong with it. */
              errorMessage?: string;
          }[]
        | undefined
    >;
    /** Possible problems that the service found. `warningType` is `subnet` or `securityGroup`. */
    declare readonly warningMessages: pulumi.Output<
        | {
              /** The part of the network that may be wrong. */
              warningType?: string;
              /** What may be wrong with it. */
              warningMessage?: string;
          }[]
        | undefined
    >;
    /** Id of the workspace that uses it: a 64-bit integer, as a string. */
    declare readonly workspaceId: pulumi.Output<string | undefined>;
    /** Creation time, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Creates a network configuration.
     *
     * @param name the resource's name in the stack.
     * @param args the VPC, its subnets and security groups. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: NetworkArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "Network", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<Network> = {
    accountId: undefined,
    networkName: undefined,
    vpcId: undefined,
    subnetIds: undefined,
    securityGroupIds: undefined,
    vpcEndpoints: undefined,
    networkId: undefined,
    vpcStatus: undefined,
    errorMessages: undefined,
    warningMessages: undefined,
    workspaceId: undefined,
    creationTime: undefined,
};
