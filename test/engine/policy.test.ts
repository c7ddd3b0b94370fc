import { writeFileSync } from "node:fs";
import { join } from "node:path";

import * as aws from "@pulumi/aws";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { rules } from "../../sdk/policy";
import { LocalCloud } from "../../local-cloud";
import { root, TestStack } from "./harness";

interface Shape {
    region?: string;
    keyRegion?: string;
    noKey?: boolean;
    tier?: string;
    rotation?: boolean;
    window?: number;
    policy?: (policy: databricks.PolicyDocument) => void;
    unprotected?: boolean;
    keyUnprotected?: boolean;
    tags?: Record<string, string>;
}

const uuid = "11111111-2222-4333-8444-555555555555";

const program =
    (shape: Shape = {}) =>
    async () => {
        const policy = databricks.databricksKeyPolicy({ awsAccountId: "123456789012", databricksAccountId: uuid });
        shape.policy?.(policy);
        const key = new aws.kms.Key(
            "key",
            {
                region: shape.keyRegion ?? shape.region ?? "us-east-1",
                enableKeyRotation: shape.rotation ?? true,
                deletionWindowInDays: shape.window ?? 30,
                policy: JSON.stringify(policy),
            },
            { protect: shape.keyUnprotected !== true },
        );
        const registration = new databricks.CustomerManagedKey("registration", {
            awsKeyInfo: { keyArn: key.arn },
            useCases: ["MANAGED_SERVICES"],
        });
        new databricks.Workspace(
            "w",
            {
                workspaceName: "w",
                awsRegion: shape.region ?? "us-east-1",
                credentialsId: uuid,
                storageConfigurationId: uuid,
                managedServicesCustomerManagedKeyId:
                    shape.noKey === true ? undefined : registration.customerManagedKeyId,
                pricingTier: shape.tier as databricks.PricingTier,
                customTags: shape.tags ?? { team: "a" },
            },
            { protect: shape.unprotected !== true },
        );
    };

/** A workspace under the key of an `EncryptionKey`, which does this when it goes. */
const withEncryptionKey = (accountId: string, keyRemoval: databricks.KeyRemoval) => async () => {
    const key = new databricks.EncryptionKey("key", { accountId, region: "us-east-1", keyRemoval });
    new databricks.Workspace(
        "w",
        {
            workspaceName: "w",
            awsRegion: "us-east-1",
            accountId,
            credentialsId: uuid,
            storageConfigurationId: uuid,
            managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
            customTags: { team: "a" },
        },
        { protect: true },
    );
};

/** A program that each rule refuses, and no other rule. */
const refused: Partial<Record<keyof typeof rules, Shape>> = {
    allowedRegions: { region: "us-west-2" },
    workspaceKeyRequired: { noKey: true },
    keyRegionMatchesWorkspace: { keyRegion: "us-east-2" },
    keyRotationEnabled: { rotation: false },
    keyDeletionWindow: { window: 7 },
    keyOutlivesProgram: { keyUnprotected: true },
    keyPolicyLetsDatabricksEncrypt: { policy: (policy) => policy.Statement.splice(1, 1) },
    keyPolicyNoMoreThanNeeded: {
        policy: (policy) =>
            policy.Statement.push({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:Decrypt", Resource: "*" }),
    },
    keyPolicyNamesDatabricksAccount: { policy: (policy) => delete policy.Statement[1]?.Condition },
    workspaceProtected: { unprotected: true },
    requiredTags: { tags: { owner: "x" } },
};

describe("policy rules in a real policy pack run", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start();
        stack = await TestStack.create(cloud, program());
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const preview = (shape: Shape) => previewOf(program(shape));
    const previewOf = async (given: () => Promise<void>) => {
        stack.program = given;
        const config = join(stack.folder, "guard.json");
        writeFileSync(
            config,
            JSON.stringify({
                all: "mandatory",
                "allowed-regions": { enforcementLevel: "mandatory", regions: ["us-east-1", "us-east-2"] },
                "key-outlives-program": { enforcementLevel: "mandatory", requireProtect: true },
                "required-tags": { enforcementLevel: "mandatory", tags: ["team"] },
            }),
        );
        const run = await stack.preview({
            policyPacks: [join(root, "examples", "policy-pack")],
            policyPackConfigs: [config],
        });
        const violated = [
            ...new Set([...run.output.matchAll(/- \[mandatory\]\s+([a-z-]+)\s+\(/g)].map(([, name]) => name)),
        ];
        return { ...run, violated };
    };

    it("pass a stack that complies", async () => {
        const { ok, output, violated } = await preview({});
        expect(violated).to.deep.equal([]);
        expect(ok, output).to.equal(true);
    });

    it("key-policy-no-more-than-needed refuses a statement for another Databricks account, and a stranger's role", async () => {
        const { violated, output } = await preview({
            policy: ({ Statement }) => {
                const [, ofDatabricks] = Statement;
                if (ofDatabricks === undefined) return;
                const tag = { "aws:PrincipalTag/DatabricksAccountId": "99999999-9999-4999-8999-999999999999" };
                Statement.push({ ...ofDatabricks, Sid: "other", Condition: { StringEquals: tag } });
                Statement.push({
                    ...ofDatabricks,
                    Sid: "role",
                    Principal: { AWS: "arn:aws:iam::999999999999:role/app" },
                });
            },
        });
        expect(violated, output).to.deep.equal([rules.keyPolicyNoMoreThanNeeded.name]);
        expect(output).to.contain("its statements are for different Databricks accounts");
        expect(output).to.contain(
            "arn:aws:iam::999999999999:role/app, of another AWS account, may kms:Encrypt, kms:Decrypt",
        );
    });

    it("key-outlives-program refuses an EncryptionKey that is deleted when it goes, and not one that stays", async () => {
        const scheduled = await previewOf(withEncryptionKey(cloud.accountId, "schedule"));
        expect(scheduled.ok, scheduled.output).to.equal(false);
        expect(scheduled.violated, scheduled.output).to.deep.equal([rules.keyOutlivesProgram.name]);
        expect(scheduled.output).to.match(
            /scheduled for deletion.*it is the key of "w": set keyRemoval of its EncryptionKey/,
        );
        const kept = await previewOf(withEncryptionKey(cloud.accountId, "retain"));
        expect(kept.violated, kept.output).to.deep.equal([]);
        expect(kept.ok, kept.output).to.equal(true);
    });

    for (const [name, shape] of Object.entries(refused)) {
        const rule = rules[name as keyof typeof rules];
        it(`${rule.name} refuses: ${rule.description}`, async () => {
            const { ok, output, violated } = await preview(shape);
            expect(ok, output).to.equal(false);
            expect(violated, output).to.deep.equal([rule.name]);
        });
    }
});
