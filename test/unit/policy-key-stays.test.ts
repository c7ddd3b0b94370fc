import { expect } from "chai";

import { rules } from "../../sdk/policy";
import { resource, stackReports } from "../helpers/policy-rule";

interface Shape {
    /** `keyRemoval` of the registration, as `EncryptionKey` gives it. */
    removal?: unknown;
    protect?: boolean;
    /** The input by which a workspace refers to the registration; `null`: none does. */
    field?: string | null;
}

/** A KMS key, its registration, and a workspace. */
function found(
    { removal, protect = false, field = "managedServicesCustomerManagedKeyId" }: Shape,
    config: object = {},
) {
    const key = { ...resource("aws:kms/key:Key", "key", {}), opts: { protect } };
    const registration = resource(
        "pulumi-nodejs:dynamic/databricks-cmk:CustomerManagedKey",
        "registration",
        { useCases: ["MANAGED_SERVICES"], ...(removal === undefined ? {} : { keyRemoval: removal }) },
        { awsKeyInfo: [key] },
    );
    const workspace = resource(
        "pulumi-nodejs:dynamic/databricks-cmk:Workspace",
        "w",
        {},
        field === null ? {} : { [field]: [registration] },
    );
    return stackReports(rules.keyOutlivesProgram, [key, registration, workspace], config);
}

describe("key-outlives-program", () => {
    it("reports a key that AWS is asked to delete when it goes, and the workspaces that it encrypts", () => {
        const message =
            'key: "key" is scheduled for deletion, and unusable at once, as soon as the program no longer has it, and it is the key of "w": set keyRemoval of its EncryptionKey to "retain", the default, and run pulumi up before you remove it.';
        expect(found({ removal: "schedule" })).to.deep.equal([message]);
        for (const field of ["customerManagedKeyId", "storageCustomerManagedKeyId"])
            expect(found({ removal: "schedule", field })).to.deep.equal([message]);
    });

    it("has nothing against a key that stays, is protected, or encrypts no workspace of the stack", () => {
        expect(found({ removal: "retain" })).to.deep.equal([]);
        expect(found({ removal: "schedule", protect: true })).to.deep.equal([]);
        expect(found({ removal: "schedule", field: null })).to.deep.equal([]);
        expect(found({})).to.deep.equal([]);
    });

    it("asks for protect on a key that no EncryptionKey made, if the pack says so", () => {
        const config = { requireProtect: true };
        expect(found({}, config)[0]).to.match(
            /^key: "key", the key of "w", is not protected: .* do not see retainOnDelete\.$/,
        );
        expect(found({ protect: true }, config)).to.deep.equal([]);
        expect(found({ removal: "retain" }, config)).to.deep.equal([]);
    });
});
