import type { PolicyResource, ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { arnPartitionOf, databricksPrincipal, partitionsWithArn } from "../../provider/contract/partitions";
import { MalformedPolicyError, parsePolicy, type Statement } from "./document/parse";
import { letsVolumesBeEncrypted, missingPermissions, statementsForAnyAccount } from "./databricks-permissions";
import { excessPermissions, type KeyFacts } from "./excess-permissions";
import { excessOfGrant } from "./grants";
import { isA, read, referencedResources, text } from "./property-access";
import { type RegisteredKey, registeredKeys, stackRule, texts } from "./rule";

/**
 * The policy of a registered key lets Databricks use it for its use cases and, if cluster volumes use the key, the
 * cross-account role. Prevents a workspace that fails, and clusters that do not start.
 */
export const keyPolicyLetsDatabricksEncrypt: StackValidationPolicy = stackRule({
    name: "key-policy-lets-databricks-encrypt",
    description: "The key policy of a registered KMS key lets Databricks encrypt and decrypt with it.",
    validate(resources, report) {
        for (const registered of registeredKeys(resources)) {
            withPolicy(registered, registered.key, resources, report, (statements, facts, tell) => {
                const missing = missingPermissions(statements, facts);
                if (missing.length > 0) {
                    const principals = partitionsWithArn(facts.arnPartition).map(databricksPrincipal);
                    tell(
                        principals.length === 0
                            ? `is in the partition ${facts.arnPartition}, in which Databricks has no AWS account.`
                            : `does not let Databricks (${principals.join(" or ")}) use ${missing.join(", ")}: use databricksKeyPolicy(...).`,
                    );
                }
                if (isForVolumes(registered) && !letsVolumesBeEncrypted(statements)) {
                    tell(
                        "lets no role use the key through EC2, and cluster volumes use it: no cluster would start. Set reuseKeyForClusterVolumes to false (left out, it means true to Databricks), or give databricksKeyPolicy(...) the crossAccountRoleArn.",
                    );
                }
            });
        }
    },
});

/**
 * The policy of a registered key allows Databricks what the use cases need, and lets nobody else in: no other AWS account, no
 * AWS service that acts for one, no other Databricks account alone. So do the policies of the key's replicas, and the grants
 * of the stack. Prevents a key that others can use. Setting `trustedAccounts`: other AWS accounts that may be let in, 12 digits
 * each; default none.
 */
export const keyPolicyNoMoreThanNeeded: StackValidationPolicy = stackRule({
    name: "key-policy-no-more-than-needed",
    description:
        "The key policy of a registered KMS key allows Databricks no more than its use cases need, and nobody else.",
    settings: { trustedAccounts: { type: "array", items: { type: "string" }, default: [] } },
    validate(resources, report, settings) {
        const trustedAccounts = texts(settings["trustedAccounts"]);
        const seen = new Set<PolicyResource>();
        for (const registered of registeredKeys(resources)) {
            const { useCases } = registered;
            if (useCases === undefined) continue;
            for (const key of keysOfOneMaterial(registered.key, resources)) {
                if (seen.has(key)) continue;
                seen.add(key);
                withPolicy(registered, key, resources, report, (statements, known, tell) => {
                    const facts = { ...known, useCases, trustedAccounts };
                    for (const excess of excessPermissions(statements, facts)) tell(`allows too much: ${excess}.`);
                    for (const grant of belongingTo(key, "grant", resources)) {
                        const excess = excessOfGrant(grant, statements, facts);
                        if (excess !== undefined)
                            report(`The grant "${grant.name}" allows too much: ${excess}.`, grant.urn);
                    }
                });
            }
        }
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
        for (const registered of registeredKeys(resources)) {
            withPolicy(registered, registered.key, resources, report, (statements, { arnPartition }, tell) => {
                const open = statementsForAnyAccount(statements, arnPartition);
                if (open.length === 0) return;
                tell(
                    `lets Databricks use the key for any Databricks account (${open.join(", ")}): give databricksKeyPolicy(...) the databricksAccountId, which adds the condition StringEquals aws:PrincipalTag/DatabricksAccountId.`,
                );
            });
        }
    },
});

/** Runs a rule for the policy of a key; one that is not known yet is left alone. */
function withPolicy(
    { registrations, useCases = ["MANAGED_SERVICES"], databricksAccounts }: RegisteredKey,
    key: PolicyResource,
    resources: PolicyResource[],
    report: ReportViolation,
    validate: (
        statements: Statement[],
        facts: KeyFacts & { readonly arnPartition: string },
        tell: (message: string) => void,
    ) => void,
): void {
    const source = belongingTo(key, "keyPolicy", resources).at(-1) ?? key;
    const policy = read(source.props, "policy");
    if (!policy.known) return;
    const tell = (message: string) => report(`The key policy of "${key.name}" ${message}`, source.urn);
    const statements = statementsOf(policy.value);
    if (typeof statements === "string") return tell(`is not one that AWS takes: ${statements}`);
    const arns = [text(key.props, "arn"), ...registrations.map(({ props }) => text(props, "awsKeyInfo.keyArn"))];
    const arn = arns.find((one) => one !== undefined);
    const arnPartition = arn?.split(":")[1] ?? partitionOf(text(key.props, "region"), statements);
    const owner = arn?.split(":")[4];
    validate(statements, { useCases, databricksAccounts, arnPartition, owner }, tell);
}

/** The partition of a key whose ARN is not known yet: by its region, or by whom its policy names. */
function partitionOf(region: string | undefined, statements: readonly Statement[]): string {
    const ofRegion = arnPartitionOf(region ?? "");
    if (ofRegion !== "aws") return ofRegion;
    const principals = statements.flatMap((statement) => statement.principals.principals.map(({ value }) => value));
    return principals.flatMap((one) => /^arn:([\w-]+):/.exec(one)?.[1] ?? []).find((one) => one !== "aws") ?? "aws";
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

/** The key policies, or the grants, that are resources of their own, of a key. */
function belongingTo(key: PolicyResource, kind: "keyPolicy" | "grant", resources: PolicyResource[]): PolicyResource[] {
    const ids = [text(key.props, "keyId"), text(key.props, "arn"), text(key.props, "id")];
    return resources.filter((resource) => {
        if (!isA(kind, resource)) return false;
        const keyId = text(resource.props, "keyId");
        return (
            referencedResources(resource, ["keyId"], "kmsKey").includes(key) ||
            (keyId !== undefined && ids.includes(keyId))
        );
    });
}

/** A key, its primary key and the replicas: what one of them has encrypted each of them decrypts. */
function keysOfOneMaterial(key: PolicyResource, resources: PolicyResource[]): PolicyResource[] {
    const primaryOf = (one: PolicyResource) =>
        isA("replicaKey", one) ? referencedResources(one, ["primaryKeyArn"], "kmsKey")[0] : one;
    const primary = primaryOf(key);
    const all = resources.filter((one) => isA("kmsKey", one) && primary !== undefined && primaryOf(one) === primary);
    return all.length === 0 ? [key] : all;
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
