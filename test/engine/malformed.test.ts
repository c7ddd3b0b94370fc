import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { TestStack } from "./harness";

const uuid = "11111111-2222-4333-8444-555555555555";
const good = {
    workspaceName: "w",
    awsRegion: "us-east-1",
    credentialsId: uuid,
    storageConfigurationId: uuid,
    managedServicesCustomerManagedKeyId: uuid,
};

const workspace = (args: object) => () =>
    new databricks.Workspace("w", { ...good, ...args } as databricks.WorkspaceArgs);

/** A mistake of each class, with the property that is to blame and a word of the remedy. More are in test/unit/check.test.ts. */
const malformed: [string, () => unknown, string, string][] = [
    [
        "an alias's ARN",
        () =>
            new databricks.CustomerManagedKey("k", {
                awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:alias/x" },
                useCases: ["MANAGED_SERVICES"],
            }),
        "awsKeyInfo.keyArn",
        "not of its alias",
    ],
    [
        "both names of the key",
        workspace({ customerManagedKeyId: uuid }),
        "customerManagedKeyId",
        "managedServicesCustomerManagedKeyId alone",
    ],
    ["a region that is not allowed", workspace({ awsRegion: "eu-west-1" }), "awsRegion", "databricks:allowedRegions"],
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
