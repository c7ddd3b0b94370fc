import { expect } from "chai";

import { rules } from "../../sdk/policy";
import { databricksKeyPolicy, type PartitionName } from "../../sdk/policy-documents";
import { registeredKey, resource, stackReports } from "../helpers/policy-rule";
import { account, allow, ec2, other, own } from "../helpers/policy-statements";

const {
    keyPolicyLetsDatabricksEncrypt: lets,
    keyPolicyNoMoreThanNeeded: noMore,
    keyPolicyNamesDatabricksAccount: names,
} = rules;
const policyOf = (partition: PartitionName = "aws", ...more: object[]) => {
    const policy = databricksKeyPolicy({ awsAccountId: own, databricksAccountId: account, partition });
    return JSON.stringify({ ...policy, Statement: [...policy.Statement, ...more] });
};
const [replica, keyPolicy, grant] = [
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/grant:Grant",
] as const;
const stranger = allow({ AWS: `arn:aws:iam::${other}:role/app` }, "kms:Decrypt");
const arn = `arn:aws:kms:us-east-1:${own}:key/1`;

describe("rules about key policies, for a multi-Region key,", () => {
    it("read the policy of each replica, and a policy that is a resource of its own", () => {
        const found = (policy: string, own?: string) =>
            stackReports(
                noMore,
                registeredKey(policyOf(), { key: { arn } }, (key) => {
                    const copy = resource(replica, "copy", { policy }, { primaryKeyArn: [key] });
                    const ofCopy = resource(keyPolicy, "policy", { policy: own }, { keyId: [copy] });
                    return own === undefined ? [copy] : [copy, ofCopy];
                }),
            );
        expect(found(policyOf())).to.deep.equal([]);
        expect(found(policyOf("aws", stranger))[0]).to.match(
            /^copy: The key policy of "copy" allows too much: arn:aws:iam/,
        );
        expect(found(policyOf("aws", stranger), policyOf())).to.deep.equal([]);
        expect(found(policyOf(), policyOf("aws", stranger))[0]).to.match(
            /^policy: The key policy of "copy" allows too much/,
        );
    });

    it("read the policy of a replica that is registered, and that of its primary key", () => {
        const found = (rule: typeof noMore, ofPrimary: string, ofReplica: string) => {
            const primary = resource("aws:kms/key:Key", "primary", { policy: ofPrimary, enableKeyRotation: true });
            const copy = resource(
                replica,
                "copy",
                { policy: ofReplica, region: "us-west-2" },
                { primaryKeyArn: [primary] },
            );
            const registration = resource(
                "pulumi-nodejs:dynamic/databricks-cmk:CustomerManagedKey",
                "registration",
                { useCases: ["MANAGED_SERVICES"], accountId: account },
                { awsKeyInfo: [copy] },
            );
            return stackReports(rule, [primary, copy, registration]);
        };
        const onlyOwner = JSON.stringify({ Statement: [allow({ AWS: own }, "kms:*")] });
        expect(found(lets, onlyOwner, policyOf())).to.deep.equal([]);
        expect(found(lets, policyOf(), onlyOwner)[0]).to.match(
            /^copy: The key policy of "copy" does not let Databricks/,
        );
        expect(found(noMore, onlyOwner, policyOf())).to.deep.equal([]);
        expect(found(noMore, policyOf("aws", stranger), policyOf())[0]).to.match(/^primary: /);
        expect(
            found(rules.keyRotationEnabled, policyOf(), policyOf()),
            "a replica is rotated with its primary key",
        ).to.deep.equal([]);
        expect(found(rules.allowedRegions, policyOf(), policyOf())).to.deep.equal([]);
    });
});

describe("key-policy-no-more-than-needed, for the grants of a stack,", () => {
    const found = (granteePrincipal: unknown, operations: unknown = ["Decrypt"], config = {}) =>
        stackReports(
            noMore,
            registeredKey(policyOf(), { key: { arn } }, (key) => [
                resource(grant, "grant", { granteePrincipal, operations }, { keyId: [key] }),
            ]),
            config,
        );

    it("finds those for other accounts, and what Databricks does not need", () => {
        const role = `arn:aws:iam::${other}:role/app`;
        expect(found(role, ["Decrypt", "CreateGrant"])).to.deep.equal([
            `grant: The grant "grant" allows too much: ${role}, of another AWS account, may kms:Decrypt, kms:CreateGrant.`,
        ]);
        expect(found("arn:aws:iam::414351767826:root", ["Decrypt", "CreateGrant"])).to.deep.equal([
            'grant: The grant "grant" allows too much: Databricks may kms:CreateGrant.',
        ]);
    });

    it("has nothing against those for the own account, for trusted ones, for what Databricks needs, or not known yet", () => {
        expect(found(`arn:aws:iam::${own}:role/app`, ["Decrypt", "CreateGrant"])).to.deep.equal([]);
        expect(found("arn:aws:iam::414351767826:root")).to.deep.equal([]);
        expect(found(`arn:aws:iam::${other}:role/app`, ["Decrypt"], { trustedAccounts: [other] })).to.deep.equal([]);
        expect(found(undefined)).to.deep.equal([]);
    });
});

describe("rules about key policies, in the parts of AWS,", () => {
    const gov = { arn: `arn:aws-us-gov:kms:us-gov-west-1:${own}:key/1` };
    const inPart = (partition: PartitionName, key: object, ...more: object[]) =>
        [lets, noMore, names].map((rule) =>
            stackReports(rule, registeredKey(policyOf(partition, ...more), { accountId: account, key })),
        );

    it("know the policy that the package makes for each for right, before and after the key's ARN is known", () => {
        for (const [partition, ...keys] of [
            ["aws", { arn }, {}],
            ["aws-us-gov", gov, { region: "us-gov-east-1" }, {}],
            ["aws-us-gov-dod", gov, { region: "us-gov-west-1" }, {}],
        ] as const)
            for (const key of keys) expect(inPart(partition, key), JSON.stringify(key)).to.deep.equal([[], [], []]);
    });

    it("do not take Databricks' account of one part for that of another", () => {
        const [notLet, tooMuch] = inPart("aws", gov);
        expect(notLet?.[0]).to.contain(
            "(arn:aws-us-gov:iam::044793339203:root or arn:aws-us-gov:iam::170661010020:root) use kms:Encrypt, kms:Decrypt",
        );
        expect(tooMuch?.[0]).to.contain("the AWS account 414351767826 may kms:Encrypt, kms:Decrypt");
        expect(inPart("aws-us-gov", { arn })[0]?.[0]).to.contain("(arn:aws:iam::414351767826:root) use");
        expect(inPart("aws-us-gov", { arn })[1]?.[0]).to.contain("the AWS account 044793339203 may");
    });

    it("find a GovCloud key that is open to both of Databricks' accounts there, or to strangers", () => {
        const both = allow({ AWS: "arn:aws-us-gov:iam::170661010020:root" }, "kms:Decrypt");
        expect(inPart("aws-us-gov", gov, both)[1]?.[0]).to.contain(
            "two AWS accounts of Databricks may use the key, 044793339203 and 170661010020",
        );
        const anyAdmin = allow("*", "kms:Decrypt", {
            ArnLike: { "aws:PrincipalArn": "arn:aws-us-gov:iam::*:role/admin" },
        });
        expect(inPart("aws-us-gov", gov, anyAdmin)[1]?.[0]).to.contain("anyone in AWS may kms:Decrypt");
        const role = allow({ AWS: `arn:aws-us-gov:iam::${own}:role/databricks` }, "kms:Decrypt", ec2);
        expect(inPart("aws-us-gov", gov, role)[1]).to.deep.equal([]);
    });

    it("say that Databricks has no AWS account in a partition", () => {
        const key = { arn: `arn:aws-cn:kms:cn-north-1:${own}:key/1` };
        expect(inPart("aws", key)[0]?.[0]).to.contain("the partition aws-cn, in which Databricks has no AWS account");
    });
});
