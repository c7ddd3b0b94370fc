import { collections } from "../created";
import { NotTried, type Row } from "../row";
import { type Scene, waited } from "../scene";

/** How long a metastore and a home are waited for, in milliseconds. */
const [METASTORE, HOME, GROUP_HOME] = [10 * 60_000, 10 * 60_000, 3 * 60_000];

const SCIM = "/api/2.0/preview/scim/v2";

/** Who belongs to a workspace, and what they have there. */
export const peopleRows: readonly Row[] = [
    {
        service:
            "A new workspace gets a metastore of its region by itself in accounts since November 2023, in others never; a metastore can come minutes later, and another one than an older workspace has.",
        source: "API, Users",
        package: "Does not change it.",
        behavior: "`metastoreAssignment`, `metastoreMilliseconds`, `cloud.account.metastores.setDefault`",
        checks: [
            {
                id: "metastore",
                level: "workspace",
                states: "metastoreAssignment",
                expected: "at-once",
                see: async (scene) => {
                    const took = await scene.until(METASTORE, () => hasMetastore(scene));
                    return took === undefined ? "never" : took === 0 ? "at-once" : "late";
                },
            },
        ],
    },
    {
        service:
            'Permission assignments of a workspace are refused (400 "Permission assignment APIs are not available for this workspace") without identity federation, and until a new workspace has a metastore.',
        source: "Terraform, Users",
        package: "Does not change them.",
        behavior: "`cloud.workspace(id).behavior.identityFederation`",
        checks: [
            {
                id: "permission-assignments",
                level: "workspace",
                states: "workspace.identityFederation",
                expected: "with-metastore",
                see: async (scene) => {
                    const answer = await scene.ask("GET", `${await workspacePath(scene)}/permissionassignments`);
                    // With a metastore both words say the same, without one too.
                    const has = await hasMetastore(scene);
                    if (answer.isSuccess) return has ? "with-metastore" : "always";
                    return has ? "never" : "with-metastore";
                },
            },
        ],
    },
    {
        service:
            "A user, group or service principal has one id in the account and in each workspace; adding a user to a workspace adds it to the account.",
        source: "SDKs",
        package: "Compares principals by name.",
        behavior: "always",
        checks: [
            {
                id: "principal-id",
                level: "workspace",
                expected: "the same",
                see: async (scene) => {
                    const { record } = await addToWorkspace(scene, "same-id");
                    const filter = encodeURIComponent(`displayName eq "${scene.name("same-id")}"`);
                    const found = await scene.ask("GET", `/scim/v2/ServicePrincipals?filter=${filter}`);
                    const [first] = found.done("the list").list.filter(({ id }) => id !== undefined);
                    if (first === undefined) return "not in the account";
                    return first["id"] === record["id"] ? "the same" : "another";
                },
            },
        ],
    },
    {
        service: "A group is the account's, or one workspace's alone; SCIM tells them apart by `meta.resourceType`.",
        source: "SDKs, Users",
        package:
            "Copies the workspace's own groups. A name that means one group in one workspace and another one in the other is a finding (`people`, `unknown-principal`).",
        behavior: "always",
        checks: [
            {
                id: "local-groups",
                level: "workspace",
                expected: "WorkspaceGroup",
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const filter = encodeURIComponent('displayName eq "admins"');
                    const answer = (await ask("GET", `${SCIM}/Groups?filter=${filter}`)).done("the list");
                    return /"resourceType"\s*:\s*"(\w+)"/.exec(answer.text)?.[1] ?? "none";
                },
            },
        ],
    },
    {
        service:
            "A home folder appears when its user is added to the workspace, or later; for somebody who belongs to it through a group, perhaps at the first sign-in. Nobody else can make it: 400 `DIRECTORY_PROTECTED`. It stays when its user leaves.",
        source: "Users",
        package: "A finding (`no-home`) names it.",
        behavior: "`cloud.workspace(id).behavior.homeMilliseconds`, `groupHomes`",
        checks: [
            {
                id: "home",
                level: "workspace",
                states: "workspace.homeMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { record } = await addToWorkspace(scene, "home");
                    return waited(await homeOf(scene, record["applicationId"], HOME), "no home appeared");
                },
            },
            {
                id: "group-home",
                level: "workspace",
                states: "workspace.groupHomes",
                expected: "first-sign-in",
                see: groupHome,
            },
            {
                id: "home-of-nobody",
                level: "workspace",
                expected: 400,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const path = `/Users/${scene.prefix}@example.com/folder`;
                    return (await ask("POST", "/api/2.0/workspace/mkdirs", { path })).status;
                },
            },
        ],
    },
];

async function workspacePath(scene: Scene): Promise<string> {
    return `/workspaces/${(await scene.workspace()).id}`;
}

async function hasMetastore(scene: Scene): Promise<boolean> {
    return (await scene.ask("GET", `${await workspacePath(scene)}/metastore`)).isSuccess;
}

/** Adds a service principal to the account and to the workspace: nobody is written to about it, as users are. */
async function addToWorkspace(scene: Scene, what: string) {
    const { ask } = await scene.workspace();
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"];
    const body = { schemas, displayName: scene.name(what), active: true };
    const post = () => ask("POST", `${SCIM}/ServicePrincipals`, body);
    return (await scene.make(collections.servicePrincipals, body, post)).done("a service principal");
}

/** How long it takes until somebody has a home, in milliseconds. */
async function homeOf(scene: Scene, name: unknown, limit: number): Promise<number | undefined> {
    const { ask } = await scene.workspace();
    const path = `/api/2.0/workspace/get-status?path=${encodeURIComponent(`/Users/${String(name)}`)}`;
    return scene.until(limit, async () => (await ask("GET", path)).isSuccess);
}

/** Whether a member of a group that is added to the workspace gets a home without signing in. */
async function groupHome(scene: Scene): Promise<string> {
    const named = { displayName: scene.name("member"), active: true };
    const member = (await scene.make(collections.servicePrincipals, named)).done("a service principal").record;
    const body = { displayName: scene.name("group"), members: [{ value: member["id"] }] };
    const group = (await scene.make(collections.groups, body)).done("a group").record;
    const path = `${await workspacePath(scene)}/permissionassignments/principals/${String(group["id"])}`;
    const answer = await scene.ask("PUT", path, { permissions: ["USER"] });
    if (!answer.isSuccess) throw new NotTried("the account's groups cannot be assigned to the workspace");
    const took = await homeOf(scene, member["applicationId"], GROUP_HOME);
    return took === undefined ? "first-sign-in" : "at-once";
}
