import type { ClientRequest } from "../../provider/api/client";
import type { Clock } from "../../provider/api/clock";
import { NoResponseError } from "../../provider/api/errors";
import { errorOf } from "../../provider/api/refusal";
import { Acceptance } from "../../provider/migration/acceptance";
import type { MigrationOptions } from "../../provider/migration/migration";
import { type Transport, WorkspaceClient } from "../../provider/migration/workspace-client";
import type { LocalWorkspace } from "../../local-cloud";
import { type SnapshotEntry, WorkspaceStore } from "../../local-cloud";
import { type ApiRequest, respond, serialize } from "../../local-cloud/http";
import { WorkspaceApi } from "../../local-cloud/workspace-api/workspace-api";

/** What goes wrong with a request that would have been answered. */
export type Mishap =
    | { readonly kind: "status"; readonly status: number }
    | { readonly kind: "lost" }
    | { readonly kind: "never sent" }
    | { readonly kind: "body"; readonly body: (text: string) => string };

/** Decides what goes wrong with a request; `index` counts the requests of all workspaces. */
export type Mishaps = (request: ClientRequest, index: number, to: "old" | "new") => Mishap | undefined;

/** What a migration is to do besides what it always does; what is accepted as a program says it. */
export type MoreOptions = Partial<Omit<MigrationOptions, "accept">> & { readonly accept?: readonly string[] };

/** A limit of content that is reached sooner than the service's, in bytes. */
export const SMALL_LIMIT = 100_000;

/** Two workspaces in memory, with clients that speak to their APIs without HTTP, and a clock that only sleeping moves. */
export class MigrationWorld {
    readonly clock: Clock & { time: number };
    mishaps: Mishaps = () => undefined;
    /** Requests in order, such as `new POST /api/2.0/workspace/import`. */
    readonly requests: string[] = [];
    private readonly api: WorkspaceApi;

    private constructor(
        readonly old: LocalWorkspace,
        readonly replacement: LocalWorkspace,
        clock: Clock & { time: number },
    ) {
        this.clock = clock;
        this.api = new WorkspaceApi(() => clock.time);
    }

    static async create(): Promise<MigrationWorld> {
        const clock = {
            time: 1_700_000_000_000,
            now: () => clock.time,
            sleep: async (milliseconds: number) => {
                clock.time += milliseconds;
                await new Promise((resolve) => setImmediate(resolve));
            },
            random: () => 0.5,
        };
        const store = new WorkspaceStore({
            kms: () => {
                throw new Error("no customer-managed key here");
            },
            now: () => clock.time,
            dekCacheMilliseconds: Number.POSITIVE_INFINITY,
            servicePrincipals: ["mover"],
        });
        return new MigrationWorld(await store.open("1", undefined), await store.open("2", undefined), clock);
    }

    /**
     * Lets both workspaces refuse notebooks at `SMALL_LIMIT`: a test of more than 10 MB takes seconds. Files are not for this: which
     * are too large the product knows by itself.
     */
    limitContent(): void {
        for (const { behavior } of [this.old, this.replacement]) behavior.contentLimit = SMALL_LIMIT;
    }

    /** A client of the old or the new workspace. */
    client(which: "old" | "new"): WorkspaceClient {
        const transport: Transport = (request) => this.send(which, request);
        const { id } = which === "old" ? this.old : this.replacement;
        return new WorkspaceClient(`https://${which}.example.com`, transport, this.clock, {
            serverTime: () => undefined,
            workspaceId: () => id,
        });
    }

    /** The options of a migration from the old workspace into the new one. */
    options({ accept, ...more }: MoreOptions = {}): MigrationOptions {
        const both = { from: this.client("old"), to: this.client("new"), clock: this.clock };
        return { ...both, accept: new Acceptance(accept), ...more };
    }

    /** What both workspaces hold, without what only belongs to one. */
    async snapshots(): Promise<{ old: SnapshotEntry[]; replacement: SnapshotEntry[] }> {
        return { old: await this.old.snapshot(), replacement: await this.replacement.snapshot() };
    }

    private async send(which: "old" | "new", request: ClientRequest): Promise<string | undefined> {
        for (let attempt = 0; ; attempt++) {
            const again = (await this.once(which, request)) ?? "retry";
            if (again !== "retry") return again.text;
            if (attempt === 8) throw new NoResponseError(request.path, "it was tried eight times", true);
            await this.clock.sleep(500);
        }
    }

    private async once(
        which: "old" | "new",
        request: ClientRequest,
    ): Promise<{ text: string | undefined } | undefined> {
        this.clock.time += 1;
        const label = `${request.method} ${request.path.replace(/\?.*/, "")}`;
        const mishap = this.mishaps(request, this.requests.length, which);
        this.requests.push(`${which} ${label}`);
        if (mishap?.kind === "never sent" || (mishap?.kind === "status" && mishap.status === 429)) return undefined;
        if (mishap?.kind === "status") return this.unsure(request);
        const { status, text: answered } = await this.answer(which, request);
        if (mishap?.kind === "lost") return this.unsure(request);
        if (status === 429) return undefined;
        const text = status < 300 && mishap?.kind === "body" ? mishap.body(answered) : answered;
        const error = errorOf(label, { status, headers: {}, text }, (shown) => shown);
        if (error !== undefined) throw error;
        return { text: text.length > (request.maxBytes ?? Number.POSITIVE_INFINITY) ? undefined : text };
    }

    private unsure({ path, repeatable }: ClientRequest): undefined {
        if (!repeatable) throw new NoResponseError(path, "the response was lost", true);
        return undefined;
    }

    private async answer(which: "old" | "new", request: ClientRequest): Promise<{ status: number; text: string }> {
        const url = new URL(request.path, "http://local");
        const bytes = Buffer.from(request.body ?? "");
        const incoming: ApiRequest = {
            method: request.method,
            path: url.pathname,
            query: Object.fromEntries(url.searchParams),
            headers: { "content-type": request.contentType },
            body: bytes.toString(),
            bytes,
        };
        const workspace = which === "old" ? this.old : this.replacement;
        const {
            status,
            body,
            bytes: content,
        } = await respond(async () => {
            const outcome = await this.api.handle(workspace, incoming, 0, {
                authenticate: () => "mover",
                answerOidc: () => undefined,
            });
            if (outcome === "dropped") throw new Error("dropped");
            return outcome;
        }, "json");
        return { status, text: content?.toString(request.isBinary === true ? "latin1" : "utf8") ?? serialize(body) };
    }
}
