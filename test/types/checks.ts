/**
 * Type-level checks that a class of the sdk and the definition of its object describe the same properties. The files beside
 * this one apply them to each class; they are only compiled, never run. A difference is a compile error that names it.
 */
import type { CustomResource, Unwrap } from "@pulumi/pulumi";
import type { z } from "zod";

import type { ObjectDefinition } from "../../provider/resource/definition";

/** Compiles if there are no differences. */
export type Check<Difference extends never> = Difference;

/** Differences between the arguments of a class and the fields of the definition. */
export type ArgsDifferences<Args, Definition extends ObjectDefinition> = InputDifferences<
    Unwrap<Omit<Args, "adopt" | "adoptFromOtherStack">>,
    Tree<{
        [
            Path in keyof Definition["fields"] as Definition["fields"][Path] extends { internal: true } ? never : Path
        ]: z.input<Definition["fields"][Path]["schema"]>;
    }>
>;

/** Differences between the outputs of a class and what the definition reads from responses; `Computed` by the handler. */
export type OutputDifferences<
    Resource,
    Definition extends ObjectDefinition,
    Computed extends string = never,
> = OutputsDiffer<
    { [Name in Exclude<keyof Resource, keyof CustomResource | Computed>]: Unwrap<Resource[Name]> },
    Tree<StateOf<Definition>>
>;

/** A definition without one of its fields. */
export type WithoutField<Definition extends ObjectDefinition, Path extends string> = Omit<Definition, "fields"> & {
    readonly fields: Omit<Definition["fields"], Path>;
};

/** A definition without one of its outputs. */
export type WithoutOutput<Definition extends ObjectDefinition, Path extends string> = Omit<Definition, "outputs"> & {
    readonly outputs: Omit<Definition["outputs"], Path>;
};

/** The type of each property of the state, by dotted path. */
type StateOf<Definition extends ObjectDefinition> = {
    [
        Path in keyof Definition["fields"] as IsOutput<Definition["fields"][Path]> extends true ? Path : never
    ]: ResponseType<Definition["fields"][Path]>;
} & { [Path in keyof Definition["outputs"]]: z.output<Definition["outputs"][Path]["schema"]> } & {
    [Path in Definition["idField"]]: string;
};

/** Settings of this package (`apiPath: null`) and old names are no outputs; an account that is left out is. */
type IsOutput<Field> = Field extends { deprecatedAliasOf: string }
    ? false
    : Field extends { apiPath: null; computed: true }
      ? true
      : Field extends { apiPath: null }
        ? false
        : true;

type ResponseType<Field> = Field extends { responseSchema: infer Schema extends z.ZodType } ? z.output<Schema> : string;

/** A property that is not taken apart, as opposed to a group of properties with dotted paths. */
interface Leaf<Value> {
    readonly leaf: Value;
}

type Head<Path> = Path extends `${infer First}.${string}` ? First : Path & string;
type Rest<Path, First extends string> = Path extends `${First}.${infer More}` ? More : never;

/** Groups dotted paths by their first name. */
type Tree<ByPath> = {
    [Name in Head<keyof ByPath>]: Name extends keyof ByPath
        ? Leaf<ByPath[Name]>
        : Tree<{ [Path in keyof ByPath as Rest<Path, Name>]: ByPath[Path] }>;
};

type NameDifferences<Class, Definition, Prefix extends string> =
    | `${Prefix}${Exclude<keyof Class, keyof Definition> & string} is only in the class`
    | `${Prefix}${Exclude<keyof Definition, keyof Class> & string} is only in the definition`;

type InputDifferences<Class, Definition, Prefix extends string = ""> =
    | NameDifferences<Class, Definition, Prefix>
    | {
          [Name in keyof Class & keyof Definition & string]: Definition[Name] extends Leaf<infer Value>
              ? InputDiffers<Class[Name], Value, `${Prefix}${Name}`>
              : InputDifferences<NonNullable<Class[Name]>, Definition[Name], `${Prefix}${Name}.`>;
      }[keyof Class & keyof Definition & string];

type InputDiffers<Class, Definition, Name extends string> = [NonNullable<Class>] extends [NonNullable<Definition>]
    ? [NonNullable<Definition>] extends [NonNullable<Class>]
        ? undefined extends Class
            ? undefined extends Definition
                ? never
                : `${Name} is required by the definition only`
            : never
        : `${Name} accepts more in the definition`
    : `${Name} accepts more in the class`;

type OutputsDiffer<Class, Definition, Prefix extends string = ""> =
    | NameDifferences<Class, Definition, Prefix>
    | {
          [Name in keyof Class & keyof Definition & string]: Definition[Name] extends Leaf<infer Value>
              ? [NonNullable<Class[Name]>] extends [NonNullable<Value>]
                  ? never
                  : `${Prefix}${Name} has another type in the class`
              : OutputsDiffer<NonNullable<Class[Name]>, Definition[Name], `${Prefix}${Name}.`>;
      }[keyof Class & keyof Definition & string];
