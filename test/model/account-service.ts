import { Account } from "../../local-cloud/account-api/account";
import { AccountApi } from "../../local-cloud/account-api/account-api";
import { type Behavior, defaultBehavior } from "../../local-cloud/behavior";
import { type ApiResponse, respond, serialize } from "../../local-cloud/http";
import type { TokenService } from "../../local-cloud/oidc/tokens";
import { type Fault, type FaultPlan, type Lie, Plans, workspaceIn } from "./lies";
import type { ModelClock } from "./model-clock";
import { piecesOf } from "./pieces";
import { connect, type Connection, disconnect, type ModelRequest, type ModelResponse, type Service } from "./requests";
import { observe } from "./violation";
import { WorkspaceHosts } from "./workspace-hosts";

export const ACCOUNT = "0ac0ffee-1234-4abc-8def-00c0ffee1234";

/** A bucket that the service takes for no storage configuration. */
export const REFUSED_BUCKET = "refused-bucket";

/** How long a request takes, in milliseconds. */
const REQUEST_TIME = 20;

/** A request that changes the account. */
export interface Write {
    readonly method: string;
    readonly path: string;
}

type Records = readonly Record<string, unknown>[];

/** The account of the local cloud and the hosts of its workspaces, without sockets, and what goes wrong with their requests. */
export class AccountService implements Service {
    readonly behavior: Behavior = { ...defaultBehavior, keyChange: "updatable", emptyTags: "applied" };
    readonly account: Account;
    readonly hosts: WorkspaceHosts;
    readonly writes: Write[] = [];
    /** Called before a request is answered, with the number of those before it in this deployment. */
    beforeRequest: (sent: number) => Promise<void> = () => Promise.resolve();
    /** Called when a workspace is deleted, before it goes. */
    onDelete: (id: string) => Promise<void> = () => Promise.resolve();
    /** Called when a provider has changed something in a workspace, with what was in it before. */
    onWrite: (id: string, before: ReadonlyMap<string, string>) => Promise<void> = () => Promise.resolve();
    /** Called when the processes are killed. */
    onKilled: () => void = () => undefined;
    /** How old what a read of workspaces shows may be, in milliseconds. */
    readsBehind = 0;
    /** The workspaces as they were, by time, while reads are behind. */
    private readonly earlier: { readonly at: number; readonly workspaces: Records }[] = [];
    /** Grows with every request and with everything that people do. */
    moment = 0;
    private readonly api: AccountApi;
    private readonly plans = new Plans();
    private created = 0;
    /** The workspaces as they were when the deployment began. */
    private before: Records = [];

    constructor(private readonly clock: ModelClock) {
        this.hosts = new WorkspaceHosts(clock, () => this.moment);
        this.account = new Account({
            accountId: ACCOUNT,
            now: () => clock.serviceTime(),
            behavior: this.behavior,
            workspaces: this.hosts.store,
            provisioningMilliseconds: 30_000,
            provisioningScatter: 0,
            deletionMilliseconds: 0,
            deploymentNamePrefix: undefined,
            awsVpcEndpoint: () => undefined,
            awsAccountId: "123456789012",
        });
        const tokens = { authenticate: () => "model" } as unknown as TokenService;
        this.api = new AccountApi(this.account, ACCOUNT, tokens, this.behavior);
    }

    /** A host name of its own for a provider process. */
    connect(): Connection {
        return connect(this);
    }

    /** The process is over. */
    disconnect(connection: Connection): void {
        disconnect(connection);
    }

    /** A deployment begins, in which this is to go wrong. */
    begin(fault: FaultPlan | undefined, lies: readonly Lie[]): void {
        this.plans.begin(fault, lies);
        this.hosts.forgetShown();
        this.before = structuredClone(this.account.list("workspaces"));
    }

    /** From now on nothing goes wrong. */
    end(): void {
        this.plans.begin(undefined, []);
    }

    async answer(connection: Connection, request: ModelRequest): Promise<ModelResponse> {
        const { path } = request;
        // Signing in is no part of the model: nothing goes wrong with it.
        if (path.includes("/.well-known/")) return this.reply({ status: 404, body: {} });
        if (path.endsWith("/v1/token"))
            return this.reply({ status: 200, body: { access_token: "model", expires_in: 1_000_000_000 } });
        await this.beforeRequest(this.plans.sent);
        this.clock.pass(REQUEST_TIME);
        this.moment++;
        return this.withFault(this.plans.next(), connection, request);
    }

    private async withFault(
        fault: Fault | undefined,
        connection: Connection,
        request: ModelRequest,
    ): Promise<ModelResponse> {
        if (fault !== undefined) observe("faults met");
        if (fault === "refused") return { broken: "ECONNREFUSED" };
        if (fault === "killed-before") return this.kill(connection);
        const failure = () => this.reply({ status: 500, body: { error_code: "INTERNAL_ERROR", message: "model" } });
        if (fault === "error") return failure();
        const answer = request.isForAccount ? await this.accountAnswer(request) : await this.hostAnswer(request);
        if (fault === "done-error") return failure();
        if (fault === "lost") return { broken: "ECONNRESET" };
        if (fault === "killed-after") return this.kill(connection);
        return answer;
    }

    private async accountAnswer(request: ModelRequest): Promise<ModelResponse> {
        const { method, path, query, bytes } = request;
        const lie = method === "GET" ? this.lieOfAccount(request) : this.refusal(request);
        if (lie !== undefined) return this.reply(lie);
        if (method !== "GET") this.writes.push({ method, path });
        const id = workspaceIn(request);
        if (method === "DELETE" && id !== undefined && this.account.find("workspaces", id) !== undefined)
            await this.onDelete(id);
        // Ids in the order of creation, the same for the same steps.
        if (method === "POST") this.account.nextWorkspaceId = String(1_000_000_000_000_001 + this.created);
        if (method === "POST" && path.endsWith("/workspaces")) this.created++;
        const text = bytes.toString();
        return this.reply(
            await respond(() => this.api.answer({ method, path, query, headers: {}, body: text, bytes }), "json"),
        );
    }

    private refusal(request: ModelRequest): ApiResponse | undefined {
        if (request.method === "POST" && request.bytes.includes(`"${REFUSED_BUCKET}"`))
            return { status: 400, body: { error_code: "QUOTA_EXCEEDED", message: "no more of these" } };
        if (request.method !== "DELETE" || !this.meets("busy", workspaceIn(request))) return undefined;
        return { status: 409, body: { error_code: "RESOURCE_CONFLICT", message: "the workspace is in use" } };
    }

    /** What is read of workspaces, if it is not the truth. */
    private lieOfAccount(request: ModelRequest): ApiResponse | undefined {
        const id = workspaceIn(request);
        if (id !== undefined && this.meets("missing", id)) return notThere(`workspace ${id} does not exist`);
        if (id !== undefined && this.plans.meets("old", undefined, 0)) {
            const old = this.before.find((one) => idOf(one) === id);
            return old === undefined ? notThere(`workspace ${id} does not exist`) : { status: 200, body: old };
        }
        if (this.readsBehind > 0 && (id !== undefined || request.path.endsWith("/workspaces"))) {
            const shown = this.earlierWorkspaces();
            if (id === undefined) return { status: 200, body: shown };
            const one = shown.find((each) => idOf(each) === id);
            return one === undefined ? notThere(`workspace ${id} does not exist`) : { status: 200, body: one };
        }
        if (!request.path.endsWith("/workspaces")) return undefined;
        if (this.plans.meets("old", undefined, 0)) return { status: 200, body: this.before };
        if (!this.plans.meets("late-list", undefined, 0)) return undefined;
        const known = new Set(this.before.map(idOf));
        return { status: 200, body: this.account.list("workspaces").filter((one) => known.has(idOf(one))) };
    }

    /** What a replica shows that is behind: a third, two thirds or all of the time that it may be. */
    private earlierWorkspaces(): Records {
        const now = this.clock.serviceTime();
        this.earlier.push({ at: now, workspaces: structuredClone(this.account.list("workspaces")) });
        const since = now - (this.readsBehind * (1 + (this.moment % 3))) / 3;
        return (this.earlier.findLast(({ at }) => at <= since) ?? this.earlier[0])?.workspaces ?? [];
    }

    private async hostAnswer(request: ModelRequest): Promise<ModelResponse> {
        const asked = this.account.deployed(request.hostName);
        if (asked?.["workspace_status"] !== "RUNNING")
            return this.reply({ status: 404, body: { error_code: "ENDPOINT_NOT_FOUND", message: "no such host" } });
        const id = idOf(asked);
        const [isWrong, isUnsaid] = [this.meets("wrong-host", id), this.meets("wrong-host-unsaid", id)];
        const actual = isWrong || isUnsaid ? this.other(id) : id;
        const headers: Record<string, string> =
            isUnsaid || this.meets("no-id", id) ? {} : { "x-databricks-org-id": actual };
        if (request.method === "GET" && this.meets("error-200", id))
            return this.reply({ status: 200, body: { error_code: "TEMPORARILY_UNAVAILABLE", message: "m" } }, headers);
        if (request.path.endsWith("/workspace/list") && this.meets("tree-missing", id))
            return this.reply(notThere(`Path (${request.query["path"] ?? ""}) doesn't exist.`), headers);
        const before = request.method === "GET" ? undefined : await piecesOf(this.hosts.get(actual));
        const response = await this.hosts.answer(actual, request);
        if (before !== undefined) await this.onWrite(actual, before);
        return this.reply(response, headers);
    }

    /** Another workspace that runs, if there is one. */
    private other(id: string): string {
        const running = this.account.list("workspaces").filter((one) => one["workspace_status"] === "RUNNING");
        return running.map(idOf).find((one) => one !== id) ?? id;
    }

    private meets(tell: Lie["tell"], id: string | undefined): boolean {
        const ids = this.account.list("workspaces").map(idOf);
        const position = id === undefined ? -1 : ids.indexOf(id);
        return position >= 0 && this.plans.meets(tell, position, ids.length);
    }

    private reply({ status, body, bytes }: ApiResponse, headers: Record<string, string> = {}): ModelResponse {
        const date = new Date(this.clock.serviceTime()).toUTCString();
        return { status, text: bytes?.toString() ?? serialize(body), headers: { ...headers, date } };
    }

    private kill(connection: Connection): ModelResponse {
        connection.dead = true;
        this.onKilled();
        return { broken: "ECONNREFUSED" };
    }
}

function notThere(message: string): ApiResponse {
    return { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST", message } };
}

/** The id of a workspace as the account has it. */
export function idOf(workspace: Record<string, unknown>): string {
    return String(workspace["workspace_id"]).replace("\0int64:", "");
}
