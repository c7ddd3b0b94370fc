import { join } from "node:path";

import { OWNERSHIP_TAG } from "../../../provider/contract/ownership-tag";
import { CliProject, type CliRun } from "../../cli/project";
import { LocalCloud } from "../../../local-cloud";
import type { Measure } from "../bench";
import { acceptedShare } from "../requests";
import { atLeast, atMost } from "../table";

/** The goal, in percent of the allowed rate. */
const OF_ALLOWED = 80;

interface StateResource {
    readonly urn: string;
    readonly id?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * Runs `pulumi up` of several stacks at once, as separate programs on separate machines would, against one account and its
 * one rate limit. The stacks share nothing; each has a KMS key of its own.
 */
export const stacks: Measure = {
    name: "stacks",
    onlyByName: true,
    async measure({ options, say }) {
        const { stacks: count, stackN, rate: allowed, provisioning, scatter } = options;
        const cloud = await LocalCloud.start({
            provisioningMilliseconds: provisioning * 1000,
            provisioningScatter: scatter / 100,
            requestsPerSecond: allowed,
        });
        const program = `require(${JSON.stringify(join(__dirname, "..", "programs", "ours"))});\n`;
        const projects = Array.from(
            { length: count },
            (_, index) =>
                new CliProject(`stack-${index}`, program, {
                    ...cloud.environment(),
                    PULUMI_CONFIG_PASSPHRASE: "x",
                    N: String(stackN),
                    KEY_ARN: cloud.createKey(),
                }),
        );
        try {
            for (const project of projects) await project.run(["stack", "init", "dev"]);
            cloud.clearRequests();
            const up = ["up", "--yes", "--skip-preview", "--parallel", String(stackN + 10), "--stack", "dev"];
            const runs = await Promise.all(projects.map((project) => project.run(up)));
            for (const { code, output } of runs) if (code !== 0) say(output.slice(-2000));
            const requests = [...cloud.requests];
            const states = [];
            for (const project of projects) states.push(await stateOf(project));
            const share = acceptedShare(requests, allowed);
            const failed = count * stackN - runningIn(cloud, states);
            const mixed = mixedUp(cloud, states);
            return [
                {
                    measure: `${count} stacks at once, ${stackN} workspaces each, ${allowed} requests a second: stacks that failed`,
                    unit: "",
                    figures: { ours: runs.filter(({ code }) => code !== 0).length },
                    goal: atMost(runs.filter(({ code }) => code !== 0).length, 0, "0"),
                },
                {
                    measure: "  workspaces that are not running",
                    unit: "",
                    figures: { ours: failed },
                    goal: atMost(failed, 0, "0"),
                },
                {
                    measure: "  objects in two states, in none, or with another stack's tag",
                    unit: "",
                    figures: { ours: mixed },
                    goal: atMost(mixed, 0, "0"),
                },
                {
                    measure: "  requests accepted, of the allowed rate",
                    unit: "%",
                    figures: share === undefined ? {} : { ours: share * 100 },
                    goal: atLeast(share === undefined ? undefined : share * 100, OF_ALLOWED, `≥ ${OF_ALLOWED} %`),
                },
                {
                    measure: "  requests answered with 429, of all",
                    unit: "%",
                    figures: {
                        ours: (requests.filter(({ status }) => status === 429).length / requests.length) * 100,
                    },
                },
                { measure: "  first stack done after", unit: "s", figures: { ours: Math.min(...seconds(runs)) } },
                { measure: "  last stack done after", unit: "s", figures: { ours: Math.max(...seconds(runs)) } },
            ];
        } finally {
            for (const project of projects) project.remove();
            await cloud.stop();
        }
    },
};

function seconds(runs: readonly CliRun[]): number[] {
    return runs.map((run) => run.seconds);
}

async function stateOf(project: CliProject): Promise<StateResource[]> {
    const { output } = await project.run(["stack", "export", "--stack", "dev"]);
    const { deployment } = JSON.parse(output) as { deployment: { resources?: StateResource[] } };
    return deployment.resources ?? [];
}

function runningIn(cloud: LocalCloud, states: readonly (readonly StateResource[])[]): number {
    const ids = new Set(states.flat().map(({ id }) => id));
    return cloud.account
        .list("workspaces")
        .filter((one) => one["workspace_status"] === "RUNNING" && ids.has(String(one["workspace_id"]))).length;
}

/** How many objects of the account are not in exactly one state, or carry the tag of another stack than the one that has them. */
function mixedUp(cloud: LocalCloud, states: readonly (readonly StateResource[])[]): number {
    const kinds = {
        workspaces: "workspace_id",
        credentials: "credentials_id",
        "storage-configurations": "storage_configuration_id",
        "customer-managed-keys": "customer_managed_key_id",
    } as const;
    return Object.entries(kinds).reduce((sum, [kind, idField]) => {
        const wrong = cloud.account.list(kind).filter((record) => {
            const owners = states.filter((state) => state.some(({ id }) => id === String(record[idField])));
            const tag = (record["custom_tags"] as Record<string, unknown> | undefined)?.[OWNERSHIP_TAG];
            return owners.length !== 1 || (kind === "workspaces" && !String(tag).startsWith(uuidOf(owners[0] ?? [])));
        });
        return sum + wrong.length;
    }, 0);
}

/** The uuid of a stack's identity. */
function uuidOf(state: readonly StateResource[]): string {
    return String(state.find(({ urn }) => urn.includes(":StackIdentity::"))?.outputs?.["uuid"]);
}
