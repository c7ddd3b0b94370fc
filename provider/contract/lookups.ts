import type { ObjectType } from "./kinds";

/** A kind of object of which a lookup returns one. */
export type LookupType = "Workspace" | "CustomerManagedKey";

/** An authentication method, by the name that Databricks tools give it in `DATABRICKS_AUTH_TYPE`. */
export type AuthType =
    /** A personal access token. */
    | "pat"
    /** A service principal's OAuth secret. */
    | "oauth-m2m"
    /** An id token in an environment variable. */
    | "env-oidc"
    /** An id token in a file. */
    | "file-oidc"
    /** An id token of GitHub Actions. */
    | "github-oidc"
    /** The login of the Databricks command line. */
    | "databricks-cli";

/** How requests are authenticated, and where they are sent. Contains no secret. */
export interface CurrentConfig {
    /** The Databricks account that is used if an argument names no other. */
    readonly accountId: string;
    /** Origin of the account console, for example `https://accounts.cloud.databricks.com`. */
    readonly host: string;
    /** The authentication method in use. */
    readonly authType: AuthType;
}

/** A workspace, and the account that it belongs to. */
export interface WorkspaceInAccount {
    readonly workspaceId: string;
    readonly accountId: string;
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
    /** Returns the id of the metastore that a workspace is assigned to, if it has one. */
    metastoreId(workspace: WorkspaceInAccount): Promise<string | undefined>;
    /** Returns the configuration in use. Sends no request. */
    currentConfig(): Promise<CurrentConfig>;
}
