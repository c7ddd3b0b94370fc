import { collections } from "../created";
import { NotTried, type Row } from "../row";
import type { Scene } from "../scene";
import { tagOf } from "../workspace-scene";

/** How long an update is waited for, and watched afterwards, in milliseconds. */
const [LATE, WATCH] = [15 * 60_000, 5 * 60_000];

const KEY = "managed_services_customer_managed_key_id";

/** What happens to a workspace that is changed and deleted. */
export const updateRows: readonly Row[] = [
    {
        service: "A workspace that is RUNNING can go back to PROVISIONING.",
        source: "Users",
        package:
            "The next `pulumi up` after a refresh waits for it; it is neither changed nor replaced. `waitUntilReady` waits at once.",
        behavior: "`relapseMilliseconds`",
        checks: [
            {
                id: "running-stays",
                level: "workspace",
                states: "relapseMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { relapsed, watch } = await scene.workspace();
                    return relapsed > 0 ? relapsed : watch();
                },
            },
        ],
    },
    {
        service: "The notebooks key is given when a workspace is created, and never changes.",
        source: "Preview",
        package: "The default: a key change replaces the workspace. [Key changes](key-changes.md)",
        behavior: '`keyChange: "immutable"` (default)',
        checks: [
            {
                id: "key-change",
                level: "workspace",
                needs: "two keys",
                states: "keyChange",
                expected: "immutable",
                see: async (scene) => {
                    const { patch, settle } = await scene.workspace();
                    const other = await scene.registerKey(scene.given.keys[1], ["MANAGED_SERVICES"]);
                    const id = other.done("the second key").record["customer_managed_key_id"];
                    if (!(await patch({ [KEY]: id })).isSuccess) return "immutable";
                    await settle();
                    return "updatable";
                },
            },
        ],
    },
    {
        service: "The notebooks key can be added to, and changed on, a running workspace; never removed.",
        source: "CMK",
        package: '`onKeyChange: "update"` asks for it.',
        behavior: '`keyChange: "updatable"`',
        checks: [
            {
                id: "key-removal",
                level: "workspace",
                needs: "key",
                expected: 400,
                see: async (scene) => (await (await scene.workspace()).patch({ [KEY]: null })).status,
            },
        ],
    },
    {
        service:
            "PATCH of a workspace returns before the change is made. In a customer-managed VPC the workspace stays RUNNING. The value comes at once or minutes later, or goes back silently.",
        source: "Update",
        package:
            "Done when GET shows every changed field and RUNNING, at most after `databricks:updateTimeoutSeconds`; then an error that names the fields, and the state says what exists.",
        behavior: "`updates`, `updateMilliseconds`, `updateStatus`",
        checks: [
            {
                id: "update",
                level: "workspace",
                needs: "role and bucket",
                states: "updates",
                expected: "at-once",
                see: updateOfCredentials,
            },
            {
                id: "update-status",
                level: "workspace",
                states: "updateStatus",
                expected: "by-network",
                see: async (scene) => {
                    const { patch, settle } = await scene.workspace();
                    (await patch({ custom_tags: { ...(await ownTags(scene)), contract: "changed" } })).done(
                        "an update",
                    );
                    const leftRunning = await settle();
                    if (scene.given.network === undefined) return leftRunning ? "by-network" : "running";
                    return leftRunning ? "provisioning" : "by-network";
                },
            },
        ],
    },
    {
        service: "An update is refused while classic compute runs in the workspace.",
        source: "Update",
        package:
            "The error says what to stop: clusters, instance pools, classic and pro SQL warehouses. Nothing was changed.",
        behavior: "`cloud.account.setCompute`",
        checks: "it would take a cluster, which costs money",
    },
    {
        service:
            "Clusters cannot start for 20 minutes after an update, except of the notebooks key; after a storage key was added, DBFS cannot be used either.",
        source: "Update, CMK",
        package: "One line after such an update says so, except for serverless workspaces.",
        checks: "it would take a cluster, which costs money",
    },
    {
        service: "An empty map of tags in a PATCH has no effect.",
        source: "Users",
        package:
            "The ownership tag of this package is always in the map, so removing all of the program's tags takes effect.",
        behavior: "`emptyTags`",
        checks: [
            {
                id: "empty-tags",
                level: "workspace",
                states: "emptyTags",
                expected: "ignored",
                see: async (scene) => {
                    const { patch, show, settle } = await scene.workspace();
                    // Late tags say nothing here.
                    if (tagOf(await show()) === undefined) throw new NotTried("the workspace's tags are not shown yet");
                    const answer = await patch({ custom_tags: {} });
                    if (!answer.isSuccess) return `refused: ${answer.status}`;
                    await settle();
                    return tagOf(await show()) === undefined ? "applied" : "ignored";
                },
            },
        ],
    },
    {
        service:
            "A network connectivity configuration, private access settings and a storage key are set, switched or added, and never removed.",
        source: "API, Update",
        package: "Refused at preview, never a replacement unless the program asks for it (`replaceOn`).",
        behavior: "always",
        checks: "it would take such objects",
    },
    {
        service: "DELETE of a workspace returns before the workspace is gone.",
        source: "API",
        package: "Waits until GET answers 404 before what it used is deleted.",
        behavior: "`deletionMilliseconds`",
        checks: [
            {
                id: "used-credentials",
                level: "workspace",
                needs: "role and bucket",
                expected: 409,
                see: async (scene) => {
                    const { credentials_id: used } = await (await scene.workspace()).show();
                    return (await scene.ask("DELETE", `/credentials/${String(used)}`)).status;
                },
            },
        ],
    },
];

/** The tags that the workspace was made with. */
async function ownTags(scene: Scene): Promise<object> {
    const { made } = await scene.workspace();
    return Object(made.record["custom_tags"]);
}

/** Gives the workspace other credentials of the same role, and watches what becomes of it. */
async function updateOfCredentials(scene: Scene): Promise<string> {
    const { patch, show, settle } = await scene.workspace();
    const other = await scene.make(collections.credentials, scene.roleBody("other", scene.given.role ?? ""));
    const id = other.done("the role").record["credentials_id"];
    (await patch({ credentials_id: id })).done("an update");
    const isShown = async () => (await show())["credentials_id"] === id;
    const took = await scene.until(LATE, isShown);
    await settle();
    if (took === undefined) return "dropped";
    const isGone = await scene.until(WATCH, async () => !(await isShown()), 10_000);
    if (isGone !== undefined) return "reverted";
    return took === 0 ? "at-once" : "late";
}
