import { effectiveAccess, type LocalCloud, seeds } from "../../local-cloud";

const ADA = "ada@example.com";
const URL = "https://github.com/acme/etl.git";
const SOURCE = "# Databricks notebook source\nprint(1)";
/** The one that every workspace of the local cloud begins with. */
const WAREHOUSE = "0123456789abcdef";

/** Puts some of everything that is copied into a workspace: each kind of content, with all that it can have. */
export async function fillWithEverything(cloud: LocalCloud, id: string): Promise<void> {
    cloud.gitRemotes.add(URL, { branches: { main: { "job.py": SOURCE }, dev: { "job.py": SOURCE, "a/b.txt": "b" } } });
    const workspace = cloud.workspace(id);
    workspace.principals.addUser(ADA);
    const mine = { permissions: { [`user_name:${ADA}`]: "CAN_EDIT" } };
    await workspace.seed({
        "/Shared/etl/load": seeds.notebook("print(1)", { ...mine, environment: { dependencies: ["numpy==2.0"] } }),
        "/Shared/board.lvdash.json": seeds.dashboard('{"pages":[]}', mine),
        "/Repos/team/clone": seeds.repo(URL, { branch: "dev", ...mine }),
        "/Shared/cli": seeds.repo(URL, { cli: true }),
    });
    const cron = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };
    const sql = { parent_path: "/Shared/etl", query_text: "select 1", warehouse_id: WAREHOUSE };
    const alert = {
        ...{ ...sql, owner_user_name: cloud.clientId, evaluation: { source: { name: "n" } } },
        schedule: { quartz_cron_schedule: "0 0 8 * * ?", timezone_id: "UTC", pause_status: "UNPAUSED" },
    };
    const query = { ...sql, owner_user_name: ADA, run_as_mode: "OWNER", display_name: "sales" };
    await workspace.seedBeyondTree({
        secretScopes: { etl: { secrets: { password: "p", token: "t" }, acls: { [ADA]: "MANAGE", users: "READ" } } },
        dashboards: {
            "/Shared/board.lvdash.json": {
                warehouse_id: WAREHOUSE,
                published: { warehouse_id: WAREHOUSE },
                schedules: [
                    { display_name: "nightly", cron_schedule: cron, pause_status: "UNPAUSED", subscribers: [ADA] },
                    { display_name: "off", cron_schedule: cron, pause_status: "PAUSED" },
                ],
            },
        },
        queries: [{ ...query, visualizations: [{ display_name: "bars", type: "CHART", serialized_options: "{}" }] }],
        alerts: [
            { ...alert, display_name: "too few" },
            { ...alert, display_name: "off", schedule: { ...alert.schedule, pause_status: "PAUSED" } },
        ],
    });
    for (const one of [...workspace.queries.list(), ...workspace.alerts.list()])
        one.permissions.set(`user_name:${ADA}`, "CAN_RUN");
}

/** What a workspace holds, a line for each piece, without what its admin has by making it: what is there twice is there in two lines. */
export async function linesOf(cloud: LocalCloud, id: string): Promise<string[]> {
    const workspace = cloud.workspace(id);
    const { secretScopes, dashboards, queries, alerts } = await workspace.beyondTree();
    const boards = Object.entries(dashboards).flatMap(([path, { schedules = [], ...rest }]) => [
        [path, rest],
        ...schedules.map((one) => [path, one]),
    ]);
    const grants = [...workspace.queries.list(), ...workspace.alerts.list()].map((one) => [
        ...one.permissions.entries(),
    ]);
    const all: unknown[] = [
        ...(await workspace.snapshot()),
        ...Object.entries(effectiveAccess(workspace)),
        ...Object.entries(workspace.gitFolders()),
        ...Object.entries(secretScopes),
        ...[...boards, ...queries, ...alerts, ...grants],
    ];
    return all.map((one) => JSON.stringify(one, withoutAdmin)).sort();

    function withoutAdmin(_: string, value: unknown): unknown {
        if (Array.isArray(value)) return value.filter((one) => !String(one).includes(cloud.clientId));
        if (typeof value !== "object" || value === null) return value;
        const own = Object.entries(value).filter(([name]) => !name.endsWith(cloud.clientId));
        return Object.fromEntries(own.sort());
    }
}

/** The same lines as they will be once what is paused until the old workspace is gone has started. */
export function asIfStarted(lines: readonly string[]): string[] {
    return lines
        .map((line) =>
            / ?\(paused until workspace \d+ is deleted\)/.test(line)
                ? line.replace(/ ?\(paused until workspace \d+ is deleted\)/, "").replace('"PAUSED"', '"UNPAUSED"')
                : line,
        )
        .sort();
}
