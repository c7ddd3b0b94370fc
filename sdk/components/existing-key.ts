import type { kms } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { regionOfKeyArn } from "../../provider/contract/forms";
import { throwIfInvalid } from "./arguments";
import { aws } from "./aws";
import type { EncryptionKeyArgs } from "./encryption-key-args";
import { programError } from "../program-error";

/**
 * The ARN of an existing key, which is an error if the key cannot be used: what needs the ARN waits for the check. In a
 * preview the check is made as soon as the ARN is known.
 */
export function checkedKeyArn(
    name: string,
    args: Pick<EncryptionKeyArgs, "checkKey" | "region"> & { keyArn: pulumi.Input<string> },
    parent: pulumi.Resource,
): pulumi.Output<string> {
    return pulumi.all([args.keyArn, args.region]).apply(async ([keyArn, region]) => {
        throwIfInvalid("EncryptionKey", name, keyRegionProblems("keyArn", keyArn, region), "CMK3013");
        // What is not the ARN of a key is refused by the registration, with its form.
        if (args.checkKey !== false && regionOfKeyArn(keyArn) !== undefined) {
            throwIfInvalid("EncryptionKey", name, keyProblems(await readKey(name, keyArn, parent)), "CMK3013");
        }
        return keyArn;
    });
}

/** The problem that a key is in another region than its workspaces, if it is. */
export function keyRegionProblems(argument: string, keyArn: string, region: string | undefined): string[] {
    const ofKey = regionOfKeyArn(keyArn);
    if (region === undefined || ofKey === undefined || ofKey === region) return [];
    return [
        `${argument} names a key in ${ofKey}, and the workspace is in ${region}: a workspace can only use a key of its own region. Give a key, or a replica of it, of ${region}.`,
    ];
}

async function readKey(name: string, keyArn: string, parent: pulumi.Resource): Promise<kms.GetKeyResult> {
    try {
        return await aws().kms.getKey({ keyId: keyArn, region: regionOfKeyArn(keyArn) }, { parent });
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw programError(
            `EncryptionKey "${name}": the key of keyArn, ${keyArn}, could not be read: ${reason}. Allow the program's AWS credentials kms:DescribeKey on it; or, if they cannot, look at the key yourself and set checkKey: false.`,
            "CMK3013",
        );
    }
}

/** Why a key cannot be used for a workspace: all reasons at once. */
export function keyProblems(
    key: Pick<kms.GetKeyResult, "arn" | "deletionDate" | "keyManager" | "keySpec" | "keyState" | "keyUsage">,
): string[] {
    const problems: string[] = [];
    if (key.keyManager === "AWS") {
        problems.push(
            `keyArn names a key that AWS manages (${key.arn}): its policy cannot let Databricks in. Give a customer managed key.`,
        );
    }
    if (key.keySpec !== "SYMMETRIC_DEFAULT" || key.keyUsage !== "ENCRYPT_DECRYPT") {
        problems.push(
            `keyArn names a key of the spec ${key.keySpec} for ${key.keyUsage}: Databricks needs a symmetric key (SYMMETRIC_DEFAULT) for ENCRYPT_DECRYPT. Give such a key.`,
        );
    }
    const { keyState, arn } = key;
    if (keyState === "PendingDeletion" || keyState === "PendingReplicaDeletion") {
        const until = key.deletionDate === "" ? "" : `, and will be gone on ${key.deletionDate}`;
        problems.push(
            `keyArn names a key that is pending deletion${until}: what is encrypted with it is then lost. Run \`aws kms cancel-key-deletion --key-id ${arn}\` and \`aws kms enable-key --key-id ${arn}\`, or give another key.`,
        );
    } else if (keyState === "Disabled") {
        problems.push(
            `keyArn names a key that is disabled: run \`aws kms enable-key --key-id ${arn}\`, or give another key.`,
        );
    } else if (keyState !== "Enabled") {
        problems.push(`keyArn names a key whose state is ${keyState}: it must be Enabled, or give another key.`);
    }
    return problems;
}
