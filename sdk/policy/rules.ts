import type { PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

import { excess, letsDatabricksEncrypt } from "./key-policy";
import { isA, isGiven, isRecord, read, referencedResources, regionOf, text } from "./property-access";

const keyFields = ["managedServicesCustomerManagedKeyId", "customerManagedKeyId"];
const allKeyFields = [...keyFields, "storageCustomerManagedKeyId"];

/**
 * Workspaces, registrations and the KMS keys that are registered are in allowed regions. Protects from data leaving the
 * regions that are agreed on. Setting `regions`; default us-east-1, us-east-2, us-west-2.
 */
export const allowedRegions: StackValidationPolicy = {
    name: "allowed-regions",
    description: "Workspaces, their keys' registrations and the KMS keys are in allowed regions.",
    enforcementLevel: "mandatory",
    configSchema: {
        properties: {
            regions: { type: "array", items: { type: "string" }, default: ["us-east-1", "us-east-2", "us-west-2"] },
        },
    },
    validateStack(args, report) {
        const { regions } = args.getConfig<{ regions: string[] }>();
        const refuse = (resource: PolicyResource, region: string | undefined) => {
            if (region !== undefined && !regions.includes(region)) {
                report(`"${resource.name}" is in ${region}; allowed are ${regions.join(", ")}.`, resource.urn);
            }
        };
        for (const resource of args.resources) {
            if (isA("workspace", resource)) refuse(resource, text(resource.props, "awsRegion"));
            if (!isA("registration", resource)) continue;
            refuse(resource, regionOf(text(resource.props, "awsKeyInfo.keyArn")));
            for (const key of referencedResources(resource, ["awsKeyInfo"], "kmsKey")) refuse(key, regionOfKey(key));
        }
    },
};

/** Every workspace has a key for notebooks. Protects from notebooks under a key that is not the customer's. */
export const workspaceKeyRequired: ResourceValidationPolicy = forWorkspaces(
    "workspace-key-required",
    "A workspace has a customer-managed key for notebooks, from its beginning.",
    (props, report) => {
        if (!keyFields.some((field) => isGiven(props, field))) {
            report(
                "has no key for notebooks, and none can be given to it later: set managedServicesCustomerManagedKeyId.",
            );
        }
    },
);

/**
 * The key of a workspace does not change. Protects from the loss of every notebook by an edited key. It reads `keyChange`,
 * which this package's provider adds to the checked inputs of a workspace whose key changes, or may change.
 */
export const workspaceKeyImmutable: ResourceValidationPolicy = forWorkspaces(
    "workspace-key-immutable",
    "The key of a workspace is not added, changed or removed: that replaces the workspace.",
    (props, report) => {
        const change = read(props, "keyChange");
        if (change.known && change.value === undefined) return;
        const field = text(props, "keyChange.field") ?? "its key";
        const may = read(props, "keyChange.possible");
        const to =
            text(props, "keyChange.to") ?? (may.known && may.value === true ? "a key that is not known yet" : "none");
        report(
            `changes ${field} from ${text(props, "keyChange.from") ?? "none"} to ${to}: the workspace would be replaced and every notebook in it lost. Bring the key back, or make a second workspace and move the notebooks over.`,
        );
    },
);

/** The key of a workspace is in its region. Protects from a workspace that the service refuses half-way. */
export const keyRegionMatchesWorkspace: StackValidationPolicy = {
    name: "key-region-matches-workspace",
    description: "The KMS key of a workspace is in the workspace's region.",
    enforcementLevel: "mandatory",
    validateStack(args, report) {
        for (const workspace of args.resources.filter((resource) => isA("workspace", resource))) {
            const region = text(workspace.props, "awsRegion");
            for (const registration of referencedResources(workspace, allKeyFields, "registration")) {
                const keyRegion =
                    regionOf(text(registration.props, "awsKeyInfo.keyArn")) ??
                    referencedResources(registration, ["awsKeyInfo"], "kmsKey")
                        .map(regionOfKey)
                        .find((one) => one !== undefined);
                if (region !== undefined && keyRegion !== undefined && region !== keyRegion) {
                    report(
                        `"${workspace.name}" is in ${region}, but its key "${registration.name}" is in ${keyRegion}.`,
                        workspace.urn,
                    );
                }
            }
        }
    },
};

/** A workspace with a key names no tier below Enterprise. Protects from a workspace that the service refuses. */
export const enterpriseTier: ResourceValidationPolicy = forWorkspaces(
    "enterprise-tier",
    "A workspace with a customer-managed key is on the Enterprise plan or higher.",
    (props, report) => {
        const tier = text(props, "pricingTier");
        const hasKey = allKeyFields.some((field) => isGiven(props, field));
        if (hasKey && tier !== undefined && tier !== "ENTERPRISE" && tier !== "DEDICATED") {
            report(`has a customer-managed key, but is on ${tier}: it needs ENTERPRISE or DEDICATED.`);
        }
    },
);

/** A registered KMS key is rotated. Keys in custom key stores, which AWS cannot rotate, are excused. */
export const keyRotationEnabled: StackValidationPolicy = forRegisteredKeys(
    "key-rotation-enabled",
    "A registered KMS key is rotated every year.",
    (key, report) => {
        const rotation = read(key.props, "enableKeyRotation");
        if (rotation.known && rotation.value !== true && !isGiven(key.props, "customKeyStoreId")) {
            report(`"${key.name}" is not rotated: set enableKeyRotation to true.`, key.urn);
        }
    },
);

/** A registered KMS key can be saved long enough after its deletion was asked for. Setting `minimumDays`; default 30. */
export const keyDeletionWindow: StackValidationPolicy = {
    ...forRegisteredKeys(
        "key-deletion-window",
        "A registered KMS key can be saved for some days after its deletion was asked for.",
        (key, report, config) => {
            const least = config["minimumDays"];
            const days = read(key.props, "deletionWindowInDays");
            // AWS's own default is the most, 30 days.
            if (typeof least !== "number" || !days.known || typeof days.value !== "number" || days.value >= least)
                return;
            report(
                `"${key.name}" is gone ${days.value} days after its deletion is asked for; at least ${least} are required.`,
                key.urn,
            );
        },
    ),
    configSchema: { properties: { minimumDays: { type: "number", default: 30 } } },
};

/** The key policy of a registered key lets Databricks encrypt and decrypt. Protects from a workspace that fails. */
export const keyPolicyLetsDatabricksEncrypt: StackValidationPolicy = forRegisteredKeys(
    "key-policy-lets-databricks-encrypt",
    "The key policy of a registered KMS key allows Databricks kms:Encrypt and kms:Decrypt.",
    (key, report) => {
        const policy = read(key.props, "policy");
        if (!policy.known || (typeof policy.value === "string" && letsDatabricksEncrypt(policy.value))) return;
        report(
            `"${key.name}" does not let Databricks (arn:aws:iam::414351767826:root) encrypt and decrypt: use databricksKeyPolicy(...).`,
            key.urn,
        );
    },
);

/** The key policy of a registered key allows Databricks what the use cases need, and nobody else by a wildcard. */
export const keyPolicyNoMoreThanNeeded: StackValidationPolicy = forRegisteredKeys(
    "key-policy-no-more-than-needed",
    "The key policy of a registered KMS key allows Databricks no more than its use cases need, and not everybody.",
    (key, report, _config, useCases) => {
        const policy = text(key.props, "policy");
        if (policy === undefined || useCases === undefined) return;
        for (const one of excess(policy, useCases))
            report(`The key policy of "${key.name}" allows too much: ${one}.`, key.urn);
    },
);

/** A workspace has Pulumi's `protect`. Advisory by default. Protects from a `pulumi destroy` in the wrong stack. */
export const workspaceProtected: ResourceValidationPolicy = {
    name: "workspace-protected",
    description: "A workspace is protected from deletion and replacement.",
    enforcementLevel: "advisory",
    validateResource(args, report) {
        if (isA("workspace", args) && !args.opts.protect)
            report(`"${args.name}" is not protected: set the resource option protect to true.`);
    },
};

/** A workspace has certain tags. Off by default. Setting `tags`: their keys. */
export const requiredTags: ResourceValidationPolicy = {
    name: "required-tags",
    description: "A workspace has the required tags.",
    enforcementLevel: "disabled",
    configSchema: { properties: { tags: { type: "array", items: { type: "string" }, default: [] } } },
    validateResource(args, report) {
        if (!isA("workspace", args)) return;
        const tags = read(args.props, "customTags");
        if (!tags.known) return;
        const { tags: required } = args.getConfig<{ tags: string[] }>();
        const given = tags.value;
        const missing = required.filter((tag) => !(isRecord(given) && given[tag] !== undefined));
        if (missing.length > 0) report(`"${args.name}" lacks the tags ${missing.join(", ")}: add them to customTags.`);
    },
};

/** Every rule, by the name under which `DatabricksGuard` configures it. */
export const rules = {
    allowedRegions,
    workspaceKeyRequired,
    workspaceKeyImmutable,
    keyRegionMatchesWorkspace,
    enterpriseTier,
    keyRotationEnabled,
    keyDeletionWindow,
    keyPolicyLetsDatabricksEncrypt,
    keyPolicyNoMoreThanNeeded,
    workspaceProtected,
    requiredTags,
} as const;

function forWorkspaces(
    name: string,
    description: string,
    validate: (props: unknown, report: (message: string) => void) => void,
): ResourceValidationPolicy {
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        validateResource(args, report) {
            if (isA("workspace", args)) validate(args.props, (message) => report(`"${args.name}" ${message}`));
        },
    };
}

function forRegisteredKeys(
    name: string,
    description: string,
    validate: (
        key: PolicyResource,
        report: ReportViolation,
        config: Record<string, unknown>,
        useCases: string[] | undefined,
    ) => void,
): StackValidationPolicy {
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        validateStack(args, report) {
            for (const registration of args.resources.filter((resource) => isA("registration", resource))) {
                const useCases = read(registration.props, "useCases");
                const known = useCases.known && Array.isArray(useCases.value) ? useCases.value.map(String) : undefined;
                for (const key of referencedResources(registration, ["awsKeyInfo"], "kmsKey"))
                    validate(key, report, args.getConfig(), known);
            }
        },
    };
}

function regionOfKey(key: PolicyResource): string | undefined {
    return text(key.props, "region") ?? regionOf(text(key.props, "arn"));
}
