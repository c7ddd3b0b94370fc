import { expect } from "chai";

import { rules } from "../../sdk/policy";
import { registeredKey, stackReports } from "../helpers/policy-rule";
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
    it("lets a role of another account use a storage key for volumes, through EC2 alone", () => {
        const role = `arn:aws:iam::${other}:role/databricks`;
        const actions = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"];
        expect(found(["STORAGE"], [allow({ AWS: role }, actions, ec2)])).to.deep.equal([]);
        expect(found(["MANAGED_SERVICES", "STORAGE"], [allow({ AWS: role }, actions, ec2)])).to.deep.equal([]);
        for (const [statement, excess] of [
            [allow({ AWS: role }, actions), actions.join(", ")],
            [allow({ AWS: role }, [...actions, "kms:Sign"], ec2), "kms:Sign"],
            [
                allow({ AWS: role }, "kms:Decrypt", { StringLike: { "kms:ViaService": "*.amazonaws.com" } }),
                "kms:Decrypt",
            ],
            [allow({ AWS: role }, "kms:Decrypt", { StringNotLike: { "kms:ViaService": "ec2.*" } }), "kms:Decrypt"],
            [allow({ AWS: role }, "kms:Decrypt", { StringLikeIfExists: { "kms:ViaService": "ec2.*" } }), "kms:Decrypt"],
        ] as const)
            expect(found(["STORAGE"], [statement])).to.deep.equal([`${role}, of another AWS account, may ${excess}.`]);
        expect(found(["MANAGED_SERVICES"], [allow({ AWS: role }, "kms:Decrypt", ec2)])).to.have.length(1);
        expect(found(["STORAGE"], [allow({ AWS: role.replace("role", "user") }, "kms:Decrypt", ec2)])).to.have.length(
            1,
        );
    });

    describe("has nothing against a policy that is right:", () => {
        const admins = [
            "kms:Create*",
            "kms:Describe*",
            "kms:Enable*",
            "kms:List*",
            "kms:Put*",
            "kms:ScheduleKeyDeletion",
        ];
        const ours = (name: string) => ({ AWS: `arn:aws:iam::${own}:${name}` });
        const right: [string, ...object[]][] = [
            ["the package's own statements"],
            ["Databricks' first statement, without a condition", encrypts()],
            ["Databricks' statement with a list of one account", encrypts({ StringEquals: { [tag]: [account] } })],
            [
                "a statement that is shared with another Databricks account",
                encrypts({ StringEquals: { [tag]: [account, another] } }),
            ],
            ["Databricks by the number of its account", allow({ AWS: "414351767826" }, "kms:Decrypt")],
            ["Databricks with kms:DescribeKey", allow(databricks, ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"])],
            [
                "key administrators of the own account",
                allow(ours("role/admin"), admins),
                allow(ours("user/admin"), "kms:*"),
            ],
            ["users of the own account", allow(ours("role/path/app"), ["kms:Decrypt", "kms:CreateGrant"])],
            ["a session of the own account", allow({ AWS: `arn:aws:sts::${own}:assumed-role/app/ci` }, "kms:Decrypt")],
            [
                "a service-linked role of the own account",
                allow(ours("role/aws-service-role/autoscaling.amazonaws.com/X"), "kms:*"),
            ],
            [
                "everyone of the own account through a service",
                anyone({ StringEquals: { "kms:CallerAccount": own, "kms:ViaService": "s3.us-east-1.amazonaws.com" } }),
            ],
            ["everyone of the own account", anyone({ StringEquals: { "aws:PrincipalAccount": own } })],
            [
                "everyone of the account that the key is in",
                anyone({ StringEquals: { "aws:ResourceAccount": "${aws:PrincipalAccount}" } }),
            ],
            [
                "everyone of the organization that the key is in",
                anyone({ StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }),
            ],
            [
                "roles of the own account by a pattern",
                anyone({ ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${own}:role/*` } }),
            ],
            ["the organization", anyone({ StringEquals: { "aws:PrincipalOrgID": "o-customer" } })],
            [
                "a part of the organization",
                anyone({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-customer/r-ab12/*" } }),
            ],
            ["one role by its id", anyone({ StringLike: { "aws:userid": "AROAEXAMPLE:*" } })],
            ["one VPC endpoint", anyone({ StringEquals: { "aws:SourceVpce": "vpce-1" } })],
            [
                "the addresses of one network",
                anyone({ IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } }),
            ],
            [
                "an AWS service for the own account",
                allow({ Service: "lambda.amazonaws.com" }, "kms:*", { StringEquals: { "aws:SourceAccount": own } }),
            ],
            [
                "an AWS service for one resource of the own account",
                allow({ Service: "cloudtrail.amazonaws.com" }, "kms:GenerateDataKey*", {
                    StringEquals: { "aws:SourceArn": `arn:aws:cloudtrail:us-east-1:${own}:trail/t` },
                    StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${own}:trail/*` },
                }),
                allow({ Service: "cloudtrail.amazonaws.com" }, "kms:DescribeKey"),
            ],
            [
                "an AWS service for one bucket",
                allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", {
                    ArnLike: { "aws:SourceArn": "arn:aws:s3:::ours" },
                }),
            ],
            [
                "an AWS service for the organization",
                allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", {
                    StringEquals: { "aws:SourceOrgID": "o-customer" },
                }),
            ],
            [
                "CloudWatch Logs of the own account",
                allow({ Service: "logs.us-east-1.amazonaws.com" }, ["kms:Encrypt*", "kms:Decrypt*", "kms:Describe*"], {
                    ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-east-1:${own}:*` },
                }),
            ],
            [
                "everyone, without all who are denied",
                allow("*", "kms:Decrypt"),
                deny({ StringNotEquals: { "aws:PrincipalAccount": [own, "414351767826"] } }),
            ],
            [
                "another account, that is denied",
                allow({ AWS: other }, "kms:Decrypt"),
                deny({ StringEquals: { "aws:PrincipalAccount": other } }),
            ],
            [
                "a perimeter around the organization",
                deny({
                    StringNotEqualsIfExists: {
                        "aws:PrincipalOrgID": "o-customer",
                        "aws:PrincipalAccount": "414351767826",
                    },
                    BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
                }),
            ],
            ["a Deny without TLS", deny({ Bool: { "aws:SecureTransport": "false" } })],
            [
                "a Deny of everyone but some, by NotPrincipal",
                { Effect: "Deny", NotPrincipal: ours("root"), Action: "kms:Sign", Resource: "*" },
            ],
            ["an Allow that has no effect, without Resource", { Effect: "Allow", Principal: "*", Action: "kms:*" }],
            [
                "an Allow that can never hold",
                anyone({ StringEquals: { "aws:PrincipalAccount": own, "aws:PrincipalOrgID": "o-1" } }),
            ],
        ];
        for (const [title, ...statements] of right) {
            it(title, () => {
                expect(found(["MANAGED_SERVICES"], statements)).to.deep.equal([]);
            });
        }
    });

    it("finds statements for different Databricks accounts while the account is not known, as in a preview", () => {
        const different = (...statements: object[]) =>
            stackReports(
                rules.keyPolicyNoMoreThanNeeded,
                registeredKey(JSON.stringify({ Statement: [allow({ AWS: own }, "kms:*"), ...statements] })),
            );
        const named = encrypts({ StringEquals: { [tag]: account } });
        for (const statement of [
            encrypts({ StringEquals: { [tag]: another } }),
            encrypts({ StringNotEquals: { [tag]: account } }),
            encrypts({ Null: { [tag]: "true" } }),
        ])
            expect(different(named, statement).join(), JSON.stringify(statement)).to.contain(
                "different Databricks accounts",
            );
        for (const statements of [
            [],
            [named],
            [encrypts()],
            [named, encrypts()],
            [named, encrypts({ StringEquals: { [tag]: [account, another] } })],
            [encrypts({ Null: { [tag]: "true" } })],
        ])
            expect(different(...statements), JSON.stringify(statements)).to.deep.equal([]);
    });

    it("lets trusted accounts in however they are named", () => {
        for (const statement of [
            allow({ AWS: `arn:aws:iam::${other}:role/app` }, "kms:Decrypt"),
            anyone({ StringEquals: { "aws:PrincipalAccount": [own, other] } }),
            allow({ Service: "s3.amazonaws.com" }, "kms:Decrypt", {
                StringEquals: { "aws:SourceAccount": [own, other] },
            }),
        ]) {
            expect(found(["MANAGED_SERVICES"], [statement])).to.have.length(1);
            expect(found(["MANAGED_SERVICES"], [statement], { trustedAccounts: [other] })).to.deep.equal([]);
        }
    });
});
