import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { root, TestStack } from "./harness";

interface Statement {
    readonly Effect: string;
    readonly Action: string[];
    readonly Resource: string | string[];
}

const page = readFileSync(join(root, "docs", "first-workspace.md"), "utf8");
/** The first block of code in a language. */
const block = (language: string) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1] ?? "";
const statements = (JSON.parse(block("json")) as { Statement: Statement[] }).Statement;

const matches = (pattern: string, text: string) =>
    new RegExp(`^${pattern.replace(/[.\\+?^${}()|[\]]/g, "\\$&").replaceAll("*", ".*")}$`, "i").test(text);
/** Whether the policy of the page allows an action on something. */
const allows = (action: string, resource: string) =>
    statements.some(
        (one) =>
            one.Effect === "Allow" &&
            one.Action.some((pattern) => matches(pattern, action)) &&
            [one.Resource].flat().some((pattern) => matches(pattern, resource)),
    );

/** The actions that the AWS provider (7.48) uses to create, read, change and delete a resource of a type. */
const needs: Readonly<Record<string, readonly string[]>> = {
    "aws:kms/key:Key": [
        ...["CreateKey", "DescribeKey", "EnableKeyRotation", "GetKeyPolicy", "GetKeyRotationStatus"],
        ...["ListResourceTags", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource"],
        "UpdateKeyDescription",
    ].map((action) => `kms:${action}`),
    "aws:kms/alias:Alias": ["kms:CreateAlias", "kms:DeleteAlias", "kms:ListAliases", "kms:UpdateAlias"],
    "aws:iam/role:Role": [
        ...["CreateRole", "DeleteRole", "GetRole", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"],
        ...["ListRolePolicies", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"],
    ].map((action) => `iam:${action}`),
    "aws:iam/rolePolicy:RolePolicy": ["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
    "aws:s3/bucket:Bucket": [
        ...["CreateBucket", "DeleteBucket", "GetAccelerateConfiguration", "GetBucketAcl", "GetBucketCORS"],
        ...["GetBucketLogging", "GetBucketObjectLockConfiguration", "GetBucketPolicy", "GetBucketRequestPayment"],
        ...["GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration"],
        ...["GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket", "ListTagsForResource"],
        ...["PutBucketTagging", "TagResource", "UntagResource"],
        // For forceDestroy.
        ...["ListBucketVersions", "DeleteObject", "DeleteObjectVersion"],
    ].map((action) => `s3:${action}`),
    "aws:s3/bucketPolicy:BucketPolicy": ["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"],
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
        "s3:GetBucketPublicAccessBlock",
        "s3:PutBucketPublicAccessBlock",
    ],
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
        "s3:GetEncryptionConfiguration",
        "s3:PutEncryptionConfiguration",
    ],
};

describe("the page of the first workspace", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    const log: string[] = [];
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200, onRequest: (line) => log.push(line) });
        stack = await TestStack.ofFiles(cloud, new Map([["index.ts", block("ts")]]));
        await expectOk(stack.up());
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });

    /** What AWS calls a resource of the local cloud. */
    const arnOf = (resource: { type: string; id: string; properties: Record<string, unknown> }, action: string) => {
        const { type, id, properties } = resource;
        if (type === "aws:kms/alias:Alias") return `arn:aws:kms:us-east-1:${CUSTOMER_AWS_ACCOUNT}:${id}`;
        if (type.startsWith("aws:kms/")) return String(properties["arn"]);
        const role = properties["role"] ?? properties["name"];
        if (type.startsWith("aws:iam/")) return `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/${String(role)}`;
        return `arn:aws:s3:::${String(properties["bucket"])}${/Object(Version)?$/.test(action) ? "/file" : ""}`;
    };

    it("has a program that makes a workspace under a key", () => {
        const [workspace, ...more] = cloud.account.list("workspaces");
        expect(more).to.deep.equal([]);
        expect(workspace).to.include({ workspace_status: "RUNNING", workspace_name: "first" });
        expect(workspace).to.have.property("managed_services_customer_managed_key_id");
    });

    it("has a policy that allows all that the AWS provider does for what the program makes", () => {
        const resources = cloud.aws.resources();
        expect(resources.map(({ type }) => type)).to.have.members(Object.keys(needs));
        const refused = resources.flatMap((resource) =>
            (needs[resource.type] ?? [`the actions for ${resource.type}`])
                .map((action) => `${action} ${arnOf(resource, action)}`)
                .filter((line) => !allows(...(line.split(" ") as [string, string]))),
        );
        expect(refused).to.deep.equal([]);
    });

    it("has a policy that allows each request that the KMS got from the program", () => {
        const [key] = cloud.kms.keys();
        const called = log.flatMap((line) => /^kms (\w+) .*:123456789012:root\)$/.exec(line)?.[1] ?? []);
        expect(called).to.include.members(["CreateKey", "EnableKeyRotation", "CreateAlias"]);
        expect(called.filter((action) => !allows(`kms:${action}`, String(key?.arn)))).to.deep.equal([]);
    });

    it("has a policy that allows nothing more, and nothing of other roles, buckets and aliases", () => {
        const needed = Object.values(needs).flat();
        const unused = statements
            .flatMap(({ Action }) => Action)
            .filter((pattern) => !needed.some((action) => matches(pattern, action)));
        expect(unused).to.deep.equal([]);
        expect(allows("iam:PutRolePolicy", `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/admin`)).to.equal(false);
        expect(allows("s3:DeleteObject", "arn:aws:s3:::production/file")).to.equal(false);
        expect(allows("kms:DeleteAlias", `arn:aws:kms:us-east-1:${CUSTOMER_AWS_ACCOUNT}:alias/prod`)).to.equal(false);
        expect(allows("kms:Decrypt", String(cloud.kms.keys()[0]?.arn))).to.equal(false);
    });

    it("takes everything away again", async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([]);
    });
});
