import type { Contents } from "./contents";
import type { DashboardSchedule, KeptSchedule } from "./dashboards";
import type { GitCredentialFields } from "./git-credentials";
import type { SecretScope, SecretScopeSeed } from "./secrets";
import type { SqlFields, SqlObject, SqlObjects } from "./sql-objects";
import { addVisualization, readVisualization } from "./visualizations-api";
import type { LocalWorkspace } from "./workspace";

/** A schedule with its subscribers: users by their emails. */
export interface ScheduleSeed extends DashboardSchedule {
    readonly subscribers?: readonly string[];
    readonly destinations?: readonly string[];
}

/** What a dashboard has beside its draft, which has to be in the tree. */
export interface DashboardSeed {
    readonly warehouse_id?: string;
    /** Default: it is not published. Default of the content: the draft's. */
    readonly published?: {
        readonly warehouse_id?: string;
        readonly embed_credentials?: boolean;
        readonly serialized_dashboard?: string;
    };
    readonly schedules?: readonly ScheduleSeed[];
}

/** What the key of a workspace encrypts beside its tree: as a test puts it there, and as a test finds it. */
export interface BeyondTree {
    /** By their names. */
    readonly secretScopes?: Readonly<Record<string, SecretScopeSeed>>;
    /** By their paths: those that are published, or have a warehouse or a schedule. */
    readonly dashboards?: Readonly<Record<string, DashboardSeed>>;
    /** With the fields of the API: `display_name`, `parent_path`, `query_text`, `warehouse_id`, `owner_user_name`, `visualizations`, ... */
    readonly queries?: readonly SqlFields[];
    /** With the fields of the API, `schedule` among them. */
    readonly alerts?: readonly SqlFields[];
    /** Of the former API, with `query_id`. */
    readonly legacyAlerts?: readonly SqlFields[];
    /** The Git credentials of users, by their emails, and of service principals, by their application ids. */
    readonly gitCredentials?: Readonly<Record<string, readonly GitCredentialFields[]>>;
}

/** Puts these into a workspace. A scope or dashboard of the same name is replaced. */
export function plantBeyondTree(workspace: LocalWorkspace, contents: Contents, objects: BeyondTree): void {
    const { secretScopes = {}, dashboards = {} } = objects;
    for (const [name, seed] of Object.entries(secretScopes)) plantScope(workspace, contents, name, seed);
    for (const [path, seed] of Object.entries(dashboards)) plantDashboard(workspace, contents, path, seed);
    for (const kind of ["queries", "alerts", "legacyAlerts"] as const)
        for (const fields of objects[kind] ?? []) plantSql(workspace[kind], contents, fields);
    for (const [name, credentials] of Object.entries(objects.gitCredentials ?? {}))
        for (const fields of credentials) workspace.gitCredentials.add(contents, ownerOf(workspace, name), fields);
    workspace.schedules.changed();
}

/** What a workspace holds. */
export function showBeyondTree(workspace: LocalWorkspace, contents: Contents): Required<BeyondTree> {
    const scopes = workspace.secrets
        .list()
        .map((scope) => [scope.name, showScope(workspace, contents, scope)] as const);
    const fieldsOf = (objects: SqlObjects) => objects.list().map((one) => showSql(objects, contents, one));
    return {
        secretScopes: Object.fromEntries(scopes),
        dashboards: showDashboards(workspace, contents),
        queries: fieldsOf(workspace.queries),
        alerts: fieldsOf(workspace.alerts),
        legacyAlerts: fieldsOf(workspace.legacyAlerts),
        gitCredentials: showCredentials(workspace),
    };
}

function plantSql(objects: SqlObjects, contents: Contents, { visualizations = [], ...fields }: SqlFields): void {
    const made = objects.create(contents, fields);
    for (const one of visualizations as readonly SqlFields[]) addVisualization(contents, made, one, made.createdAt);
}

function showSql(objects: SqlObjects, contents: Contents, object: SqlObject): SqlFields {
    const visualizations = [...object.visualizations.values()].map((one) => readVisualization(contents, one));
    return { ...objects.read(contents, object), ...(visualizations.length === 0 ? {} : { visualizations }) };
}

function plantScope(workspace: LocalWorkspace, contents: Contents, name: string, seed: SecretScopeSeed): void {
    const { secrets } = workspace;
    const old = secrets.list().find((scope) => scope.name === name);
    if (old !== undefined) secrets.delete(old);
    secrets.create(name, undefined, seed.backendType);
    const scope = secrets.require(name, undefined, "MANAGE");
    for (const [principal, permission] of Object.entries(seed.acls ?? {})) {
        if (principal.includes("@")) userId(workspace, principal);
        secrets.grant(scope, principal, permission);
    }
    for (const [key, value] of Object.entries(seed.secrets ?? {}))
        secrets.put(contents, scope, key, Buffer.from(value));
}

function showScope({ secrets }: LocalWorkspace, contents: Contents, scope: SecretScope): SecretScopeSeed {
    const values = [...scope.secrets.keys()].map((key) => [key, String(secrets.read(contents, scope, key))] as const);
    return {
        backendType: scope.backendType,
        acls: Object.fromEntries(scope.acls),
        secrets: Object.fromEntries(values),
    };
}

function plantDashboard(workspace: LocalWorkspace, contents: Contents, path: string, seed: DashboardSeed): void {
    const { nodes, dashboards } = workspace;
    const node = nodes.find(path);
    if (node?.type !== "DASHBOARD") throw new Error(`no dashboard at ${path} in workspace ${workspace.id}`);
    const state = dashboards.stateOf(node);
    state.warehouseId = seed.warehouse_id;
    state.published = undefined;
    state.schedules.clear();
    if (seed.published !== undefined) {
        const { warehouse_id: warehouseId, embed_credentials: embedCredentials, serialized_dashboard } = seed.published;
        const content = serialized_dashboard === undefined ? undefined : Buffer.from(serialized_dashboard);
        dashboards.publish(contents, node, { warehouseId, embedCredentials, content });
    }
    for (const { subscribers = [], destinations = [], ...fields } of seed.schedules ?? []) {
        const schedule = dashboards.addSchedule(node, fields);
        for (const email of subscribers)
            dashboards.subscribe(schedule, { user_subscriber: { user_id: userId(workspace, email) } });
        for (const id of destinations)
            dashboards.subscribe(schedule, { destination_subscriber: { destination_id: id } });
    }
}

function showDashboards(workspace: LocalWorkspace, contents: Contents): Record<string, DashboardSeed> {
    const { dashboards } = workspace;
    const shown = dashboards.all().map(([node, { warehouseId, published, schedules }]): [string, DashboardSeed] => [
        node.path,
        {
            ...(warehouseId === undefined ? {} : { warehouse_id: warehouseId }),
            ...(published === undefined
                ? {}
                : {
                      published: {
                          ...(published.warehouseId === undefined ? {} : { warehouse_id: published.warehouseId }),
                          embed_credentials: published.embedCredentials,
                          serialized_dashboard: String(dashboards.readPublished(contents, node)),
                      },
                  }),
            ...(schedules.size === 0
                ? {}
                : { schedules: [...schedules.values()].map((one) => showSchedule(workspace, one)) }),
        },
    ]);
    return Object.fromEntries(shown.filter(([, seed]) => Object.keys(seed).length > 0));
}

function showSchedule({ principals }: LocalWorkspace, { fields, subscriptions }: KeptSchedule): ScheduleSeed {
    const all = [...subscriptions.values()].map(({ subscriber }) => subscriber);
    const subscribers = all.flatMap(({ user_subscriber: user }) =>
        user === undefined ? [] : [principals.byId(user.user_id)?.name ?? user.user_id],
    );
    const destinations = all.flatMap(({ destination_subscriber: one }) => one?.destination_id ?? []);
    return {
        ...fields,
        ...(subscribers.length === 0 ? {} : { subscribers: subscribers.sort() }),
        ...(destinations.length === 0 ? {} : { destinations: destinations.sort() }),
    };
}

function showCredentials({ gitCredentials }: LocalWorkspace): Record<string, GitCredentialFields[]> {
    const shown: Record<string, GitCredentialFields[]> = {};
    for (const { owner = "", fields } of gitCredentials.all())
        (shown[owner.slice(owner.indexOf(":") + 1)] ??= []).push(fields);
    return shown;
}

function ownerOf({ principals }: LocalWorkspace, name: string): string {
    const { kind, name: known } = principals.find(name) ?? principals.addUser(name);
    return `${kind}:${known}`;
}

function userId({ principals }: LocalWorkspace, email: string): string {
    return (principals.find(email, "user_name") ?? principals.addUser(email)).id;
}
