import { expect } from "chai";

import type { LocalCloud } from "../../local-cloud";
import { describeExample } from "./example";

const databricks = { AWS: "arn:aws:iam::414351767826:root" };

/** The ids of all objects of a kind. */
const ids = (cloud: LocalCloud, kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

const arnOfRole = (cloud: LocalCloud) =>
    cloud.aws.resources().find(({ type }) => type === "aws:iam/role:Role")?.properties["arn"];

/** How the root bucket is encrypted. */
const bucketRules = (cloud: LocalCloud) =>
    cloud.aws.resources().find(({ type }) => type.endsWith(":BucketServerSideEncryptionConfiguration"))?.properties[
        "rules"
    ];

const sids = (policy: string) =>
    (JSON.parse(policy) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid);

describeExample({
    example: "both-keys",
    as: "one key",
    made({ cloud, outputs, bodies }) {
        const [key] = cloud.kms.keys();
        const [registration] = ids(cloud, "customer-managed-keys", "customer_managed_key_id");
        expect(cloud.kms.keys()).to.have.length(1);
        expect(bodies("customer-managed-keys")).to.deep.equal([
            {
                aws_key_info: {
                    key_arn: key?.arn,
                    key_alias: cloud.kms.aliases()[0]?.name,
                    reuse_key_for_cluster_volumes: true,
                },
                use_cases: ["MANAGED_SERVICES", "STORAGE"],
            },
        ]);
        const [workspace] = bodies("workspaces");
        expect(workspace).to.include({
            workspace_name: "both-keys",
            aws_region: "us-east-1",
            pricing_tier: "ENTERPRISE",
            managed_services_customer_managed_key_id: registration,
            storage_customer_managed_key_id: registration,
        });
        const policy = JSON.parse(key?.policy ?? "") as { Statement: Record<string, unknown>[] };
        expect(policy.Statement.map(({ Principal }) => Principal)).to.deep.equal([
            { AWS: "arn:aws:iam::123456789012:root" },
            databricks,
            databricks,
            databricks,
            { AWS: arnOfRole(cloud) },
        ]);
        expect(policy.Statement[2]?.["Condition"]).to.deep.equal({
            StringEquals: { "aws:PrincipalTag/DatabricksAccountId": [cloud.accountId] },
        });
        expect(bucketRules(cloud)).to.deep.equal([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key?.arn },
                bucketKeyEnabled: true,
            },
        ]);
        expect(outputs).to.include({ notebooksKeyArn: key?.arn, storageKeyArn: key?.arn });
    },
});

describeExample({
    example: "both-keys",
    as: "two keys",
    config: { keys: "two", name: "apart" },
    made({ cloud, outputs, bodies }) {
        const keyOf = (useCase: string) =>
            cloud.account
                .list("customer-managed-keys")
                .find(({ use_cases }) => JSON.stringify(use_cases) === JSON.stringify([useCase]));
        const policyOf = (arn: unknown) => cloud.kms.keys().find((key) => key.arn === arn)?.policy ?? "";
        expect(bodies("workspaces")[0]).to.include({
            workspace_name: "apart",
            managed_services_customer_managed_key_id: keyOf("MANAGED_SERVICES")?.["customer_managed_key_id"],
            storage_customer_managed_key_id: keyOf("STORAGE")?.["customer_managed_key_id"],
        });
        expect(outputs["notebooksKeyArn"]).to.not.equal(outputs["storageKeyArn"]);
        expect(sids(policyOf(outputs["notebooksKeyArn"]))).to.deep.equal([
            "Owner keeps every right",
            "Allow Databricks to use KMS key for Notebooks",
        ]);
        expect(sids(policyOf(outputs["storageKeyArn"]))).to.deep.equal([
            "Owner keeps every right",
            "Allow Databricks to use KMS key for DBFS",
            "Allow Databricks to use KMS key for DBFS (Grants)",
            "Allow Databricks to use KMS key for EBS",
        ]);
    },
});

describeExample({
    example: "many-workspaces",
    config: { teams: ["analytics", "science", "risk"] },
    made({ cloud, outputs, bodies }) {
        const [registration, ...more] = ids(cloud, "customer-managed-keys", "customer_managed_key_id");
        const [credentials, ...others] = ids(cloud, "credentials", "credentials_id");
        expect([more, others]).to.deep.equal([[], []]);
        const workspaces = bodies("workspaces");
        expect(workspaces.map((one) => one["workspace_name"])).to.have.members(["analytics", "science", "risk"]);
        for (const workspace of workspaces) {
            expect(workspace).to.include({
                credentials_id: credentials,
                managed_services_customer_managed_key_id: registration,
            });
            expect(workspace["custom_tags"]).to.include({ team: workspace["workspace_name"] });
        }
        expect(new Set(workspaces.map((one) => one["storage_configuration_id"])).size).to.equal(3);
        expect(Object.keys(outputs["workspaceUrls"] as object)).to.have.members(["analytics", "science", "risk"]);
        expect(outputs["keyArn"]).to.equal(cloud.kms.keys()[0]?.arn);
    },
});

describeExample({
    example: "esm",
    made({ cloud, outputs, bodies }) {
        const [workspace] = cloud.account.list("workspaces");
        expect(bodies("workspaces")[0]).to.include({
            workspace_name: "esm",
            pricing_tier: "ENTERPRISE",
            managed_services_customer_managed_key_id: ids(cloud, "customer-managed-keys", "customer_managed_key_id")[0],
        });
        expect(bodies("workspaces")[0]).to.not.have.property("storage_customer_managed_key_id");
        expect(outputs).to.include({ workspaceId: workspace?.["workspace_id"], keyArn: cloud.kms.keys()[0]?.arn });
        expect(bucketRules(cloud)).to.deep.equal([{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
    },
});
