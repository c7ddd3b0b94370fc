import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { TestStack } from "./harness";

const uuid = "11111111-2222-4333-8444-555555555555";
const arn = `arn:aws:kms:us-east-1:123456789012:key/${uuid}`;
const good = {
    workspaceName: "w",
    awsRegion: "us-east-1",
    credentialsId: uuid,
    storageConfigurationId: uuid,
    managedServicesCustomerManagedKeyId: uuid,
};

const workspace = (args: object) => () =>
    new databricks.Workspace("w", { ...good, ...args } as databricks.WorkspaceArgs);
const key =
    (awsKeyInfo: object, useCases: string[] = ["MANAGED_SERVICES"]) =>
    () =>
        new databricks.CustomerManagedKey("k", { awsKeyInfo, useCases } as databricks.CustomerManagedKeyArgs);

/** Programs that cannot work, each with the one property that is to blame and a word of the remedy. */
const malformed: [string, () => unknown, string, string][] = [
    ["an ARN that is none", key({ keyArn: "my-key" }), "awsKeyInfo.keyArn", "ARN of a KMS key"],
    [
        "an alias's ARN",
        key({ keyArn: "arn:aws:kms:us-east-1:123456789012:alias/x" }),
        "awsKeyInfo.keyArn",
        "not of its alias",
    ],
    ["no ARN", key({}), "awsKeyInfo.keyArn", "is required"],
    [
        "a key of another region than it says",
        key({ keyArn: arn, keyRegion: "us-west-2" }),
        "awsKeyInfo.keyRegion",
        "leave keyRegion out",
    ],
    [
        "a key in a region that is not allowed",
        key({ keyArn: arn.replace("us-east-1", "eu-west-1") }),
        "awsKeyInfo.keyArn",
        "databricks:allowedRegions",
    ],
    ["an alias without alias/", key({ keyArn: arn, keyAlias: "x" }), "awsKeyInfo.keyAlias", 'begin with "alias/"'],
    ["an AWS managed key", key({ keyArn: arn, keyAlias: "alias/aws/s3" }), "awsKeyInfo.keyAlias", "AWS managed key"],
    ["an unknown use case", key({ keyArn: arn }, ["NOTEBOOKS"]), "useCases.0", "MANAGED_SERVICES, STORAGE"],
    ["no use case", key({ keyArn: arn }, []), "useCases", "at least 1"],
    [
        "cluster volumes without STORAGE",
        key({ keyArn: arn, reuseKeyForClusterVolumes: true }),
        "awsKeyInfo.reuseKeyForClusterVolumes",
        "STORAGE",
    ],
    ["a region that is not allowed", workspace({ awsRegion: "eu-west-1" }), "awsRegion", "databricks:allowedRegions"],
    ["a region that is none", workspace({ awsRegion: "Virginia" }), "awsRegion", "us-east-1"],
    ["a tier too low for a key", workspace({ pricingTier: "PREMIUM" }), "pricingTier", "Enterprise plan or higher"],
    ["an unknown tier", workspace({ pricingTier: "GOLD" }), "pricingTier", "must be one of"],
    ["an empty name", workspace({ workspaceName: "" }), "workspaceName", "must not be empty"],
    ["a tag too long", workspace({ customTags: { team: "x".repeat(256) } }), "customTags.team", "at most 255"],
    [
        "a tag's key too long",
        workspace({ customTags: { ["x".repeat(128)]: "a" } }),
        `customTags.${"x".repeat(128)}`,
        "1 to 127",
    ],
    [
        "both names of the key",
        workspace({ customerManagedKeyId: uuid }),
        "customerManagedKeyId",
        "managedServicesCustomerManagedKeyId alone",
    ],
    ["an id with an account in front", workspace({ credentialsId: `account/${uuid}` }), "credentialsId", "bare id"],
    [
        "a deployment name with a dot",
        workspace({ deploymentName: "acme.sales" }),
        "deploymentName",
        "label of a host name",
    ],
    ["a misspelled input", workspace({ workspacename: "x" }), "workspacename", "did you mean workspaceName?"],
    [
        "a role that is none",
        () => new databricks.Credentials("c", { roleArn: "role" }),
        "roleArn",
        "ARN of an IAM role",
    ],
    [
        "a bucket's ARN",
        () => new databricks.StorageConfiguration("s", { bucketName: "arn:aws:s3:::root" }),
        "bucketName",
        "bare name",
    ],
];

describe("malformed programs on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start();
        stack = await TestStack.create(cloud, async () => ({}));
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });

    for (const [what, make, property, remedy] of malformed) {
        it(`${what}: one error that names ${property.slice(0, 40)}, at preview, without a request`, async () => {
            stack.program = async () => void make();
            const { ok, output } = await stack.preview();
            expect(ok).to.equal(false);
            const errors = [
                ...new Set(
                    [...output.matchAll(/ has a problem: (\S+) (.*)/g)].map(([, name, reason]) => `${name}: ${reason}`),
                ),
            ];
            expect(errors, output).to.have.length(1);
            expect(errors[0])
                .to.match(new RegExp(`^${property.replace(/[.]/g, "\\.")}: `))
                .and.contain(remedy);
            expect(cloud.requests).to.deep.equal([]);
        });
    }

    it("a missing credential: one error that says where it was looked for, before anything is created", async () => {
        const without = await TestStack.create(cloud, async () => void workspace({})(), {
            DATABRICKS_CLIENT_SECRET: "",
            DATABRICKS_CLIENT_ID: "",
            HOME: "/nowhere",
        });
        const { ok, output } = await without.preview();
        without.remove();
        expect(ok).to.equal(false);
        expect(output).to.contain("No complete Databricks credential was found").and.contain("DATABRICKS_TOKEN");
    });
});
