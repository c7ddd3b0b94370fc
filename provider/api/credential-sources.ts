import { readProfile } from "./profile";

/** What the stack's configuration says to this provider (`databricks:*`), as text. */
export type Configuration = (key: string) => string | undefined;

/** Where a credential is looked for: configuration first, then environment, then profile. */
export interface CredentialSources {
    readonly configuration: Configuration;
    readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One value, as the stack's configuration calls it. */
export type ValueName = keyof typeof spellings;

/** Each value as an environment variable and as the key of a profile: those of the Databricks SDKs. */
const spellings = {
    host: ["DATABRICKS_HOST", "host"],
    accountId: ["DATABRICKS_ACCOUNT_ID", "account_id"],
    authType: ["DATABRICKS_AUTH_TYPE", "auth_type"],
    clientId: ["DATABRICKS_CLIENT_ID", "client_id"],
    clientSecret: ["DATABRICKS_CLIENT_SECRET", "client_secret"],
    token: ["DATABRICKS_TOKEN", "token"],
    oidcTokenEnv: ["DATABRICKS_OIDC_TOKEN_ENV", "oidc_token_env"],
    oidcTokenFilepath: ["DATABRICKS_OIDC_TOKEN_FILEPATH", "databricks_id_token_filepath"],
    audience: ["DATABRICKS_TOKEN_AUDIENCE", "audience"],
    databricksCliPath: ["DATABRICKS_CLI_PATH", "databricks_cli_path"],
} as const;

/** One source of values. */
export interface Source {
    readonly name: string;
    readonly read: (name: ValueName) => string | undefined;
    /** What a value is called there. */
    readonly spelled: (name: ValueName) => string;
}

/** The sources, first the one that counts most. Fails with `ConfigurationError` if a profile is asked for and missing. */
export function sourcesOf({ configuration, environment }: CredentialSources): {
    readonly sources: readonly Source[];
    readonly environment: CredentialSources["environment"];
    /** The profile that was asked for by name. */
    readonly profile: string | undefined;
} {
    const named = configuration("databricks:profile");
    const profile = readProfile(given(named) ? named : environment["DATABRICKS_CONFIG_PROFILE"], environment);
    return {
        environment,
        profile: profile.asked,
        sources: [
            {
                name: "stack configuration",
                read: (name) => configuration(`databricks:${name}`),
                spelled: (name) => `databricks:${name}`,
            },
            {
                name: "environment",
                read: (name) => environment[spellings[name][0]],
                spelled: (name) => spellings[name][0],
            },
            {
                name: profile.name,
                read: (name) => profile.values.get(spellings[name][1]),
                spelled: (name) => spellings[name][1],
            },
        ],
    };
}

/** The value of the first source that has it. */
export function first(sources: readonly Source[], name: ValueName): string | undefined {
    return sources.map((source) => source.read(name)).find(given);
}

/** Whether there is more than spaces. */
export function given(value: string | undefined): value is string {
    return value !== undefined && value.trim() !== "";
}

/** What a value is called in each of the sources. */
export function everywhere(sources: readonly Source[], name: ValueName): string {
    return sources.map((source) => source.spelled(name)).join(", ");
}
