import { expect } from "chai";

import { rules } from "../../sdk/policy";
import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { registeredKey, stackReports } from "./policy-rule";

/** The AWS account of the keys. */
export const own = "123456789012";
/** An AWS account that is not. */
export const other = "999999999999";
/** The Databricks account that registers the keys. */
export const account = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
/** A Databricks account that does not. */
export const another = "99999999-9999-4999-8999-999999999999";
export const tag = "aws:PrincipalTag/DatabricksAccountId";
export const databricks = { AWS: "arn:aws:iam::414351767826:root" };
/** The condition of the statement for cluster volumes. */
export const ec2 = { "ForAnyValue:StringLike": { "kms:ViaService": "ec2.*.amazonaws.com" } };

export const allow = (Principal: unknown, Action: string | string[], Condition?: object) => ({
    Effect: "Allow",
    Principal,
    Action,
    Resource: "*",
    ...(Condition === undefined ? {} : { Condition }),
});
export const deny = (Condition: object, Principal: unknown = "*") => ({
    ...allow(Principal, "kms:*", Condition),
    Effect: "Deny",
});
export const encrypts = (Condition?: object) => allow(databricks, ["kms:Encrypt", "kms:Decrypt"], Condition);
export const anyone = (Condition: object) => allow("*", "kms:Decrypt", Condition);

/** A key for these use cases, with these statements beside those that the package makes. */
export const found = (
    useCases: ("MANAGED_SERVICES" | "STORAGE")[],
    statements: readonly object[],
    config: object = {},
) => {
    const policy = databricksKeyPolicy({ awsAccountId: own, databricksAccountId: account, useCases });
    const text = JSON.stringify({ ...policy, Statement: [...policy.Statement, ...statements] });
    const key = { arn: `arn:aws:kms:us-east-1:${own}:key/1` };
    const at = (more: object) =>
        stackReports(
            rules.keyPolicyNoMoreThanNeeded,
            registeredKey(text, { useCases, accountId: account, ...more }),
            config,
        );
    // In a preview the ARN is not known, and the owner is who may change the policy.
    const [known, preview] = [at({ key }), at({})];
    expect(preview, "in a preview").to.deep.equal(known);
    return known.map((one) => one.replace(/^key: The key policy of "key" allows too much: /, ""));
};
