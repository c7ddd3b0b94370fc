import { typeOf } from "../../provider/contract/kinds";
import { stateAtStart } from "./stack-state";

/**
 * The ARNs of the KMS keys in the state with which this run began, without those that an `EncryptionKey` keeps: AWS is asked to
 * delete them when the program no longer has them. A dynamic provider hears nothing of the end of a resource in a preview, so
 * what depends on such a key can only say what would happen.
 */
export async function kmsKeysInState(): Promise<string[] | undefined> {
    const resources = await stateAtStart();
    const kept = resources?.flatMap(({ type, outputs: { keyRemoval, awsKeyInfo } }) =>
        type === typeOf("CustomerManagedKey") && keyRemoval === "retain" ? [JSON.stringify(awsKeyInfo)] : [],
    );
    return resources?.flatMap(({ type, outputs: { arn } }) =>
        /^aws(-native)?:kms[/:]/.test(type) &&
        typeof arn === "string" &&
        /:key\//.test(arn) &&
        !kept?.some((key) => key.includes(arn))
            ? [arn]
            : [],
    );
}
