import type { LookupType } from "./contract/lookups";
import { keyArn } from "./objects/customer-managed-key";
import { accountId, name, objectId, oneOf, text } from "./objects/schemas";
import type { Failure } from "./resource/definition";
import type { Checked } from "./resource/validation";
import { getPath, type Properties } from "./util/property-path";

/** A lookup of one object. */
interface LookupDefinition {
    /** Its arguments and how they are checked. */
    readonly arguments: Checked;
    /** The input of the object that each argument is compared with. `id` is read directly. */
    readonly inputs: Readonly<Record<string, string>>;
}

const workspaceId = text('"1234567890123456"').superRefine((value, context) => {
    if (/^\d{1,20}$/.test(value)) return;
    const bare = value.split("/").at(-1) ?? "";
    context.addIssue({
        code: "custom",
        message: /^\d{1,20}$/.test(bare)
            ? `must be the bare id "${bare}", without the account in front of it`
            : "must be the id of a workspace: its digits, as a string",
    });
});

/** The lookups that return one object, by its kind. */
export const lookupDefinitions: Readonly<Record<LookupType, LookupDefinition>> = {
    Workspace: {
        arguments: {
            noun: "lookup of a workspace",
            fields: {
                accountId: { schema: accountId.schema },
                name: { schema: name('"analytics"').optional() },
                id: { schema: workspaceId.optional() },
                deploymentName: { schema: text('"acme-analytics"').optional() },
            },
            check: (given) => exactlyOne(given, ["name", "id", "deploymentName"]),
        },
        inputs: { name: "workspaceName", deploymentName: "deploymentName" },
    },
    CustomerManagedKey: {
        arguments: {
            noun: "lookup of a customer-managed key",
            fields: {
                accountId: { schema: accountId.schema },
                id: { schema: objectId("a customer-managed key", "customerManagedKeyId").optional() },
                keyArn: { schema: keyArn.optional() },
                useCase: { schema: oneOf(["MANAGED_SERVICES", "STORAGE"]).optional() },
            },
            check: (given) => [...exactlyOne(given, ["id", "keyArn"]), ...useCaseWithoutArn(given)],
        },
        inputs: { keyArn: "awsKeyInfo.keyArn", useCase: "useCases" },
    },
};

/** The arguments of the lookups that return all objects of a kind. */
export const listArguments: Checked = { noun: "lookup", fields: { accountId: { schema: accountId.schema } } };

function exactlyOne(given: Properties, names: readonly string[]): Failure[] {
    const present = names.filter((name) => getPath(given, name) !== undefined);
    if (present.length === 1) return [];
    return [
        {
            property: present.at(-1) ?? names.join(", "),
            reason:
                present.length === 0
                    ? "give one of these"
                    : `is given beside ${present.slice(0, -1).join(" and ")}: keep one of them`,
        },
    ];
}

function useCaseWithoutArn(given: Properties): Failure[] {
    if (getPath(given, "useCase") === undefined || getPath(given, "keyArn") !== undefined) return [];
    return [{ property: "useCase", reason: "only narrows a search by keyArn: give keyArn too, or leave useCase out" }];
}
