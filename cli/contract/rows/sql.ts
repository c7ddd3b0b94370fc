import type { Properties } from "../../../provider/util/property-path";
import type { Row } from "../row";
import type { Scene } from "../scene";
import { listFolder, TREE } from "../tree";

const QUERIES = "/api/2.0/sql/queries";
const VISUALIZATIONS = "/api/2.0/sql/visualizations";

const OPTIONS = { serialized_options: '{"itemsPerPage":25,"columns":[]}' };

/** SQL queries and alerts. */
export const sqlRows: readonly Row[] = [
    {
        service:
            "A query gets another owner by an update; an alert belongs to whoever makes it, and runs as a user only if that user says so, or as a service principal that the caller may use.",
        source: "SDKs",
        package:
            "Makes a query run with its readers' rights until it has its owner. Makes an alert with its `run_as`; a refusal is a finding (`alerts`).",
        checks: "it would take a second user",
    },
    {
        service:
            "The list of queries leaves their folders out. Folders may show queries and alerts, as `.dbquery.ipynb` and `.dbalert.json`, of a type that is not documented.",
        source: "SDKs, Users",
        package:
            "Reads each by its id. An object of the tree whose `resource_id` is that of a query or alert is not copied as a file; any other is.",
        checks: [
            {
                id: "query-in-folder",
                level: "workspace",
                expected: "not listed",
                see: async (scene) => {
                    const { id } = await query(scene, "listed");
                    const shown = (await listFolder(scene, "")).list.find((one) => one["resource_id"] === id);
                    return shown === undefined ? "not listed" : String(shown["object_type"]);
                },
            },
        ],
    },
    {
        service: "Alerts of the former API show neither their schedule nor whom they tell.",
        source: "SDKs",
        package: "Counts them (`legacy-alerts`); they are not copied.",
        checks: "the former API makes no new alerts",
    },
    {
        service:
            "A query or alert that is deleted is in the trash: read by its id, in no list. A folder has one query of a name.",
        source: "SDKs",
        package:
            "Copies those of the lists. What has a name already is left as it is, and is a finding (`queries`, `alerts`).",
        checks: [
            {
                id: "query-in-trash",
                level: "workspace",
                expected: "TRASHED",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const { id } = await query(scene, "trash");
                    (await ask("DELETE", `${QUERIES}/${String(id)}`)).done("its deletion");
                    const answer = await ask("GET", `${QUERIES}/${String(id)}`);
                    return answer.isSuccess ? String(answer.record["lifecycle_state"]) : answer.status;
                },
            },
            {
                id: "query-name-taken",
                level: "workspace",
                expected: 400,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    await query(scene, "taken");
                    return (await ask("POST", QUERIES, { query: await queryBody(scene, "taken") })).status;
                },
            },
        ],
    },
    {
        service:
            "A query's visualizations have their own API; whether a new query has a table by itself, whether one is shown as it was written, and whether it changes the query's `update_time`, is not documented.",
        source: "SDKs",
        package:
            "Makes those that the new query lacks. One that is there with other options is overwritten only by a later one; else it is a finding (`queries`). The gate looks at them beside the query.",
        checks: [
            {
                id: "visualizations-of-new-query",
                level: "workspace",
                expected: 0,
                see: async (scene) => (await visualizations(scene, (await query(scene, "plain"))["id"])).length,
            },
            {
                id: "visualization-as-written",
                level: "workspace",
                expected: "as written",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const { id } = await query(scene, "table");
                    const written = { display_name: scene.name("table"), type: "TABLE", ...OPTIONS };
                    const made = await ask("POST", VISUALIZATIONS, { visualization: { ...written, query_id: id } });
                    made.done("a visualization");
                    const shown = (await visualizations(scene, id)).find((one) => one["id"] === made.record["id"]);
                    const other = Object.entries(written).find(([name, value]) => shown?.[name] !== value);
                    return other === undefined ? "as written" : `another ${other[0]}`;
                },
            },
        ],
    },
];

async function visualizations(scene: Scene, query: unknown): Promise<readonly Properties[]> {
    const { ask } = await scene.workspace();
    return (await ask("GET", `${QUERIES}/${String(query)}/visualizations`)).done("the list").list;
}

async function query(scene: Scene, what: string): Promise<Properties> {
    const { ask, folder } = await scene.workspace();
    await ask("POST", `${TREE}/mkdirs`, { path: folder });
    return (await ask("POST", QUERIES, { query: await queryBody(scene, what) })).done("a query").record;
}

async function queryBody(scene: Scene, what: string): Promise<object> {
    const { folder } = await scene.workspace();
    return { display_name: scene.name(`query-${what}`), query_text: "SELECT 1", parent_path: folder };
}
