import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** The arguments of {@link VpcEndpoint}. A change of any of them replaces the registration. */
export interface VpcEndpointArgs extends AccountResourceArgs {
    /**
     * Name of the registration: 4 to 256 characters, unique in the account.
     *
     * @default generated from the resource's name (recommended)
     */
    vpcEndpointName?: pulumi.Input<string | undefined>;
    /**
     * Id of the VPC endpoint in AWS: `vpce-` and 8 to 17 hexadecimal digits. It must connect to one of the two endpoint
     * services of Databricks in the region. An endpoint can be registered only once in an account: pass `adopt` for an
     * existing registration.
     */
    awsVpcEndpointId: pulumi.Input<string>;
    /** Region of the VPC endpoint and of the workspace; one of `databricks:allowedRegions`. */
    region: pulumi.Input<string>;
}

/**
 * The registration of a VPC endpoint (Account API: `/vpc-endpoints`): an AWS interface endpoint of a private link to
 * Databricks, which accepts the connection when the endpoint is registered.
 *
 * It is immutable: another endpoint is another registration. It can be deleted only when no {@link Network} and no
 * {@link PrivateAccessSettings} uses it.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const relay = new databricks.VpcEndpoint("relay", { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" });
 * export const useCase = relay.useCase; // DATAPLANE_RELAY_ACCESS
 * ```
 */
export class VpcEndpoint extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the registration. */
    declare readonly vpcEndpointName: pulumi.Output<string>;
    /** Id of the VPC endpoint in AWS. */
    declare readonly awsVpcEndpointId: pulumi.Output<string>;
    /** Region of the VPC endpoint. */
    declare readonly region: pulumi.Output<string>;
    /** Id of the registration (a uuid). */
    declare readonly vpcEndpointId: pulumi.Output<string>;
    /**
     * State of the endpoint in AWS at the last read: `available`, or for example `pendingAcceptance`, `pending`, `rejected`,
     * `failed`, `deleting`. If it makes a workspace fail, the workspace's error contains it.
     */
    declare readonly state: pulumi.Output<string>;
    /** Use case, according to the endpoint service: WORKSPACE_ACCESS (REST API and web application), DATAPLANE_RELAY_ACCESS (relay of clusters) or GENERAL_ACCESS. */
    declare readonly useCase: pulumi.Output<string>;
    /** Name of the endpoint service, `com.amazonaws.vpce.<region>.vpce-svc-<id>`. */
    declare readonly awsEndpointServiceId: pulumi.Output<string>;
    /** Id of the AWS account that has the endpoint. */
    declare readonly awsAccountId: pulumi.Output<string>;

    /**
     * Registers a VPC endpoint.
     *
     * @param name the resource's name in the stack.
     * @param args the endpoint and its region. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: VpcEndpointArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "VpcEndpoint", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<VpcEndpoint> = {
    accountId: undefined,
    vpcEndpointName: undefined,
    awsVpcEndpointId: undefined,
    region: undefined,
    vpcEndpointId: undefined,
    state: undefined,
    useCase: undefined,
    awsEndpointServiceId: undefined,
    awsAccountId: undefined,
};
