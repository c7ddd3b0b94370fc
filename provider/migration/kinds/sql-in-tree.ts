import type { WorkspaceContent, WorkspaceObject } from "../content";
import { concernsOne } from "../pass";
import { alertsApi, queriesApi, WorkspaceSql } from "../workspace-sql";

/** How queries and alerts are called in folders. A file may be called so too. */
const EXTENSION = /\.(dbquery\.ipynb|dbalert\.json)$/;

/** Which objects of a workspace's tree are its queries and alerts, as which they are copied. */
export class SqlInTree {
    private ids: Promise<ReadonlySet<string>> | undefined;

    constructor(private readonly workspace: WorkspaceContent) {}

    /** Whether an object of the tree is a query or an alert. */
    async has({ path, resourceId }: WorkspaceObject): Promise<boolean> {
        if (resourceId === undefined || !EXTENSION.test(path)) return false;
        this.ids ??= this.list();
        return (await this.ids).has(resourceId);
    }

    private async list(): Promise<ReadonlySet<string>> {
        const ids = new Set<string>();
        for (const api of [queriesApi, alertsApi]) {
            try {
                for (const id of (await new WorkspaceSql(this.workspace.requests, api).list()).keys()) ids.add(id);
            } catch (error) {
                // Then the kind itself is a finding.
                if (!concernsOne(error)) throw error;
            }
        }
        return ids;
    }
}
