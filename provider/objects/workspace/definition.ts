import { z } from "zod";

import type { ObjectDefinition } from "../../resource/definition";
import {
    accountId,
    createdAt,
    distinct,
    isValidationFailure,
    name,
    notAllowed,
    objectId,
    oneOf,
    refersTo,
    region,
    tagsInResponse,
    text,
    time,
} from "../schemas";
import { workspaceUrl } from "../../api/host";
import { OWNERSHIP_TAG } from "../../contract/ownership-tag";
import { migrateContentSchema } from "../../runtime/migrate-content";
import { type OnKeyChange, onKeyChangeSchema, type Settings } from "../../runtime/settings";
import { computeModeFailures } from "./compute-mode";
import { neverRan } from "./status";
import { remedyForUpdate } from "./updates";
import { getPath, type Properties, getString, UNKNOWN } from "../../util/property-path";

/** The inputs that name the key of the control plane's data: today's name and its oldest one. */
export const NOTEBOOK_KEY_FIELDS = ["managedServicesCustomerManagedKeyId", "customerManagedKeyId"] as const;

const customTags = z
    .record(z.string(), z.string("must be a string"), "must be a map of strings")
    .superRefine((tags, context) => {
        for (const [key, value] of Object.entries(tags)) {
            const problem =
                key === OWNERSHIP_TAG
                    ? "is a tag that this package sets itself: choose another key"
                    : key.length < 1 || key.length > 127
                      ? `has a key of ${key.length} characters: a tag's key has 1 to 127`
                      : value !== UNKNOWN && value.length > 255
                        ? `has a value of ${value.length} characters: a tag's value has at most 255`
                        : undefined;
            if (problem !== undefined) context.addIssue({ code: "custom", path: [key], message: problem });
        }
    });

const deploymentName = text('"acme-analytics"').regex(
    /^(EMPTY|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/,
    "must be a label of a host name: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends; or EMPTY for the account's prefix alone",
);

const seconds = z
    .number("must be a number of seconds")
    .int("must be a whole number of seconds")
    .min(1, "must be at least 1 second")
    .max(24 * 3600, "must be at most 86400 seconds (a day)");

/**
 * Whether the deployment name that was asked for is the one that there is: the account's prefix, which the server puts
 * in front, is not a difference.
 */
function sameDeploymentName(asked: unknown, actual: unknown, state: Properties): boolean {
    const prefix = getString(state, "deploymentNamePrefix")?.toLowerCase();
    const [wanted, existing] = [String(asked).toLowerCase(), String(actual).toLowerCase()];
    if (wanted === existing) return true;
    if (prefix === undefined) return false;
    return asked === "EMPTY" ? existing === prefix : existing === `${prefix}-${wanted}`;
}

/** The prefix that the server put in front of the deployment name that was asked for, if it put one. */
export function deploymentNamePrefix(asked: unknown, actual: unknown): string | undefined {
    if (typeof asked !== "string" || typeof actual !== "string" || asked === actual) return undefined;
    if (asked === "EMPTY") return actual;
    return actual.endsWith(`-${asked}`) ? actual.slice(0, -asked.length - 1) : undefined;
}

/** What only the Enterprise plan or a higher one has: customer-managed keys and private links. */
const enterpriseFields = [...NOTEBOOK_KEY_FIELDS, "storageCustomerManagedKeyId", "privateAccessSettingsId"];
const enterpriseTiers = ["ENTERPRISE", "DEDICATED"];

/** The inputs whose change can be refused, for which a program may ask for a replacement instead. */
const refusable = [
    "workspaceName",
    "pricingTier",
    "networkId",
    "privateAccessSettingsId",
    "storageCustomerManagedKeyId",
    "networkConnectivityConfigId",
] as const;

/** A workspace. What `update` marks, a PATCH changes while it is running; everything else needs a new workspace. */
export const workspaceObject = {
    noun: "workspace",
    path: "/workspaces",
    idField: "workspaceId",
    unique: ["deploymentName"],
    tagsField: "customTags",
    updateWith: "PATCH",
    fields: {
        accountId,
        workspaceName: {
            schema: name('"analytics"'),
            onChange: "refuse",
            refusal:
                "a workspace is renamed in the account console, and not by the API: rename it there, run `pulumi refresh`, and give the program the new name",
        },
        deploymentName: { schema: deploymentName.optional(), computed: true, isEqual: sameDeploymentName },
        awsRegion: { schema: region() },
        credentialsId: { ...refersTo("Credentials"), onChange: "update" },
        storageConfigurationId: {
            ...refersTo("StorageConfiguration"),
            // A workspace that failed after it ran is repaired in place; one that never ran has nothing worth repairing.
            onChange: ({ state }) =>
                getString(state, "workspaceStatus") === "FAILED" && !neverRan(state) ? "update" : "replace",
        },
        networkId: {
            ...refersTo("Network"),
            onChange: ({ state }) => (getPath(state, "networkId") === undefined ? "refuse" : "update"),
            onRemoval: "refuse",
            refusal:
                "a workspace can be given another network configuration, but one on a network that Databricks manages cannot be moved to a VPC of yours, nor back",
        },
        privateAccessSettingsId: {
            ...refersTo("PrivateAccessSettings"),
            onChange: "update",
            onRemoval: "refuse",
            refusal: "the service sets or switches private access settings of a workspace, and never removes them",
        },
        managedServicesCustomerManagedKeyId: {
            ...refersTo("CustomerManagedKey"),
            onChange: ({ inputs, settings }) => (keyChangeMode(inputs, settings) === "update" ? "update" : "replace"),
            onRemoval: "replace",
        },
        customerManagedKeyId: {
            ...refersTo("CustomerManagedKey"),
            deprecatedAliasOf: "managedServicesCustomerManagedKeyId",
        },
        storageCustomerManagedKeyId: {
            ...refersTo("CustomerManagedKey"),
            onChange: ({ state }) =>
                getPath(state, "storageCustomerManagedKeyId") === undefined ? "update" : "refuse",
            onRemoval: "refuse",
            refusal: "the service adds a storage key to a workspace that has none, and neither changes nor removes one",
        },
        pricingTier: {
            schema: oneOf([
                "STANDARD",
                "PREMIUM",
                "ENTERPRISE",
                "DEDICATED",
                "COMMUNITY_EDITION",
                "UNKNOWN",
            ]).optional(),
            computed: true,
            onChange: "refuse",
            refusal:
                "the tier of a workspace changes with the plan of the account, in the account console: change it there, and run `pulumi refresh`",
        },
        customTags: {
            schema: customTags.optional(),
            responseSchema: tagsInResponse,
            preserveKeys: true,
            onChange: "update",
        },
        networkConnectivityConfigId: {
            schema: objectId("a network connectivity configuration", "networkConnectivityConfigId").optional(),
            onChange: "update",
            onRemoval: "refuse",
            refusal:
                "the service sets or switches the network connectivity configuration of a workspace, and never removes it",
        },
        computeMode: { schema: oneOf(["HYBRID", "SERVERLESS"]).optional(), computed: true },
        onKeyChange: { schema: onKeyChangeSchema.optional(), apiPath: null, onChange: "ignore" },
        provisioningTimeoutSeconds: { schema: seconds.optional(), apiPath: null, onChange: "ignore" },
        replaceOn: {
            schema: distinct(oneOf(refusable), 1, "property names").optional(),
            apiPath: null,
            onChange: "ignore",
        },
        waitUntilReachable: {
            schema: z.boolean("must be true or false").optional(),
            apiPath: null,
            onChange: "ignore",
        },
        waitUntilReady: {
            schema: z.boolean("must be true or false").optional(),
            apiPath: null,
            onChange: "ignore",
        },
        migrateContent: { schema: migrateContentSchema.optional(), apiPath: null, onChange: "ignore" },
        forceDestroy: { schema: z.boolean("must be true or false").optional(), apiPath: null, onChange: "note" },
        migrationTimeoutSeconds: { schema: seconds.optional(), apiPath: null, onChange: "ignore" },
    },
    outputs: {
        workspaceStatus: { schema: z.string() },
        workspaceStatusMessage: { schema: z.string().optional() },
        effectiveComputeMode: { schema: z.string().optional() },
        storageMode: { schema: z.string().optional() },
        creationTime: { schema: time },
    },
    createdAt,
    isPropagationError: isValidationFailure,
    remedyFor: remedyForUpdate,
    derive(state, inputs, host) {
        const name = getString(state, "deploymentName");
        const prefix = deploymentNamePrefix(inputs["deploymentName"], name) ?? inputs["deploymentNamePrefix"];
        return {
            ...(typeof prefix === "string" ? { deploymentNamePrefix: prefix } : {}),
            ...(name === undefined || host === undefined ? {} : { workspaceUrl: workspaceUrl(host, name) }),
        };
    },
    check(inputs, context) {
        const failures = [...notAllowed(inputs, "awsRegion", context), ...computeModeFailures(inputs, context)];
        const [today, oldest] = NOTEBOOK_KEY_FIELDS;
        const [key, alias] = [getPath(inputs, today), getPath(inputs, oldest)];
        if (key !== undefined && alias !== undefined) {
            failures.push({
                property: oldest,
                reason: `is the old name of ${today}, and both are given: keep ${today} alone`,
            });
        }
        const demanding = enterpriseFields.find((field) => getPath(inputs, field) !== undefined);
        const tier = getString(inputs, "pricingTier");
        if (demanding !== undefined && tier !== undefined && !enterpriseTiers.includes(tier)) {
            failures.push({
                property: "pricingTier",
                reason: `is "${tier}", but ${demanding} needs the Enterprise plan or higher: make it one of ${enterpriseTiers.join(", ")}, or leave it out to take the account's tier`,
            });
        }
        return failures;
    },
} as const satisfies ObjectDefinition;

/** What a change of the key for notebooks leads to: what the workspace says, else the stack's setting. */
export function keyChangeMode(inputs: Properties, { onKeyChange }: Settings): OnKeyChange {
    return onKeyChangeSchema.safeParse(inputs["onKeyChange"]).data ?? onKeyChange;
}
