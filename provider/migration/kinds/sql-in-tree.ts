import type { WorkspaceContent, WorkspaceObject } from "../content";
import { concernsOne, type InTree } from "../pass";
import { alertsApi, queriesApi, WorkspaceSql } from "../workspace-sql";

/** How queries and alerts are called in folders. A file may be called so too. */
const EXTENSION = /\.(dbquery\.ipynb|dbalert\.json)$/;

/** Whether an object of a tree is called as queries and alerts are. */
export function isNamedAsSql(path: string): boolean {
    return EXTENSION.test(path);
}

type SqlName = "queries" | "alerts";

const apis = [
    ["queries", queriesApi],
    ["alerts", alertsApi],
] as const;

/** Which objects of a workspace's tree are its queries and alerts, as which they are copied. */
export class SqlInTree {
    private ids: Promise<ReadonlySet<string>> | undefined;

    /** @param unlisted is told those that are in no list. */
    constructor(
        private readonly workspace: WorkspaceContent,
        private readonly unlisted: Pick<InTree, SqlName>,
    ) {}

    /** Whether an object of the tree is a query or an alert. */
    async has({ path, resourceId }: WorkspaceObject): Promise<boolean> {
        if (resourceId === undefined || !isNamedAsSql(path)) return false;
        this.ids ??= this.list();
        return (await this.ids).has(resourceId) || (await this.isUnlisted(resourceId));
    }

    /** Whether it is one all the same that the lists leave out. */
    private async isUnlisted(id: string): Promise<boolean> {
        for (const [name, api] of apis) {
            try {
                if ((await new WorkspaceSql(this.workspace.requests, api).find(id)) === undefined) continue;
                this.unlisted[name].add(id);
                return true;
            } catch (error) {
                if (!concernsOne(error)) throw error;
            }
        }
        return false;
    }

    private async list(): Promise<ReadonlySet<string>> {
        const ids = new Set<string>();
        for (const [, api] of apis) {
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
