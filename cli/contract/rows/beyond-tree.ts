import { NotTried, type Row } from "../row";
import { type Scene, waited } from "../scene";
import { TREE } from "../tree";

const SECRETS = "/api/2.0/secrets";
const DASHBOARDS = "/api/2.0/lakeview/dashboards";

/** What a workspace holds beside its tree. */
export const beyondTreeRows: readonly Row[] = [
    {
        service:
            "A list of something that a workspace does not have is refused with `FEATURE_DISABLED`, `NOT_IMPLEMENTED` or 404 `ENDPOINT_NOT_FOUND`.",
        source: "SDKs, Users",
        package: "Counts it as empty; any other refusal is a finding, and holds a DELETE back.",
        behavior: "`cloud.inject`",
        checks: "which lists a workspace has depends on its account",
    },
    {
        service: "What a workspace's settings (`workspace-conf`) say if nobody has set them depends on its age.",
        source: "Users",
        package: "Compares the settings of both workspaces; those that differ are a finding (`workspace-conf`).",
        behavior: "`workspace.fill({ conf: [{ key, value }] })`",
        checks: "it would take a workspace of some age",
    },
    {
        service:
            "Whoever makes a secret scope manages it, or all users do; every admin of the workspace manages every scope, which the reference of the API does not say.",
        source: "SDKs, ACLs",
        package: "Takes its own permission away again if the old scope did not have it.",
        behavior: "`cloud.workspace(id).behavior.secretAdmins`",
        checks: [
            {
                id: "secret-admin",
                level: "workspace",
                states: "workspace.secretAdmins",
                expected: "manage",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const name = await makeScope(scene, "admin");
                    const acls = `${SECRETS}/acls/list?scope=${name}`;
                    const [own] = (await ask("GET", acls)).done("the ACLs").list;
                    const taken = await ask("POST", `${SECRETS}/acls/delete`, {
                        scope: name,
                        principal: own?.["principal"],
                    });
                    taken.done("the deletion of an ACL");
                    return (await ask("GET", acls)).isSuccess ? "manage" : "as-others";
                },
            },
        ],
    },
    {
        service:
            "The value of a secret is given by an API that is, by its text, for notebooks alone, and that Terraform's exporter uses from outside.",
        source: "SDKs, Terraform, CLI",
        package: "Tries one value of each scope; what is not given is a finding (`secret`).",
        behavior: "`cloud.workspace(id).behavior.secretValues`",
        checks: [
            {
                id: "secret-value",
                level: "workspace",
                states: "workspace.secretValues",
                expected: "given",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const name = await makeScope(scene, "value");
                    const put = await ask("POST", `${SECRETS}/put`, { scope: name, key: "k", string_value: "v" });
                    put.done("a secret");
                    const value = await ask("GET", `${SECRETS}/get?scope=${name}&key=k`);
                    return value.isSuccess ? "given" : "notebooks-only";
                },
            },
        ],
    },
    {
        service: "GET of a dashboard by its id may not yet show that it was made (404) or changed, for seconds.",
        source: "CLI",
        package: "Waits for a minute; then a finding (`dashboards`) names it.",
        behavior: "`cloud.workspace(id).behavior.dashboardMilliseconds`",
        checks: [
            {
                id: "dashboard-shown",
                level: "workspace",
                states: "workspace.dashboardMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const path = `${DASHBOARDS}/${await dashboard(scene, "shown")}`;
                    const isShown = async () => (await ask("GET", path)).isSuccess;
                    return waited(await scene.until(5 * 60_000, isShown, 1_000), "it was not shown");
                },
            },
            {
                id: "dashboard-name-taken",
                level: "workspace",
                expected: 409,
                see: async (scene) => {
                    const { ask, folder } = await scene.workspace();
                    await dashboard(scene, "taken");
                    const again = { display_name: scene.name("taken"), parent_path: folder };
                    return (await ask("POST", DASHBOARDS, again)).status;
                },
            },
        ],
    },
    {
        service:
            "A dashboard that is imported is a draft; readers see what was published, which no API shows once the draft has changed.",
        source: "SDKs",
        package: "Publishes the copied draft, unless it was changed since; then a finding (`dashboards`) says so.",
        checks: [
            {
                id: "dashboard-draft",
                level: "workspace",
                expected: 404,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    return (await ask("GET", `${DASHBOARDS}/${await dashboard(scene, "draft")}/published`)).status;
                },
            },
        ],
    },
    {
        service: "A dashboard's schedule is changed with its `etag`, and runs unless it is paused.",
        source: "SDKs",
        package: "Makes them paused, and starts them when the old workspace is gone.",
        checks: [
            {
                id: "schedule-runs",
                level: "workspace",
                expected: "UNPAUSED",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const id = await dashboard(scene, "schedule");
                    const [warehouse] = (await ask("GET", "/api/2.0/sql/warehouses")).done("the list").list;
                    const published = await ask("POST", `${DASHBOARDS}/${id}/published`, {
                        warehouse_id: warehouse?.["id"],
                    });
                    published.done("its publication");
                    const cron_schedule = { quartz_cron_expression: "0 0 0 1 1 ? 2099", timezone_id: "UTC" };
                    const made = await ask("POST", `${DASHBOARDS}/${id}/schedules`, { cron_schedule });
                    return String(made.done("a schedule").record["pause_status"]);
                },
            },
        ],
    },
];

async function makeScope(scene: Scene, what: string): Promise<string> {
    const { ask } = await scene.workspace();
    const scope = scene.name(what);
    (await ask("POST", `${SECRETS}/scopes/create`, { scope })).done("a secret scope");
    return scope;
}

/** A dashboard without a page: its id. */
async function dashboard(scene: Scene, what: string): Promise<string> {
    const { ask, folder } = await scene.workspace();
    await ask("POST", `${TREE}/mkdirs`, { path: folder });
    const made = await ask("POST", DASHBOARDS, { display_name: scene.name(what), parent_path: folder });
    const id = made.done("a dashboard").record["dashboard_id"];
    if (typeof id !== "string") throw new NotTried("the dashboard has no id");
    return id;
}
