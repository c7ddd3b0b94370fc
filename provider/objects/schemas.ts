import { z } from "zod";

import { UUID } from "../contract/forms";
import { idOutputOf, type ObjectType } from "../contract/kinds";
import type { CheckContext, Failure } from "../resource/definition";
import type { ApiError } from "../api/errors";
import { getString, type Properties } from "../util/property-path";

/** The forms of values that several objects of the account share. Each message names the remedy. */

/** A value that must be given: says so when it is missing, or what it must be when it is of another type. */
export function text(example: string) {
    return z.string({
        error: (issue) =>
            issue.input === undefined || issue.input === null
                ? `is required: give it, for example ${example}`
                : `must be a string, for example ${example}`,
    });
}

/** A human-readable name: 1 to 256 characters, or from another least number of them on. */
export function name(example: string, least = 1) {
    return text(example)
        .refine((value) => value.trim() !== "", `must not be empty: give a name of ${least} to 256 characters`)
        .refine((value) => value.trim() === "" || value.length >= least, `must have at least ${least} characters`)
        .refine((value) => value.length <= 256, "must have at most 256 characters");
}

/** The bare id of another object of the account. */
export function objectId(what: string, from: string) {
    return text(`the ${from} output of ${what}`).superRefine((value, context) => {
        if (UUID.test(value)) return;
        const bare = value.split("/").at(-1) ?? "";
        context.addIssue({
            code: "custom",
            message: value.startsWith("arn:")
                ? `must be the id (a uuid) of ${what}, not an ARN of AWS: pass its ${from} output`
                : UUID.test(bare)
                  ? `must be the bare id "${bare}", without the account in front of it`
                  : `must be the id (a uuid) of ${what}: pass its ${from} output`,
        });
    });
}

/** An input that holds the id of an object of this kind, or is left out. */
export function refersTo<const Type extends ObjectType>(type: Type) {
    return { schema: objectId(type, idOutputOf(type)).optional(), references: type };
}

/** An input that holds the ids of objects of this kind, or is left out. */
export function refersToSome<const Type extends ObjectType>(type: Type, least: number, what: string) {
    return {
        schema: distinct(objectId(type, idOutputOf(type)), least, what).optional(),
        responseSchema: z.array(z.string()).optional(),
        references: type,
    };
}

/** The input `accountId`, which each kind has as its first. */
export const accountId = {
    schema: z
        .string("must be a string: the account id (a uuid) shown in the account console")
        .regex(
            UUID,
            "must be the account id (a uuid) shown in the account console; leave it out to take databricks:accountId",
        )
        .optional(),
    apiPath: null,
    computed: true,
} as const;

/** The ARN of an IAM role. */
export const roleArn = text('"arn:aws:iam::123456789012:role/databricks"').regex(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    'must be the ARN of an IAM role, for example "arn:aws:iam::123456789012:role/databricks": pass the role\'s arn output',
);

/** The name of a region of AWS. */
export function region(example = '"us-east-1"') {
    return text(example).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of an AWS region, for example "us-east-1"');
}

/** A region in which nothing of a workspace may be, as a failure of the input that names it. */
export function notAllowed(inputs: Properties, property: string, { allowedRegions }: CheckContext): Failure[] {
    const given = getString(inputs, property);
    if (given === undefined || allowedRegions.includes(given)) return [];
    return [
        {
            property,
            reason: `is "${given}", but a workspace may only be in ${allowedRegions.join(", ")}: choose one of these, or widen the list with the configuration databricks:allowedRegions`,
        },
    ];
}

/** An ARN of another partition than that of the account, as a failure of the input that has it. */
export function otherPartition(inputs: Properties, property: string, { partition }: CheckContext): Failure[] {
    const arn = getString(inputs, property);
    const named = /^arn:([a-z-]+):/.exec(arn ?? "")?.[1];
    if (named === undefined || named === partition.arnPartition) return [];
    return [
        {
            property,
            reason: `is an ARN of the partition "${named}", and the accounts of ${partition.accountHost} are in "${partition.arnPartition}": give one of that partition, or set databricks:host to the account console of yours`,
        },
    ];
}

/** One of some words of the API. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
    return z.enum(words, { error: `must be one of ${words.join(", ")}` });
}

/** A list of distinct values. */
export function distinct<Item extends z.ZodType>(item: Item, least: number, what: string) {
    return z
        .array(item, {
            error: (issue) => (issue.input === undefined ? `is required: give ${what}` : `must be a list of ${what}`),
        })
        .min(least, `must hold at least ${least} of ${what}`)
        .refine((values) => new Set(values).size === values.length, "must not hold a value twice");
}

/** Tags in a response: null is not a tag, and a number is its digits. */
export const tagsInResponse = z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .transform((tags) =>
        Object.fromEntries(Object.entries(tags).flatMap(([key, tag]) => (tag === null ? [] : [[key, String(tag)]]))),
    )
    .optional();

/** What a time in a response looks like: milliseconds since 1970. */
export const time = z.number().optional();

/** The creation time that a response holds, for `ObjectDefinition.createdAt`. */
export function createdAt({ creation_time: time }: Properties): number | undefined {
    if (typeof time === "string" && /^\d{1,15}$/.test(time)) return Number(time);
    return typeof time === "number" ? time : undefined;
}

/** Whether AWS does not show Databricks a fresh role or bucket yet: the service's words, of which several spellings are known. */
export function isValidationFailure({ kind }: ApiError): boolean {
    return kind === "validation";
}
