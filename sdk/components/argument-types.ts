import * as pulumi from "@pulumi/pulumi";

import { closestName } from "../../provider/contract/closest-name";

/** What an argument can be: returns what is wrong with a value, each problem with the path of the argument. */
export interface ArgumentType {
    (value: unknown, path: string): readonly string[];
    /** Whether a program must give the argument. */
    readonly isRequired?: true;
}

/** The type of each argument of a component. An argument of the interface that has no type here does not compile. */
export type ArgumentTypes<Args> = { readonly [Name in keyof Required<Args>]: ArgumentType };

/**
 * Every argument that is unknown, missing or of the wrong type, at once. TypeScript finds these in a typed program; a program in
 * JavaScript, or one that passes data that was read, has only this check.
 */
export function argumentProblems<Args>(args: unknown, types: ArgumentTypes<Args>): string[] {
    if (pulumi.Output.isInstance(args) || !isPlainObject(args)) {
        return [`the arguments must be an object with the names ${Object.keys(types).join(", ")}.`];
    }
    return memberProblems(args, types, "");
}

/** A string. */
export const text = scalar("a string", (value) => typeof value === "string");

/** `true` or `false`. */
export const flag = scalar("true or false", (value) => typeof value === "boolean");

/** A number. */
export const number = scalar("a number", (value) => typeof value === "number");

/** One of some strings: the members of a union type, all of which must be named. */
export function oneOf<Value extends string>(values: Readonly<Record<Value, true>>): ArgumentType {
    const names = Object.keys(values);
    const shown = names.map((name) => JSON.stringify(name)).join(" or ");
    return (value, path) => {
        if (typeof value !== "string") return [mismatch(path, shown, value)];
        return names.includes(value) ? [] : [`${path} must be ${shown}; it is ${JSON.stringify(value)}.`];
    };
}

/** A list. */
export function listOf(element: ArgumentType): ArgumentType {
    return (value, path) =>
        Array.isArray(value)
            ? value.flatMap((one: unknown, index) => element(one, `${path}[${index}]`))
            : [mismatch(path, "a list", value)];
}

/** An object whose names are the program's own, such as tags. */
export function mapOf(element: ArgumentType): ArgumentType {
    return (value, path) =>
        isPlainObject(value)
            ? Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : element(one, `${path}.${name}`)))
            : [mismatch(path, "an object", value)];
}

/** An object with these names. */
export function objectOf<Args>(types: ArgumentTypes<Args>): ArgumentType {
    return (value, path) =>
        isPlainObject(value) ? memberProblems(value, types, `${path}.`) : [mismatch(path, "an object", value)];
}

/** A value that may also be an output or a promise: what it will be is checked by the resource that gets it. */
export function input(type: ArgumentType): ArgumentType {
    return (value, path) => (isLater(value) ? [] : type(value, path));
}

/** The same, which a program must give. */
export function required(type: ArgumentType): ArgumentType {
    return Object.assign((value: unknown, path: string) => type(value, path), { isRequired: true } as const);
}

function scalar(what: string, is: (value: unknown) => boolean): ArgumentType {
    return (value, path) => (is(value) ? [] : [mismatch(path, what, value)]);
}

function memberProblems<Args>(
    members: Readonly<Record<string, unknown>>,
    types: ArgumentTypes<Args>,
    prefix: string,
): string[] {
    const known = new Map<string, ArgumentType>(Object.entries(types));
    const unknown = Object.keys(members).filter((name) => members[name] !== undefined && !known.has(name));
    return [
        ...unknown.map((name) => unknownName(name, [...known.keys()], prefix)),
        ...[...known].flatMap(([name, type]) => {
            const [value, path] = [members[name], `${prefix}${name}`];
            if (value !== undefined) return type(value, path);
            return type.isRequired === true ? [`${path} is missing: give it.`] : [];
        }),
    ];
}

function unknownName(name: string, names: readonly string[], prefix: string): string {
    const meant = closestName(name, names);
    const remedy =
        meant === undefined
            ? `remove it (the arguments are ${names.map((one) => prefix + one).join(", ")}).`
            : `did you mean ${prefix}${meant}?`;
    return `${prefix}${name} is not an argument: ${remedy}`;
}

/** The problem that a value is of another type. The value itself is not shown: it can be a secret. */
function mismatch(path: string, wanted: string, value: unknown): string {
    if (value === null) return `${path} must be ${wanted}; it is null: give a value, or leave it out.`;
    if (isLater(value)) {
        return `${path} must be ${wanted}; it is an output or a promise: give a plain value, because it decides what is created.`;
    }
    if (pulumi.Resource.isInstance(value)) {
        return `${path} must be ${wanted}; it is a resource: give the output of the resource that is meant.`;
    }
    return `${path} must be ${wanted}; it is ${kindOf(value)}.`;
}

function kindOf(value: unknown): string {
    if (Array.isArray(value)) return "a list";
    return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isLater(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
    return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !isLater(value) &&
        !pulumi.Resource.isInstance(value)
    );
}
