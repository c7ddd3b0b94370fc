import { createHash, randomUUID } from "node:crypto";

/**
 * The ownership tag: which resource of which stack an object was created for. The engine tells a dynamic provider neither
 * the stack nor the resource's name, so the class passes the tag as the input `owner` (written by {@link formatOwner}), and
 * the handler stores it in the object itself: in the custom tags of a workspace, or in a generated name.
 *
 * Format: `<uuid of StackIdentity>[@<hash of the parent's type>][+retained]/<resource name>`.
 */
const RETAINED = "+retained";
const UUID = "([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const FORMAT = new RegExp(`^(${UUID})(@[0-9a-f]+)?(\\+retained)?/(.*)$`, "s");

/** Key of the custom tag in which a workspace carries its owner. */
export const OWNERSHIP_TAG = "pulumi-databricks-cmk";

/** The owner of an object: one resource of one stack. */
export interface OwnershipTag {
    /** The uuid of the stack's `StackIdentity`, of version 7: it contains its creation time. */
    readonly stack: string;
    /** When the `StackIdentity` was created, in milliseconds since 1970. */
    readonly since: number;
    /** The resource's name in the program. */
    readonly resource: string;
    /** Whether the resource has the option `retainOnDelete`: an object without a resource may have been kept deliberately. */
    readonly retained: boolean;
    /** A hash of the types of the resource's parents, which tells resources of one name apart; empty if it is a child of the stack only. */
    readonly parent: string;
    /** Identifies this resource of this stack; at most 255 characters that AWS accepts in a tag. */
    readonly ownerId: string;
    /** The prefix of a name that this package generates for the resource's object. */
    readonly namePrefix: string;
}

/** What the sdk knows about a resource when it writes the input `owner`. */
export interface OwnerParts {
    /** The uuid of the stack's `StackIdentity`. */
    readonly stack: string;
    /** The URN of the resource's parent, which distinguishes two resources with the same name. */
    readonly parentUrn: string | undefined;
    /** Whether the resource has the option `retainOnDelete`. */
    readonly retained: boolean;
    /** The resource's name in the program. */
    readonly resource: string;
}

/** Formats the input `owner` of a resource. {@link ownerOfInputs} parses it. */
export function formatOwner({ stack, parentUrn, retained, resource }: OwnerParts): string {
    return `${stack}${parentHash(parentUrn)}${retained ? RETAINED : ""}/${resource}`;
}

/** Parses the input `owner`; `undefined` if it is missing, not known yet or malformed. */
export function ownerOfInputs(inputs: Readonly<Record<string, unknown>>): OwnershipTag | undefined {
    const { owner } = inputs;
    const parts = typeof owner === "string" ? FORMAT.exec(owner) : null;
    const [, stack, high, low, parent = "", retained, resource] = parts ?? [];
    if (stack === undefined || high === undefined || low === undefined || resource === undefined) return undefined;
    const text = `${stack}${parent}/${resource}`;
    return {
        stack,
        since: parseInt(`${high}${low}`, 16),
        resource,
        retained: retained !== undefined,
        parent: parent.slice(1),
        ownerId: shortened(text),
        // A getter: few callers need it, and the hash is expensive with thousands of resources.
        get namePrefix() {
            return `${resource.slice(0, 200)}-${hash(text, 10)}`;
        },
    };
}

/** Formats the tag of a new object. {@link matchTag} compares it. */
export function formatTag({ ownerId, retained }: OwnershipTag): string {
    return retained ? retainedTag(ownerId) : ownerId;
}

/** Compares an object's tag with an owner; `undefined` if the object belongs to another one. */
export function matchTag(owner: OwnershipTag, tag: unknown): { readonly retained: boolean } | undefined {
    if (tag === owner.ownerId) return { retained: false };
    return tag === retainedTag(owner.ownerId) ? { retained: true } : undefined;
}

/** Whether an object with this tag was created for any resource of the owner's stack. */
export function belongsToStack({ stack }: OwnershipTag, tag: unknown): boolean {
    return typeof tag === "string" && tag.startsWith(stack);
}

/** Whether the value is a uuid as {@link newStackUuid} creates it. */
export function isStackUuid(value: unknown): boolean {
    return typeof value === "string" && new RegExp(`^${UUID}$`).test(value);
}

/** Creates the uuid of a `StackIdentity`, of version 7: the first twelve digits are the time (in milliseconds since 1970). */
export function newStackUuid(now: number): string {
    const time = Math.floor(now).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** `@` and a hash of the types in the parent's URN; empty if the resource is a child of the stack only. */
function parentHash(parentUrn: string | undefined): string {
    const types = parentUrn?.split("::")[2];
    return types === undefined || types === "pulumi:pulumi:Stack" ? "" : `@${hash(types, 8)}`;
}

function retainedTag(ownerId: string): string {
    return ownerId.replace("/", `${RETAINED}/`);
}

/** AWS accepts letters, digits, spaces and a few signs in a tag, at most 255 characters including `+retained`. A hash replaces the rest. */
function shortened(text: string): string {
    const plain = text.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, "_");
    const most = 255 - RETAINED.length;
    return plain === text && text.length <= most ? text : `${plain.slice(0, most - 17)}=${hash(text, 16)}`;
}

function hash(text: string, length: number): string {
    return createHash("sha256").update(text).digest("hex").slice(0, length);
}
