import { expect } from "chai";

import { keyProblems, keyRegionProblems } from "../../sdk/components/existing-key";

describe("an existing KMS key", () => {
    const arn = "arn:aws:kms:us-east-1:123456789012:key/1";
    const key = {
        arn,
        deletionDate: "",
        keyManager: "CUSTOMER",
        keySpec: "SYMMETRIC_DEFAULT",
        keyState: "Enabled",
        keyUsage: "ENCRYPT_DECRYPT",
    };

    it("that is enabled, symmetric and the customer's has no problem", () => {
        expect(keyProblems(key)).to.deep.equal([]);
    });

    for (const [title, change, words] of [
        ["is disabled", { keyState: "Disabled" }, /is disabled: run `aws kms enable-key --key-id arn:/],
        [
            "is pending deletion",
            { keyState: "PendingDeletion", deletionDate: "2026-12-01T00:00:00Z" },
            /is pending deletion, and will be gone on 2026-12-01T00:00:00Z: .*cancel-key-deletion.*enable-key/,
        ],
        ["has no material", { keyState: "PendingImport" }, /whose state is PendingImport: it must be Enabled/],
        ["AWS manages", { keyManager: "AWS" }, /AWS manages .*Give a customer managed key/],
        ["is asymmetric", { keySpec: "RSA_2048" }, /of the spec RSA_2048 for ENCRYPT_DECRYPT: .*symmetric/],
        ["is for signing", { keyUsage: "GENERATE_VERIFY_MAC" }, /for GENERATE_VERIFY_MAC: /],
    ] as const) {
        it(`that ${title} is a problem with its remedy`, () => {
            const problems = keyProblems({ ...key, ...change });
            expect(problems).to.have.length(1);
            expect(problems[0])
                .to.match(words)
                .and.match(/^keyArn names a key/);
        });
    }

    it("has all its problems at once", () => {
        expect(keyProblems({ ...key, keyState: "Disabled", keyManager: "AWS", keySpec: "RSA_2048" })).to.have.length(3);
    });

    it("is in the region of its workspace", () => {
        expect(keyRegionProblems("keyArn", arn, "us-east-1")).to.deep.equal([]);
        expect(keyRegionProblems("keyArn", arn, undefined)).to.deep.equal([]);
        expect(keyRegionProblems("keyArn", arn, "us-east-2")[0]).to.match(
            /^keyArn names a key in us-east-1, and the workspace is in us-east-2/,
        );
    });
});
