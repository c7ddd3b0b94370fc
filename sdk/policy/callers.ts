import { DATABRICKS_AWS_ACCOUNT } from "../policy-documents";
import type { ContextValue, RequestContext } from "./document/conditions";
import type { PolicyRequest } from "./document/evaluate";

/** Somebody who asks something of a key, as far as the rules know. */
export type Caller = Pick<PolicyRequest, "principalArn" | "context">;

/** An account that is neither the customer's nor Databricks'. */
const STRANGER = "000000000000";

/** A Databricks account that is not the customer's. */
export const OTHER_DATABRICKS_ACCOUNT = "00000000-0000-0000-0000-000000000000";

/**
 * Databricks' control plane. What it calls KMS with is known in part: its AWS account, which is in an organization of its
 * own, the tag with the Databricks account for which it acts, and that it calls over TLS.
 *
 * @param account the Databricks account of the session's tag; `undefined`: one that is not known.
 */
export function databricks(account: string | undefined, more: Record<string, ContextValue> = {}): Caller {
    return {
        principalArn: `arn:aws:iam::${DATABRICKS_AWS_ACCOUNT}:root`,
        context: contextOf({
            ...identity(
                DATABRICKS_AWS_ACCOUNT,
                `arn:aws:iam::${DATABRICKS_AWS_ACCOUNT}:role/control-plane`,
                "o-databricks",
            ),
            "aws:principaltag/databricksaccountid": account === undefined ? "present" : [account],
            "kms:grantisforawsresource": [],
            ...more,
        }),
    };
}

/** Anybody with an AWS account: their identity is no one's that a policy would name, all else is as they like it. */
export const stranger: Caller = {
    principalArn: `arn:aws:iam::${STRANGER}:role/stranger`,
    context: contextOf({
        ...identity(STRANGER, `arn:aws:iam::${STRANGER}:role/stranger`, "o-stranger"),
        "aws:sourceaccount": [STRANGER],
        "aws:sourcearn": [`arn:aws:s3:::stranger-${STRANGER}`],
        "aws:sourceorgid": ["o-stranger"],
        "aws:sourcevpc": ["vpc-stranger"],
        "aws:sourcevpce": ["vpce-stranger"],
        // An address of a network for documentation, which nobody has.
        "aws:sourceip": ["198.51.100.1"],
        "aws:principalisawsservice": ["false"],
    }),
};

/** A role that uses the key through EC2, for the volumes of clusters. */
export function throughEc2(roleArn: string): Caller {
    const [, , , , account = ""] = roleArn.split(":");
    return {
        principalArn: roleArn,
        context: contextOf({
            ...identity(account, roleArn, undefined),
            "kms:viaservice": "present",
            "kms:grantisforawsresource": ["true"],
        }),
    };
}

function identity(
    account: string,
    principalArn: string,
    organization: string | undefined,
): Record<string, ContextValue> {
    return {
        "aws:principalarn": [principalArn],
        "aws:principalaccount": [account],
        "kms:calleraccount": [account],
        "aws:principalorgid": organization === undefined ? "unknown" : [organization],
        "aws:principalorgpaths": organization === undefined ? "unknown" : [`${organization}/r-root/`],
        "aws:principaltype": "present",
        "aws:userid": "present",
        "aws:requestedregion": "present",
        "aws:securetransport": ["true"],
        "aws:currenttime": [new Date().toISOString()],
    };
}

function contextOf(known: Record<string, ContextValue>): RequestContext {
    return (key) => known[key] ?? "unknown";
}
