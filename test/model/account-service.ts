import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from "axios";

import { Account } from "../cloud/account-api/account";
import { AccountApi } from "../cloud/account-api/account-api";
import { type Behavior, defaultBehavior } from "../cloud/behavior";
import { type ApiResponse, respond, serialize } from "../cloud/http";
import type { TokenService } from "../cloud/oidc/tokens";
import type { WorkspaceStore } from "../cloud/workspace-api/workspace-store";

export const ACCOUNT = "0ac0ffee-1234-4abc-8def-00c0ffee1234";

/** What goes wrong with one request. */
export type Fault =
    /** It is never sent. */
    | "refused"
    /** It has its effect, and its response is lost. */
    | "lost"
    /** The service answers 500 and does nothing. */
    | "error"
    /** The engine and its provider are killed before it is sent. */
    | "killed-before"
    /** The engine and its provider are killed when it has had its effect. */
    | "killed-after";

/** A request that changes the account. */
export interface Write {
    readonly method: string;
    readonly path: string;
}

/** One provider process's connection to the service. */
export interface Connection {
    readonly host: string;
    /** Whether the process was killed. */
    dead: boolean;
}

/**
 * The account of the local cloud without its sockets: the requests of the provider's own HTTP client are answered in this
 * process. With them, and with a KMS behind each workspace, 10,000 sequences would take an hour; what is left out is Node's
 * networking, which the tests of the client cover.
 */
export class AccountService {
    readonly behavior: Behavior = { ...defaultBehavior, keyChange: "updatable", emptyTags: "applied" };
    readonly account: Account;
    readonly writes: Write[] = [];
    /** Called when a workspace is deleted, before it goes. */
    onDelete: (id: string) => void = () => undefined;
    /** Called when the processes are killed. */
    onKilled: () => void = () => undefined;
    /** Whether the service principal may read what is in workspaces. */
    treesReadable = true;
    /** Whether somebody has put something into a workspace. */
    holdsContent: (id: string) => boolean = () => false;
    /** Counts down with each request; the fault meets the one at zero. */
    private armed: { after: number; fault: Fault } | undefined;
    private readonly api: AccountApi;

    constructor(private readonly clock: { now(): number; skew: number }) {
        const now = () => clock.now() + clock.skew;
        const nothing = { open: () => Promise.resolve(), rewrap: () => Promise.resolve(), close: () => undefined };
        this.account = new Account({
            accountId: ACCOUNT,
            now,
            behavior: this.behavior,
            workspaces: nothing as unknown as WorkspaceStore,
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
        const domain = `process-${++processes}.invalid`;
        const connection = { host: `https://accounts.${domain}`, dead: false };
        services.set(domain, { service: this, connection });
        return connection;
    }

    /** The process is over. */
    disconnect(connection: Connection): void {
        services.delete(domainOf(connection.host));
    }

    /** Lets something go wrong with the request that comes after this many others. */
    arm(after: number, fault: Fault): void {
        this.armed = { after, fault };
    }

    disarm(): void {
        this.armed = undefined;
    }

    /** Answers a request of a provider process, to the account or to a workspace. */
    async answer(connection: Connection, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
        if (connection.dead) throw broken("ECONNREFUSED", config);
        const url = new URL(String(config.url), config.baseURL);
        const reply = ({ status, body }: ApiResponse) => response(config, status, serialize(body), this.date());
        // Signing in is no part of the model: no fault meets it.
        if (url.pathname.includes("/.well-known/")) return reply({ status: 404, body: {} });
        if (url.pathname.endsWith("/v1/token"))
            return reply({ status: 200, body: { access_token: "model", expires_in: 1_000_000_000 } });
        const fault = this.nextFault();
        if (fault === "refused") throw broken("ECONNREFUSED", config);
        if (fault === "killed-before") return this.kill(connection, config);
        if (fault === "error") return reply({ status: 500, body: { error_code: "INTERNAL_ERROR", message: "model" } });
        const answer =
            url.origin === connection.host
                ? await this.accountAnswer(url, config)
                : this.treeAnswer(url.hostname.split(".")[0] ?? "", url.searchParams.get("path") ?? "");
        if (fault === "lost") throw broken("ECONNRESET", config);
        if (fault === "killed-after") return this.kill(connection, config);
        return reply(answer);
    }

    private async accountAnswer(url: URL, config: InternalAxiosRequestConfig): Promise<ApiResponse> {
        const method = String(config.method).toUpperCase();
        if (method !== "GET") this.writes.push({ method, path: url.pathname });
        const deleted = /\/workspaces\/(\d+)$/.exec(url.pathname)?.[1];
        if (method === "DELETE" && deleted !== undefined && this.account.find("workspaces", deleted) !== undefined)
            this.onDelete(deleted);
        const text = typeof config.data === "string" ? config.data : "";
        const request = {
            method,
            path: url.pathname,
            query: Object.fromEntries(url.searchParams),
            headers: {},
            body: text,
            bytes: Buffer.from(text),
        };
        return respond(() => this.api.answer(request), "json");
    }

    /** What is in a folder of a workspace: the folders that each one has, and a notebook where people work in it. */
    private treeAnswer(deploymentName: string, path: string): ApiResponse {
        const workspace = this.account.deployed(deploymentName);
        if (workspace === undefined)
            return { status: 404, body: { error_code: "ENDPOINT_NOT_FOUND", message: "none" } };
        if (!this.treesReadable) return { status: 403, body: { error_code: "PERMISSION_DENIED", message: "model" } };
        const notebook = { path: "/Shared/report", object_type: "NOTEBOOK", object_id: 3, language: "PYTHON" };
        const folders = ["/Shared", "/Users"].map((name, index) => ({
            path: name,
            object_type: "DIRECTORY",
            object_id: index + 1,
        }));
        const isUsed = this.holdsContent(idOf(workspace));
        return {
            status: 200,
            body: { objects: path === "/" ? folders : path === "/Shared" && isUsed ? [notebook] : [] },
        };
    }

    private date(): string {
        return new Date(this.clock.now() + this.clock.skew).toUTCString();
    }

    private nextFault(): Fault | undefined {
        if (this.armed === undefined || this.armed.after-- > 0) return undefined;
        const { fault } = this.armed;
        this.armed = undefined;
        return fault;
    }

    private kill(connection: Connection, config: InternalAxiosRequestConfig): never {
        connection.dead = true;
        this.onKilled();
        throw broken("ECONNREFUSED", config);
    }
}

let processes = 0;
const services = new Map<string, { service: AccountService; connection: Connection }>();
const real = axios.defaults.adapter;

/** Lets requests to the services of the model be answered here; the function returned ends it. */
export function interceptRequests(): () => void {
    axios.defaults.adapter = (config) => {
        const found = services.get(domainOf(String(config.baseURL)));
        if (found === undefined) return Promise.reject(broken("ECONNREFUSED", config));
        return found.service.answer(found.connection, config);
    };
    return () => {
        if (real !== undefined) axios.defaults.adapter = real;
    };
}

/** The id of a workspace as the account has it. */
export function idOf(workspace: Record<string, unknown>): string {
    return String(workspace["workspace_id"]).replace("\0int64:", "");
}

/** The domain of a provider process: its account and the workspaces as it sees them are hosts of it. */
function domainOf(host: string): string {
    return new URL(host).hostname.replace(/^[^.]+\./, "");
}

function broken(code: string, config: InternalAxiosRequestConfig): AxiosError {
    return new AxiosError(code, code, config);
}

function response(config: InternalAxiosRequestConfig, status: number, data: string, date: string): AxiosResponse {
    return { config, status, data, statusText: "", headers: { date } };
}
