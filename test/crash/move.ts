import { LocalCloud, manyNotebooks, manyPeople, type RecordedRequest, seeds } from "../../local-cloud";
import { asIfStarted, fillWithEverything, linesOf } from "../helpers/some-of-everything";
import { CrashStack, type Victim } from "./crash";

/** A moment of a replacement at which processes are killed: before a request. */
export interface MovePoint {
    readonly request: string;
    /** Which of the requests of this name in the `pulumi up`, from 1. */
    readonly occurrence: number;
    readonly victim: Victim;
}

/** What the account holds after the next `pulumi cancel` and `pulumi up`. */
export interface MoveOutcome {
    /** Objects and people of the old workspace that the new one does not have as they were. */
    readonly lost: number;
    /**
     * Objects and rights of the new workspace that the old one did not have, or had once; schedules that ran in both; workspaces beyond
     * the one of the program.
     */
    readonly duplicates: number;
    /** Deletions of the old workspace while something was missing in the new one. */
    readonly early: number;
    /** Any other problem. */
    readonly problem: string | undefined;
}

/** The workspace is named by `SHAPE`; another name replaces it. */
const program = `
const databricks = require("pulumi-databricks-cmk");
const { workspaceName } = JSON.parse(process.env.SHAPE);
const { credentialsId } = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
const { storageConfigurationId } = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
new databricks.Workspace("w", { workspaceName, replaceOn: ["workspaceName"], awsRegion: "us-east-1", credentialsId, storageConfigurationId });
`;

/** Eight people, of whom two belong to the workspace through a group alone; one group is in another. */
const everybody = manyPeople({ users: 8, groups: 2, servicePrincipals: 1 });
const { users = [], groups = {} } = everybody;

const content = {
    ...manyNotebooks(12),
    ...Object.fromEntries(users.map((name) => [`/Users/${name}/n`, seeds.notebook(`# of ${name}`)])),
    "/Shared/lib.py": seeds.file("x = 1"),
    "/Shared/zero": seeds.file(""),
    "/Shared/team/secret": seeds.notebook("1", { permissions: { "group_name:users": "CAN_READ" } }),
    "/Shared/empty/folder": seeds.folder(),
};

interface Begun {
    readonly stack: CrashStack;
    readonly old: string;
    readonly held: readonly string[];
}

async function begin(isPlugin: boolean): Promise<Begun> {
    const cloud = await LocalCloud.start({
        provisioningMilliseconds: 200,
        workspaces: { gitFolders: "cli-outside-repos" },
    });
    const stack = new CrashStack(cloud, program, isPlugin);
    await stack.run("create", "stack", "init", "dev");
    const { code, output } = await stack.act("create");
    if (code !== 0) throw new Error(`the first up failed:\n${output}`);
    const [old = ""] = workspacesOf(cloud);
    await populate(cloud, old);
    const held = await linesOf(cloud, old);
    cloud.clearRequests();
    return { stack, old, held };
}

async function populate(cloud: LocalCloud, id: string): Promise<void> {
    const workspace = cloud.workspace(id);
    const { principals } = workspace;
    for (const name of [...users, ...(everybody.servicePrincipals ?? [])]) principals.addUser(name);
    cloud.people.seed(everybody);
    for (const name of Object.keys(groups)) principals.assign(name, "USER");
    principals.assign(users[0] ?? "", "ADMIN");
    await workspace.seed(content);
    await fillWithEverything(cloud, id);
    for (const name of users.slice(-2)) {
        const user = cloud.people.find(name);
        if (user !== undefined) principals.setPermission(user, undefined);
    }
}

function workspacesOf(cloud: LocalCloud): string[] {
    return cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
}

/** How many of these lines are not there, or not as often. */
function missing(lines: readonly string[], there: readonly string[]): number {
    const rest = [...there];
    return lines.filter((line) => {
        const index = rest.indexOf(line);
        if (index >= 0) rest.splice(index, 1);
        return index < 0;
    }).length;
}

/** Records the requests of a replacement without crashes, to the account and to both workspaces. */
export async function recordMove(isPlugin = false): Promise<string[]> {
    const { stack } = await begin(isPlugin);
    const { code, output } = await stack.act("replace");
    if (code !== 0) throw new Error(`the replacement failed without any crash:\n${output}`);
    const requests = stack.cloud.requests.map(named);
    stack.remove();
    await stack.cloud.stop();
    return requests;
}

function named({ method, path, workspaceId }: Pick<RecordedRequest, "method" | "path" | "workspaceId">): string {
    return `${method} ${path.replace(/^.*\/(accounts\/[^/]+|2\.0)\//, "").replace(/[0-9a-f-]{20,}|\d{6,}/g, "…")}${workspaceId === undefined ? "" : " (workspace)"}`;
}

/** Every tenth request, for the two processes in turn and together; and each kind of write once. */
export function movePoints(requests: readonly string[]): MovePoint[] {
    const victims: readonly Victim[] = ["both", "engine", "provider"];
    const seen = new Map<string, number>();
    return requests.flatMap((request, index) => {
        const occurrence = (seen.get(request) ?? 0) + 1;
        seen.set(request, occurrence);
        const isWrite = !request.startsWith("GET") && !/token/.test(request);
        if (index % 10 !== 0 && !(isWrite && occurrence === 1)) return [];
        return [{ request, occurrence, victim: victims[seen.size % 3] ?? "both" }];
    });
}

/** Kills at one point of a replacement, then does what a user does: `pulumi cancel`, and the same command again. */
export async function crashMove({ request, occurrence, victim }: MovePoint, isPlugin = false): Promise<MoveOutcome> {
    const { stack, old, held } = await begin(isPlugin);
    const { cloud } = stack;
    let early = 0;
    try {
        const isDelete = (name: string) => name === "DELETE workspaces/…";
        let left = occurrence;
        let reached = false;
        const due: (() => Promise<void> | void)[] = [];
        // One fault for both: a request is met by one fault alone.
        cloud.inject({
            when: (target) => {
                const name = named(target);
                const isPoint = name === request && --left === 0;
                if (isDelete(name)) due.push(lookAtDelete);
                else if (isPoint) due.push(kill);
                return isDelete(name) || isPoint;
            },
            do: { kind: "call", when: "before", run: async () => due.shift()?.() },
        });
        const kill = () => {
            reached = true;
            stack.kill(victim);
        };
        const lookAtDelete = async () => {
            const next = workspacesOf(cloud).find((id) => id !== old);
            const there = next === undefined ? [] : await linesOf(cloud, next);
            // What is paused in the new workspace waits until the old one is gone.
            if (missing(asIfStarted(held), asIfStarted(there)) > 0) early++;
            if (isDelete(request) && left <= 0 && !reached) kill();
        };
        const first = await stack.act("replace");
        if (!reached) throw new Error(`the kill point was not reached: ${first.output.slice(-1300)}`);
        await stack.run("replace", "cancel", "--yes", "--stack", "dev");
        const { code, output } = await stack.act("replace");
        if (code !== 0) throw new Error(`the next up failed:\n${output}`);
        const [now = "", ...others] = workspacesOf(cloud);
        if (now === old) throw new Error("the workspace was not replaced");
        const there = await linesOf(cloud, now);
        return {
            lost: missing(held, there),
            duplicates: missing(there, held) + others.length + cloud.schedules.overlaps.length,
            early,
            problem: undefined,
        };
    } catch (error) {
        const problem = error instanceof Error ? error.message.slice(0, 1500) : String(error);
        return { lost: 0, duplicates: 0, early, problem };
    } finally {
        stack.remove();
        await cloud.stop();
    }
}
