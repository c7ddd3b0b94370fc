import { partitionsWithArn } from "../../provider/contract/partitions";
import type { ContextValue, RequestContext } from "./document/conditions";
import type { PolicyCaller } from "./document/evaluate";

/** Somebody who asks something of a key, as far as the rules know. */
export type Caller = PolicyCaller;

/** What is known of the condition keys of a request, by key in lower case. A key that is not here may have any value, or none. */
export type Known = Readonly<Record<string, ContextValue>>;

/** A Databricks account that is not the customer's. */
export const OTHER_DATABRICKS_ACCOUNT = "00000000-0000-0000-0000-000000000000";

/** The condition key with the Databricks account for which Databricks acts. */
export const ACCOUNT_TAG = "aws:principaltag/databricksaccountid";

/** The AWS accounts that Databricks has in a partition: two in GovCloud. */
export function databricksAwsAccounts(arnPartition: string): string[] {
    return partitionsWithArn(arnPartition).map((one) => one.databricksAwsAccount);
}

/**
 * Databricks' control plane. What it calls KMS with is known in part: its AWS account, which is in an organization of its
 * own, the tag with the Databricks account for which it acts, and that it calls over TLS.
 *
 * @param awsAccount Databricks' AWS account.
 * @param tag the Databricks account of the session's tag; `"present"`: one that is not known; none: the session has no tag.
 */
export function databricks(awsAccount: string, arnPartition: string, tag: ContextValue, more: Known = {}): Caller {
    const role = `arn:${arnPartition}:iam::${awsAccount}:role/control-plane`;
    return {
        principalArn: `arn:${arnPartition}:iam::${awsAccount}:root`,
        context: contextOf({
            ...direct(awsAccount),
            "aws:principalarn": [role],
            "aws:principalorgid": ["o-databricks"],
            "aws:principalorgpaths": ["o-databricks/r-root/"],
            [ACCOUNT_TAG]: tag,
            "kms:grantisforawsresource": [],
            ...more,
        }),
    };
}

/** A role that uses the key through EC2, for the volumes of clusters. */
export function throughEc2(roleArn: string): Caller {
    const [, , , , account = ""] = roleArn.split(":");
    return {
        principalArn: roleArn,
        context: contextOf({
            ...direct(account),
            "aws:principalarn": [roleArn],
            "kms:viaservice": "present",
            "kms:grantisforawsresource": ["true"],
        }),
    };
}

/** What a signed request of a user or role of this account carries. */
export function direct(account: string): Known {
    return {
        ...always,
        "aws:principalaccount": [account],
        "kms:calleraccount": [account],
        "aws:principaltype": "present",
        "aws:userid": "present",
        "aws:currenttime": [new Date().toISOString()],
        "aws:principalisawsservice": ["false"],
        ...absent("aws:principalservicename", "aws:principalservicenameslist"),
        // Only what an AWS service asks in its own name carries them.
        ...absent("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
    };
}

/** `aws:PrincipalArn` of this principal: of a role's session it is the role's, whose path the session does not show. */
export function arnInRequest(principalArn: string): ContextValue {
    return principalArn.includes(":assumed-role/") ? "present" : [principalArn];
}

/** What every request carries. */
export const always: Known = { "aws:requestedregion": "present", "aws:securetransport": ["true"] };

/** Keys that a request does not carry. */
export function absent(...keys: readonly string[]): Known {
    return Object.fromEntries(keys.map((key) => [key, []]));
}

/** The context of a request of which this is known. */
export function contextOf(known: Known): RequestContext {
    return (key) => (Object.hasOwn(known, key) ? known[key] : undefined) ?? "unknown";
}
