import { createHash, randomUUID } from "node:crypto";

/** The tag that carries a workspace's mark: which stack made it, as which resource. */
export const OWNERSHIP_TAG = "pulumi-databricks-cmk";

/** Which stack a resource belongs to, and which one it is there: what tells an interrupted create's object from all others. */
export interface OwnershipTag {
    /** The uuid of the stack's mark, of version 7: it holds the time. */
    readonly stack: string;
    /** When the stack's mark was made, in milliseconds since 1970. */
    readonly since: number;
    /** The resource's name in the program. */
    readonly resource: string;
    /** Whether the program says `retainOnDelete`: an object without a resource may then have been kept on purpose. */
    readonly retained: boolean;
    /** What stands for this resource of this stack and for no other, at most 255 characters that AWS takes in a tag. */
    readonly ownerId: string;
    /** What a name that this package makes up begins with. */
    readonly namePrefix: string;
}

const RETAINED = "+retained";

const uuid = "([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const written = new RegExp(`^(${uuid})(@[0-9a-f]+)?(\\+retained)?/(.*)$`, "s");

/** Whether this is a stack's uuid as it is made here. */
export function isStackUuid(value: unknown): boolean {
    return typeof value === "string" && new RegExp(`^${uuid}$`).test(value);
}

/** A new stack's uuid, of version 7: the time (in milliseconds since 1970) in its first twelve digits, the rest by chance. */
export function newStackUuid(now: number): string {
    const time = Math.floor(now).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/**
 * The mark among the inputs, as the sdk's classes write it: `<uuid>/<name>`, where the uuid may be followed by
 * `@<hash of what the resource is a part of>` and by `+retained`; `undefined` where there is none.
 */
export function ownerOfInputs({ owner }: Readonly<Record<string, unknown>>): OwnershipTag | undefined {
    const parts = written.exec(typeof owner === "string" ? owner : "");
    const [, stack, high, low, parent = "", retained, resource] = parts ?? [];
    if (stack === undefined || high === undefined || low === undefined || resource === undefined) return undefined;
    const text = `${stack}${parent}/${resource}`;
    return {
        stack,
        since: parseInt(`${high}${low}`, 16),
        resource,
        retained: retained !== undefined,
        ownerId: shortened(text),
        // Asked for by few, and dear.
        get namePrefix() {
            return `${resource.slice(0, 200)}-${hash(text, 10)}`;
        },
    };
}

/** What a new object carries of the mark in its tags. */
export function formatTag({ ownerId: bearer, retained }: OwnershipTag): string {
    return retained ? retainedTag(bearer) : bearer;
}

function retainedTag(bearer: string): string {
    return bearer.replace("/", `${RETAINED}/`);
}

/** Whether an object with this tag was made for the resource of this mark, and whether it was to be kept even then. */
export function matchTag(owner: OwnershipTag, tag: unknown): { readonly retained: boolean } | undefined {
    if (tag === owner.ownerId) return { retained: false };
    return tag === retainedTag(owner.ownerId) ? { retained: true } : undefined;
}

/** Whether an object with this tag was made for any resource of the mark's stack. */
export function belongsToStack({ stack }: OwnershipTag, tag: unknown): boolean {
    return typeof tag === "string" && tag.startsWith(stack);
}

/** AWS takes letters, digits, spaces and a few signs in a tag, 255 characters with `+retained`; a hash stands for the rest. */
function shortened(text: string): string {
    const plain = text.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, "_");
    const most = 255 - RETAINED.length;
    return plain === text && text.length <= most ? text : `${plain.slice(0, most - 17)}=${hash(text, 16)}`;
}

function hash(text: string, length: number): string {
    return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** A name for an object that the program does not name: the resource's name, a part that stands for the mark, one of chance. */
export function generateName(owner: OwnershipTag | undefined, noun: string, random: number): string {
    const chance = Math.floor(random * 0x10000)
        .toString(16)
        .padStart(4, "0");
    return `${owner?.namePrefix ?? noun.replaceAll(" ", "-")}${chance}`;
}
