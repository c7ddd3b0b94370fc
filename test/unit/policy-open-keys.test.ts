import { expect } from "chai";

import {
    account,
    allow,
    another,
    anyone,
    databricks,
    deny,
    ec2,
    encrypts,
    found,
    other,
    own,
    tag,
} from "../helpers/policy-statements";

describe("key-policy-no-more-than-needed", () => {
    describe("sees of a notebooks key that is open to", () => {
        const open: [string, string, ...object[]][] = [];
        for (const principal of ["role/app", "user/eve"]
            .map((name) => `arn:aws:iam::${other}:${name}`)
            .concat(`arn:aws:sts::${other}:assumed-role/app/session`, `arn:aws:sts::${other}:federated-user/eve`))
            for (const action of [
                "kms:Decrypt",
                "kms:CreateGrant",
                "kms:DescribeKey",
                "kms:GenerateDataKey*",
                "kms:ReplicateKey",
            ])
                open.push([
                    `${principal} with ${action}`,
                    `${principal}, of another AWS account, may ${action}.`,
                    allow({ AWS: principal }, action),
                ]);
        const meets = (key: string) => `anyone in AWS may kms:Decrypt, because anyone can meet its condition (${key}).`;
        const condition = (operator: string, key: string, value: unknown) => anyone({ [operator]: { [key]: value } });
        for (const [operator, key, value] of [
            ["ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"],
            ["StringLike", "aws:PrincipalArn", "*:role/admin"],
            ["ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root"],
            ["ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/path/*"],
            ["ArnNotLike", "aws:PrincipalArn", `arn:aws:iam::${own}:role/x`],
            // A path of a role may have colons and digits in it.
            ["StringLike", "aws:PrincipalArn", `*:${own}:role/admin`],
            ["StringLike", "aws:userid", "*:admin"],
            ["StringLike", "aws:PrincipalAccount", "*"],
            ["StringNotEquals", "aws:PrincipalAccount", own],
            ["StringNotLike", "aws:PrincipalAccount", "0*"],
            ["StringEqualsIfExists", "aws:SourceAccount", own],
            ["Null", "aws:PrincipalOrgID", "true"],
            ["Null", "aws:PrincipalOrgID", "false"],
            ["StringEqualsIfExists", "aws:PrincipalOrgID", "o-customer"],
            ["StringLike", "aws:PrincipalOrgID", "o-*"],
            ["StringLike", "aws:PrincipalOrgID", "o-a*"],
            ["ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-customer"],
            ["ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-customer/*"],
            ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/r-ab12/*"],
            ["ForAllValues:StringEquals", "aws:PrincipalTag/team", "data"],
            ["StringEquals", tag, account],
            ["Null", tag, "true"],
            ["StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com"],
            ["IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]],
            ["IpAddress", "aws:SourceIp", "64.0.0.0/2"],
            ["IpAddressIfExists", "aws:SourceIp", "203.0.113.0/24"],
            ["IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"],
            ["StringLike", "aws:SourceVpce", "vpce-*"],
            ["StringEqualsIfExists", "aws:SourceVpc", "vpc-1"],
            ["DateGreaterThan", "aws:CurrentTime", "2999-01-01T00:00:00Z"],
            ["Bool", "aws:PrincipalIsAWSService", "false"],
            ["StringEquals", "aws:PrincipalType", "AssumedRole"],
            ["StringEquals", "aws:ResourceAccount", own],
            ["StringEquals", "aws:ResourceOrgID", "o-customer"],
            ["StringEquals", "kms:EncryptionContext:project", "x"],
            ["Bool", "aws:MultiFactorAuthPresent", "true"],
        ] as const)
            open.push([
                `everyone who meets ${operator} ${key} ${JSON.stringify(value)}`,
                meets(`${operator} ${key}`),
                condition(operator, key, value),
            ]);
        for (const [name, statement] of [
            ["aws:PrincipalAccount", condition("StringEquals", "aws:PrincipalAccount", other)],
            ["kms:CallerAccount in a list", condition("StringEquals", "kms:CallerAccount", [own, other])],
            ["aws:PrincipalArn", condition("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${other}:role/*`)],
            ["its number as the principal", allow({ AWS: other }, "kms:Decrypt")],
            ["its root, through EC2", allow({ AWS: `arn:aws:iam::${other}:root` }, "kms:Decrypt", ec2)],
        ] as const)
            open.push([`another account by ${name}`, `the AWS account ${other} may kms:Decrypt.`, statement]);
        for (const [key, value] of [
            ["aws:PrincipalAccount", "1*"],
            ["aws:PrincipalArn", "arn:aws:iam::1*:role/admin"],
            ["kms:CallerAccount", "55555555555?"],
        ] as const)
            open.push([
                `the accounts that match ${value} by ${key}`,
                `other AWS accounts may kms:Decrypt, because they meet its condition (StringLike ${key}).`,
                condition("StringLike", key, value),
            ]);
        const service = (name: string, actions: string) =>
            `the AWS service ${name} may ${actions} for any AWS account: add the condition StringEquals aws:SourceAccount with the account of the key.`;
        open.push(
            [
                "an AWS service",
                service("lambda.amazonaws.com", "kms:*"),
                allow({ Service: "lambda.amazonaws.com" }, "kms:*"),
            ],
            [
                "an AWS service for another account",
                service("s3.amazonaws.com", "kms:Decrypt"),
                allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", { StringEquals: { "aws:SourceAccount": other } }),
            ],
            [
                "an AWS service that need not say for whom it acts",
                service("s3.amazonaws.com", "kms:Decrypt"),
                allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", {
                    StringEqualsIfExists: { "aws:SourceAccount": own },
                }),
            ],
            [
                "an AWS service for every bucket",
                service("s3.amazonaws.com", "kms:Decrypt"),
                allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", {
                    ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" },
                }),
            ],
            [
                "CloudWatch Logs for every account",
                service("logs.us-east-1.amazonaws.com", "kms:Decrypt"),
                allow({ Service: "logs.us-east-1.amazonaws.com" }, "kms:Decrypt", {
                    ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:*:log-group:*" },
                }),
            ],
            [
                "every AWS service",
                service("lambda.amazonaws.com", "kms:Decrypt"),
                condition("Bool", "aws:PrincipalIsAWSService", "true"),
            ],
            [
                "an AWS service by its name in a condition",
                service("sns.amazonaws.com", "kms:Decrypt"),
                condition("StringEquals", "aws:PrincipalServiceName", "sns.amazonaws.com"),
            ],
        );
        for (const provider of ["cognito-identity.amazonaws.com", `arn:aws:iam::${own}:saml-provider/company`])
            open.push([
                `those for whom ${provider} vouches`,
                `whoever "${provider}" vouches for may kms:Decrypt: name a role of the key's account instead.`,
                allow({ Federated: provider }, "kms:Decrypt"),
            ]);
        const elsewhere =
            "Databricks may kms:Encrypt, kms:Decrypt, but only for another Databricks account: name yours in the same condition (sharedWithAccountIds of databricksKeyPolicy does), or remove the statement.";
        open.push(
            [
                "Databricks for another Databricks account only",
                elsewhere,
                encrypts({ StringEquals: { [tag]: another } }),
            ],
            [
                "Databricks for all Databricks accounts but this",
                elsewhere,
                encrypts({ StringNotEquals: { [tag]: account } }),
            ],
            ["Databricks without the tag only", elsewhere, encrypts({ Null: { [tag]: "true" } })],
            [
                "Databricks with kms:ReplicateKey",
                "Databricks may kms:ReplicateKey.",
                allow(databricks, "kms:ReplicateKey"),
            ],
            [
                "Databricks with kms:CreateGrant",
                "Databricks may kms:CreateGrant.",
                allow(databricks, "kms:CreateGrant"),
            ],
            [
                "a role of Databricks with all actions",
                "Databricks may kms:*.",
                allow({ AWS: "arn:aws:iam::414351767826:role/some" }, "kms:*"),
            ],
            [
                "Databricks with more, by its account in a condition",
                "Databricks may kms:Sign.",
                allow("*", "kms:Sign", { StringEquals: { "aws:PrincipalAccount": "414351767826" } }),
            ],
            [
                "everyone but those that a Deny with a tag means",
                "anyone in AWS may kms:Decrypt.",
                allow("*", "kms:Decrypt"),
                deny({ StringNotEquals: { "aws:PrincipalTag/team": "data" } }),
            ],
        );
        for (const one of ["arn:aws:iam::*:root", "AROAEXAMPLEEXAMPLE"])
            open.push([
                `a principal that is none, ${one}`,
                `"${one}" is not a principal that AWS takes: name one account, role, user or session.`,
                allow({ AWS: one }, "kms:Decrypt"),
            ]);
        for (const [title, message, ...statements] of open) {
            it(title, () => {
                expect(found(["MANAGED_SERVICES"], statements)).to.deep.equal([message]);
            });
        }
    });
});
