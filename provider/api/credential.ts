import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import { UUID } from "../contract/forms";
import type { AuthMethod } from "./auth-method";
import {
    type Configuration,
    type CredentialSources,
    everywhere,
    first,
    given,
    type Source,
    sourcesOf,
} from "./credential-sources";
import { ConfigurationError } from "./errors";
import { DEFAULT_HOST, hostOrigin } from "./host";

export type { Configuration, CredentialSources };

/** Which account is spoken to, and as whom. It never leaves the process. */
export interface Credential {
    /** Origin of the account console, without a slash at the end. */
    readonly host: string;
    readonly accountId: string;
    readonly as: AuthMethod;
    /** Where the method was found: "stack configuration", "environment", "profile X of .databrickscfg". */
    readonly source?: string;
}

/**
 * Finds the credential by the convention of all Databricks tools. Each value comes from the first source that has it; a
 * secret and a token are never mixed from different sources: the first source that names a method (`authType`), or has what
 * one needs, decides which it is.
 *
 * Fails with `ConfigurationError`, which lists what was looked for and where, when something is missing or half-given.
 */
export function findCredential(given: CredentialSources): Credential {
    const { sources, environment, profile } = sourcesOf(given);
    const accountId = first(sources, "accountId");
    const method = new MethodFinder(sources, environment, profile).find();
    if (accountId === undefined || method === undefined) {
        const missing = [
            ...(accountId === undefined ? [`the account's id (${everywhere(sources, "accountId")})`] : []),
            ...(method === undefined
                ? [
                      `a service principal's clientId and clientSecret, or a token (${everywhere(sources, "clientId")}; ${everywhere(sources, "clientSecret")}; ${everywhere(sources, "token")}), or another way to sign in (${everywhere(sources, "authType")})`,
                  ]
                : []),
        ];
        throw new ConfigurationError(
            `No complete Databricks credential was found. Missing: ${missing.join("; and ")}. Looked in this order: ${sources.map(({ name }) => name).join(", ")}. Give the missing value in one of these places, a secret with \`pulumi config set --secret\`.`,
        );
    }
    if (!UUID.test(accountId)) {
        throw new ConfigurationError("The Databricks account id must be a uuid, as the account console shows it.");
    }
    const host = hostOrigin(first(sources, "host") ?? DEFAULT_HOST);
    return { host, accountId: accountId.toLowerCase(), ...withAccount(method, host, accountId.toLowerCase()) };
}

/**
 * Another credential for the same account, if the one of the stack's configuration was refused: the engine keeps that of
 * the last `pulumi up` for `refresh` and `destroy`, so it may have been rotated since.
 */
export function findOtherCredential(sources: CredentialSources, refused: Credential): Credential | undefined {
    if (refused.source !== "stack configuration") return undefined;
    const kept: Readonly<Record<string, string>> = {
        "databricks:host": refused.host,
        "databricks:accountId": refused.accountId,
    };
    try {
        const configuration = (key: string) => (key === "databricks:profile" ? sources.configuration(key) : kept[key]);
        const other = findCredential({ ...sources, configuration });
        return JSON.stringify(other.as) === JSON.stringify(refused.as) ? undefined : other;
    } catch {
        return undefined;
    }
}

/** A method before it is known which account it is for. */
type FoundMethod = Pick<Credential, "source"> & { readonly as: AuthMethod };

/** What a method leaves to the account: GitHub's audience, and what the command line asks for. */
function withAccount({ as, source }: FoundMethod, host: string, accountId: string): FoundMethod & { source?: string } {
    const from = source === undefined ? {} : { source };
    if (as.authType === "github-oidc" && as.audience === "") return { as: { ...as, audience: accountId }, ...from };
    if (as.authType === "databricks-cli" && as.args.length === 0) {
        return { as: { ...as, args: ["--host", host, "--account-id", accountId] }, ...from };
    }
    return { as, ...from };
}

/** Finds the method among the sources. */
class MethodFinder {
    constructor(
        private readonly sources: readonly Source[],
        private readonly environment: CredentialSources["environment"],
        private readonly profile: string | undefined,
    ) {}

    find(): FoundMethod | undefined {
        for (const source of this.sources) {
            const named = source.read("authType");
            if (given(named)) return { as: this.byName(named.trim(), source), source: source.name };
            const as = this.secretOf(source) ?? this.tokenOf(source) ?? this.oidcOf(source);
            if (as !== undefined) return { as, source: source.name };
            this.refuseHalf(source);
        }
        const cli = this.cli();
        return cli === undefined ? undefined : { as: cli, source: "the Databricks command line" };
    }

    private byName(name: string, source: Source): AuthMethod {
        const [known, needs] = this.methods()[name] ?? [];
        if (known !== undefined) return known;
        const spelled = `${source.spelled("authType")} (${source.name})`;
        throw new ConfigurationError(
            needs === undefined
                ? `${spelled} names the way to sign in "${name}", which this package does not know. Use one of ${Object.keys(this.methods()).join(", ")}.`
                : `${spelled} asks to sign in with ${name}, which needs ${needs}.`,
        );
    }

    /** Each method with what it needs; `undefined` if that is missing. */
    private methods(): Readonly<Record<string, readonly [AuthMethod | undefined, string] | undefined>> {
        const [clientId, clientSecret, token] = (["clientId", "clientSecret", "token"] as const).map((name) =>
            first(this.sources, name),
        );
        const has = given(clientId) && given(clientSecret);
        return {
            pat: [given(token) ? { authType: "pat", token } : undefined, everywhere(this.sources, "token")],
            "oauth-m2m": [
                has ? { authType: "oauth-m2m", clientId, clientSecret } : undefined,
                `${everywhere(this.sources, "clientId")} and ${everywhere(this.sources, "clientSecret")}`,
            ],
            "env-oidc": [this.envOidc(), `an id token in the environment variable ${this.idTokenVariable()}`],
            "file-oidc": [this.fileOidc(), everywhere(this.sources, "oidcTokenFilepath")],
            "github-oidc": [
                this.githubOidc(),
                "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN, which GitHub Actions sets in a job with the permission id-token: write",
            ],
            "databricks-cli": [this.cli(true), "the Databricks command line"],
        };
    }

    /** A service principal whose id or secret stands here; the other half may stand elsewhere (the secret in the environment). */
    private secretOf(source: Source): AuthMethod | undefined {
        const [ownId, ownSecret] = [source.read("clientId"), source.read("clientSecret")];
        if (!given(ownId) && !given(ownSecret)) return undefined;
        const clientId = given(ownId) ? ownId : first(this.sources, "clientId");
        const clientSecret = given(ownSecret) ? ownSecret : first(this.sources, "clientSecret");
        return given(clientId) && given(clientSecret) ? { authType: "oauth-m2m", clientId, clientSecret } : undefined;
    }

    private tokenOf(source: Source): AuthMethod | undefined {
        const token = source.read("token");
        return given(token) ? { authType: "pat", token } : undefined;
    }

    /** An id token, if this source leads to one. */
    private oidcOf(source: Source): AuthMethod | undefined {
        const inEnvironment = source.name === "environment";
        // In a GitHub job the request for an id token is there whether it is meant or not: a client id says that it is.
        const named = first(this.sources, "clientId") !== undefined;
        return (
            (inEnvironment || given(source.read("oidcTokenEnv")) ? this.envOidc() : undefined) ??
            (given(source.read("oidcTokenFilepath")) ? this.fileOidc() : undefined) ??
            (inEnvironment && named ? this.githubOidc() : undefined)
        );
    }

    private idTokenVariable(): string {
        return first(this.sources, "oidcTokenEnv") ?? "DATABRICKS_OIDC_TOKEN";
    }

    private envOidc(): AuthMethod | undefined {
        const variable = this.idTokenVariable();
        const read = () => this.environment[variable];
        if (!given(read())) return undefined;
        return { authType: "env-oidc", clientId: first(this.sources, "clientId"), variable, read };
    }

    private fileOidc(): AuthMethod | undefined {
        const path = first(this.sources, "oidcTokenFilepath");
        if (path === undefined) return undefined;
        return { authType: "file-oidc", clientId: first(this.sources, "clientId"), path };
    }

    private githubOidc(): AuthMethod | undefined {
        const requestUrl = this.environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
        const requestToken = this.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
        if (!given(requestUrl) || !given(requestToken)) return undefined;
        const audience = first(this.sources, "audience") ?? "";
        const clientId = first(this.sources, "clientId");
        return { authType: "github-oidc", clientId, requestUrl, requestToken, audience };
    }

    /** Whoever signed in with the command line, where it is installed or (`asked`) named by the user. */
    private cli(asked = false): AuthMethod | undefined {
        const named = first(this.sources, "databricksCliPath");
        const command = named ?? "databricks";
        if (named === undefined && !asked && !isOnPath(command, this.environment["PATH"])) return undefined;
        const args = this.profile === undefined ? [] : ["--profile", this.profile];
        return { authType: "databricks-cli", command, args };
    }

    /** If a source has only half of a service principal, no later source is used, unless its id is one for id tokens. */
    private refuseHalf(source: Source): void {
        const [has, more] = (["clientId", "clientSecret"] as const).filter((name) => given(source.read(name)));
        if (has === undefined || more !== undefined) return;
        if (has === "clientId" && this.sources.some((one) => this.oidcOf(one) !== undefined)) return;
        const lacks = has === "clientId" ? "clientSecret" : "clientId";
        throw new ConfigurationError(
            `The Databricks credential is half-given: ${source.spelled(has)} is set (${source.name}), but none of ${everywhere(this.sources, lacks)} is. Set the ${lacks} too, or use a token or an id token (DATABRICKS_OIDC_TOKEN and the like).`,
        );
    }
}

function isOnPath(command: string, path: string | undefined): boolean {
    return (path ?? "")
        .split(delimiter)
        .some((folder) => folder !== "" && [command, `${command}.exe`].some((name) => existsSync(join(folder, name))));
}
