import type { ObjectType } from "./kinds";

/** A kind of object of which a lookup returns one. */
export type LookupType = "Workspace" | "CustomerManagedKey";

/** How requests are authenticated, and where they are sent. Contains no secret. */
export interface CurrentConfig {
    /** The Databricks account that is used where an argument names no other. */
    readonly accountId: string;
    /** Origin of the account console, for example `https://accounts.cloud.databricks.com`. */
    readonly host: string;
    /** The method's name among Databricks tools: `oauth-m2m` is a service principal with a secret, `pat` a token. */
    readonly authType: "oauth-m2m" | "pat" | "env-oidc" | "file-oidc" | "github-oidc" | "databricks-cli";
}

/** The lookups of one stack program. `Objects` and `Lists` are the types of the results. */
export interface AccountLookups<
    Objects extends Record<LookupType, object> = Record<LookupType, Record<string, unknown>>,
    Lists extends Partial<Record<ObjectType, object>> = Record<ObjectType, Record<string, unknown>>,
> {
    /** Returns the one object that matches the arguments. Rejects if there is none or more than one. */
    get<Type extends LookupType>(type: Type, args: object): Promise<Objects[Type]>;
    /** Returns all objects of a kind and, for a kind with names, their ids by name. */
    list<Type extends keyof Lists & ObjectType>(type: Type, args: object): Promise<Lists[Type]>;
    /** Returns the configuration in use. Sends no request. */
    currentConfig(): Promise<CurrentConfig>;
}
