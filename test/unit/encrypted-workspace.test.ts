import { expect } from "chai";

import { EncryptedWorkspace, type EncryptedWorkspaceArgs } from "../../sdk";

describe("an EncryptedWorkspace", () => {
    const environment = process.env["DATABRICKS_ACCOUNT_ID"];
    beforeEach(() => delete process.env["DATABRICKS_ACCOUNT_ID"]);
    after(() => {
        if (environment !== undefined) process.env["DATABRICKS_ACCOUNT_ID"] = environment;
    });

    const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
    const refusal = (args: Omit<EncryptedWorkspaceArgs, "awsRegion">) => {
        try {
            new EncryptedWorkspace("w", { awsRegion: "us-east-1", ...args });
        } catch (error) {
            return String(error)
                .replace(/^Error: /, "")
                .split("\n")
                .map((line) => line.replace('EncryptedWorkspace "w": ', ""));
        }
        throw new Error("It was not refused.");
    };

    it("whose Databricks account nothing names is refused, with the three ways to name it", () => {
        const [problem, ...more] = refusal({});
        expect(problem).to.match(
            /^accountId is needed .*give accountId, or run `pulumi config set databricks:accountId <uuid>`, or set DATABRICKS_ACCOUNT_ID/,
        );
        expect(more).to.deep.equal([]);
    });

    it("asks for the account only once, whoever needs it", () => {
        expect(refusal({ key: { useCases: ["MANAGED_SERVICES", "STORAGE"] } })).to.have.length(1);
        const existing = { roleArn: "arn", bucketName: "bucket" };
        expect(refusal({ ...existing, storageKey: {} })).to.have.length(1);
    });

    for (const [title, args, expected] of [
        [
            "whose key is not for notebooks",
            { key: { useCases: ["STORAGE"] } },
            /^key is not for notebooks, .*add "MANAGED_SERVICES" to its useCases/,
        ],
        [
            "with two keys for storage",
            { key: { useCases: ["MANAGED_SERVICES", "STORAGE"] }, storageKey: {} },
            /^storageKey is given, and key is for storage too/,
        ],
        [
            "with a network and the id of one",
            { networkId: "n", network: { vpcId: "vpc", subnetIds: [], securityGroupIds: [] } },
            /^network is given, and networkId names/,
        ],
        ["with credentials and a role", { credentialsId: "c", roleArn: "arn" }, /^roleArn is given, and credentialsId/],
        [
            "with a key that exists and is to be rotated",
            { key: { keyArn: "arn", enableKeyRotation: true } },
            /^key\.enableKeyRotation is for a key that is made here/,
        ],
        [
            "that is serverless, with a role",
            { computeMode: "SERVERLESS", roleArn: "arn" },
            /^roleArn is given, and a workspace whose computeMode is "SERVERLESS" has no role/,
        ],
        [
            "that is serverless, with a bucket",
            { computeMode: "SERVERLESS", bucketName: "bucket" },
            /^bucketName is given, and a workspace whose computeMode is "SERVERLESS"/,
        ],
        [
            "that is serverless, with a network",
            { computeMode: "SERVERLESS", networkId: "n" },
            /^networkId is given, and a workspace whose computeMode is "SERVERLESS"/,
        ],
        [
            "whose clusters' role is not known to its key",
            { credentialsId: "c", storageKey: { reuseKeyForClusterVolumes: true } },
            /^storageKey\.crossAccountRoleArn is missing/,
        ],
    ] as const satisfies readonly [string, Omit<EncryptedWorkspaceArgs, "awsRegion">, RegExp][]) {
        it(`${title} is refused before anything is made`, () => {
            const problems = refusal({ accountId, ...args });
            expect(problems).to.have.length(1);
            expect(problems[0]).to.match(expected);
        });
    }
});
