import type { PolicyResource, ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { MalformedPolicyError, parsePolicy, type Statement } from "./document/parse";
import {
    excessPermissions,
    letsVolumesBeEncrypted,
    missingPermissions,
    statementsForAnyAccount,
} from "./key-policy-analysis";
import { isA, read, referencedResources, text } from "./property-access";
import { type RegisteredKey, registeredKeys, stackRule, texts } from "./rule";

/**
 * The policy of a registered key lets Databricks use it for its use cases and, where cluster volumes use the key, the
 * cross-account role. Prevents a workspace that fails, and clusters that do not start.
 */
export const keyPolicyLetsDatabricksEncrypt: StackValidationPolicy = stackRule({
    name: "key-policy-lets-databricks-encrypt",
    description: "The key policy of a registered KMS key lets Databricks encrypt and decrypt with it.",
    validate(resources, report) {
        forPolicies(resources, report, (registered, statements, tell) => {
            const { useCases = ["MANAGED_SERVICES"], databricksAccount } = registered;
            const missing = missingPermissions(statements, useCases, databricksAccount);
            if (missing.length > 0) {
                tell(
                    `does not let Databricks (arn:aws:iam::414351767826:root) use ${missing.join(", ")}: use databricksKeyPolicy(...).`,
                );
            }
            if (isForVolumes(registered) && !letsVolumesBeEncrypted(statements)) {
                tell(
                    "lets no role use the key through EC2, and cluster volumes use it: no cluster would start. Set reuseKeyForClusterVolumes to false (left out, it means true to Databricks), or give databricksKeyPolicy(...) the crossAccountRoleArn.",
                );
            }
        });
    },
});

/**
 * The policy of a registered key allows Databricks what the use cases need, and lets no other AWS account in. Prevents a key
 * that others can use. Setting `trustedAccounts`: other AWS accounts that may be let in, 12 digits each; default none.
 */
export const keyPolicyNoMoreThanNeeded: StackValidationPolicy = stackRule({
    name: "key-policy-no-more-than-needed",
    description:
        "The key policy of a registered KMS key allows Databricks no more than its use cases need, and nobody else.",
    settings: { trustedAccounts: { type: "array", items: { type: "string" }, default: [] } },
    validate(resources, report, settings) {
        forPolicies(resources, report, ({ key, useCases }, statements, tell) => {
            if (useCases === undefined) return;
            const owner = text(key.props, "arn")?.split(":")[4];
            const trustedAccounts = texts(settings["trustedAccounts"]);
            for (const excess of excessPermissions(statements, { useCases, owner, trustedAccounts })) {
                tell(`allows too much: ${excess}.`);
            }
        });
    },
});

/**
 * The statements for Databricks name the Databricks account. Without that, any Databricks account that learns the key's ARN
 * can register the key. Advisory, because Databricks' first documentation had no such condition; the setting
 * `enforcementLevel` makes it mandatory.
 */
export const keyPolicyNamesDatabricksAccount: StackValidationPolicy = stackRule({
    name: "key-policy-names-databricks-account",
    description: "The key policy of a registered KMS key lets Databricks in for one Databricks account only.",
    enforcementLevel: "advisory",
    validate(resources, report) {
        forPolicies(resources, report, (_registered, statements, tell) => {
            const open = statementsForAnyAccount(statements);
            if (open.length === 0) return;
            tell(
                `lets Databricks use the key for any Databricks account (${open.join(", ")}): give databricksKeyPolicy(...) the databricksAccountId, which adds the condition StringEquals aws:PrincipalTag/DatabricksAccountId.`,
            );
        });
    },
});

/** Runs a rule for the policy of each registered key; a policy that is not known yet is left alone. */
function forPolicies(
    resources: PolicyResource[],
    report: ReportViolation,
    validate: (registered: RegisteredKey, statements: Statement[], tell: (message: string) => void) => void,
): void {
    for (const registered of registeredKeys(resources)) {
        const source = policySourceOf(registered.key, resources);
        const policy = read(source.props, "policy");
        if (!policy.known) continue;
        const tell = (message: string) => report(`The key policy of "${registered.key.name}" ${message}`, source.urn);
        const statements = statementsOf(policy.value);
        if (typeof statements === "string") tell(`is not one that AWS takes: ${statements}`);
        else validate(registered, statements, tell);
    }
}

/** The statements of a policy, or why it is none. Without a policy AWS lets only the owner's account in: no statement here. */
function statementsOf(policy: unknown): Statement[] | string {
    if (typeof policy !== "string" || policy === "") return [];
    try {
        return parsePolicy(policy);
    } catch (error) {
        if (error instanceof MalformedPolicyError) return error.message;
        throw error;
    }
}

/** The resource with the policy of a key: an `aws.kms.KeyPolicy` for it, else the key. */
function policySourceOf(key: PolicyResource, resources: readonly PolicyResource[]): PolicyResource {
    const ids = [text(key.props, "keyId"), text(key.props, "arn"), text(key.props, "id")];
    const policies = resources.filter((resource) => {
        if (!isA("keyPolicy", resource)) return false;
        const keyId = text(resource.props, "keyId");
        return (
            referencedResources(resource, ["keyId"], "kmsKey").includes(key) ||
            (keyId !== undefined && ids.includes(keyId))
        );
    });
    return policies.at(-1) ?? key;
}

/** Left out, cluster volumes use a key for storage. */
function isForVolumes({ registrations }: RegisteredKey): boolean {
    return registrations.some(({ props }) => {
        const useCases = read(props, "useCases");
        const reuse = read(props, "awsKeyInfo.reuseKeyForClusterVolumes");
        const isForStorage = useCases.known && texts(useCases.value).includes("STORAGE");
        return isForStorage && reuse.known && reuse.value !== false;
    });
}
