import type { Secured } from "./permissions";
import type { LocalWorkspace } from "./workspace";

/** What the permissions API has of a query or an alert; `undefined`: there is none. */
export function securedSqlObject(workspace: LocalWorkspace, collection: string, id: string): Secured | undefined {
    const { queries, alerts, legacyAlerts, nodes } = workspace;
    const kinds = {
        queries: { objects: queries, noun: "query" },
        alertsv2: { objects: alerts, noun: "alertv2" },
        alerts: { objects: legacyAlerts, noun: "alert" },
    };
    const kind = Object.entries(kinds).find(([name]) => name === collection)?.[1];
    const found = kind?.objects.find(id);
    if (kind === undefined || found === undefined) return undefined;
    const { permissions, folder: path } = found;
    const folder = nodes.folder(path);
    const folders = folder === undefined ? [] : [folder, ...nodes.above(folder)];
    return { id, path, collection, noun: kind.noun, permissions, isFixed: false, folders };
}
