import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { z } from "zod";

import type { AuthMethod } from "./auth-method";
import { ConfigurationError } from "./errors";
import type { HttpClient } from "./http";
import { jsonOrNothing } from "./json";

const accountMetadata = z.object({ oidc_endpoint: z.string() });
const serverMetadata = z.object({ token_endpoint: z.string() });
const cliToken = z.object({ access_token: z.string().min(1), expiry: z.string().optional() });

/** How long the Databricks command line may take, in milliseconds. */
const CLI_TIMEOUT = 60_000;

/**
 * The token endpoint of the account, or of a workspace, as the host's discovery documents say; `undefined` if they say none, or lead
 * to another host: credentials are only sent to the one that the user named.
 */
export async function discoverTokenEndpoint(
    http: HttpClient,
    host: string,
    accountId: string,
): Promise<string | undefined> {
    const read = async (url: string) => {
        if (!URL.canParse(url) || new URL(url).origin !== host) return undefined;
        const response = await http.send("The search for the token endpoint", { method: "GET", url });
        return response.status === 200 ? jsonOrNothing(response.text) : undefined;
    };
    try {
        const account = accountMetadata.safeParse(await read(`${host}/.well-known/databricks-config`));
        if (!account.success) return undefined;
        const root = account.data.oidc_endpoint.replaceAll("{account_id}", accountId).replace(/\/+$/, "");
        const server = serverMetadata.safeParse(await read(`${root}/.well-known/oauth-authorization-server`));
        const endpoint = server.data?.token_endpoint ?? "";
        return URL.canParse(endpoint) && new URL(endpoint).origin === host ? endpoint : undefined;
    } catch {
        // The refusal of the known endpoint says what is wrong.
        return undefined;
    }
}

/** The methods that exchange an id token. */
export type IdTokenMethod = Extract<AuthMethod, { authType: "env-oidc" | "file-oidc" }>;

/** The id token, read anew: whoever issued it replaces it before it ends. */
export async function readIdToken(method: IdTokenMethod): Promise<string> {
    const token = method.authType === "env-oidc" ? method.read() : await readTokenFile(method.path);
    const trimmed = token?.trim() ?? "";
    if (trimmed !== "") return trimmed;
    throw new ConfigurationError(
        method.authType === "env-oidc"
            ? `The environment variable ${method.variable} holds no id token any more. Set it, or sign in another way (databricks:authType).`
            : `The file ${method.path} (DATABRICKS_OIDC_TOKEN_FILEPATH) holds no id token, or cannot be read. Correct the path, or sign in another way (databricks:authType).`,
    );
}

async function readTokenFile(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch {
        return undefined;
    }
}

/** A token of whoever did `databricks auth login`, and when it ends, in milliseconds since 1970. */
export async function readCliToken({
    command,
    args,
}: Extract<AuthMethod, { authType: "databricks-cli" }>): Promise<{ token: string; end: number | undefined }> {
    const called = `${command} auth token ${args.join(" ")}`;
    const { stdout } = await promisify(execFile)(command, ["auth", "token", ...args], {
        timeout: CLI_TIMEOUT,
        windowsHide: true,
    }).catch((error: unknown) => {
        throw new ConfigurationError(
            `The Databricks command line gave no token (\`${called}\`): ${complaint(error)}. Sign in with \`databricks auth login ${args.join(" ")}\`, name the program with DATABRICKS_CLI_PATH, or sign in another way (databricks:authType).`,
        ).causedBy(error);
    });
    const parsed = cliToken.safeParse(jsonOrNothing(stdout));
    if (!parsed.success) {
        throw new ConfigurationError(
            `The Databricks command line gave no token (\`${called}\`): its output is not that of version 0.100 or later. Update it.`,
        );
    }
    const end = Date.parse(parsed.data.expiry ?? "");
    return { token: parsed.data.access_token, end: Number.isNaN(end) ? undefined : end };
}

function complaint(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if ("code" in error && error.code === "ENOENT") return "there is no such program";
    const said = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
    return (said === "" ? "it failed without a word" : said).replace(/\s+/g, " ").slice(0, 500).replace(/\.$/, "");
}
