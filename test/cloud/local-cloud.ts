import { randomBytes, randomUUID } from "node:crypto";

import { KMSClient } from "@aws-sdk/client-kms";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";

import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { Account, ApiError } from "./account";
import { type ApiAnswer, AccountApi, type ApiRequest } from "./account-api";
import { AwsStandIn } from "./aws-stand-in";
import { Kms } from "./kms";
import { KmsServer } from "./kms-server";
import { NotebookStore } from "./notebooks";
import { WorkspaceApi } from "./workspace-api";

/** The AWS account of the local cloud's customer. */
export const CUSTOMER_AWS_ACCOUNT = "123456789012";

const customer = { accessKeyId: "AKIACUSTOMER00000000", secretAccessKey: "local" };
const databricks = { accessKeyId: "AKIADATABRICKS000000", secretAccessKey: "local" };

/** How a local cloud is to be; times are in milliseconds. */
export interface LocalCloudOptions {
    /** Default: a fixed uuid. */
    accountId?: string;
    /** Default: a random one. */
    token?: string;
    /** Default: a random one. */
    clientId?: string;
    /** Default: a random one. */
    clientSecret?: string;
    /** What the account puts in front of deployment names. Default: nothing. */
    deploymentNamePrefix?: string;
    /** How long a workspace is PROVISIONING. Default: 1000. */
    provisioningMilliseconds?: number;
    /** By which share of that, 0 to 1, at most a workspace is ready sooner: by chance, each by its own. Default: 0. */
    provisioningScatter?: number;
    /** How long a deleted workspace is still shown. Default: 0. */
    deletionMilliseconds?: number;
    /** How long the control plane keeps a data encryption key. Default: 300000. */
    dekCacheMilliseconds?: number;
    /** Whether the service can change the key of a running workspace. Default: `immutable`. */
    keyChange?: "immutable" | "updatable";
    /** Requests beyond these in a second are answered with 429. Default: no limit. */
    requestsPerSecond?: number;
    /** Default: any free port. */
    port?: number;
    /** The clock. Default: the machine's. */
    now?: () => number;
}

/** A request to the Account API that was answered, or was not, because of a fault. */
export interface RecordedRequest {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    /** The parsed body; `undefined` where there was none, or no JSON. */
    readonly body: unknown;
    /** 0 where no answer was given. */
    status: number;
    /** When it came in, in milliseconds since 1970. */
    readonly time: number;
    /** When its answer was made, in milliseconds since 1970: the answer shows the account as it was then. */
    answered: number | undefined;
    /** Bytes of the answer's body, where it was sent whole. */
    bytes: number;
    fault: string | undefined;
}

/** Something that goes wrong with a request. */
export type Misfortune =
    /** An answer in place of the effect, or after it. */
    | { kind: "status"; status: number; headers?: Record<string, string>; body?: string; afterEffect?: boolean }
    /** The answer comes late. */
    | { kind: "delay"; milliseconds: number }
    /** The connection breaks before or after the effect. */
    | { kind: "drop"; when: "before" | "after" }
    /** The effect happens, and this is answered with status 200. */
    | { kind: "body"; body: string; contentType?: string }
    /** The effect happens, and half of the answer is sent. */
    | { kind: "truncate" }
    /** Something of the test's own is done before or after the effect, which then goes on as usual. */
    | { kind: "call"; when: "before" | "after"; run: () => Promise<void> }
    /** Nothing is ever answered; the effect does not happen. */
    | { kind: "hang" };

/** Which requests a misfortune meets. */
export interface Fault {
    /** `index` counts the requests since the start or the last `clearRequests`. */
    when(request: { method: string; path: string; index: number }): boolean;
    /** How many requests it meets. Default: all. */
    times?: number;
    do: Misfortune;
}

/**
 * Databricks' account and AWS on this machine: the Account API, workspaces' notebooks, a KMS, and a provider that
 * stands in for AWS. Everything is in memory, on 127.0.0.1, and gone when it stops.
 */
export class LocalCloud {
    /** Requests to the Account API, in order. */
    readonly requests: RecordedRequest[] = [];
    /** Origin of the Account API and, by the Host header, of the workspaces. */
    host = "";
    private readonly faults = new Set<Fault>();
    private readonly server = Fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 });
    private index = 0;
    private recent: number[] = [];

    private constructor(
        readonly accountId: string,
        readonly token: string,
        readonly clientId: string,
        readonly clientSecret: string,
        /** The KMS. */
        readonly kms: Kms,
        private readonly kmsServer: KmsServer,
        /** The account's objects. */
        readonly account: Account,
        /** The notebooks, encrypted. */
        readonly notebooks: NotebookStore,
        /** What stands in for AWS. */
        readonly aws: AwsStandIn,
        /** The Account API without its HTTP. */
        readonly api: AccountApi,
        private readonly options: LocalCloudOptions,
    ) {}

    /** Starts a local cloud. */
    static async start(options: LocalCloudOptions = {}): Promise<LocalCloud> {
        const now = options.now ?? Date.now;
        const accountId = options.accountId ?? "0ac0ffee-1234-4abc-8def-00c0ffee1234";
        const kms = new Kms({ awsAccountId: CUSTOMER_AWS_ACCOUNT, now });
        const kmsServer = await KmsServer.start(
            kms,
            new Map([
                [customer.accessKeyId, `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`],
                [databricks.accessKeyId, "arn:aws:iam::414351767826:root"],
            ]),
        );
        const clients = new Map<string, KMSClient>();
        const kmsOf = (region: string) => {
            const client =
                clients.get(region) ??
                new KMSClient({ region, endpoint: kmsServer.endpoint, credentials: databricks, maxAttempts: 1 });
            clients.set(region, client);
            return client;
        };
        const notebooks = new NotebookStore({
            kms: kmsOf,
            now,
            dekCacheMilliseconds: options.dekCacheMilliseconds ?? 300_000,
        });
        const aws = await AwsStandIn.start({
            kmsEndpoint: kmsServer.endpoint,
            awsAccountId: CUSTOMER_AWS_ACCOUNT,
            region: "us-east-1",
            credentials: customer,
        });
        const account = new Account({
            accountId,
            now,
            notebooks,
            provisioningMilliseconds: options.provisioningMilliseconds ?? 1000,
            provisioningScatter: options.provisioningScatter ?? 0,
            deletionMilliseconds: options.deletionMilliseconds ?? 0,
            deploymentNamePrefix: options.deploymentNamePrefix,
            keyChange: options.keyChange ?? "immutable",
            awsVpcEndpoint: (id) => aws.vpcEndpoint(id),
            awsAccountId: CUSTOMER_AWS_ACCOUNT,
        });
        const identity = {
            token: options.token ?? `dapi${randomBytes(16).toString("hex")}`,
            clientId: options.clientId ?? randomUUID(),
            clientSecret: options.clientSecret ?? `dose${randomBytes(16).toString("hex")}`,
        };
        const api = new AccountApi(account, accountId, identity, now);
        const cloud = new LocalCloud(
            accountId,
            identity.token,
            identity.clientId,
            identity.clientSecret,
            kms,
            kmsServer,
            account,
            notebooks,
            aws,
            api,
            options,
        );
        await cloud.listen();
        return cloud;
    }

    /** Makes a KMS key of the customer that Databricks may use for notebooks, and returns its ARN. */
    createKey(): string {
        const policy = JSON.stringify(databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT }));
        const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
        return (this.kms.call("CreateKey", { Policy: policy }, caller)["KeyMetadata"] as { Arn: string }).Arn;
    }

    /** Forgets the recorded requests and counts anew. */
    clearRequests(): void {
        this.requests.length = 0;
        this.index = 0;
    }

    /** Lets something go wrong; the function returned ends it. */
    inject(fault: Fault): () => void {
        const armed = { ...fault, when: fault.when.bind(fault) };
        this.faults.add(armed);
        return () => this.faults.delete(armed);
    }

    /** The environment in which a stack program uses this cloud. */
    environment(): Record<string, string> {
        return {
            DATABRICKS_HOST: this.host,
            DATABRICKS_ACCOUNT_ID: this.accountId,
            DATABRICKS_CLIENT_ID: this.clientId,
            DATABRICKS_CLIENT_SECRET: this.clientSecret,
            PULUMI_DEBUG_PROVIDERS: `aws:${this.aws.port}`,
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: customer.accessKeyId,
            AWS_SECRET_ACCESS_KEY: customer.secretAccessKey,
            AWS_ENDPOINT_URL_KMS: this.kmsServer.endpoint,
        };
    }

    /** Everything that is still there, a line each; KMS keys pending deletion do not count. */
    contents(): string[] {
        return [
            ...[
                "workspaces",
                "customer-managed-keys",
                "credentials",
                "storage-configurations",
                "networks",
                "vpc-endpoints",
                "private-access-settings",
            ].flatMap((kind) =>
                this.account
                    .list(kind)
                    .map(
                        (record) =>
                            `${kind} ${String(record[`${kind === "credentials" ? kind : kind.replace(/s$/, "").replaceAll("-", "_")}_id`] ?? record["private_access_settings_id"])}`,
                    ),
            ),
            ...this.kms
                .keys()
                .filter(({ deletion }) => deletion === undefined)
                .map(({ arn }) => `KMS key ${arn}`),
            ...this.kms.aliases().map(({ name }) => `KMS alias ${name}`),
            ...this.aws
                .resources()
                .filter(({ type }) => !type.startsWith("aws:kms/"))
                .map(({ type, id }) => `${type} ${id}`),
        ];
    }

    /** Ends it, and everything in it. */
    async stop(): Promise<void> {
        await Promise.all([this.server.close(), this.kmsServer.stop(), this.aws.stop()]);
    }

    private async listen(): Promise<void> {
        const workspaceApi = new WorkspaceApi(this.notebooks);
        this.server.removeAllContentTypeParsers();
        this.server.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
        this.server.all("/*", async (incoming, reply) => {
            const request = requestOf(incoming);
            const workspace = this.account.deployed(String(incoming.headers.host ?? "").split(".")[0] ?? "");
            if (workspace?.["workspace_status"] !== "RUNNING") return this.answerAccount(request, reply);
            return send(
                reply,
                await answered(async () => {
                    this.api.requireBearer(request);
                    return workspaceApi.answer(String(workspace["workspace_id"]), request);
                }),
            );
        });
        this.host = await this.server.listen({ host: "127.0.0.1", port: this.options.port ?? 0 });
    }

    private async answerAccount(request: ApiRequest, reply: FastifyReply): Promise<unknown> {
        const record = this.record(request);
        const fault = this.faultFor(record);
        record.fault = fault?.kind;
        if (fault?.kind === "hang") {
            reply.hijack();
            return undefined;
        }
        if (fault?.kind === "drop" && fault.when === "before") return this.drop(reply);
        if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
        if (fault?.kind === "call" && fault.when === "before") await fault.run();
        const limited = this.limited();
        const instead = fault?.kind === "status" && fault.afterEffect !== true;
        const answer = instead
            ? { status: fault.status, body: undefined }
            : (limited ?? (await answered(() => this.api.answer(request))));
        record.status = answer.status;
        record.answered = Date.now();
        if (fault?.kind === "call" && fault.when === "after") await fault.run();
        if (fault?.kind === "drop") return this.drop(reply);
        if (fault?.kind === "status") {
            record.status = fault.status;
            return reply
                .status(fault.status)
                .headers({ "content-type": "application/json", ...fault.headers })
                .send(fault.body ?? refusalFor(fault.status));
        }
        if (fault?.kind === "body")
            return reply
                .status(200)
                .type(fault.contentType ?? "application/json")
                .send(fault.body);
        if (fault?.kind === "truncate") {
            const text = written(answer.body);
            reply.hijack();
            reply.raw.writeHead(answer.status, {
                "content-type": "application/json",
                "content-length": Buffer.byteLength(text),
            });
            reply.raw.write(text.slice(0, Math.ceil(text.length / 2)), () => reply.raw.socket?.destroy());
            return undefined;
        }
        if (limited !== undefined) void reply.header("retry-after", "1");
        const text = written(answer.body);
        record.bytes = Buffer.byteLength(text);
        return sendText(reply, answer.status, text);
    }

    private record(request: ApiRequest): RecordedRequest {
        let body: unknown;
        try {
            body = request.body === "" ? undefined : JSON.parse(request.body);
        } catch {
            body = undefined;
        }
        const record: RecordedRequest = {
            method: request.method,
            path: request.path,
            query: request.query,
            body,
            status: 0,
            time: Date.now(),
            answered: undefined,
            bytes: 0,
            fault: undefined,
        };
        this.requests.push(record);
        return record;
    }

    private faultFor({ method, path }: RecordedRequest): Misfortune | undefined {
        const index = this.index++;
        for (const fault of this.faults) {
            if (!fault.when({ method, path, index })) continue;
            if (fault.times !== undefined && --fault.times <= 0) this.faults.delete(fault);
            return fault.do;
        }
        return undefined;
    }

    private limited(): ApiAnswer | undefined {
        const limit = this.options.requestsPerSecond;
        if (limit === undefined) return undefined;
        const now = Date.now();
        this.recent = this.recent.filter((time) => time > now - 1000);
        if (this.recent.length >= limit)
            return { status: 429, body: { error_code: "REQUEST_LIMIT_EXCEEDED", message: "Too many requests" } };
        this.recent.push(now);
        return undefined;
    }

    private drop(reply: FastifyReply): undefined {
        reply.hijack();
        reply.raw.socket?.destroy();
        return undefined;
    }
}

function requestOf(incoming: FastifyRequest): ApiRequest {
    const url = new URL(incoming.url, "http://local");
    return {
        method: incoming.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: incoming.headers,
        body: typeof incoming.body === "string" ? incoming.body : "",
    };
}

async function answered(answer: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    try {
        return await answer();
    } catch (error) {
        if (error instanceof ApiError)
            return { status: error.status, body: { error_code: error.code, message: error.message } };
        return {
            status: 500,
            body: { error_code: "INTERNAL_ERROR", message: `The local cloud failed: ${String(error)}` },
        };
    }
}

/** The answer's JSON; a workspace's id is an integer there, whatever its size. */
function written(body: unknown): string {
    return JSON.stringify(body).replace(/"workspace_id":"(\d+)"/g, '"workspace_id":$1');
}

function send(reply: FastifyReply, { status, body }: ApiAnswer): FastifyReply {
    return sendText(reply, status, written(body));
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
    return reply.status(status).type("application/json").send(text);
}

function refusalFor(status: number): string {
    const code =
        status === 429 ? "REQUEST_LIMIT_EXCEEDED" : status === 503 ? "TEMPORARILY_UNAVAILABLE" : "INTERNAL_ERROR";
    return JSON.stringify({ error_code: code, message: "An injected fault." });
}
