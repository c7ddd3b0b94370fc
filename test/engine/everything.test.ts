import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, type LocalWorkspace, seeds } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const ADA = "ada@example.com";
const URL = "https://github.com/acme/etl.git";
const WAREHOUSE = "0123456789abcdef";
/** Nothing in them that JSON writes in another way, so that they are found wherever they are. */
const VALUES = ["value-of-the-first-secret-7f3a", "value-of-the-second-secret-91bc"];
const FORMS = VALUES.flatMap((value) => [
    value,
    ...(["base64", "hex"] as const).map((form) => Buffer.from(value).toString(form)),
]);

describe("a workspace with some of everything that is replaced, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let keys: string[];

    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        cloud.gitRemotes.add(URL, {
            branches: { main: {}, dev: { "job.py": "# Databricks notebook source\nprint(1)" } },
        });
        keys = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
        await stack.done(program(0, []));
    });
    afterEach(async () => {
        stack.end();
        await cloud.stop();
    });

    const program = (key: 0 | 1, accept: string[]) => (needs: Needs) => {
        const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        const managedServicesCustomerManagedKeyId = ids[key];
        return new databricks.Workspace("w", {
            ...needs,
            managedServicesCustomerManagedKeyId,
            migrateContent: { accept },
        });
    };

    async function fill(workspace: LocalWorkspace): Promise<void> {
        workspace.principals.addUser(ADA);
        await workspace.seed({
            "/Shared/etl/load": seeds.notebook("print(1)", {
                outputs: [{ data: { "text/plain": "1" } }],
                environment: { dependencies: ["numpy==2.0"] },
                permissions: { [`user_name:${ADA}`]: "CAN_EDIT" },
            }),
            "/Shared/etl/data.csv": seeds.file("1,2"),
            "/Shared/sales.lvdash.json": seeds.dashboard('{"pages":[]}'),
            "/Shared/repository": seeds.repo(URL, { branch: "dev" }),
            [`/Users/${ADA}/own`]: seeds.notebook("select 1", { language: "SQL" }),
        });
        const zone = { timezone_id: "UTC" };
        const sql = { parent_path: "/Shared/etl", query_text: "select 1", warehouse_id: WAREHOUSE };
        await workspace.seedBeyondTree({
            secretScopes: { etl: { acls: { [ADA]: "MANAGE" }, secrets: { first: VALUES[0]!, second: VALUES[1]! } } },
            dashboards: {
                "/Shared/sales.lvdash.json": {
                    warehouse_id: WAREHOUSE,
                    published: { warehouse_id: WAREHOUSE, embed_credentials: false },
                    schedules: [
                        {
                            display_name: "nightly",
                            cron_schedule: { quartz_cron_expression: "0 0 1 * * ?", ...zone },
                            pause_status: "UNPAUSED",
                            subscribers: [ADA],
                        },
                    ],
                },
            },
            queries: [{ ...sales, ...sql }],
            alerts: [
                {
                    ...{ ...sql, display_name: "too few", owner_user_name: cloud.clientId },
                    evaluation: { source: { name: "n" }, comparison_operator: "LESS_THAN" },
                    schedule: { quartz_cron_schedule: "0 0 8 * * ?", ...zone, pause_status: "UNPAUSED" },
                },
            ],
        });
        workspace.fill({ jobs: [{ job_id: 1 }], apps: [{ name: "a" }] });
    }
    const sales = {
        ...{ display_name: "sales", owner_user_name: ADA, run_as_mode: "OWNER" },
        parameters: [{ name: "day", text_value: { value: "monday" } }],
    };

    /** What a workspace holds, in a form that is the same for the same, without what its admin has by making it. */
    async function contentOf(workspace: LocalWorkspace): Promise<unknown> {
        const withoutAdmin = (_: string, value: unknown) =>
            typeof value === "object" && value !== null && !Array.isArray(value)
                ? Object.fromEntries(
                      Object.entries(value)
                          .filter(([name]) => !name.endsWith(cloud.clientId))
                          .sort(),
                  )
                : value;
        // Objects of one folder are made at the same time, so in any order.
        const tree = (await workspace.snapshot()).sort((one, other) => (one.path < other.path ? -1 : 1));
        const all = [tree, await workspace.beyondTree(), workspace.gitFolders()];
        return JSON.parse(JSON.stringify(all, withoutAdmin));
    }

    it("comes along whole, no schedule ever runs twice, and no secret's value is anywhere else", async () => {
        const [id = ""] = stack.workspaces();
        await fill(cloud.workspace(id));
        const before = await contentOf(cloud.workspace(id));
        const running = Object.keys(cloud.schedules.now());
        expect(running).to.have.length(2);
        const { environment, folder } = stack.stack;
        const places = { temporary: join(folder, "tmp"), reports: join(folder, "reports") };
        for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
        const log = join(folder, "requests.jsonl");
        Object.assign(environment, {
            TMPDIR: places.temporary,
            PULUMI_DATABRICKS_REPORT: places.reports,
            PULUMI_DATABRICKS_LOG: log,
        });
        const verbose = { debug: true, logFlow: true, logToStdErr: true, logVerbosity: 9 };

        const stopped = await stack.up(program(1, []), verbose);
        expect(stopped.ok, stopped.output.slice(-2_000)).to.equal(false);
        expect(stopped.output)
            .to.match(/\b1 job\b/)
            .and.match(/\b1 app\b/);
        const repeats = JSON.stringify({ error_code: "BAD_REQUEST", message: `${VALUES.join(" ")} cannot be put` });
        const mend = cloud.inject({
            when: ({ path }) => path.endsWith("/secrets/put"),
            do: { kind: "status", status: 400, body: repeats },
        });
        const failed = await stack.up(program(1, ["others"]), verbose);
        expect(failed.ok, failed.output.slice(-2_000)).to.equal(false);
        expect(failed.output).to.contain("secret scope etl");
        mend();
        const good = await expectOk(stack.up(program(1, ["others"]), verbose));
        expect(good.output).to.match(/eventSink|step_generator|Marshaling|rpc/i);

        const [now = "", ...others] = stack.workspaces();
        expect([others, now === id]).to.deep.equal([[], false]);
        expect(await contentOf(cloud.workspace(now))).to.deep.equal(before);
        expect(cloud.schedules.overlaps).to.deep.equal([]);
        expect(cloud.schedules.now()).to.deep.equal(Object.fromEntries(running.map((name) => [name, [now]])));

        const search = () =>
            found({
                output: [stopped, failed, good]
                    .map(({ output, events }) => `${output}${JSON.stringify(events)}`)
                    .join("\n"),
                state: stack.stack.files(),
                requests: readFileSync(log, "utf8"),
                temporary: textBelow(places.temporary),
                reports: textBelow(places.reports),
            });
        expect(readdirSync(places.reports)).to.not.deep.equal([]);
        expect(search()).to.deep.equal([]);
        writeFileSync(join(places.temporary, "planted"), `x${Buffer.from(VALUES[1]!).toString("base64")}`);
        expect(search()).to.deep.equal(["temporary"]);
    });
});

/** The places in which a value is. */
function found(texts: Readonly<Record<string, string>>): string[] {
    return Object.keys(texts).filter((place) => FORMS.some((form) => texts[place]?.includes(form)));
}

function textBelow(folder: string): string {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
        .join("\n");
}
