import { expect } from "chai";
import fc from "fast-check";

import { checkInputs } from "../../provider/resource/validation";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { UNKNOWN } from "../../provider/util/property-path";

const context = { allowedRegions: ["us-east-1", "us-east-2", "us-west-2"] };
const uuid = "11111111-2222-4333-8444-555555555555";
const workspace = {
    workspaceName: "analytics",
    awsRegion: "us-east-1",
    credentialsId: uuid,
    storageConfigurationId: uuid,
    managedServicesCustomerManagedKeyId: uuid,
};

describe("checking inputs", () => {
    it("passes what is right", () => {
        expect(checkInputs(workspaceObject, workspace, context)).to.deep.equal([]);
    });

    it("passes what is not known yet, wherever it stands", () => {
        const unknowns = Object.fromEntries(Object.keys(workspace).map((name) => [name, UNKNOWN]));
        expect(checkInputs(workspaceObject, { ...unknowns, customTags: { team: UNKNOWN } }, context)).to.deep.equal([]);
        expect(
            checkInputs(customerManagedKeyObject, { awsKeyInfo: UNKNOWN, useCases: [UNKNOWN, "STORAGE"] }, context),
        ).to.deep.equal([]);
    });

    it("finds every problem at once", () => {
        const failures = checkInputs(
            workspaceObject,
            { awsRegion: "eu-west-1", credentialsId: `account/${uuid}`, pricingTier: "GOLD" },
            context,
        );
        expect(failures.map(({ property }) => property)).to.have.members([
            "workspaceName",
            "awsRegion",
            "credentialsId",
            "storageConfigurationId",
            "pricingTier",
        ]);
    });

    it("names the bare id where an account stands in front of it", () => {
        const [failure] = checkInputs(workspaceObject, { ...workspace, credentialsId: `account/${uuid}` }, context);
        expect(failure?.reason).to.contain(`"${uuid}"`);
    });

    it("suggests the right spelling of a misspelled input", () => {
        const [failure] = checkInputs(workspaceObject, { ...workspace, workspace_name: "x" }, context);
        expect(failure).to.deep.equal({
            property: "workspace_name",
            reason: "is not an input of a workspace: did you mean workspaceName?",
        });
    });

    it("never throws, and names only properties that are given or known, whatever it is handed", () => {
        const objects = [
            credentialsObject,
            customerManagedKeyObject,
            storageConfigurationObject,
            networkObject,
            vpcEndpointObject,
            privateAccessSettingsObject,
            workspaceObject,
        ];
        const names = objects.flatMap((object) => Object.keys(object.fields).flatMap((path) => path.split(".")));
        const inputs = fc.dictionary(
            fc.oneof(fc.constantFrom(...names), fc.string()),
            fc.oneof(fc.jsonValue(), fc.constant(UNKNOWN)),
        );
        fc.assert(
            fc.property(fc.constantFrom(...objects), inputs, (object, given) => {
                for (const { property, reason } of checkInputs(object, given, context)) {
                    const roots = [
                        ...Object.keys(object.fields).map((path) => path.split(".")[0]),
                        ...Object.keys(given),
                    ];
                    if (!roots.some((root) => property === root || property.startsWith(`${root}.`)) || reason === "")
                        return false;
                }
                return true;
            }),
            { numRuns: 2_000 },
        );
    });
});
