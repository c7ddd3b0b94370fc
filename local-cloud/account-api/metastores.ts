import { randomUUID } from "node:crypto";

import type { Behavior } from "../behavior";
import { ApiError, invalid } from "../http";

/** A metastore of the account; it belongs to a region. */
export interface Metastore {
    readonly metastore_id: string;
    readonly name: string;
    readonly region: string;
    /** In milliseconds since 1970. */
    readonly created_at: number;
    readonly [more: string]: unknown;
}

/** Which metastore a workspace has. */
export interface MetastoreAssignment {
    readonly workspace_id: string;
    readonly metastore_id: string;
    readonly default_catalog_name?: string;
}

/** The metastores of an account, and the workspaces that they are assigned to. */
export class Metastores {
    private readonly metastores = new Map<string, Metastore>();
    private readonly defaults = new Map<string, string>();
    private readonly assigned = new Map<string, MetastoreAssignment & { readonly from: number }>();

    constructor(
        private readonly behavior: Behavior,
        private readonly now: () => number,
    ) {}

    /** All metastores. */
    list(): Metastore[] {
        return [...this.metastores.values()];
    }

    /** A metastore. Throws `ApiError` if there is none. */
    get(id: string): Metastore {
        const metastore = this.metastores.get(id);
        if (metastore === undefined)
            throw new ApiError(404, "METASTORE_DOES_NOT_EXIST", `Metastore '${id}' does not exist.`);
        return metastore;
    }

    /** Makes a metastore; the first one of a region is its default. */
    add(
        region: string,
        name = `metastore_aws_${region.replaceAll("-", "_")}`,
        more: Record<string, unknown> = {},
    ): Metastore {
        const metastore = { ...more, metastore_id: randomUUID(), name, region, created_at: this.now() };
        this.metastores.set(metastore.metastore_id, metastore);
        if (!this.defaults.has(region)) this.defaults.set(region, metastore.metastore_id);
        return metastore;
    }

    /** Makes a metastore the one that new workspaces of its region get. */
    setDefault(id: string): void {
        this.defaults.set(this.get(id).region, id);
    }

    /** Deletes a metastore. Throws `ApiError` while a workspace has it. */
    remove(id: string): void {
        const { region } = this.get(id);
        const [workspace] = this.workspacesOf(id);
        if (workspace !== undefined) throw invalid(`Metastore ${id} is assigned to workspace ${workspace}.`);
        this.metastores.delete(id);
        if (this.defaults.get(region) === id) this.defaults.delete(region);
    }

    /** Ids of the workspaces that have a metastore. */
    workspacesOf(id: string): string[] {
        return [...this.assigned.keys()].filter((workspace) => this.assignmentOf(workspace)?.metastore_id === id);
    }

    /** Which metastore a workspace has now. */
    assignmentOf(workspaceId: string): MetastoreAssignment | undefined {
        const { from = Number.POSITIVE_INFINITY, ...assignment } = this.assigned.get(workspaceId) ?? {};
        return from <= this.now() ? (assignment as MetastoreAssignment) : undefined;
    }

    /** Gives a workspace a metastore of its region, in the place of the one that it has. Throws `ApiError`. */
    assign(workspaceId: string, region: string, metastoreId: string, catalog?: string): void {
        const metastore = this.get(metastoreId);
        if (metastore.region !== region)
            throw invalid(
                `Metastore ${metastoreId} is in ${metastore.region}, workspace ${workspaceId} is in ${region}.`,
            );
        this.assigned.set(workspaceId, {
            workspace_id: workspaceId,
            metastore_id: metastoreId,
            ...(catalog === undefined ? {} : { default_catalog_name: catalog }),
            from: this.now(),
        });
    }

    /** Takes the metastore of a workspace away. */
    unassign(workspaceId: string): void {
        this.assigned.delete(workspaceId);
    }

    /** A workspace was made: it gets the default metastore of its region as the service chooses. */
    workspaceMade(workspaceId: string, region: string): void {
        const { metastoreAssignment, metastoreMilliseconds } = this.behavior;
        if (metastoreAssignment === "never") return;
        const id = this.defaults.get(region) ?? this.add(region).metastore_id;
        const from = this.now() + (metastoreAssignment === "late" ? metastoreMilliseconds : 0);
        this.assigned.set(workspaceId, { workspace_id: workspaceId, metastore_id: id, from });
    }
}
