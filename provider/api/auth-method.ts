/** How requests are authenticated, by the names that all Databricks tools give the methods. */
export type AuthMethod =
    /** A token as it was given. */
    | { readonly authType: "pat"; readonly token: string }
    /** A service principal with a secret. */
    | { readonly authType: "oauth-m2m"; readonly clientId: string; readonly clientSecret: string }
    /** An id token from an environment variable, exchanged for an access token. */
    | {
          readonly authType: "env-oidc";
          /** The service principal; `undefined`: federation for the whole account. */
          readonly clientId: string | undefined;
          readonly variable: string;
          /** Reads the variable anew. */
          readonly read: () => string | undefined;
      }
    /** An id token from a file. */
    | { readonly authType: "file-oidc"; readonly clientId: string | undefined; readonly path: string }
    /** An id token of a GitHub Actions job. */
    | {
          readonly authType: "github-oidc";
          readonly clientId: string | undefined;
          readonly requestUrl: string;
          readonly requestToken: string;
          readonly audience: string;
      }
    /** Who did `databricks auth login` on this machine. */
    | { readonly authType: "databricks-cli"; readonly command: string; readonly args: readonly string[] };

/** Every form in which a request carries the secret of this method, for `redact`. */
export function secretsOf(method: AuthMethod): string[] {
    switch (method.authType) {
        case "pat":
            return [method.token];
        case "oauth-m2m": {
            const { clientId, clientSecret } = method;
            return [Buffer.from(`${clientId}:${clientSecret}`).toString("base64"), clientSecret];
        }
        case "github-oidc":
            return [method.requestToken];
        default:
            return [];
    }
}
