import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

import { expect } from "chai";

import { databricksKeyPolicy, EncryptionKey, type EncryptionKeyArgs, storageKeyPolicy } from "../../sdk";
import { allows, parsePolicy } from "../../local-cloud/kms/policy";

const root = resolve(__dirname, "../../..");
const awsAccountId = "123456789012";
const databricksAccountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const crossAccountRoleArn = `arn:aws:iam::${awsAccountId}:role/databricks`;
const databricks = { AWS: "arn:aws:iam::414351767826:root" };
const ofAccount = { "aws:PrincipalTag/DatabricksAccountId": [databricksAccountId] };

const owner = {
    Sid: "Owner keeps every right",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${awsAccountId}:root` },
    Action: "kms:*",
    Resource: "*",
};
const notebooks = {
    Sid: "Allow Databricks to use KMS key for Notebooks",
    Effect: "Allow",
    Principal: databricks,
    Action: ["kms:Encrypt", "kms:Decrypt"],
    Resource: "*",
};
const notebooksOfAccount = { ...notebooks, Condition: { StringEquals: ofAccount } };
const storage = {
    Sid: "Allow Databricks to use KMS key for DBFS",
    Effect: "Allow",
    Principal: databricks,
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: { StringEquals: ofAccount },
};
const grants = {
    Sid: "Allow Databricks to use KMS key for DBFS (Grants)",
    Effect: "Allow",
    Principal: databricks,
    Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
    Resource: "*",
    Condition: { StringEquals: ofAccount, Bool: { "kms:GrantIsForAWSResource": "true" } },
};
const volumes = {
    Sid: "Allow Databricks to use KMS key for EBS",
    Effect: "Allow",
    Principal: { AWS: crossAccountRoleArn },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
    Resource: "*",
    Condition: { "ForAnyValue:StringLike": { "kms:ViaService": "ec2.*.amazonaws.com" } },
};
const document = (...Statement: object[]) => ({ Version: "2012-10-17", Id: "key-policy-databricks", Statement });

describe("the policy of a key", () => {
    it("for notebooks lets Databricks encrypt and decrypt, and its owner do everything", () => {
        expect(databricksKeyPolicy({ awsAccountId })).to.deep.equal(document(owner, notebooks));
    });

    it("for notebooks of one Databricks account names that account", () => {
        expect(databricksKeyPolicy({ awsAccountId, databricksAccountId, crossAccountRoleArn })).to.deep.equal(
            document(owner, notebooksOfAccount),
        );
    });

    it("is not made for a Databricks account that is no uuid, which nobody could meet", () => {
        expect(() => databricksKeyPolicy({ awsAccountId, databricksAccountId: "" })).to.throw(
            RangeError,
            /databricksAccountId must be the uuid/,
        );
    });

    it("for storage names the Databricks account, grants for AWS resources only, and the role through EC2 only", () => {
        expect(storageKeyPolicy({ awsAccountId, databricksAccountId })).to.deep.equal(document(owner, storage, grants));
        expect(storageKeyPolicy({ awsAccountId, databricksAccountId, crossAccountRoleArn })).to.deep.equal(
            document(owner, storage, grants, volumes),
        );
    });

    it("for storage of any Databricks account still grants for AWS resources only", () => {
        const unconditional = Object.fromEntries(Object.entries(storage).filter(([name]) => name !== "Condition"));
        const { Bool } = grants.Condition;
        expect(storageKeyPolicy({ awsAccountId })).to.deep.equal(
            document(owner, unconditional, { ...grants, Condition: { Bool } }),
        );
    });

    it("for both use cases has the statements of each, on one key", () => {
        const useCases = ["MANAGED_SERVICES", "STORAGE"] as const;
        expect(databricksKeyPolicy({ awsAccountId, databricksAccountId, crossAccountRoleArn, useCases })).to.deep.equal(
            document(owner, notebooksOfAccount, storage, grants, volumes),
        );
    });

    it("lets in nobody else, as AWS evaluates it", () => {
        // Of an account of its own, so that it is not the owner's account that lets the role in.
        const role = "arn:aws:iam::210987654321:role/databricks";
        const policy = parsePolicy(
            JSON.stringify(storageKeyPolicy({ awsAccountId, databricksAccountId, crossAccountRoleArn: role })),
        );
        const control = databricks.AWS;
        const account = { "aws:PrincipalTag/DatabricksAccountId": databricksAccountId };
        const other = { "aws:PrincipalTag/DatabricksAccountId": "99999999-9999-4999-8999-999999999999" };
        const forAws = { "kms:GrantIsForAWSResource": "true" };
        const throughEc2 = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
        const throughS3 = { "kms:ViaService": "s3.us-east-1.amazonaws.com" };
        for (const [allowed, action, principal, context] of [
            [true, "kms:GenerateDataKeyWithoutPlaintext", control, account],
            [true, "kms:ReEncryptFrom", control, account],
            [false, "kms:Decrypt", control, other],
            [false, "kms:Decrypt", control, {}],
            [true, "kms:CreateGrant", control, { ...account, ...forAws }],
            [false, "kms:CreateGrant", control, account],
            [false, "kms:CreateGrant", control, { ...other, ...forAws }],
            [false, "kms:ScheduleKeyDeletion", control, account],
            [true, "kms:CreateGrant", role, throughEc2],
            [false, "kms:Decrypt", role, throughS3],
            [false, "kms:Decrypt", role, {}],
            [false, "kms:Encrypt", role, throughEc2],
            [true, "kms:PutKeyPolicy", owner.Principal.AWS, {}],
        ] as const) {
            const said = `${principal} ${action} ${JSON.stringify(context)}`;
            expect(
                allows(policy, {
                    action,
                    principalArn: principal,
                    context,
                    keyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
                }),
                said,
            ).to.equal(allowed);
        }
    });

    it("is not made without the owner's account, which would lock the owner out", () => {
        for (const wrong of ["", "12345678901", crossAccountRoleArn]) {
            expect(() => databricksKeyPolicy({ awsAccountId: wrong })).to.throw(
                RangeError,
                /awsAccountId must be the 12 digits/,
            );
        }
    });
});

describe("an EncryptionKey", () => {
    const environment = process.env["DATABRICKS_ACCOUNT_ID"];
    beforeEach(() => delete process.env["DATABRICKS_ACCOUNT_ID"]);
    after(() => {
        if (environment !== undefined) process.env["DATABRICKS_ACCOUNT_ID"] = environment;
    });
    const refusal = (args: EncryptionKeyArgs) => {
        try {
            new EncryptionKey("k", args);
        } catch (error) {
            return String(error)
                .replace(/^Error: /, "")
                .split("\n");
        }
        throw new Error("It was not refused.");
    };

    it("for cluster volumes without the cross-account role is refused before anything is made", () => {
        const [problem, ...more] = refusal({
            accountId: databricksAccountId,
            useCases: ["STORAGE"],
            reuseKeyForClusterVolumes: true,
        });
        expect(problem).to.match(
            /^EncryptionKey "k": crossAccountRoleArn is missing: .* Give the role's ARN\. \[CMK1002\]$/,
        );
        expect(more).to.deep.equal([]);
    });

    it("lets no role in that it has no use for", () => {
        expect(refusal({ crossAccountRoleArn })).to.have.length(1);
        expect(refusal({ crossAccountRoleArn })[0]).to.match(
            /^EncryptionKey "k": crossAccountRoleArn .*leave the role out/,
        );
    });

    it("says all that is wrong at once: no use case, volumes without storage", () => {
        expect(refusal({ useCases: [], reuseKeyForClusterVolumes: true, keyArn: "arn" }).join("\n")).to.match(
            /^EncryptionKey "k": useCases is empty: .*\nEncryptionKey "k": reuseKeyForClusterVolumes is for the use case STORAGE: .*leave it out\. \[CMK1002\]$/,
        );
    });

    it("that exists is only registered: what it cannot be given is refused, each by its name", () => {
        const lines = refusal({
            keyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
            aliasName: "one-of-its-own",
            customKeyStoreId: "cks-1",
            deletionWindowInDays: 7,
            enableKeyRotation: true,
            tags: { team: "risk" },
        });
        expect(lines.map((line) => / (\w+) is for a key that is made here/.exec(line)?.[1])).to.deep.equal([
            "customKeyStoreId",
            "deletionWindowInDays",
            "enableKeyRotation",
            "tags",
        ]);
    });

    it("that is made has nothing to check beforehand", () => {
        expect(refusal({ checkKey: false })).to.have.length(1);
        expect(refusal({ checkKey: false })[0]).to.match(/checkKey is for the existing key of keyArn/);
    });

    it("in a custom key store is not rotated, and is refused where it should be", () => {
        expect(refusal({ customKeyStoreId: "cks-1", enableKeyRotation: true })).to.have.length(1);
        expect(refusal({ customKeyStoreId: "cks-1", enableKeyRotation: true })[0]).to.match(
            /enableKeyRotation is set, .*custom key store: leave it or customKeyStoreId out/,
        );
    });

    it("for storage without a Databricks account would serve every account, and is refused", () => {
        const [problem] = refusal({ useCases: ["STORAGE"] });
        expect(problem).to.match(
            /^EncryptionKey "k": accountId is needed .*databricks:accountId.*DATABRICKS_ACCOUNT_ID/,
        );
    });

    it("keeps its KMS key when it goes, but not the alias, unless keyRemoval says otherwise; in an EncryptedWorkspace too", () => {
        const script = `
            const pulumi = require("@pulumi/pulumi");
            pulumi.runtime.setMocks({
                newResource: ({ name, inputs }) => ({
                    id: name,
                    state: { ...inputs, arn: "arn:aws:kms:us-east-1:123456789012:key/" + name },
                }),
                call: () => ({ accountId: "123456789012", arn: "arn:aws:iam::123456789012:root" }),
            });
            const monitor = pulumi.runtime.getMonitor();
            const register = monitor.registerResource.bind(monitor);
            monitor.registerResource = (request, callback) => {
                const type = request.getType().split(":").at(-1);
                const kept = request.hasRetainondelete() ? request.getRetainondelete() : "as its parent";
                if (type === "Key" || type === "Alias") console.log(request.getName(), type, kept);
                const { keyRemoval } = request.getObject().toJavaScript();
                if (type === "CustomerManagedKey") console.log(request.getName(), type, keyRemoval);
                register(request, callback);
            };
            const { EncryptedWorkspace, EncryptionKey } = require("pulumi-databricks-cmk");
            const [accountId, keyRemoval] = ["${databricksAccountId}", "schedule"];
            new EncryptionKey("kept", { accountId });
            new EncryptionKey("scheduled", { accountId, keyRemoval });
            new EncryptionKey("existing", { accountId, checkKey: false, keyArn: "arn:aws:kms:us-east-1:123456789012:key/e" });
            const workspace = { accountId, awsRegion: "us-east-1" };
            new EncryptedWorkspace("v", { ...workspace, storageKey: { keyRemoval } });
            new EncryptedWorkspace("w", { ...workspace, key: { keyRemoval }, storageKey: {} });`;
        const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
        const kept = (name: string) => [`${name} Key true`, `${name} CustomerManagedKey retain`];
        const scheduled = (name: string) => [`${name} Key as its parent`, `${name} CustomerManagedKey schedule`];
        const made = ["kept", "scheduled", "v", "v-storage", "w", "w-storage"];
        expect(stdout.trim().split("\n"), stderr).to.have.members([
            ...made.map((name) => `${name} Alias as its parent`),
            ...["kept", "v", "w-storage"].flatMap(kept),
            ...["scheduled", "v-storage", "w"].flatMap(scheduled),
            "existing CustomerManagedKey undefined",
        ]);
    });

    it("says what keyRemoval may be, and refuses it beside an existing key", () => {
        const wrong = { accountId: databricksAccountId, keyRemoval: "delete" } as unknown as EncryptionKeyArgs;
        expect(refusal(wrong)).to.have.length(1);
        expect(refusal(wrong)[0]).to.match(/^EncryptionKey "k": keyRemoval must be "retain" or "schedule"/);
        expect(refusal({ keyArn: "arn", keyRemoval: "retain" })[0]).to.contain(
            "keyRemoval is for a key that is made here",
        );
    });

    it("is not made where AWS is another partition than Databricks' account", () => {
        const script = `
            const pulumi = require("@pulumi/pulumi");
            pulumi.runtime.setMocks({
                newResource: ({ name, inputs, type }) => {
                    if (type === "aws:kms/key:Key") console.log("A key was made.");
                    return { id: name, state: inputs };
                },
                call: () => ({ accountId: "123456789012", arn: "arn:aws-us-gov:iam::123456789012:root" }),
            });
            const { EncryptionKey } = require("pulumi-databricks-cmk");
            new EncryptionKey("k");`;
        const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
        expect(stderr).to.match(
            /EncryptionKey "k": .*partition "aws-us-gov".*Set databricks:host to the account console of yours/,
        );
        expect(stdout).to.equal("");
    });
});
