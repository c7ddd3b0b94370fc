import { type RecordedRequest, manyNotebooks, manyPeople } from "../../../local-cloud";
import { Arm } from "../arms";
import type { Measure } from "../bench";
import { atLeast, atMost, ratio } from "../table";

/** Requests per second that each workspace accepts. */
const ALLOWED = 30;
/** How many people belong to the workspace. */
const PEOPLE = 500;
/**
 * The goals: percent of the allowed rate, memory as a multiple of that of a replacement without content, and requests for each of the
 * people.
 */
const [OF_ALLOWED, TO_EMPTY, FOR_EACH] = [90, 1.5, 3];

/** Replaces a workspace with many notebooks and people for a changed key, where each workspace answers requests above a rate with 429. */
export const migrate: Measure = {
    name: "migrate",
    onlyByName: true,
    async measure({ options, say }) {
        const { notebooks } = options;
        const arm = await Arm.start("ours", 1, {
            provisioningMilliseconds: 1000,
            workspaces: { requestsPerSecond: ALLOWED },
        });
        try {
            const { cloud } = arm;
            const keys = [cloud.createKey(), cloud.createKey()];
            await arm.up();
            const without = await arm.up({ KEY_ARN: keys[0] ?? "" });
            const [old] = cloud.account.list("workspaces");
            const id = String(old?.["workspace_id"]);
            await cloud.workspace(id).seed(manyNotebooks(notebooks));
            const { users = [] } = manyPeople({ users: PEOPLE });
            for (const name of users) cloud.workspace(id).principals.addUser(name);
            const run = await arm.attemptUp({ KEY_ARN: keys[1] ?? "" });
            say(`migrate: ${run.seconds.toFixed(1)} s`);
            if (run.code !== 0) say(run.output.slice(-2000));
            const left = cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
            const there = left.flatMap((one) => (one === id ? [] : cloud.workspace(one).tree()));
            const moved = there.filter(({ type }) => type === "NOTEBOOK").length;
            const calls = run.requests.filter((one) => one.workspaceId !== undefined && !isAboutPeople(one));
            const belong = left.flatMap((one) => (one === id ? [] : cloud.workspace(one).principals.list("user_name")));
            const isEnded = run.code === 0 && left.length === 1;
            const failures = notebooks - moved + PEOPLE - belong.length + (isEnded ? 0 : 1);
            const forPeople = run.requests.filter(isAboutPeople).length / PEOPLE;
            const rate = busiestRate(calls);
            const memory = ratio(run.providerMemory, without.providerMemory);
            return [
                {
                    measure: `replace a workspace with ${notebooks} notebooks and ${PEOPLE} people, ${ALLOWED} requests a second: failures`,
                    unit: "",
                    figures: { ours: failures },
                    goal: atMost(failures, 0, "0"),
                },
                { measure: "  time", unit: "s", figures: { ours: run.seconds } },
                {
                    measure: "  requests accepted by the busier workspace, of the allowed rate",
                    unit: "%",
                    figures: rate === undefined ? {} : { ours: (rate / ALLOWED) * 100 },
                    goal: atLeast(rate && (rate / ALLOWED) * 100, OF_ALLOWED, `≥ ${OF_ALLOWED} %`),
                },
                {
                    measure: "  calls for each notebook and home, to both workspaces",
                    unit: "",
                    digits: 2,
                    figures: { ours: calls.length / (notebooks + PEOPLE) },
                },
                {
                    measure: "  calls for each of the people, to the account and both workspaces",
                    unit: "",
                    digits: 2,
                    figures: { ours: forPeople },
                    goal: atMost(forPeople, FOR_EACH, `≤ ${FOR_EACH}`),
                },
                {
                    measure: "  answered with 429",
                    unit: "",
                    figures: { ours: calls.filter(({ status }) => status === 429).length },
                },
                {
                    measure: "  peak memory of the provider, of that of a replacement without content",
                    unit: "",
                    digits: 2,
                    figures: memory === undefined ? {} : { ours: memory },
                    goal: atMost(memory, TO_EMPTY, `≤ ${TO_EMPTY}`),
                },
            ];
        } finally {
            await arm.stop();
        }
    },
};

/** Whether a request is about people: assignments, SCIM and the metastore. Homes are folders, which are listed as any other. */
function isAboutPeople({ path }: RecordedRequest): boolean {
    return /\/(permissionassignments|scim|metastores?)(\/|$)/.test(path);
}

/** Accepted requests per second of the workspace that had more of them; `undefined` where there was no time between them. */
function busiestRate(requests: readonly RecordedRequest[]): number | undefined {
    const accepted = new Map<string, number[]>();
    for (const { workspaceId = "", status, time } of requests) {
        if (status === 429) continue;
        const times = accepted.get(workspaceId) ?? [];
        times.push(time);
        accepted.set(workspaceId, times);
    }
    const [times = []] = [...accepted.values()].sort((one, other) => other.length - one.length);
    const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
    return span === 0 ? undefined : ((times.length - 1) * 1000) / span;
}
