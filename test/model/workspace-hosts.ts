import { type ApiResponse, respond } from "../../local-cloud/http";
import type { LocalWorkspace } from "../../local-cloud/workspace-api";
import { WorkspaceApi } from "../../local-cloud/workspace-api/workspace-api";
import { WorkspaceStore } from "../../local-cloud/workspace-api/workspace-store";
import type { ModelClock } from "./model-clock";
import type { ModelRequest } from "./requests";

/** The service principal that the provider signs in as. */
const PROVIDER = "model";

/** What a process has been shown of a workspace, by the number of the request or of what people did since the world began. */
export interface Shown {
    /** The last list of each folder, and of what is beside the tree the last response of each kind. */
    readonly lists: ReadonlyMap<string, number>;
    /** The last export of each object. */
    readonly exports: ReadonlyMap<string, number>;
}

const nothing: Shown = { lists: new Map(), exports: new Map() };

/** The workspaces of the account, and what their hosts answer: those of the local cloud, without a KMS. */
export class WorkspaceHosts {
    readonly store: UnlockedStore;
    /** Whether the service principal may read what is in workspaces. */
    treesReadable = true;
    private readonly api: WorkspaceApi;
    private shown = new Map<string, { lists: Map<string, number>; exports: Map<string, number> }>();

    constructor(
        clock: ModelClock,
        /** The number of the request that is answered now. */
        private readonly moment: () => number,
    ) {
        const now = () => clock.serviceTime();
        this.store = new UnlockedStore({
            kms: () => {
                throw new Error("The model has no KMS.");
            },
            now,
            dekCacheMilliseconds: Number.POSITIVE_INFINITY,
            servicePrincipals: [PROVIDER],
        });
        this.api = new WorkspaceApi(now);
    }

    get(id: string): LocalWorkspace {
        return this.store.get(id);
    }

    /** How the workspaces that there are behave from now on, as far as the local cloud knows it. */
    behave(behavior: Readonly<Record<string, unknown>>): void {
        for (const { behavior: known } of this.store.all) {
            const asked = Object.entries(behavior).filter(([name]) => name in known);
            Object.assign(known, Object.fromEntries(asked));
        }
    }

    /** Another process: it has been shown nothing. */
    forgetShown(): void {
        this.shown = new Map();
    }

    /** What the process that runs has been shown of a workspace. */
    shownOf(id: string): Shown {
        return this.shown.get(id) ?? nothing;
    }

    /** What the host of a workspace answers. */
    async answer(id: string, { method, path, query, contentType, bytes }: ModelRequest): Promise<ApiResponse> {
        if (!this.treesReadable) return { status: 403, body: { error_code: "PERMISSION_DENIED", message: "model" } };
        const request = { method, path, query, headers: { "content-type": contentType }, body: "", bytes };
        const response = await respond(async () => {
            const incoming = { ...request, body: bytes.toString() };
            const outcome = await this.api.handle(this.get(id), incoming, 0, {
                authenticate: () => PROVIDER,
                answerOidc: () => undefined,
            });
            return outcome === "dropped" ? { status: 500, body: {} } : outcome;
        }, "json");
        if (method === "GET" && response.status === 200) this.note(id, path, query["path"] ?? "");
        return response;
    }

    private note(id: string, endpoint: string, path: string): void {
        const shown = this.shown.get(id) ?? { lists: new Map<string, number>(), exports: new Map<string, number>() };
        this.shown.set(id, shown);
        if (endpoint.endsWith("/workspace/export")) shown.exports.set(path, this.moment());
        else if (endpoint.endsWith("/workspace/list")) shown.lists.set(path, this.moment());
        else shown.lists.set(endpoint.replace(/\/\d+$/, "/…"), this.moment());
    }
}

/** Workspaces whose keys are Databricks' own, whatever the account says. */
class UnlockedStore extends WorkspaceStore {
    readonly all: LocalWorkspace[] = [];

    override async open(id: string): Promise<LocalWorkspace> {
        const workspace = await super.open(id, undefined);
        this.all.push(workspace);
        return workspace;
    }

    override rewrap(): Promise<void> {
        return Promise.resolve();
    }

    /** What was in a workspace stays known to the model. */
    override close(): void {
        // Nothing is dropped.
    }
}
