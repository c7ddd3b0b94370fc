import type { ResourceValidationPolicy } from "@pulumi/policy";

import { isGiven, isRecord, read, text } from "./property-access";
import { texts, workspaceRule } from "./rule";

const notebookKeyFields = ["managedServicesCustomerManagedKeyId", "customerManagedKeyId"];
const keyFields = [...notebookKeyFields, "storageCustomerManagedKeyId"];

/** Every workspace has a key for notebooks. Prevents notebooks under a key that is not the customer's. */
export const workspaceKeyRequired: ResourceValidationPolicy = workspaceRule({
    name: "workspace-key-required",
    description: "A workspace has a customer-managed key for notebooks, from its creation.",
    validate({ props }, report) {
        if (notebookKeyFields.some((field) => isGiven(props, field))) return;
        report(
            "has no key for notebooks: set managedServicesCustomerManagedKeyId before it is created. A key that is added later does not encrypt what was written before.",
        );
    },
});

/**
 * The key of a workspace does not change. Prevents the loss of every notebook by an edited key. Reads `keyChange`, which the
 * provider adds to the checked inputs of a workspace that would be replaced for its key; a change in place has no such marker.
 *
 * Setting `allowMigrating` (default `false`): lets a change pass whose replacement takes the content over.
 */
export const workspaceKeyImmutable: ResourceValidationPolicy = workspaceRule({
    name: "workspace-key-immutable",
    description: "The key of a workspace is not added, changed or removed by replacing the workspace.",
    settings: { allowMigrating: { type: "boolean", default: false } },
    validate({ props }, report, { allowMigrating }) {
        const change = read(props, "keyChange");
        if (change.known && change.value === undefined) return;
        const migrates = read(props, "keyChange.migrates");
        const takesContentOver = migrates.known && migrates.value === true;
        if (!(allowMigrating === true && takesContentOver)) report(keyChangeMessage(props, takesContentOver));
    },
});

/** The harmless way first: today's service changes the key of a running workspace, and only removing one is impossible. */
function keyChangeMessage(props: unknown, takesContentOver: boolean): string {
    const field = text(props, "keyChange.field") ?? "its key";
    const from = text(props, "keyChange.from") ?? "none";
    const known = text(props, "keyChange.to");
    const possible = read(props, "keyChange.possible");
    const isPossible = possible.known && possible.value === true;
    const to = known ?? (isPossible ? "a key that is not known yet" : "none");
    const others = text(props, "keyChange.others");
    const remedy =
        known === undefined && !isPossible
            ? "Bring the key back: the service never removes one from a workspace."
            : others !== undefined
              ? `Bring the former key back. (onKeyChange: "update" would not keep the workspace, because a change of ${others} needs a new one too.)`
              : 'Set onKeyChange: "update": today\'s service adds or changes the key of a running workspace in place, and nothing is lost if it refuses. Or bring the former key back.';
    const consequence = takesContentOver
        ? "the workspace would be replaced, and its content copied into the new one"
        : "the workspace would be replaced, and every notebook in it lost";
    return `changes ${field} from ${from} to ${to}. ${remedy} Otherwise ${consequence}.`;
}

/** The replacement of a workspace takes its content over. Advisory. Prevents a replacement that loses every notebook. */
export const contentMigrates: ResourceValidationPolicy = workspaceRule({
    name: "content-migrates",
    description: "When a workspace is replaced, its content is copied into the new one.",
    enforcementLevel: "advisory",
    validate({ props }, report) {
        const migrate = read(props, "migrateContent");
        if (!migrate.known || migrate.value !== false) return;
        report(
            "would lose its notebooks, files and folders if it were replaced, because migrateContent is false: leave migrateContent out, or set it to true.",
        );
    },
});

/** A workspace with a key names no tier below Enterprise. Prevents a workspace that the service refuses. */
export const enterpriseTier: ResourceValidationPolicy = workspaceRule({
    name: "enterprise-tier",
    description: "A workspace with a customer-managed key is on the Enterprise plan or higher.",
    validate({ props }, report) {
        const tier = text(props, "pricingTier");
        const hasKey = keyFields.some((field) => isGiven(props, field));
        if (hasKey && tier !== undefined && tier !== "ENTERPRISE" && tier !== "DEDICATED") {
            report(`has a customer-managed key, but is on ${tier}: set pricingTier to ENTERPRISE or DEDICATED.`);
        }
    },
});

/** A workspace has Pulumi's `protect`. Advisory. Prevents a `pulumi destroy` in the wrong stack. */
export const workspaceProtected: ResourceValidationPolicy = workspaceRule({
    name: "workspace-protected",
    description: "A workspace is protected from deletion and replacement.",
    enforcementLevel: "advisory",
    validate({ opts }, report) {
        if (!opts.protect) report("is not protected: set the resource option protect to true.");
    },
});

/** A workspace has certain tags. Disabled by default. Setting `tags`: their keys. */
export const requiredTags: ResourceValidationPolicy = workspaceRule({
    name: "required-tags",
    description: "A workspace has the required tags.",
    enforcementLevel: "disabled",
    settings: { tags: { type: "array", items: { type: "string" }, default: [] } },
    validate({ props }, report, settings) {
        const tags = read(props, "customTags");
        if (!tags.known) return;
        const given = tags.value;
        const missing = texts(settings["tags"]).filter((tag) => !(isRecord(given) && given[tag] !== undefined));
        if (missing.length > 0) report(`lacks the tags ${missing.join(", ")}: add them to customTags.`);
    },
});
