import { collections } from "../created";
import { NotTried, type Row } from "../row";
import { waited } from "../scene";
import { tagOf } from "../workspace-scene";

/** How a workspace comes about. */
export const workspaceRows: readonly Row[] = [
    {
        service: "The server chooses a deployment name, or puts the account's prefix in front.",
        source: "API",
        package: "Neither is drift; the prefix is an output.",
        behavior: "`deploymentNamePrefix`",
        checks: [
            {
                id: "deployment-name",
                level: "workspace",
                expected: "dbc-xxxxxxxx-xxxx",
                see: async (scene) => {
                    const name = String((await scene.workspace()).first["deployment_name"]);
                    return /^dbc-[0-9a-f]{8}-[0-9a-f]{4}$/.test(name) ? "dbc-xxxxxxxx-xxxx" : "another form";
                },
            },
        ],
    },
    {
        service: "Ids of workspaces are 64-bit integers.",
        source: "API",
        package: "Kept digit for digit, as strings.",
        behavior: "`numbers`",
        checks: [
            {
                id: "workspace-id",
                level: "workspace",
                expected: "digits",
                see: async (scene) => (/^\d{1,19}$/.test((await scene.workspace()).id) ? "digits" : "another form"),
            },
        ],
    },
    {
        service:
            "A serverless workspace takes no credentials, storage or network; every other one needs credentials and storage.",
        source: "API",
        package: "Checked at preview. Outputs `effectiveComputeMode`, `storageMode`.",
        behavior: "always",
        checks: [
            {
                id: "needs-credentials",
                level: "workspace",
                expected: 400,
                see: async (scene) => {
                    const body = { workspace_name: scene.name("bare"), aws_region: scene.given.region };
                    return (await scene.make(collections.workspaces, body)).status;
                },
            },
            {
                id: "serverless-takes-none",
                level: "workspace",
                needs: "role and bucket",
                expected: 400,
                see: async (scene) => {
                    const body = {
                        workspace_name: scene.name("serverless"),
                        aws_region: scene.given.region,
                        compute_mode: "SERVERLESS",
                        credentials_id: await scene.credentials(),
                    };
                    return (await scene.make(collections.workspaces, body)).status;
                },
            },
        ],
    },
    {
        service: 'A new workspace can be NOT_PROVISIONED for a time ("Workspace has not yet begun provisioning.").',
        source: "SDKs",
        package:
            "Waited for as PROVISIONING is. A change that the service refuses for it is made once provisioning has ended.",
        behavior: "`queueMilliseconds`",
        checks: [
            {
                id: "queued",
                level: "workspace",
                states: "queueMilliseconds",
                expected: 0,
                see: async (scene) => (await scene.workspace()).queued,
            },
        ],
    },
    {
        service: "A workspace can be CANCELLING or CANCELLED.",
        source: "API",
        package:
            "As FAILED: the error has the words of the service. One that never ran is replaced by the next `pulumi up`, any other stays.",
        behavior: "`cloud.account.nextOutcome`, `setStatus`",
        checks: "the service alone cancels one",
    },
    {
        service: "Custom tags can take up to an hour to be shown.",
        source: "Users",
        package:
            "The wait ends after `databricks:updateTimeoutSeconds` with an error that names the tags, and the workspace stays in the state. A later `pulumi up` finds them. Until its tag is shown, an orphan of an interrupted create is not recognised.",
        behavior: "`tagsMilliseconds`",
        checks: [
            {
                id: "tags-shown",
                level: "workspace",
                states: "tagsMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { first, began, show } = await scene.workspace();
                    if (tagOf(first) !== undefined) return 0;
                    const isShown = async () => tagOf(await show()) !== undefined;
                    waited(await scene.until(65 * 60_000, isShown, 30_000), "the tags were not shown");
                    return scene.clock.now() - began;
                },
            },
        ],
    },
    {
        service: "A workspace is RUNNING before its host name resolves and its certificate is there.",
        source: "Users",
        package: "`waitUntilReachable: true` waits for both. [Resources](resources.md#workspace)",
        behavior: "`cloud.workspace(id).behavior.reachableAfterMilliseconds`, `frontEnd`",
        checks: [
            {
                id: "front-end",
                level: "workspace",
                states: "workspace.frontEnd",
                expected: "public",
                see: async (scene) => (await scene.workspace()).frontEnd,
            },
            {
                id: "reachable",
                level: "workspace",
                states: "workspace.reachableAfterMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { frontEnd, reachableAfter } = await scene.workspace();
                    if (frontEnd !== "unreachable") return reachableAfter;
                    throw new NotTried("the workspace's host did not answer from this machine");
                },
            },
        ],
    },
    {
        service:
            'For some minutes after that, what needs its own services is refused (400 "Unknown worker environment"), and succeeds now and then.',
        source: "Users",
        package:
            "`waitUntilReady: true` waits until reads succeed five times in a row. [Resources](resources.md#workspace)",
        behavior: "`cloud.workspace(id).behavior.servicesAfterMilliseconds`",
        checks: [
            {
                id: "services",
                level: "workspace",
                needs: "role and bucket",
                states: "workspace.servicesAfterMilliseconds",
                expected: 0,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    let inARow = 0;
                    let firstOfThem = scene.clock.now();
                    const began = firstOfThem;
                    const isReady = async () => {
                        if (inARow === 0) firstOfThem = scene.clock.now();
                        inARow = (await ask("GET", "/api/2.0/clusters/list-node-types")).isSuccess ? inARow + 1 : 0;
                        return inARow === 5;
                    };
                    waited(await scene.until(20 * 60_000, isReady, 3_000), "they did not come");
                    return firstOfThem - began;
                },
            },
        ],
    },
    {
        service:
            "Responses of a workspace's host name the workspace in a header, `x-databricks-org-id`; whether those of every endpoint do is not known.",
        source: "SDKs",
        package:
            "A workspace whose host never says who it is is neither copied nor compared; one that stops to say so is asked (`scim/v2/Me`), and its read sent again, before anything else counts; nor is one compared that shows an object under the id that it has in the other.",
        behavior: "`cloud.workspace(id).behavior.identifiesItself`",
        checks: [
            {
                id: "identity",
                level: "workspace",
                states: "workspace.identifiesItself",
                expected: true,
                see: async (scene) => {
                    const { ask, id } = await scene.workspace();
                    const answer = await ask("GET", "/api/2.0/preview/scim/v2/Me");
                    return String(answer.header("x-databricks-org-id")) === id;
                },
            },
        ],
    },
    {
        service: "A new workspace has default cluster policies (`is_default`) and a starter warehouse.",
        source: "SDKs, Users",
        package: "They do not count as anybody's content.",
        behavior: "always",
        checks: [
            {
                id: "starter-warehouse",
                level: "workspace",
                expected: 1,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    return (await ask("GET", "/api/2.0/sql/warehouses")).done("the list").list.length;
                },
            },
            {
                id: "default-policies",
                level: "workspace",
                expected: true,
                see: async (scene) => {
                    const { ask } = await scene.workspace();
                    const { list } = (await ask("GET", "/api/2.0/policies/clusters/list")).done("the list");
                    return list.length > 0 && list.every((policy) => policy["is_default"] === true);
                },
            },
        ],
    },
];
