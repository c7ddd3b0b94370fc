import { workspaceUrl } from "../provider/api/host";
import { databricksKeyPolicy } from "../sdk/policy-documents";
import type { Account } from "./account-api/account";
import { AccountApi } from "./account-api/account-api";
import { addWorkspace, type AddWorkspaceOptions } from "./account-api/add-workspace";
import { kinds } from "./account-api/kinds";
import type { AwsAccounts } from "./aws/connections";
import type { FakeAwsProvider } from "./aws/fake-aws-provider";
import type { Behavior } from "./behavior";
import type { Sent } from "./fault-responses";
import type { Fault } from "./faults";
import type { ApiRequest } from "./http";
import type { Kms } from "./kms/kms";
import { oidcApi } from "./oidc/oidc-api";
import type { TokenService } from "./oidc/tokens";
import type { LocalCloudOptions } from "./options";
import type { People } from "./people";
import { customer, CUSTOMER_AWS_ACCOUNT, type Parts, startParts } from "./parts";
import type { RecordedRequest } from "./requests";
import { type Address, CloudServer, type Route } from "./server";
import type { GitRemotes } from "./workspace-api/git-remotes";
import type { Schedules } from "./workspace-api/schedules";
import type { LocalWorkspace } from "./workspace-api/workspace";
import { WorkspaceApi } from "./workspace-api/workspace-api";
import type { WorkspaceStore } from "./workspace-api/workspace-store";

/**
 * Databricks' account and AWS on this machine: the Account API, workspaces' notebooks, a KMS, and a provider in the
 * place of the AWS plugin. Everything is in memory, on 127.0.0.1, and gone when it stops.
 */
export class LocalCloud {
    /** Origin of the Account API and, by the Host header, of the workspaces. */
    host = "";
    readonly accountId: string;
    /** A bearer token for the Account API; not valid in a workspace, see `tokens.createWorkspaceToken`. */
    readonly token: string;
    readonly clientId: string;
    readonly clientSecret: string;
    /** In which of its known ways the Account API behaves; a change holds from the next request on. */
    readonly behavior: Behavior;
    /** The KMS. */
    readonly kms: Kms;
    /** The account's objects. */
    readonly account: Account;
    /** The account's users, service principals and groups. */
    readonly people: People;
    /** What the workspaces hold, encrypted. */
    readonly workspaces: WorkspaceStore;
    /** The provider in the place of the AWS plugin. */
    readonly aws: FakeAwsProvider;
    /** The customer's AWS accounts: an AWS client names one by its access key. */
    readonly awsAccounts: AwsAccounts;
    /** The token endpoint. */
    readonly tokens: TokenService;
    private readonly server: CloudServer;
    private readonly api: AccountApi;
    private readonly workspaceApi: WorkspaceApi;

    private constructor(
        private readonly parts: Parts,
        private readonly options: LocalCloudOptions,
    ) {
        ({ accountId: this.accountId, kms: this.kms, account: this.account, workspaces: this.workspaces } = parts);
        this.people = parts.account.people;
        ({ aws: this.aws, awsAccounts: this.awsAccounts, tokens: this.tokens, behavior: this.behavior } = parts);
        ({ token: this.token, clientId: this.clientId, clientSecret: this.clientSecret } = parts.identity);
        this.api = new AccountApi(this.account, this.accountId, this.tokens, this.behavior, parts.now);
        this.workspaceApi = new WorkspaceApi(parts.now);
        this.server = new CloudServer(
            {
                account: (request) => this.api.answer(request),
                workspace: (address, request) => this.workspaceRoute(address, request),
            },
            this.behavior,
            options,
        );
    }

    /** Starts a local cloud. */
    static async start(options: LocalCloudOptions = {}): Promise<LocalCloud> {
        const cloud = new LocalCloud(await startParts(options), options);
        const origin = await cloud.server.listen(options.port ?? 0);
        cloud.host = options.partition === undefined ? origin : cloud.consoleAt(origin);
        if (options.workspacePorts === true)
            cloud.account.workspaceUrl = (workspaceId) => cloud.openWorkspacePort(workspaceId);
        return cloud;
    }

    /** Requests to the account and to workspaces, in order. */
    get requests(): RecordedRequest[] {
        return this.server.requests;
    }

    /** Which schedules run in which workspaces, and which ran in several at once. */
    get schedules(): Schedules {
        return this.workspaces.schedules;
    }

    /** The repositories outside the account that git folders are made from. */
    get gitRemotes(): GitRemotes {
        return this.workspaces.remotes;
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
        return workspaceUrl(this.host, name);
    }

    /**
     * Opens a port of its own for a workspace on 127.0.0.1 and returns its origin: for clients that cannot resolve names
     * below localhost. The same origin each time.
     */
    async openWorkspacePort(workspaceId: string): Promise<string> {
        return this.server.openWorkspacePort(workspaceId);
    }

    /** Makes a KMS key of the customer that Databricks may use for notebooks, and returns its ARN. */
    createKey(): string {
        const { arnPartition } = this.parts.partition;
        const policy = databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT, partition: this.options.partition });
        const caller = { principalArn: `arn:${arnPartition}:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: this.region };
        return (
            this.kms.call("CreateKey", { Policy: JSON.stringify(policy) }, caller)["KeyMetadata"] as { Arn: string }
        ).Arn;
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
            AWS_REGION: this.region,
            // The name that boto3 and the AWS CLI know.
            AWS_DEFAULT_REGION: this.region,
            AWS_ACCESS_KEY_ID: customer.accessKeyId,
            AWS_SECRET_ACCESS_KEY: customer.secretAccessKey,
            AWS_ENDPOINT_URL_KMS: this.parts.kmsServer.endpoint,
        };
    }

    /**
     * Answers a request to this host in this process, without a connection: for clients of which a test has very many.
     *
     * @internal
     */
    answerDirectly(request: ApiRequest, host: string): Promise<Sent> {
        return this.server.answerDirectly(request, host);
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
        const own = this.parts.sharesAws ? [] : [this.aws.stop()];
        await Promise.all([this.server.close(), this.parts.kmsServer.stop(), ...own]);
    }

    /** The first region of its part of AWS. */
    private get region(): string {
        const [region = "us-east-1"] = this.parts.partition.regions;
        return region;
    }

    /** The origin of the account console by the name that its part of AWS has, below localhost. */
    private consoleAt(origin: string): string {
        return `http://${this.parts.partition.accountHost}.localhost:${new URL(origin).port}`;
    }

    private workspaceRoute(address: Address, request: ApiRequest): Route | undefined {
        const workspaceId = this.addressedWorkspace(address);
        if (workspaceId === undefined) return undefined;
        const { accountId, tokens } = this;
        const workspace = this.workspaces.get(workspaceId);
        const hasMember = (name: string) => workspace.principals.find(name) !== undefined;
        return {
            workspaceId,
            identity: workspace.behavior.identifiesItself ? workspaceId : undefined,
            run: () =>
                this.workspaceApi.handle(workspace, request, this.account.readyAt(workspaceId), {
                    authenticate: (incoming) => tokens.authenticate(incoming, workspaceId),
                    answerOidc: (incoming) =>
                        oidcApi
                            .find(incoming)
                            ?.run({ request: incoming, accountId, tokens, workspace: { id: workspaceId, hasMember } }),
                }),
        };
    }

    /** The RUNNING workspace that a request is addressed to, if it is addressed to one. */
    private addressedWorkspace({ host, workspaceId }: Address): string | undefined {
        const workspace =
            workspaceId === undefined
                ? this.account.deployed(host.split(".")[0] ?? "")
                : this.account.find("workspaces", workspaceId);
        return workspace?.["workspace_status"] === "RUNNING" ? String(workspace["workspace_id"]) : undefined;
    }
}
