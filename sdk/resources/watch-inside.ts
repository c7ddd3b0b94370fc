import * as pulumi from "@pulumi/pulumi";

import { withCode } from "../../provider/contract/coded-message";
import { pageInProject } from "../../provider/contract/pages";
import { perStack } from "./stack";
import { stateAtStart } from "./stack-state";

/** The providers of a program whose host comes from a workspace, each with the resources that its host depends on. */
type Hosts = Map<unknown, Promise<ReadonlySet<pulumi.Resource>>>;

/** A workspace of the program, as far as it is watched. */
type Watched = pulumi.CustomResource & { readonly workspaceId: pulumi.Output<string> };

/** The workspaces of a program. With the first one, what is registered afterwards is looked at, as all that needs its URL is. */
const watchedWorkspaces = perStack(() => {
    const hosts: Hosts = new Map();
    const workspaces = new Set<Watched>();
    if (pulumi.runtime.isDryRun() && pulumi.runtime.getStackResource() !== undefined)
        pulumi.runtime.registerStackTransformation(({ resource, type, props, opts }) => {
            if (type === "pulumi:providers:databricks")
                hosts.set(resource, pulumi.getAllResources(pulumi.output(props)));
            if (type.startsWith("databricks:") && opts.deletedWith === undefined)
                void warnIfStuck(resource, hosts.get(Reflect.get(opts, "provider")), workspaces);
            return undefined;
        });
    return workspaces;
});

/** Names, in a preview that replaces a workspace, the resources inside it that lack `insideWorkspace`, each on its own row. */
export function watchInside(workspace: Watched): void {
    watchedWorkspaces().add(workspace);
}

async function warnIfStuck(
    resource: pulumi.Resource,
    host: Promise<ReadonlySet<pulumi.Resource>> | undefined,
    workspaces: ReadonlySet<Watched>,
): Promise<void> {
    const done = pulumi.runtime.rpcKeepAlive();
    try {
        const used = (await host) ?? new Set();
        for (const workspace of workspaces) {
            if (!used.has(workspace) || !(await isReplaced(workspace))) continue;
            await pulumi.log.warn(
                withCode(
                    `It lives in a workspace that is replaced, and cannot be deleted afterwards: its provider speaks to the new workspace by then. Give it the options insideWorkspace(workspace, { provider }), run \`pulumi up\`, and change the workspace after that. See ${pageInProject("key-changes")}.`,
                    "CMK3015",
                ),
                resource,
            );
        }
    } finally {
        done();
    }
}

/** Whether a preview replaces a workspace: the state has it, and its id is not known. */
async function isReplaced(workspace: Watched): Promise<boolean> {
    const [resources, urn] = [await stateAtStart(), await urnOf(workspace)];
    if (resources?.some((one) => one.urn === urn) !== true) return false;
    return (await Promise.resolve(Reflect.get(workspace.workspaceId, "isKnown"))) === false;
}

function urnOf({ urn }: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => urn.apply(resolve));
}
