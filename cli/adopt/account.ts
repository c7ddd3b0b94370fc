import { ApiError } from "../../provider/api/errors";
import { kinds, type ObjectType, objectTypes } from "../../provider/contract/kinds";
import { registry } from "../../provider/registry";
import type { ObjectDefinition } from "../../provider/resource/definition";
import { responseValue } from "../../provider/resource/mapping";
import { ownershipTagOf } from "../../provider/resource/ownership";
import type { Session } from "../../provider/runtime/session";
import { getPath, getString, isRecord, type Properties } from "../../provider/util/property-path";
import { adoptedState, inputsOf, referencesIn, regionsOf, UNKEPT_TAG } from "../../provider/resource/arguments";
import { UsageError } from "../command";

/** What is read of an account. */
export interface AdoptionOptions {
    /** The name or the id of the one workspace that is wanted, with what it uses. Default: the whole account. */
    readonly workspace?: string;
    /** Whether workspaces that carry a stack's ownership tag are wanted too. */
    readonly fromOtherStacks: boolean;
}

/** An object of the account that a program can adopt. */
export interface AdoptedObject {
    readonly type: ObjectType;
    readonly id: string;
    /** The name that people know it by. */
    readonly name: string;
    /** The arguments of its resource; ids of other objects are in them as ids. */
    readonly inputs: Properties;
    /** What a state holds of it once it is adopted, but for its owner. */
    readonly state: Properties;
    /** Its ownership tag, if it has one: it names a stack. */
    readonly ownershipTag: string | undefined;
}

/** What an account has, as far as a program can adopt it. */
export interface AccountContent {
    readonly accountId: string;
    /** In the order in which a program can declare them: what others name comes first. */
    readonly objects: readonly AdoptedObject[];
    readonly leftOut: readonly { readonly what: string; readonly reason: string }[];
    /** What has to be known, or configured, before the program runs. */
    readonly notes: readonly string[];
}

/** The kinds in the order in which a program can declare their objects: what others refer to comes first. */
const ORDER = [...new Set(objectTypes.flatMap(withReferred))];

function withReferred(type: ObjectType): ObjectType[] {
    const { fields } = registry[type].definition;
    return [...Object.values(fields).flatMap(({ references }) => (references ? withReferred(references) : [])), type];
}

/** The kinds that an account without the private-link feature refuses to list. */
const OPTIONAL_KINDS: readonly ObjectType[] = ["VpcEndpoint", "PrivateAccessSettings"];

interface Found {
    readonly type: ObjectType;
    readonly id: string;
    readonly response: Properties;
}

/** Reads an account, one list for each kind of object. Writes nothing. */
export async function readAccount(session: Session, options: AdoptionOptions): Promise<AccountContent> {
    const notes: string[] = [];
    const lists = await Promise.all(ORDER.map((type) => listOf(session, type, notes)));
    const all = lists.flat();
    const wanted = options.workspace === undefined ? all : neededBy(all, findWorkspace(all, options.workspace));
    const leftOut: { what: string; reason: string }[] = [];
    const objects: AdoptedObject[] = [];
    for (const found of wanted) {
        const object = toObject(session, found, options);
        const { noun } = registry[found.type].definition;
        if (typeof object === "string") leftOut.push({ what: `the ${noun} ${found.id}`, reason: object });
        else objects.push(object);
    }
    return {
        accountId: session.client.accountId,
        objects,
        leftOut,
        notes: [...notes, ...regionNotes(session, objects), ...objects.flatMap(tagNotes)],
    };
}

async function listOf(session: Session, type: ObjectType, notes: string[]): Promise<Found[]> {
    const { definition } = registry[type];
    try {
        const listed = await session.collectionFor(definition).list();
        return [...listed]
            .map(([id, response]) => ({ type, id, response }))
            .sort((left, right) => compare(nameOf(left), nameOf(right)) || compare(left.id, right.id));
    } catch (error) {
        if (!OPTIONAL_KINDS.includes(type) || !isRefusal(error)) throw error;
        notes.push(
            `The account refuses to list its ${kinds[type].list} (${error.detail}): none of them is written, and what uses one names it by its id.`,
        );
        return [];
    }
}

function isRefusal(error: unknown): error is ApiError {
    return error instanceof ApiError && ["missing", "denied", "invalid"].includes(error.kind);
}

/** The object, or the reason why no program can adopt it without changing it. */
function toObject(session: Session, found: Found, { fromOtherStacks }: AdoptionOptions): AdoptedObject | string {
    const { type, id, response } = found;
    const { definition }: { definition: ObjectDefinition } = registry[type];
    const tag = ownershipTagOf(definition, response);
    if (tag !== undefined && !fromOtherStacks)
        return `${quoted(nameOf(found))} belongs to a stack already (its ownership tag is ${quoted(tag)}); --from-other-stacks includes it`;
    const status = getString(response, "workspace_status");
    if (type === "Workspace" && status !== "RUNNING" && status !== "PROVISIONING")
        return `${quoted(nameOf(found))} is ${status ?? "without a status"}, and only a running workspace can be adopted`;
    const context = { accountId: session.client.accountId, host: session.client.host };
    const inputs = inputsOf({ definition, id, response, context, settings: session.settings });
    return typeof inputs === "string"
        ? `${quoted(nameOf(found))} cannot be written as a resource: ${inputs}`
        : {
              ...{ type, id, name: nameOf(found), inputs, ownershipTag: tag },
              state: adoptedState({ definition, response, context }, inputs),
          };
}

/** The name of an object; that of a key is its alias, or what its ARN ends with. */
function nameOf({ type, response }: Pick<Found, "type" | "response">): string {
    const { definition, nameOutput = definition.nameField } = registry[type];
    const given = responseValue(definition, response, nameOutput ?? "awsKeyInfo.keyAlias");
    if (typeof given === "string" && given !== "") return given.replace(/^alias\//, "");
    const arn = getPath(response, "aws_key_info.key_arn");
    return typeof arn === "string" ? `key-${arn.slice(-12)}` : "";
}

function findWorkspace(all: readonly Found[], wanted: string): Found {
    const workspaces = all.filter(({ type }) => type === "Workspace");
    const byId = workspaces.find(({ id }) => id === wanted);
    if (byId !== undefined) return byId;
    const [first, second] = workspaces.filter((workspace) => nameOf(workspace) === wanted);
    if (first === undefined) throw new UsageError(`There is no workspace with the name or the id ${quoted(wanted)}`);
    if (second === undefined) return first;
    throw new UsageError(`Several workspaces have the name ${quoted(wanted)}: name one by its id`);
}

/** An object and what it uses, directly or by way of others, in the order of the account's. */
function neededBy(all: readonly Found[], root: Found): Found[] {
    const byId = new Map(all.map((found) => [found.id.toLowerCase(), found]));
    const needed = new Set<Found>();
    const visit = (found: Found) => {
        if (needed.has(found)) return;
        needed.add(found);
        for (const id of referencesIn(registry[found.type].definition, found.response)) {
            const other = byId.get(id.toLowerCase());
            if (other !== undefined) visit(other);
        }
    };
    visit(root);
    return all.filter((found) => needed.has(found));
}

/** What `databricks:allowedRegions` must hold for the program to pass the provider's check. */
function regionNotes({ settings }: Session, objects: readonly AdoptedObject[]): string[] {
    const regions = new Set(objects.flatMap(({ inputs }) => regionsOf(inputs)));
    const others = [...regions].filter((region) => !settings.allowedRegions.includes(region)).sort();
    if (others.length === 0) return [];
    const list = JSON.stringify([...settings.allowedRegions, ...others]);
    return [
        `Some objects are in ${others.join(", ")}. Before the first preview: pulumi config set databricks:allowedRegions '${list}'`,
    ];
}

/** What becomes of a tag that the program says and Pulumi does not carry. */
function tagNotes({ type, id, inputs }: AdoptedObject): string[] {
    const { tagsField } = registry[type].definition;
    const tags = tagsField === undefined ? undefined : inputs[tagsField];
    if (!isRecord(tags) || !Object.hasOwn(tags, UNKEPT_TAG)) return [];
    return [
        `The ${registry[type].definition.noun} ${id} has a tag named ${UNKEPT_TAG}, which Pulumi's SDK for Node.js leaves out: it is kept until the program changes the tags, which removes it. Rename it before.`,
    ];
}

function quoted(text: string): string {
    return JSON.stringify(text);
}

function compare(left: string, right: string): number {
    return left < right ? -1 : left > right ? 1 : 0;
}
