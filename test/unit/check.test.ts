import { expect } from "chai";
import fc from "fast-check";

import type { ObjectDefinition } from "../../provider/resource/definition";
import { checkInputs } from "../../provider/resource/validation";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { type Properties, UNKNOWN } from "../../provider/util/property-path";
import { sampleOf } from "../helpers/sample";

const context = { allowedRegions: ["us-east-1", "us-east-2", "us-west-2"] };
const uuid = "11111111-2222-4333-8444-555555555555";
const workspace = {
    workspaceName: "analytics",
    awsRegion: "us-east-1",
    credentialsId: uuid,
    storageConfigurationId: uuid,
    managedServicesCustomerManagedKeyId: uuid,
};

const key = (awsKeyInfo: object, useCases: string[] = ["MANAGED_SERVICES"]) =>
    [customerManagedKeyObject, { awsKeyInfo, useCases }] as const;
const keyArn = `arn:aws:kms:us-east-1:123456789012:key/${uuid}`;
const withInputs = (more: object) => [workspaceObject, { ...workspace, ...more }] as const;
const long = "x".repeat(128);

/** Inputs that cannot work, each with the one property that is to blame and a word of the remedy. */
const malformed: readonly (readonly [string, ObjectDefinition, Properties, string, string])[] = [
    ["an ARN that is none", ...key({ keyArn: "my-key" }), "awsKeyInfo.keyArn", "ARN of a KMS key"],
    ["no ARN", ...key({}), "awsKeyInfo.keyArn", "is required"],
    ["another region", ...key({ keyArn, keyRegion: "us-west-2" }), "awsKeyInfo.keyRegion", "leave keyRegion out"],
    [
        "a key in a region that is not allowed",
        ...key({ keyArn: keyArn.replace("us-east-1", "eu-west-1") }),
        "awsKeyInfo.keyArn",
        "databricks:allowedRegions",
    ],
    ["an alias without alias/", ...key({ keyArn, keyAlias: "x" }), "awsKeyInfo.keyAlias", 'begin with "alias/"'],
    ["an AWS managed key", ...key({ keyArn, keyAlias: "alias/aws/s3" }), "awsKeyInfo.keyAlias", "AWS managed key"],
    ["an unknown use case", ...key({ keyArn }, ["NOTEBOOKS"]), "useCases.0", "MANAGED_SERVICES, STORAGE"],
    ["no use case", ...key({ keyArn }, []), "useCases", "at least 1"],
    [
        "cluster volumes without STORAGE",
        ...key({ keyArn, reuseKeyForClusterVolumes: true }),
        "awsKeyInfo.reuseKeyForClusterVolumes",
        "STORAGE",
    ],
    ["a region that is none", ...withInputs({ awsRegion: "Virginia" }), "awsRegion", "us-east-1"],
    ["a tier too low for a key", ...withInputs({ pricingTier: "PREMIUM" }), "pricingTier", "Enterprise plan or higher"],
    ["an unknown tier", ...withInputs({ pricingTier: "GOLD" }), "pricingTier", "must be one of"],
    ["an empty name", ...withInputs({ workspaceName: "" }), "workspaceName", "must not be empty"],
    ["a tag too long", ...withInputs({ customTags: { team: "x".repeat(256) } }), "customTags.team", "at most 255"],
    ["a tag's key too long", ...withInputs({ customTags: { [long]: "a" } }), `customTags.${long}`, "1 to 127"],
    [
        "an account in front of an id",
        ...withInputs({ credentialsId: `account/${uuid}` }),
        "credentialsId",
        `the bare id "${uuid}"`,
    ],
    [
        "a deployment name with a dot",
        ...withInputs({ deploymentName: "acme.sales" }),
        "deploymentName",
        "label of a host name",
    ],
    ["a misspelled input", ...withInputs({ workspacename: "x" }), "workspacename", "did you mean workspaceName?"],
    [
        "the API's name of an input",
        ...withInputs({ workspace_name: "x" }),
        "workspace_name",
        "did you mean workspaceName?",
    ],
];

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

    for (const [what, object, inputs, property, remedy] of malformed)
        it(`${what}: one problem, of ${property.slice(0, 40)}, with its remedy`, () => {
            const failures = checkInputs(object, inputs, context);
            expect(failures.map((one) => one.property)).to.deep.equal([property]);
            expect(failures[0]?.reason).to.contain(remedy);
        });

    it("advises an input whose name is like the one that is not known, but none that only the classes set", () => {
        for (const [given, advice] of [
            ["workspaceNames", "did you mean workspaceName?"],
            ["owners", "remove it (its inputs are accountId, workspaceName, "],
            ["zzzzzzzzzzzz", "remove it (its inputs are accountId, workspaceName, "],
        ] as const) {
            const [failure] = checkInputs(workspaceObject, { ...workspace, [given]: "x" }, context);
            expect(failure?.property).to.equal(given);
            expect(failure?.reason)
                .to.contain(advice)
                .and.not.match(/\bowner\b/);
        }
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
            { numRuns: sampleOf(2_000) },
        );
    });
});
