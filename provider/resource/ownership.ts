import { belongsToStack, matchTag, OWNERSHIP_TAG, type OwnershipTag, ownerOfInputs } from "../contract/ownership-tag";
import type { Session } from "../runtime/session";
import { getPath, getString, isRecord, type Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { differences } from "./diff";
import { apiPath, type OutputContext, toState } from "./mapping";

/** What an object of the account shows of the resource that it was created for. */
export interface OwnershipMatch {
    /** Whether the program said `retainOnDelete`: the object may have been kept on purpose. */
    readonly retained: boolean;
}

/** For which inputs an owner's objects are looked for. */
export interface OwnershipQuestion {
    readonly definition: ObjectDefinition;
    readonly inputs: Properties;
    readonly context: OutputContext;
    readonly session: Pick<Session, "settings">;
}

/** What an object is called in lines for the user. */
export function labelOf({ noun }: ObjectDefinition, inputs: Properties): string {
    return ownerOfInputs(inputs)?.resource ?? noun;
}

/** Whether an object that is created for these inputs carries its owner: in a tag, or in a generated name. */
export function carriesOwner({ tagsField, nameField }: ObjectDefinition, inputs: Properties): boolean {
    return tagsField !== undefined || (nameField !== undefined && getPath(inputs, nameField) === undefined);
}

/** The value of the ownership tag that an object carries; `undefined` if it has none. */
export function ownershipTagOf({ tagsField, fields }: ObjectDefinition, response: Properties): string | undefined {
    const field = tagsField === undefined ? undefined : fields[tagsField];
    if (tagsField === undefined || field === undefined) return undefined;
    const tags = getPath(response, apiPath(tagsField, field) ?? tagsField);
    const tag = isRecord(tags) ? tags[OWNERSHIP_TAG] : undefined;
    return typeof tag === "string" ? tag : undefined;
}

/**
 * Whom an object's tag names, if it is another owner than the state's: another stack, which has adopted it or to which its state was
 * moved; or another resource of this stack, which has adopted it, or as which the resource was known when this state was written.
 */
export interface OtherOwner {
    readonly ofThisStack: boolean;
    readonly resource: string | undefined;
}

/** The other owner of an object with this state, by the tag in a response; `undefined` if it has none. */
export function otherOwnerIn(
    definition: ObjectDefinition,
    state: Properties,
    response: Properties,
): OtherOwner | undefined {
    const [owner, tag] = [ownerOfInputs(state), ownershipTagOf(definition, response)];
    if (owner === undefined || tag === undefined || matchTag(owner, tag) !== undefined) return undefined;
    return { ofThisStack: belongsToStack(owner, tag), resource: ownerOfInputs({ owner: tag })?.resource };
}

/**
 * The test that tells the objects created for this resource from all others: by the tag, by the generated name, or, if
 * an object can carry neither, by content that is equal in every field.
 */
export function ownershipTest(
    { definition, inputs, context, session }: OwnershipQuestion,
    owner: OwnershipTag,
): (response: Properties) => OwnershipMatch | undefined {
    const { tagsField, nameField, fields } = definition;
    if (tagsField !== undefined) {
        return (response) => {
            const match = matchTag(owner, ownershipTagOf(definition, response));
            return match && { retained: match.retained || owner.retained };
        };
    }
    const notRetained = { retained: false };
    const nameDefinition = nameField === undefined ? undefined : fields[nameField];
    if (nameField !== undefined && nameDefinition !== undefined && getPath(inputs, nameField) === undefined) {
        const path = apiPath(nameField, nameDefinition) ?? nameField;
        const { namePrefix } = owner;
        return (response) => (getString(response, path)?.startsWith(namePrefix) === true ? notRetained : undefined);
    }
    return (response) => {
        const state = toState(definition, inputs, response, context);
        return differences(definition, state, inputs, session.settings).length === 0 ? notRetained : undefined;
    };
}
