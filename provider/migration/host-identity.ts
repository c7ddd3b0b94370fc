import { ReportedError } from "../api/errors";
import type { HttpResponse } from "../api/http";
import { ME } from "./workspace-client";

/** The header in which a workspace's responses name it. */
const HEADER = "x-databricks-org-id";

/** The request whose response names the workspace for sure: Databricks' SDKs learn the id from it. */
const NAMING = `GET ${ME}`;

/** How many responses of one sort have to lack the header before its lack counts as usual. */
const USUAL = 3;

/**
 * Which workspace answers at a host. Its responses name it in a header; whether those of every endpoint do is not known. One without
 * that header names nobody, so a host of which nothing else was seen has no identity, and one that has named itself before is asked
 * who it is before anything that the response says counts. As it may be one workspace that is asked and another one that answers
 * next, a read is sent again too, until its responses have said nothing as often as it takes to be usual.
 */
export class HostIdentity {
    private named: string | undefined;
    /** Sorts of requests, and how often they were answered without the header; `named`: they were answered with it. */
    private readonly sorts = new Map<string, number | "named">();
    /** The sorts whose last response lacks it, and the requests. */
    private readonly doubted = new Set<string>();
    private readonly doubtful = new WeakSet<object>();
    /** How often the host has said who it is when it was asked. */
    private proofs = 0;
    private proof: Promise<void> | undefined;

    /** @param expected the workspace that has to answer, if that is known. */
    constructor(
        private readonly host: string,
        private readonly expected: string | undefined,
    ) {}

    /** The id that the host has named in this process; `undefined`: it has not identified itself. */
    get workspaceId(): string | undefined {
        return this.named;
    }

    /**
     * Notes what a response says. Fails with `ReportedError` if another workspace answers than the expected one, or than before: a
     * name server or a proxy may lead to one, which would then be compared with itself.
     *
     * @param name what its request is called: `GET /api/2.0/repos/1`
     * @param request the request itself, about which `doubts` may be asked then
     */
    note({ status, headers }: Pick<HttpResponse, "status" | "headers">, name: string, request: object): void {
        const id = String(headers[HEADER] ?? "");
        const sort = sortOf(name, status);
        this.doubtful.delete(request);
        if (!/^[1-9]\d*$/.test(id)) {
            // Any other refusal says nothing about what the workspace holds.
            const saysSomething = status < 400 || status === 404;
            if (this.named === undefined || !saysSomething || this.isUsual(sort)) return;
            this.doubted.add(sort);
            this.doubtful.add(request);
            return;
        }
        const expected = this.expected ?? this.named ?? id;
        if (id !== expected)
            throw new ReportedError(
                `The workspace ${id} responds at ${this.host} instead of ${expected}: check the name server and the proxy of this machine.`,
                "CMK2014",
            );
        this.named = id;
        if (name === NAMING) this.proofs++;
        this.sorts.set(sort, "named");
    }

    /** Whether the latest response to a request could have named the workspace, and did not. */
    doubts(request: object): boolean {
        return this.doubtful.has(request);
    }

    private isUsual(sort: string): boolean {
        const without = this.sorts.get(sort);
        return typeof without === "number" && without >= USUAL;
    }

    /**
     * Asks the host who it is, if a response since has not said so. Fails with `ReportedError` if it does not say so then either.
     *
     * @param ask sends the request whose response names the workspace.
     */
    async prove(ask: () => Promise<unknown>): Promise<void> {
        while (this.doubted.size > 0) await (this.proof ??= this.asked(ask).finally(() => (this.proof = undefined)));
    }

    private async asked(ask: () => Promise<unknown>): Promise<void> {
        const [doubted, before] = [[...this.doubted], this.proofs];
        await ask();
        if (this.proofs === before)
            throw new ReportedError(
                `${this.host} named itself as the workspace ${this.named} before, and its responses do not say any more which workspace they are from (the header ${HEADER}): another one may answer by now. Nothing more is copied, compared or deleted. Check the name server and the proxies of this machine, then run the command again.`,
                "CMK2014",
            );
        for (const sort of doubted) {
            this.doubted.delete(sort);
            const without = this.sorts.get(sort) ?? 0;
            if (without !== "named") this.sorts.set(sort, without + 1);
        }
    }
}

/** A request's name without ids, and whether there was what it is about. */
function sortOf(name: string, status: number): string {
    return `${name.replace(/(?<=\/)([^/]*\d{4,}[^/]*|[0-9a-f-]{16,})/g, "…")} ${status === 404 ? "404" : "ok"}`;
}
