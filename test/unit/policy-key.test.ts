import { expect } from "chai";

import { rules } from "../../sdk/policy";
import { parsePolicy } from "../../sdk/policy/document/parse";
import {
    letsVolumesBeEncrypted,
    missingPermissions,
    statementsForAnyAccount,
} from "../../sdk/policy/databricks-permissions";
import { excessPermissions } from "../../sdk/policy/excess-permissions";
import { databricksKeyPolicy, storageKeyPolicy } from "../../sdk/policy-documents";
import { registeredKey, resource, type Rule, stackReports } from "../helpers/policy-rule";

describe("rules about key policies", () => {
    const awsAccountId = "123456789012";
    const account = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
    const role = `arn:aws:iam::${awsAccountId}:role/databricks`;
    const all = {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::414351767826:root" },
        Action: "kms:*",
        Resource: "*",
    };
    const owner = { ...all, Principal: { AWS: `arn:aws:iam::${awsAccountId}:root` } };
    const encrypts = { ...all, Action: ["kms:Encrypt", "kms:Decrypt"] };
    const statements = (...given: object[]) => parsePolicy(JSON.stringify({ Statement: given }));
    const documentOf = (document: object) => parsePolicy(JSON.stringify(document));
    const lets = (...given: object[]) =>
        missingPermissions(statements(owner, ...given), {
            useCases: ["MANAGED_SERVICES"],
            databricksAccounts: [account],
        }).length === 0;
    const excess = (...given: object[]) => excessPermissions(statements(...given), { useCases: ["MANAGED_SERVICES"] });

    it("know the policies that this package makes for right", () => {
        for (const databricksAccountId of [account, undefined]) {
            const args = { awsAccountId, ...(databricksAccountId === undefined ? {} : { databricksAccountId }) };
            for (const useCases of [["MANAGED_SERVICES"], ["STORAGE"], ["MANAGED_SERVICES", "STORAGE"]] as const) {
                const made = documentOf(databricksKeyPolicy({ ...args, useCases, crossAccountRoleArn: role }));
                expect(missingPermissions(made, { useCases, databricksAccounts: [account] })).to.deep.equal([]);
                expect(excessPermissions(made, { useCases })).to.deep.equal([]);
                expect(excessPermissions(made, { useCases, owner: awsAccountId })).to.deep.equal([]);
                expect(letsVolumesBeEncrypted(made)).to.equal((useCases as readonly string[]).includes("STORAGE"));
                expect(statementsForAnyAccount(made)).to.have.length(
                    databricksAccountId !== undefined
                        ? 0
                        : useCases.length === 2
                          ? 3
                          : useCases[0] === "STORAGE"
                            ? 2
                            : 1,
                );
            }
        }
        const storage = documentOf(storageKeyPolicy({ awsAccountId }));
        expect(letsVolumesBeEncrypted(storage)).to.equal(false);
        expect(excessPermissions(storage, { useCases: ["MANAGED_SERVICES"] })).to.have.length(2);
    });

    const tag = "aws:PrincipalTag/DatabricksAccountId";
    const other = "99999999-9999-4999-8999-999999999999";
    for (const [title, expected, ...given] of [
        ["an Allow", true, all],
        ["an Allow by the account's number, in a list", true, { ...all, Principal: { AWS: [role, "414351767826"] } }],
        ["an Allow for the account", true, { ...all, Condition: { StringEquals: { [tag]: [account] } } }],
        ["an Allow to decrypt only", false, { ...all, Action: "kms:Decrypt" }],
        ["no Allow", false],
        ["an Allow for another Databricks account", false, { ...all, Condition: { StringEquals: { [tag]: other } } }],
        ["an Allow through a service", false, { ...all, Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } } }],
        [
            "an Allow for the customer's organization",
            false,
            { ...all, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-customer" } } },
        ],
        [
            "an Allow that is over",
            false,
            { ...all, Condition: { DateLessThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } } },
        ],
        ["an Allow that names no resource", false, { Effect: "Allow", Principal: all.Principal, Action: "kms:*" }],
        [
            "an Allow by NotAction",
            true,
            { Effect: "Allow", Principal: all.Principal, NotAction: "kms:ScheduleKeyDeletion", Resource: "*" },
        ],
        ["a Deny beside it", false, all, { ...all, Effect: "Deny" }],
        [
            "a Deny by NotPrincipal",
            false,
            all,
            { Effect: "Deny", NotPrincipal: owner.Principal, Action: "kms:*", Resource: "*" },
        ],
        [
            "a Deny by NotPrincipal that spares Databricks",
            true,
            all,
            { Effect: "Deny", NotPrincipal: all.Principal, Action: "kms:*", Resource: "*" },
        ],
        [
            "a Deny by NotAction",
            false,
            all,
            { Effect: "Deny", Principal: "*", NotAction: "kms:PutKeyPolicy", Resource: "*" },
        ],
        [
            "a Deny that always holds",
            false,
            all,
            { ...all, Effect: "Deny", Principal: "*", Condition: { StringLike: { "aws:userid": "*" } } },
        ],
        [
            "a Deny of everything outside the organization",
            false,
            all,
            {
                ...all,
                Effect: "Deny",
                Principal: "*",
                Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-customer" } },
            },
        ],
        [
            "a Deny without TLS",
            true,
            all,
            { ...all, Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
        ],
        [
            "a Deny of other Databricks accounts",
            true,
            all,
            { ...all, Effect: "Deny", Condition: { StringNotEquals: { [tag]: account } } },
        ],
    ] as const satisfies readonly (readonly [string, boolean, ...object[]])[]) {
        it(`${expected ? "take" : "do not take"} ${title} for one that lets Databricks encrypt`, () => {
            expect(lets(...given)).to.equal(expected);
        });
    }

    for (const [title, found, ...given] of [
        ["nothing, where Databricks may encrypt", [], encrypts],
        ["more actions than the use case needs", ["Databricks may kms:*"], all],
        ["one action too many in a list", ["Databricks may kms:Sign"], { ...all, Action: ["kms:Encrypt", "kms:Sign"] }],
        [
            "NotAction",
            ["Databricks may do everything but kms:Sign (NotAction)"],
            { Effect: "Allow", Principal: all.Principal, NotAction: "kms:Sign", Resource: "*" },
        ],
        [
            "NotPrincipal",
            ["everyone but 123456789012 may kms:Decrypt (NotPrincipal)"],
            { Effect: "Allow", NotPrincipal: { AWS: awsAccountId }, Action: "kms:Decrypt", Resource: "*" },
        ],
        [
            "another account's root",
            ["the AWS account 999999999999 may kms:Decrypt"],
            { ...encrypts, Principal: { AWS: "999999999999" }, Action: "kms:Decrypt" },
        ],
        [
            "another account's root in a list",
            ["the AWS account 999999999999 may kms:Encrypt, kms:Decrypt"],
            { ...encrypts, Principal: { AWS: [all.Principal.AWS, "arn:aws:iam::999999999999:root"] } },
        ],
        [
            "a role of another account that may sign",
            ["arn:aws:iam::999999999999:role/x, of another AWS account, may kms:Sign, kms:Decrypt"],
            {
                ...encrypts,
                Principal: { AWS: "arn:aws:iam::999999999999:role/x" },
                Action: ["kms:Sign", "kms:Decrypt"],
            },
        ],
        [
            "two accounts that may change the policy",
            ["more than one AWS account may change this policy: 123456789012, 999999999999"],
            { ...all, Principal: { AWS: "999999999999" } },
        ],
        ["anyone", ["anyone in AWS may kms:Decrypt"], { ...all, Principal: "*", Action: "kms:Decrypt" }],
        [
            "anyone in a list",
            ["anyone in AWS may kms:Decrypt"],
            { ...all, Principal: { AWS: [role, "*"] }, Action: "kms:Decrypt" },
        ],
        [
            "anyone through EC2",
            ["anyone in AWS may kms:Decrypt, because anyone can meet its condition (StringLike kms:ViaService)"],
            {
                ...all,
                Principal: "*",
                Action: "kms:Decrypt",
                Condition: { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com" } },
            },
        ],
        [
            "anyone who tags himself",
            [`anyone in AWS may kms:Decrypt, because anyone can meet its condition (StringEquals ${tag})`],
            { ...all, Principal: "*", Action: "kms:Decrypt", Condition: { StringEquals: { [tag]: account } } },
        ],
        [
            "anyone from anywhere",
            ["anyone in AWS may kms:Decrypt, because anyone can meet its condition (IpAddress aws:SourceIp)"],
            {
                ...all,
                Principal: "*",
                Action: "kms:Decrypt",
                Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
            },
        ],
        [
            "nothing, where everyone is narrowed to the account",
            [],
            {
                ...all,
                Principal: "*",
                Action: "kms:Decrypt",
                Condition: { StringEquals: { "kms:CallerAccount": awsAccountId } },
            },
        ],
        [
            "nothing, where everyone else is denied",
            [],
            { ...all, Principal: "*", Action: "kms:Decrypt" },
            {
                Effect: "Deny",
                Principal: "*",
                Action: "kms:*",
                Resource: "*",
                Condition: { StringNotEquals: { "aws:PrincipalAccount": [awsAccountId, "414351767826"] } },
            },
        ],
    ] as const satisfies readonly (readonly [string, readonly string[], ...object[]])[]) {
        it(`find ${title}`, () => {
            expect(excess(owner, ...given)).to.deep.equal(found);
        });
    }

    it("let trusted accounts in, and find grants that are not for AWS services", () => {
        const foreign = statements(owner, { ...encrypts, Principal: { AWS: "999999999999" } });
        expect(
            excessPermissions(foreign, { useCases: ["MANAGED_SERVICES"], trustedAccounts: ["999999999999"] }),
        ).to.deep.equal([]);
        const grants = statements(owner, { ...all, Action: "kms:CreateGrant" });
        expect(excessPermissions(grants, { useCases: ["STORAGE"] })[0]).to.contain("for others than AWS services");
    });

    it("find statements for any Databricks account, with a condition that others meet too", () => {
        const open = (Condition?: object) =>
            statementsForAnyAccount(statements(owner, { ...encrypts, Sid: "s", ...(Condition && { Condition }) }));
        for (const condition of [
            undefined,
            { StringLike: { [tag]: "*" } },
            { StringEqualsIfExists: { [tag]: account } },
            { "ForAllValues:StringEquals": { [tag]: account } },
            { StringNotEquals: { [tag]: other } },
            { Bool: { "aws:SecureTransport": "true" } },
        ])
            expect(open(condition), JSON.stringify(condition)).to.deep.equal(['the statement "s"']);
        for (const condition of [
            { StringEquals: { [tag]: account } },
            { StringLike: { "AWS:principaltag/databricksaccountid": `${account}*` } },
        ])
            expect(open(condition), JSON.stringify(condition)).to.deep.equal([]);
    });

    const keyed = (policies: { key?: string; resource?: string }, registration: object) => {
        const own = (key: object) =>
            policies.resource === undefined
                ? []
                : [resource("aws:kms/keyPolicy:KeyPolicy", "own", { policy: policies.resource }, { keyId: [key] })];
        return (rule: Rule) =>
            stackReports(rule, registeredKey(policies.key, { accountId: account, ...registration }, own));
    };
    const right = JSON.stringify(databricksKeyPolicy({ awsAccountId, databricksAccountId: account }));
    const wrong = JSON.stringify({ Statement: [owner, { ...all, Principal: "*" }, { ...encrypts, Effect: "Deny" }] });

    it("read a policy that is a resource of its own, in place of the key's", () => {
        for (const rule of [rules.keyPolicyLetsDatabricksEncrypt, rules.keyPolicyNoMoreThanNeeded]) {
            expect(keyed({ key: wrong, resource: right }, {})(rule)).to.deep.equal([]);
            const [found] = keyed({ key: right, resource: wrong }, {})(rule);
            expect(found).to.match(/^own: The key policy of "key" /);
        }
    });

    it("name what makes a policy none", () => {
        const [found] = keyed({ key: '{"Statement": {"Effect": "Allow"}}' }, {})(rules.keyPolicyLetsDatabricksEncrypt);
        expect(found).to.contain("is not one that AWS takes: Statement 1 has no Principal.");
    });

    it("ask for the cross-account role where cluster volumes use the key, which left out they do", () => {
        const policy = JSON.stringify(storageKeyPolicy({ awsAccountId, databricksAccountId: account }));
        const found = (reuseKeyForClusterVolumes?: boolean) =>
            keyed(
                { key: policy },
                { useCases: ["STORAGE"], awsKeyInfo: { reuseKeyForClusterVolumes } },
            )(rules.keyPolicyLetsDatabricksEncrypt);
        expect(found(false)).to.deep.equal([]);
        for (const reuse of [true, undefined])
            expect(found(reuse)[0]).to.match(
                /lets no role use the key through EC2.*reuseKeyForClusterVolumes to false/,
            );
    });
});
