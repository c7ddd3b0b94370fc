import { randomBytes } from "node:crypto";

import type { ClientHooks, ClientOptions } from "../../provider/api/client";
import type { Clock } from "../../provider/api/clock";
import type { Credential } from "../../provider/api/credential";
import { NoResponseError } from "../../provider/api/errors";
import { partitionOf } from "../../provider/api/host";
import type { HttpRequest } from "../../provider/api/http";
import type { Answer } from "./answer";
import { Asker } from "./answer";
import { type Collection, collections, Created } from "./created";
import { NotTried } from "./row";
import { makeWorkspace, type WorkspaceScene } from "./workspace-scene";

/** What whoever runs the contract has given. */
export interface Given {
    readonly region: string;
    readonly role?: string | undefined;
    readonly bucket?: string | undefined;
    readonly keys: readonly string[];
    readonly network?: Readonly<Record<"vpc_id", string>> &
        Readonly<Record<"subnet_ids" | "security_group_ids", readonly string[]>>;
}

/** How the account is reached. */
export interface SceneOptions {
    readonly credential: Credential;
    readonly options: ClientOptions;
    readonly clock: Clock;
    readonly hooks: Pick<ClientHooks, "onRequest" | "onWait" | "userAgent">;
    /** Once it is aborted, no check sends anything; what was made is deleted all the same. */
    readonly signal: AbortSignal;
    readonly given: Given;
    /** How many bytes the service takes of one content. Default: 10,485,760, as Databricks does; a test's local cloud may take less. */
    readonly contentLimit?: number;
}

/** With what every name begins. */
export const PREFIX = "pulumi-databricks-cmk-contract";

/** What checks work with: the account, and what several of them look at, which is made when the first one needs it. */
export class Scene {
    /** With what the names of this run begin: no other run has it. */
    readonly prefix = `${PREFIX}-${randomBytes(4).toString("hex")}`;
    readonly clock: Clock;
    readonly given: Given;
    readonly created: Created;
    /** A storage configuration with every response about it. */
    readonly storage = lazy(() => this.make(collections.storage, this.storageBody("storage")));
    /** The answer to credentials with a role that cannot exist: no AWS account has that id. */
    readonly unusableRole = lazy(async () => {
        const { arnPartition } = partitionOf(this.options.credential.host);
        return this.make(
            collections.credentials,
            this.roleBody("no-role", `arn:${arnPartition}:iam::000000000000:role/none`),
        );
    });
    /** Credentials with the role that was given. */
    readonly credentials = lazy(async () => {
        const answer = await this.make(collections.credentials, this.roleBody("role", this.given.role ?? ""));
        return String(answer.done("the role").record["credentials_id"]);
    });
    /** The first key, registered for managed services. */
    readonly key = lazy(() => this.registerKey(this.given.keys[0], ["MANAGED_SERVICES"]));
    /** A workspace that is RUNNING. */
    readonly workspace: () => Promise<WorkspaceScene> = lazy(() => makeWorkspace(this));
    /** How many bytes are more than the service takes of one content. */
    readonly tooMany: number;
    private readonly account: Asker;
    private readonly base: string;

    constructor(readonly options: SceneOptions) {
        const { credential, clock, given, hooks, contentLimit = 10_485_760 } = options;
        this.tooMany = contentLimit + 1;
        this.given = given;
        this.clock = this.stoppable(clock);
        this.base = `/api/2.0/accounts/${credential.accountId}`;
        this.account = this.asker(credential);
        const deleting = new Asker(credential, options.options, clock, hooks);
        this.created = new Created(this.prefix, deleting, this.base, clock, given.keys);
    }

    /** A name of this run. */
    name(what: string): string {
        return `${this.prefix}-${what}`;
    }

    /** Sends a request about the account. */
    ask(method: HttpRequest["method"], path: string, body?: unknown): Promise<Answer> {
        return this.account.send(method, `${this.base}${path}`, body);
    }

    /** Makes an object that is deleted at the end, whatever the response says. */
    make(collection: Collection, body: unknown, post = () => this.ask("POST", collection.path, body)): Promise<Answer> {
        return this.created.make(collection, post);
    }

    /** Registers a key. */
    registerKey(arn: string | undefined, useCases: readonly string[]): Promise<Answer> {
        return this.make(collections.keys, { aws_key_info: { key_arn: arn }, use_cases: useCases });
    }

    /** The body of a storage configuration: buckets are looked at when a workspace is made, so any name will do. */
    storageBody(what: string, bucket = this.name("bucket"), more: object = {}): object {
        return { storage_configuration_name: this.name(what), root_bucket_info: { bucket_name: bucket }, ...more };
    }

    /** The body of credentials. */
    roleBody(what: string, role: string): object {
        return { credentials_name: this.name(what), aws_credentials: { sts_role: { role_arn: role } } };
    }

    /** A client of the account, or of a workspace's host, that a signal stops. */
    asker(credential: Credential, options: ClientOptions = this.options.options): Asker {
        const beforeSend = async () => this.requireRunning();
        return new Asker(credential, options, this.clock, { ...this.options.hooks, beforeSend });
    }

    /**
     * Waits until something is seen, and says how many milliseconds that took: 0 at the first look.
     *
     * @param limit at most, in milliseconds.
     */
    async until(limit: number, look: () => Promise<boolean>, pause = 5_000): Promise<number | undefined> {
        const began = this.clock.now();
        for (let looks = 1; ; looks++) {
            if (await look()) return looks === 1 ? 0 : this.clock.now() - began;
            if (this.clock.now() - began >= limit) return undefined;
            await this.clock.sleep(pause);
        }
    }

    private requireRunning(): void {
        if (this.options.signal.aborted) throw new NoResponseError("The request", "it was stopped", false);
    }

    /** No check sleeps on once it was stopped. */
    private stoppable(clock: Clock): Clock {
        const { signal } = this.options;
        const stopped = new Promise<void>((resolve) =>
            signal.addEventListener("abort", () => resolve(), { once: true }),
        );
        return {
            now: () => clock.now(),
            random: () => clock.random(),
            sleep: async (milliseconds) => {
                await Promise.race([clock.sleep(milliseconds), stopped]);
                this.requireRunning();
            },
        };
    }
}

/** Does it once, when it is first asked for. */
function lazy<Result>(run: () => Promise<Result>): () => Promise<Result> {
    let result: Promise<Result> | undefined;
    return () => (result ??= run());
}

/** A number of milliseconds that was waited for. Throws `NotTried` if the wait had no end. */
export function waited(milliseconds: number | undefined, what: string): number {
    if (milliseconds === undefined) throw new NotTried(`${what} within the time that is waited for`);
    return milliseconds;
}
