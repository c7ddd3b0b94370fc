import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Where the tests' stacks keep their secrets: an argument of `pulumi stack init`. */
export const SECRETS_PROVIDER = "hashivault://tests";

let started: Promise<Record<string, string>> | undefined;

/**
 * Starts a keeper of secrets that speaks as HashiCorp's Vault does, once for a process, and returns the environment in which the CLI
 * finds it. With a passphrase, each command of the CLI would first derive a key from it, in a million rounds.
 */
export function secretsKeeper(): Promise<Record<string, string>> {
    return (started ??= new Promise((resolve) => {
        const server = createServer((request, response) => {
            let text = "";
            request.on("data", (part) => (text += String(part)));
            request.on("end", () => {
                const { plaintext, ciphertext } = JSON.parse(text) as { plaintext?: string; ciphertext?: string };
                response.end(JSON.stringify({ data: { plaintext: ciphertext, ciphertext: plaintext } }));
            });
        });
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as AddressInfo;
            resolve({ VAULT_SERVER_URL: `http://127.0.0.1:${port}`, VAULT_SERVER_TOKEN: "tests" });
        });
        server.unref();
    }));
}
