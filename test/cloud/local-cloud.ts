import { randomBytes, randomUUID } from "node:crypto";

import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { Account } from "./account-api/account";
import { AccountApi } from "./account-api/account-api";
import { kinds } from "./account-api/kinds";
import { type Behaviour, defaultBehaviour } from "./behaviour";
import { FakeAwsProvider } from "./aws/fake-aws-provider";
import type { Fault } from "./faults";
import type { ApiRequest } from "./http";
import { clientsOf } from "./kms/clients";
import type { KmsCaller } from "./kms/key";
import { Kms } from "./kms/kms";
import { KmsServer } from "./kms/server";
import { type Identity, TokenService } from "./oidc";
import type { LocalCloudOptions } from "./options";
import { CloudServer, type RecordedRequest, type Route } from "./server";
import { addWorkspace, type AddWorkspaceOptions } from "./workspace-api/add-workspace";
import type { LocalWorkspace } from "./workspace-api/workspace";
import { WorkspaceStore } from "./workspace-api/workspace-store";
import { WorkspaceApi } from "./workspace-api/workspace-api";

/** The AWS account of the local cloud's customer. */
export const CUSTOMER_AWS_ACCOUNT = "123456789012";

const customer = { accessKeyId: "AKIACUSTOMER00000000", secretAccessKey: "local" };
const databricks = { accessKeyId: "AKIADATABRICKS000000", secretAccessKey: "local" };

/** The parts that a local cloud is made of. */
interface Parts {
    readonly kms: Kms;
    readonly kmsServer: KmsServer;
    readonly account: Account;
    readonly workspaces: WorkspaceStore;
    readonly aws: FakeAwsProvider;
    readonly tokens: TokenService;
    readonly identity: Identity;
    readonly behaviour: Behaviour;
    readonly now: () => number;
}

/**
 * Databricks' account and AWS on this machine: the Account API, workspaces' notebooks, a KMS, and a provider in the
 * place of the AWS plugin. Everything is in memory, on 127.0.0.1, and gone when it stops.
 */
export class LocalCloud {
    /** Origin of the Account API and, by the Host header, of the workspaces. */
    host = "";
    readonly token: string;
    readonly clientId: string;
    readonly clientSecret: string;
    /** In which of its known ways the Account API behaves; a change holds from the next request on. */
    readonly behaviour: Behaviour;
    /** The KMS. */
    readonly kms: Kms;
    /** The account's objects. */
    readonly account: Account;
    /** What the workspaces hold, encrypted. */
    readonly workspaces: WorkspaceStore;
    /** The provider in the place of the AWS plugin. */
    readonly aws: FakeAwsProvider;
    /** The token endpoint. */
    readonly tokens: TokenService;
    private readonly server: CloudServer;
    private readonly api: AccountApi;
    private readonly workspaceApi: WorkspaceApi;

    private constructor(
        readonly accountId: string,
        private readonly parts: Parts,
        requestsPerSecond: number | undefined,
    ) {
        ({ kms: this.kms, account: this.account, workspaces: this.workspaces } = parts);
        ({ aws: this.aws, tokens: this.tokens, behaviour: this.behaviour } = parts);
        ({ token: this.token, clientId: this.clientId, clientSecret: this.clientSecret } = parts.identity);
        this.api = new AccountApi(this.account, accountId, this.tokens, this.behaviour);
        this.workspaceApi = new WorkspaceApi(parts.now);
        this.server = new CloudServer(
            {
                account: (request) => this.api.answer(request),
                workspace: (host, request) => this.workspaceRoute(host, request),
            },
            this.behaviour,
            requestsPerSecond,
        );
    }

    /** Starts a local cloud. */
    static async start(options: LocalCloudOptions = {}): Promise<LocalCloud> {
        const now = options.now ?? Date.now;
        const accountId = options.accountId ?? "0ac0ffee-1234-4abc-8def-00c0ffee1234";
        const behaviour: Behaviour = { ...defaultBehaviour, ...options.behaviour };
        const kms = new Kms({ awsAccountId: CUSTOMER_AWS_ACCOUNT, now });
        const kmsServer = await KmsServer.start(
            kms,
            new Map<string, Omit<KmsCaller, "region">>([
                [customer.accessKeyId, { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root` }],
                [databricks.accessKeyId, databricksPrincipal(accountId)],
            ]),
        );
        const identity = identityOf(options);
        const workspaces = new WorkspaceStore({
            kms: clientsOf(kmsServer.endpoint, databricks),
            now,
            dekCacheMilliseconds: options.dekCacheMilliseconds ?? 300_000,
            behavior: options.workspaces,
            servicePrincipals: [identity.clientId],
        });
        const aws = await FakeAwsProvider.start({
            kmsEndpoint: kmsServer.endpoint,
            awsAccountId: CUSTOMER_AWS_ACCOUNT,
            region: "us-east-1",
            credentials: customer,
        });
        const account = new Account({
            accountId,
            now,
            behaviour,
            workspaces,
            provisioningMilliseconds: options.provisioningMilliseconds ?? 1000,
            provisioningScatter: options.provisioningScatter ?? 0,
            deletionMilliseconds: options.deletionMilliseconds ?? 0,
            deploymentNamePrefix: options.deploymentNamePrefix,
            awsVpcEndpoint: (id) => aws.vpcEndpoint(id),
            awsAccountId: CUSTOMER_AWS_ACCOUNT,
        });
        const tokens = new TokenService(identity, now);
        const parts = { kms, kmsServer, account, workspaces, aws, tokens, identity, behaviour, now };
        const cloud = new LocalCloud(accountId, parts, options.requestsPerSecond);
        cloud.host = await cloud.server.listen(options.port ?? 0);
        return cloud;
    }

    /** Requests to the account and to workspaces, in order. */
    get requests(): RecordedRequest[] {
        return this.server.requests;
    }

    /** One workspace: what it holds and who belongs to it, to look at, to fill and to make it misbehave. */
    workspace(workspaceId: string): LocalWorkspace {
        return this.workspaces.get(workspaceId);
    }

    /** Puts a RUNNING workspace into the account from outside, and returns it. */
    async addWorkspace(options: AddWorkspaceOptions = {}): Promise<LocalWorkspace> {
        return this.workspace(await addWorkspace(this.account, options));
    }

    /** The origin of a workspace's own API. */
    workspaceUrl(workspaceId: string): string {
        const name = String(this.account.get("workspaces", workspaceId)["deployment_name"]);
        return `http://${name}.localhost:${new URL(this.host).port}`;
    }

    /** Makes a KMS key of the customer that Databricks may use for notebooks, and returns its ARN. */
    createKey(): string {
        const policy = JSON.stringify(databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT }));
        const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
        return (this.kms.call("CreateKey", { Policy: policy }, caller)["KeyMetadata"] as { Arn: string }).Arn;
    }

    /** Forgets the recorded requests and counts anew. */
    clearRequests(): void {
        this.server.clearRequests();
    }

    /** Lets something go wrong; the function returned ends it. */
    inject(fault: Fault): () => void {
        return this.server.inject(fault);
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
            AWS_ENDPOINT_URL_KMS: this.parts.kmsServer.endpoint,
        };
    }

    /** Everything that is still there, a line each; KMS keys pending deletion do not count. */
    contents(): string[] {
        return [
            ...Object.entries(kinds).flatMap(([kind, { id }]) =>
                this.account.list(kind).map((record) => `${kind} ${String(record[id])}`),
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
        await Promise.all([this.server.close(), this.parts.kmsServer.stop(), this.aws.stop()]);
    }

    private workspaceRoute(host: string, request: ApiRequest): Route | undefined {
        const workspace = this.account.deployed(host.split(".")[0] ?? "");
        if (workspace?.["workspace_status"] !== "RUNNING") return undefined;
        const workspaceId = String(workspace["workspace_id"]);
        return {
            workspaceId,
            run: () =>
                this.workspaceApi.handle(
                    this.workspaces.get(workspaceId),
                    request,
                    this.account.readyAt(workspaceId),
                    () => {
                        this.tokens.requireBearer(request);
                        return this.clientId;
                    },
                ),
        };
    }
}

/** Databricks' role in AWS when it acts for an account: its session is tagged with the account's id. */
function databricksPrincipal(accountId: string): Omit<KmsCaller, "region"> {
    return {
        principalArn: "arn:aws:iam::414351767826:root",
        context: { "aws:PrincipalTag/DatabricksAccountId": accountId },
    };
}

function identityOf(options: LocalCloudOptions): Identity {
    return {
        token: options.token ?? `dapi${randomBytes(16).toString("hex")}`,
        clientId: options.clientId ?? randomUUID(),
        clientSecret: options.clientSecret ?? `dose${randomBytes(16).toString("hex")}`,
    };
}
