import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { parse } from "ini";

import { isRecord } from "../util/property-path";
import { ConfigurationError } from "./errors";

/** What the stack's configuration says to this provider (`databricks:*`), as text. */
export type Configuration = (key: string) => string | undefined;

/** Which account is spoken to, and as whom. It never leaves the provider's process. */
export interface Credential {
    /** Origin of the account console, without a slash at the end. */
    readonly host: string;
    readonly accountId: string;
    readonly as: { readonly token: string } | { readonly clientId: string; readonly clientSecret: string };
}

/** Where a credential is looked for: configuration first, then environment, then profile. */
export interface CredentialSources {
    readonly configuration: Configuration;
    readonly environment: Readonly<Record<string, string | undefined>>;
}

type Name = "host" | "accountId" | "clientId" | "clientSecret" | "token";

/** `accountId` as one of the Databricks environment variables. */
const variables: Readonly<Record<Name, string>> = {
    host: "DATABRICKS_HOST",
    accountId: "DATABRICKS_ACCOUNT_ID",
    clientId: "DATABRICKS_CLIENT_ID",
    clientSecret: "DATABRICKS_CLIENT_SECRET",
    token: "DATABRICKS_TOKEN",
};

const profileKeys: Readonly<Record<Name, string>> = {
    host: "host",
    accountId: "account_id",
    clientId: "client_id",
    clientSecret: "client_secret",
    token: "token",
};

const DEFAULT_HOST = "https://accounts.cloud.databricks.com";

/**
 * Finds the credential by the convention of all Databricks tools. Each value comes from the first source that has it; a
 * client id and a token are never mixed from different sources: the first source that authenticates decides which it is.
 *
 * Fails with `ConfigurationError`, which lists what was looked for and where, when something is missing or half-given.
 */
export function findCredential(sources: CredentialSources): Credential {
    const profile = readProfile(sources);
    const places: readonly Place[] = [
        {
            name: "stack configuration",
            read: (name) => sources.configuration(`databricks:${name}`),
            spelled: (name) => `databricks:${name}`,
        },
        {
            name: "environment",
            read: (name) => sources.environment[variables[name]],
            spelled: (name) => variables[name],
        },
        { name: profile.name, read: (name) => profile.values[profileKeys[name]], spelled: (name) => profileKeys[name] },
    ];
    const accountId = first(places, "accountId");
    const as = authentication(places);
    const problems = [
        ...(accountId === undefined ? [`the account's id (${everywhere(places, "accountId")})`] : []),
        ...(as === undefined
            ? [
                  `a service principal's clientId and clientSecret, or a token (${everywhere(places, "clientId")}; ${everywhere(places, "clientSecret")}; ${everywhere(places, "token")})`,
              ]
            : []),
    ];
    if (accountId === undefined || as === undefined) {
        throw new ConfigurationError(
            `No complete Databricks credential was found. Missing: ${problems.join("; and ")}. Looked in this order: ${places.map((place) => place.name).join(", ")}. Give the missing value in one of these places, a secret with \`pulumi config set --secret\`.`,
        );
    }
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(accountId)) {
        throw new ConfigurationError("The Databricks account id must be a uuid, as the account console shows it.");
    }
    return { host: origin(first(places, "host") ?? DEFAULT_HOST), accountId, as };
}

interface Place {
    readonly name: string;
    readonly read: (name: Name) => string | undefined;
    readonly spelled: (name: Name) => string;
}

function first(places: readonly Place[], name: Name): string | undefined {
    return places.map((place) => place.read(name)).find(given);
}

function given(value: string | undefined): value is string {
    return value !== undefined && value.trim() !== "";
}

function everywhere(places: readonly Place[], name: Name): string {
    return places.map((place) => place.spelled(name)).join(", ");
}

function authentication(places: readonly Place[]): Credential["as"] | undefined {
    for (const place of places) {
        const [clientId, clientSecret, token] = [
            place.read("clientId"),
            place.read("clientSecret"),
            place.read("token"),
        ];
        if (given(clientId) && given(clientSecret)) return { clientId, clientSecret };
        if (given(clientId) !== given(clientSecret)) {
            // One half may stand in the open (configuration) and the secret half elsewhere (environment).
            const [otherId, otherSecret] = [first(places, "clientId"), first(places, "clientSecret")];
            if (given(otherId) && given(otherSecret)) return { clientId: otherId, clientSecret: otherSecret };
            const [has, lacks] = given(clientId)
                ? (["clientId", "clientSecret"] as const)
                : (["clientSecret", "clientId"] as const);
            if (!given(token)) {
                throw new ConfigurationError(
                    `The Databricks credential is half-given: ${place.spelled(has)} is set (${place.name}), but none of ${everywhere(places, lacks)} is. Set the ${lacks} too, or use a token.`,
                );
            }
        }
        if (given(token)) return { token };
    }
    return undefined;
}

function origin(host: string): string {
    const url = URL.canParse(host)
        ? new URL(host)
        : URL.canParse(`https://${host}`)
          ? new URL(`https://${host}`)
          : undefined;
    if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
        throw new ConfigurationError(`The Databricks host must be a URL such as ${DEFAULT_HOST}.`);
    }
    const loopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname) || url.hostname.endsWith(".localhost");
    if (url.protocol === "http:" && !loopback) {
        throw new ConfigurationError(
            `The Databricks host is plain http (${url.host}): credentials are only sent over https. Write https:// (http is for a local cloud on this machine alone).`,
        );
    }
    return url.origin;
}

function readProfile({ configuration, environment }: CredentialSources): {
    name: string;
    values: Readonly<Record<string, string>>;
} {
    const file = environment["DATABRICKS_CONFIG_FILE"] ?? join(environment["HOME"] ?? homedir(), ".databrickscfg");
    const asked = configuration("databricks:profile") ?? environment["DATABRICKS_CONFIG_PROFILE"];
    const profile = asked ?? "DEFAULT";
    const name = `profile ${profile} of ${file.replace(/^.*\//, "")}`;
    const text = fileText(file);
    const sections: unknown = text === undefined ? undefined : parse(text);
    const section = isRecord(sections) ? sections[profile] : undefined;
    if (!isRecord(section)) {
        if (asked === undefined) return { name, values: {} };
        throw new ConfigurationError(
            `The Databricks profile "${asked}" was asked for, but ${text === undefined ? "its file cannot be read" : "its file has no such section"}. Correct databricks:profile (or DATABRICKS_CONFIG_PROFILE), or name the right file with DATABRICKS_CONFIG_FILE.`,
        );
    }
    return {
        name,
        values: Object.fromEntries(
            Object.entries(section).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
        ),
    };
}

function fileText(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
