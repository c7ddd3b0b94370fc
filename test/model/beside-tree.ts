import { type LocalWorkspace, seeds } from "../../local-cloud/workspace-api";
import type { SqlObjects } from "../../local-cloud/workspace-api/sql-objects";

/** Something that people write beside the tree. */
interface Beside {
    /** Which request shows a version that is written now. */
    shownIn(workspace: LocalWorkspace): string;
    write(workspace: LocalWorkspace, version: string): Promise<void>;
    remove(workspace: LocalWorkspace): void;
    /** The version that there is. */
    read(workspace: LocalWorkspace): Promise<string | undefined>;
}

/** Runs as whoever copies it. */
const OWNER = "model";
const REPO = "/Shared/clone";
const sql = { parent_path: "/Shared", owner_user_name: OWNER, warehouse_id: "0123456789abcdef" };
const schedule = { quartz_cron_schedule: "0 0 8 * * ?", timezone_id: "UTC", pause_status: "UNPAUSED" };

/** What people write beside the tree, by what the model calls it. */
export const beside: Readonly<Record<string, Beside>> = {
    "query q": sqlObject("queries", "/api/2.0/sql/queries", { ...sql, display_name: "q" }),
    "alert al": sqlObject("alerts", "/api/2.0/alerts", { ...sql, display_name: "al", evaluation: {}, schedule }),
    "secret etl/key": {
        shownIn: ({ secrets }) => `/api/2.0/secrets/${secrets.list().length === 0 ? "scopes/" : ""}list`,
        write: async (workspace, version) => {
            const { secrets } = workspace;
            if (secrets.list().length === 0) secrets.create("etl", undefined);
            for (const scope of secrets.list())
                secrets.put(await workspace.unlock(), scope, "key", Buffer.from(version));
        },
        remove: ({ secrets }) => secrets.list().forEach((scope) => scope.secrets.delete("key")),
        read: async (workspace) => {
            const [scope] = workspace.secrets.list();
            return scope && workspace.secrets.read(await workspace.unlock(), scope, "key")?.toString();
        },
    },
    "repo clone": {
        shownIn: ({ nodes }) => (nodes.find(REPO) === undefined ? "/Shared" : "/api/2.0/repos/…"),
        write: (workspace, branch) => workspace.seed({ [REPO]: seeds.repo("https://github.com/acme/etl", { branch }) }),
        remove: (workspace) => workspace.delete(REPO),
        read: (workspace) => Promise.resolve(workspace.gitFolders()[REPO]?.branch),
    },
};

/** What there is beside the tree: the version of each. */
export async function besideIn(workspace: LocalWorkspace): Promise<[string, string][]> {
    const all = Object.entries(beside).map(async ([name, one]) => [name, await one.read(workspace)] as const);
    return (await Promise.all(all)).flatMap(([name, version]) => (version === undefined ? [] : [[name, version]]));
}

/** What waits in a workspace for the end of other ones: their ids, for each alert. */
export async function awaitedIn(workspace: LocalWorkspace): Promise<string[][]> {
    const contents = await workspace.unlock();
    const names = workspace.alerts.list().map((one) => String(workspace.alerts.read(contents, one)["display_name"]));
    return names.flatMap((name) => {
        const [, ids] = /\(paused until workspaces? (\d+(?: and \d+)*) (?:is|are) deleted\)$/.exec(name) ?? [];
        return ids === undefined ? [] : [ids.split(" and ")];
    });
}

/** A query or an alert: its text is the version. The service keeps its name from others, but for what it says while it waits. */
function sqlObject(kind: "queries" | "alerts", shownIn: string, fields: Readonly<Record<string, unknown>>): Beside {
    const find = (objects: SqlObjects) => objects.list()[0];
    return {
        shownIn: () => shownIn,
        write: async (workspace, query_text) => {
            const found = find(workspace[kind]);
            if (found === undefined) await workspace.seedBeyondTree({ [kind]: [{ ...fields, query_text }] });
            else workspace[kind].update(await workspace.unlock(), found, { query_text });
        },
        remove: (workspace) => workspace[kind].list().forEach((one) => workspace[kind].remove(one)),
        read: async (workspace) => {
            const found = find(workspace[kind]);
            return found && String(workspace[kind].read(await workspace.unlock(), found)["query_text"]);
        },
    };
}
