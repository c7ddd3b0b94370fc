import { type Clock, systemClock } from "./clock";
import { Client, type ClientHooks, type ClientOptions, type ClientRequest } from "./client";
import type { Credential } from "./credential";
import { ApiError, NoResponseError, UnexpectedResponseError } from "./errors";
import { jsonOrNothing, writeJson } from "./json";

/**
 * The Account API of one account: authenticated, bounded in time and size, and patient where patience is safe.
 *
 * A read is retried after any failure that can pass (429, 5xx, a broken connection). A write is retried only when it is
 * certain that it had no effect: after a 429, or when no connection came about. Otherwise it fails with a
 * `NoResponseError` whose `mayHaveApplied` is true, and the caller looks before it repeats.
 */
export class AccountClient {
    private readonly client: Client;

    constructor(credential: Credential, options: ClientOptions, clock: Clock = systemClock, hooks: ClientHooks = {}) {
        this.client = new Client(credential, options, clock, hooks);
    }

    /** The account whose objects are meant if a program names none. */
    get accountId(): string {
        return this.client.credential.accountId;
    }

    /** The time by the service's clock at its latest response, in milliseconds since 1970; `undefined` before the first. */
    get serverTime(): number | undefined {
        return this.client.serverTime;
    }

    /** Origin of the account console. */
    get host(): string {
        return this.client.credential.host;
    }

    /**
     * Reads an object or a list: the parsed response.
     *
     * @param began when what is asked for was first tried, in milliseconds since 1970, if that was before this request:
     * its time has run since then. It is sent once at least.
     */
    async get(path: string, accountId = this.accountId, began?: number): Promise<unknown> {
        return this.request("GET", path, undefined, accountId, began);
    }

    /** Creates an object. */
    async post(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.request("POST", path, body, accountId);
    }

    /** Changes exactly the fields that the body names. */
    async patch(path: string, body: Record<string, unknown>, accountId = this.accountId): Promise<unknown> {
        const mask = Object.keys(body).map(encodeURIComponent).join(",");
        return this.request("PATCH", `${path}?update_mask=${mask}`, body, accountId);
    }

    /** Replaces an object's whole content. */
    async put(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.request("PUT", path, body, accountId);
    }

    /** Deletes an object. */
    async delete(path: string, accountId = this.accountId): Promise<void> {
        try {
            await this.request("DELETE", path, undefined, accountId);
        } catch (error) {
            if (!(error instanceof ApiError) || error.kind !== "conflict") throw error;
            throw error.withRemedy("Something still uses it: delete that first, then run the command again.");
        }
    }

    private async request(
        method: ClientRequest["method"],
        path: string,
        body: unknown,
        accountId: string,
        began?: number,
    ): Promise<unknown> {
        const name = `${method} ${path.replace(/\?.*/, "")}`;
        const reads = method === "GET";
        const text = await this.send(
            {
                name,
                method,
                path: `/api/2.0/accounts/${accountId}${path}`,
                body: body === undefined ? undefined : writeJson(body),
                repeatable: reads,
                began,
            },
            accountId,
            reads && /^\/[^/]+$/.test(path),
        );
        if (method === "DELETE" || text.trim() === "") return undefined;
        const parsed = jsonOrNothing(text);
        if (parsed !== undefined) return parsed;
        // The status says that it was done, so a write may well have been.
        if (!reads) throw new NoResponseError(name, "its body is not JSON", true);
        throw new UnexpectedResponseError(`the body of ${name} is not JSON`);
    }

    private async send(request: ClientRequest, accountId: string, isList: boolean): Promise<string> {
        try {
            return await this.client.send(request);
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (error.status === 401) throw error.withRemedy(this.unauthorized());
            throw error.status === 403 || (isList && error.kind === "missing") ? error.ofAccount(accountId) : error;
        }
    }

    private unauthorized(): string {
        const { as, source } = this.client.credential;
        const from = source === undefined ? "" : `, from ${source}`;
        const kept =
            source === "stack configuration"
                ? " For `refresh` and `destroy` the engine hands over the stack configuration of the last `pulumi up`: after a secret was rotated, run `pulumi up` first, add `--run-program`, or give the new one in the environment."
                : "";
        return `The credential (${as.authType}${from}) is wrong, has ended, was rotated, or is not one of the account ${this.accountId} (databricks:accountId): give a valid one.${kept}`;
    }
}
