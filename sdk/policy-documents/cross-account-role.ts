import { clusterActions, networkActions } from "./cross-account-actions";
import { databricksPrincipal } from "../../provider/contract/partitions";
import { type PartitionArgs, partitionOf, type PolicyDocument, type PolicyStatement } from "./document";

/**
 * The trust policy of the cross-account role: Databricks may assume it, and only for this Databricks account.
 *
 * @param args `databricksAccountId`: the account's uuid, which Databricks names as the external id; `partition`: default `aws`.
 */
export function crossAccountTrustPolicy(args: { databricksAccountId: string } & PartitionArgs): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { AWS: databricksPrincipal(partitionOf(args)) },
                Action: "sts:AssumeRole",
                Condition: { StringEquals: { "sts:ExternalId": args.databricksAccountId } },
            },
        ],
    };
}

/** Whose network the clusters run in: one that Databricks makes, or the customer's own VPC. */
export type CrossAccountNetwork = "databricks-managed" | "customer-managed";

/**
 * What Databricks may do with the cross-account role: launch clusters and, in a network that it manages itself, make and
 * remove that network.
 *
 * @param args `network`: whose network it is. Default: `databricks-managed`. `passRoles`: ARNs of the roles that clusters
 * may be given by an instance profile. Default: none. `partition`: default `aws`.
 */
export function crossAccountPolicy(
    args: { network?: CrossAccountNetwork; passRoles?: readonly string[] } & PartitionArgs = {},
): PolicyDocument {
    const { network = "databricks-managed", passRoles = [] } = args;
    const { arnPartition } = partitionOf(args);
    const passing: PolicyStatement[] =
        passRoles.length === 0 ? [] : [{ Effect: "Allow", Action: "iam:PassRole", Resource: [...passRoles] }];
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: [...clusterActions, ...(network === "databricks-managed" ? networkActions : [])].sort(),
                Resource: "*",
            },
            {
                Effect: "Allow",
                Action: ["iam:CreateServiceLinkedRole", "iam:PutRolePolicy"],
                Resource: `arn:${arnPartition}:iam::*:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`,
                Condition: { StringLike: { "iam:AWSServiceName": "spot.amazonaws.com" } },
            },
            ...passing,
        ],
    };
}
