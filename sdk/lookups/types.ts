import type * as pulumi from "@pulumi/pulumi";

/** What a lookup returns for an object: the values of the outputs of its class, under the same names. */
export type LookupResult<Resource extends pulumi.CustomResource, Without extends keyof Resource = never> = {
    readonly [Name in keyof Resource as Exclude<Name, keyof pulumi.CustomResource | Without>]: pulumi.Unwrap<
        Resource[Name]
    >;
};

/** Arguments of which exactly one is given. Giving none or several does not compile. */
export type ExactlyOne<Args> = {
    [Name in keyof Args]: Pick<Args, Name> & { [Other in Exclude<keyof Args, Name>]?: undefined };
}[keyof Args];

/** The arguments of a lookup, each of which may be an output. */
export type LookupInputs<Args> = { [Name in keyof Args]: pulumi.Input<Args[Name]> };

/** The options of the lookups that return an output. */
export interface LookupOutputOptions {
    /**
     * Resources that must exist before the lookup runs. During a preview, the result is unknown while one of them is to be
     * created. A component cannot be waited for as a whole: name its children.
     */
    dependsOn?: pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource>;
}

/** The arguments of the lookups that list all objects of a kind. */
export interface GetAllArgs {
    /**
     * Id of the Databricks account (a uuid).
     *
     * @default `databricks:accountId`, then `DATABRICKS_ACCOUNT_ID`, then the profile
     */
    accountId?: string | undefined;
}

/** Ids by name. A name that several objects share is left out; the objects themselves are in the list. */
export type IdsByName = Readonly<Record<string, string>>;
