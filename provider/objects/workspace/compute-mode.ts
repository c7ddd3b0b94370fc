import type { CheckContext, Failure } from "../../resource/definition";
import { getPath, type Properties, UNKNOWN } from "../../util/property-path";

/** A serverless workspace has no compute in the customer's AWS account, so the service refuses what describes it there. */
export function computeModeFailures(inputs: Properties, { partition }: CheckContext): Failure[] {
    const mode = getPath(inputs, "computeMode");
    if (mode === UNKNOWN) return [];
    if (mode === "SERVERLESS" && !partition.hasServerless)
        return [
            {
                property: "computeMode",
                reason: `is "SERVERLESS", and there are no serverless workspaces in the accounts of ${partition.accountHost}: make it "HYBRID", with credentials and storage of your own`,
            },
        ];
    if (mode === "SERVERLESS") {
        return ["credentialsId", "storageConfigurationId", "networkId"]
            .filter((property) => getPath(inputs, property) !== undefined)
            .map((property) => ({
                property,
                reason: 'is not allowed if computeMode is "SERVERLESS": leave it out, or make computeMode "HYBRID"',
            }));
    }
    return [
        { property: "credentialsId", of: "Credentials" },
        { property: "storageConfigurationId", of: "StorageConfiguration" },
    ]
        .filter(({ property }) => getPath(inputs, property) === undefined)
        .map(({ property, of }) => ({
            property,
            reason: `is required unless computeMode is "SERVERLESS": give it the ${property} output of ${of}`,
        }));
}
