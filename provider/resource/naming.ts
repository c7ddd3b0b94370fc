import type { OwnershipTag } from "../contract/ownership-tag";
import { getPath, type Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";

/** The inputs, with a generated name if the kind has a name and the program leaves it out. */
export function withName(
    { nameField, noun }: ObjectDefinition,
    inputs: Properties,
    owner: OwnershipTag | undefined,
    random: number,
): Properties {
    if (nameField === undefined || getPath(inputs, nameField) !== undefined) return inputs;
    return { ...inputs, [nameField]: generateName(owner, noun, random) };
}

/** A generated name: the resource's name, a part that identifies the owner, and a random part. */
export function generateName(owner: OwnershipTag | undefined, noun: string, random: number): string {
    const suffix = Math.floor(random * 0x10000)
        .toString(16)
        .padStart(4, "0");
    return `${owner?.namePrefix ?? noun.replaceAll(" ", "-")}${suffix}`;
}
