import { type LocalCloud, LocalCloud as Cloud, seeds } from "../../local-cloud";
import { workspaceRequests } from "./workspace-requests";

type Body = Record<string, unknown>;

const ROLE = "arn:aws:iam::123456789012:role/any";

/** The fields that objects of the local cloud show, by the model of Databricks' SDKs that each is read into. */
export async function shownFields(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const cloud = await Cloud.start({ provisioningMilliseconds: 0 });
    const shown = new Map<string, Set<string>>();
    const note = (model: string, ...bodies: unknown[]) => {
        const fields = shown.get(model) ?? new Set();
        for (const body of bodies) for (const name of Object.keys(Object(body))) fields.add(name);
        shown.set(model, fields);
    };
    try {
        const workspaceId = await noteAccount(cloud, note);
        await noteWorkspace(cloud, workspaceId, note);
    } finally {
        await cloud.stop();
    }
    return shown;
}

type Note = (model: string, ...bodies: unknown[]) => void;

/** Makes one of each object of the account; returns the id of the workspace. */
async function noteAccount(cloud: LocalCloud, note: Note): Promise<string> {
    const send = async (method: string, path: string, body?: object) => {
        const response = await fetch(`${cloud.host}/api/2.0/accounts/${cloud.accountId}${path}`, {
            method,
            headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return JSON.parse((await response.text()).replace(/:(\d{15,})/g, ':"$1"')) as Body;
    };
    const make = async (model: string, path: string, body: object) => {
        const made = await send("POST", path, body);
        note(`provisioning.${model}`, made);
        return made;
    };
    const aws_key_info = { key_arn: cloud.createKey(), key_alias: "alias/a" };
    const key = await make("CustomerManagedKey", "/customer-managed-keys", {
        aws_key_info,
        use_cases: ["MANAGED_SERVICES", "STORAGE"],
    });
    note("provisioning.AwsKeyInfo", key["aws_key_info"]);
    const credentials = await make("Credential", "/credentials", {
        credentials_name: "c",
        aws_credentials: { sts_role: { role_arn: ROLE } },
    });
    const storage = await make("StorageConfiguration", "/storage-configurations", {
        storage_configuration_name: "s",
        root_bucket_info: { bucket_name: "b" },
        role_arn: ROLE,
    });
    const endpoint = (what: string, digit: string) =>
        make("VpcEndpoint", "/vpc-endpoints", {
            vpc_endpoint_name: what,
            aws_vpc_endpoint_id: `vpce-${digit.repeat(17)}`,
            region: "us-east-1",
        });
    const [rest, relay] = [await endpoint("rest", "1"), await endpoint("relay", "2")];
    const network = await make("Network", "/networks", {
        network_name: "network",
        vpc_id: "vpc-1234567a",
        subnet_ids: ["subnet-1234567a", "subnet-1234567b"],
        security_group_ids: ["sg-1234567a"],
        vpc_endpoints: { rest_api: [rest["vpc_endpoint_id"]], dataplane_relay: [relay["vpc_endpoint_id"]] },
    });
    const access = await make("PrivateAccessSettings", "/private-access-settings", {
        private_access_settings_name: "p",
        region: "us-east-1",
        allowed_vpc_endpoint_ids: [rest["vpc_endpoint_id"]],
    });
    const { workspace_id } = await make("Workspace", "/workspaces", {
        workspace_name: "w",
        aws_region: "us-east-1",
        credentials_id: credentials["credentials_id"],
        storage_configuration_id: storage["storage_configuration_id"],
        network_id: network["network_id"],
        private_access_settings_id: access["private_access_settings_id"],
        managed_services_customer_managed_key_id: key["customer_managed_key_id"],
        storage_customer_managed_key_id: key["customer_managed_key_id"],
        network_connectivity_config_id: key["customer_managed_key_id"],
        custom_tags: { a: "b" },
    });
    const id = String(workspace_id);
    note("provisioning.Network", await send("GET", `/networks/${String(network["network_id"])}`));
    const [metastore] = cloud.account.metastores.list();
    const assignment = { ...metastore, default_catalog_name: "main" };
    await send("PUT", `/workspaces/${id}/metastores/${String(metastore?.metastore_id)}`, {
        metastore_assignment: assignment,
    });
    const { metastore_assignment } = await send("GET", `/workspaces/${id}/metastore`);
    note("catalog.MetastoreAssignment", metastore_assignment);
    note("catalog.MetastoreInfo", ...((await send("GET", "/metastores"))["metastores"] as Body[]));
    cloud.workspace(id).principals.addUser("ada@example.com");
    cloud.workspace(id).principals.addGroup("data");
    for (const one of (await send("GET", `/workspaces/${id}/permissionassignments`))[
        "permission_assignments"
    ] as Body[]) {
        note("iam.PermissionAssignment", one);
        note("iam.PrincipalOutput", one["principal"]);
    }
    return id;
}

/** Makes one of each object of a workspace. */
async function noteWorkspace(cloud: LocalCloud, id: string, note: Note): Promise<void> {
    const raw = workspaceRequests(cloud, id);
    const send = async (method: string, path: string, body?: object) => (await raw(method, path, body)).json;
    const workspace = cloud.workspace(id);
    await workspace.seed({
        "/Shared/n": seeds.notebook("1"),
        "/Shared/f": seeds.file("1"),
        "/Shared/g": seeds.repo("https://github.com/a/b.git", { branch: "main", cli: true }),
    });
    note("workspace.ObjectInfo", ...((await send("GET", "/api/2.0/workspace/list?path=/Shared"))["objects"] as Body[]));
    const git = { url: "https://github.com/a/b.git", provider: "gitHub", path: "/Shared/s" };
    note("workspace.RepoInfo", await send("POST", "/api/2.0/repos", { ...git, sparse_checkout: { patterns: ["a"] } }));
    const cli = workspace.nodes.find("/Shared/g")!.id;
    note("workspace.GetRepoResponse", await send("GET", `/api/2.0/repos/${cli}`));
    note("workspace.GetRepoResponse", ...((await send("GET", "/api/2.0/repos"))["repos"] as Body[]));
    await send("POST", "/api/2.0/secrets/scopes/create", { scope: "s" });
    await send("POST", "/api/2.0/secrets/put", { scope: "s", key: "k", string_value: "v" });
    note("workspace.SecretScope", ...((await send("GET", "/api/2.0/secrets/scopes/list"))["scopes"] as Body[]));
    note("workspace.SecretMetadata", ...((await send("GET", "/api/2.0/secrets/list?scope=s"))["secrets"] as Body[]));
    note("workspace.AclItem", ...((await send("GET", "/api/2.0/secrets/acls/list?scope=s"))["items"] as Body[]));
    const credential = {
        git_provider: "gitHub",
        git_username: "a",
        git_email: "a@example.com",
        personal_access_token: "t",
    };
    const more = { name: "n", is_default_for_provider: true };
    note("workspace.CredentialInfo", await send("POST", "/api/2.0/git-credentials", { ...credential, ...more }));
    const dashboards = "/api/2.0/lakeview/dashboards";
    const asked = { display_name: "d", parent_path: "/Shared", warehouse_id: "w" };
    const made = await send("POST", dashboards, asked);
    note("dashboards.Dashboard", made);
    const of = `${dashboards}/${String(made["dashboard_id"])}`;
    note("dashboards.PublishedDashboard", await send("POST", `${of}/published`, { warehouse_id: "w" }));
    const cron_schedule = { quartz_cron_expression: "0 0 0 * * ?", timezone_id: "UTC" };
    const schedule = await send("POST", `${of}/schedules`, { cron_schedule, display_name: "s", warehouse_id: "w" });
    note("dashboards.Schedule", schedule);
    const subscriber = { destination_subscriber: { destination_id: "x" } };
    const subscriptions = `${of}/schedules/${String(schedule["schedule_id"])}/subscriptions`;
    note("dashboards.Subscription", await send("POST", subscriptions, { subscriber, skip_notify: true }));
    const run_as = { service_principal_name: cloud.clientId };
    const sql = { display_name: "q", query_text: "1", parent_path: "/Shared", warehouse_id: "w" };
    const query = {
        ...sql,
        description: "",
        parameters: [],
        tags: [],
        catalog: "c",
        schema: "s",
        apply_auto_limit: true,
    };
    const saved = await send("POST", "/api/2.0/sql/queries", { query });
    note("sql.Query", saved);
    const texts = { display_name: "v", type: "TABLE", serialized_options: "{}", serialized_query_plan: "{}" };
    const visualization = { ...texts, query_id: saved["id"] };
    note("sql.Visualization", await send("POST", "/api/2.0/sql/visualizations", { visualization }));
    const words = { custom_description: "", custom_summary: "", parameters: [] };
    const alert = { ...sql, ...words, run_as, run_as_user_name: "ada@example.com", evaluation: {}, schedule: {} };
    note("sql.AlertV2", await send("POST", "/api/2.0/alerts", alert));
    const old = { query_id: saved["id"], condition: {}, display_name: "a", parent_path: "/Shared", custom_body: "" };
    const rest = { custom_subject: "", notify_on_ok: true, seconds_to_retrigger: 0 };
    note("sql.Alert", await send("POST", "/api/2.0/sql/alerts", { alert: { ...old, ...rest } }));
    note("sql.EndpointInfo", ...((await send("GET", "/api/2.0/sql/warehouses"))["warehouses"] as Body[]));
    const path = `/api/2.0/permissions/directories/${workspace.nodes.folder("/Shared")!.id}`;
    const grants = [{ user_name: "ada@example.com" }, { service_principal_name: cloud.clientId }];
    const access_control_list = grants.map((one) => ({ ...one, permission_level: "CAN_READ" }));
    await cloud.workspace(id).seed({ "/Shared/granted": seeds.notebook("1") });
    const notebook = workspace.nodes.find("/Shared/granted")!.id;
    await send("PATCH", `/api/2.0/permissions/notebooks/${notebook}`, { access_control_list });
    const permissions = await send("GET", `/api/2.0/permissions/notebooks/${notebook}`);
    note("iam.ObjectPermissions", await send("GET", path));
    note("iam.ObjectPermissions", permissions);
    for (const entry of permissions["access_control_list"] as Body[]) {
        note("iam.AccessControlResponse", entry);
        note("iam.Permission", ...(entry["all_permissions"] as Body[]));
    }
    const scim = "/api/2.0/preview/scim/v2";
    const entitlements = [{ value: "workspace-access" }];
    const user = { userName: "bob@example.com", externalId: "x", entitlements };
    note("iam.User", await send("POST", `${scim}/Users`, user));
    const member = await send("POST", `${scim}/ServicePrincipals`, {
        displayName: "sp",
        externalId: "x",
        entitlements,
    });
    note("iam.ServicePrincipal", member, await send("GET", `${scim}/Me`));
    const members = [{ value: member["id"] }];
    note(
        "iam.Group",
        await send("POST", `${scim}/Groups`, { displayName: "g", externalId: "x", members, entitlements }),
    );
    for (const kind of ["User", "Group", "ServicePrincipal"])
        note(`iam.${kind}`, ...((await send("GET", `${scim}/${kind}s`))["Resources"] as Body[]));
}
