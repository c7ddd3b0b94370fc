import {
    manyNotebooks,
    manyPeople,
    type RecordedRequest,
    reportedRates,
    type WorkspaceBehavior,
} from "../../../local-cloud";
import { Arm, type ArmRun } from "../arms";
import type { Bench, Measure } from "../bench";
import { atLeast, atMost, ratio, type Row } from "../table";

/** Requests per second that each workspace accepts if it counts all of them together. */
const ALLOWED = 30;
/** How many notebooks are copied then, at most: it takes long, and the rate is what counts. */
const FEWER = 1_000;
/** How many people belong to the workspace. */
const PEOPLE = 500;
/** Notebooks for which the goal of the time holds, and that goal in seconds. */
const TIMED = { notebooks: 10_000, seconds: 420 };
/**
 * The other goals: calls for each notebook, percent of the rate that is allowed for all, memory as a multiple of that of the copy
 * of fewer notebooks, and requests for each of the people.
 */
const [CALLS, OF_ALLOWED, OF_FEWER, FOR_EACH] = [5, 90, 1.5, 3];

/** A copy, as the local cloud has seen it. */
interface Copied {
    readonly run: ArmRun;
    readonly failures: number;
    /** Requests to the workspaces that are not about people. */
    readonly calls: readonly RecordedRequest[];
    readonly forPeople: number;
    readonly memory: number | undefined;
}

/**
 * Replaces a workspace with many notebooks and people for a changed key: with the limits of its endpoints that users report, and with one
 * limit for all. What is beyond them is answered with 429.
 */
export const migrate: Measure = {
    name: "migrate",
    onlyByName: true,
    async measure(bench) {
        const { notebooks } = bench.options;
        const fewer = Math.min(notebooks, FEWER);
        const all = await copy(bench, notebooks, reportedRates);
        const some = await copy(bench, fewer, ALLOWED);
        return [...forEndpoints(notebooks, all), ...forAll(fewer, some), ...ofMemory({ notebooks, all, fewer, some })];
    },
};

async function copy(
    { say }: Bench,
    notebooks: number,
    requestsPerSecond: WorkspaceBehavior["requestsPerSecond"],
): Promise<Copied> {
    const arm = await Arm.start("ours", 1, { provisioningMilliseconds: 1000, workspaces: { requestsPerSecond } });
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
        const belong = left.flatMap((one) => (one === id ? [] : cloud.workspace(one).principals.list("user_name")));
        const isEnded = run.code === 0 && left.length === 1;
        return {
            run,
            failures: notebooks - moved + PEOPLE - belong.length + (isEnded ? 0 : 1),
            calls: run.requests.filter((one) => one.workspaceId !== undefined && !isAboutPeople(one)),
            forPeople: run.requests.filter(isAboutPeople).length / PEOPLE,
            memory: ratio(run.providerMemory, without.providerMemory),
        };
    } finally {
        await arm.stop();
    }
}

function forEndpoints(notebooks: number, { run, failures, calls, forPeople }: Copied): Row[] {
    const accepted = calls.filter(({ status }) => status !== 429);
    // As it is shown: a few are asked for once in a copy.
    const forEach = Math.round((accepted.filter(isAboutNotebook).length / notebooks) * 100) / 100;
    const others = accepted.filter((one) => !isAboutNotebook(one)).length;
    return [
        failed(notebooks, "the limits that users report", failures),
        {
            measure: "  time",
            unit: "s",
            figures: { ours: run.seconds },
            ...(notebooks === TIMED.notebooks
                ? { goal: atMost(run.seconds, TIMED.seconds, `≤ ${TIMED.seconds} s`) }
                : {}),
        },
        {
            measure: "  calls for each notebook, to both workspaces",
            unit: "",
            digits: 2,
            figures: { ours: forEach },
            goal: atMost(forEach, CALLS, `≤ ${CALLS}`),
        },
        {
            measure: "  all other calls to both workspaces: folders and homes, before, during and after the copy",
            unit: "",
            figures: { ours: others },
        },
        {
            measure: "  calls for each of the people, to the account and both workspaces",
            unit: "",
            digits: 2,
            figures: { ours: forPeople },
            goal: atMost(forPeople, FOR_EACH, `≤ ${FOR_EACH}`),
        },
        throttled(calls),
    ];
}

function forAll(notebooks: number, { run, failures, calls }: Copied): Row[] {
    const rate = busiestRate(calls);
    return [
        failed(notebooks, `${ALLOWED} requests a second for all`, failures),
        { measure: "  time", unit: "s", figures: { ours: run.seconds } },
        {
            measure: "  requests accepted by the busier workspace while notebooks are copied, of the allowed rate",
            unit: "%",
            figures: rate === undefined ? {} : { ours: (rate / ALLOWED) * 100 },
            goal: atLeast(rate && (rate / ALLOWED) * 100, OF_ALLOWED, `≥ ${OF_ALLOWED} %`),
        },
        throttled(calls),
    ];
}

interface Copies {
    readonly notebooks: number;
    readonly all: Copied;
    readonly fewer: number;
    readonly some: Copied;
}

/** Peak memory of the provider. Most of it is garbage that Node.js leaves as long as the machine has memory. */
function ofMemory({ notebooks, all, fewer, some }: Copies): Row[] {
    const grown = ratio(all.memory, some.memory);
    const row = (count: number, memory: number | undefined) => ({
        measure: `  with ${count} notebooks`,
        unit: "",
        digits: 2,
        figures: memory === undefined ? {} : { ours: memory },
    });
    return [
        { measure: "peak memory of the provider, times that of a create without content", unit: "", figures: {} },
        row(fewer, some.memory),
        { ...row(notebooks, all.memory), goal: atMost(grown, OF_FEWER, `≤ ${OF_FEWER} × ${fewer} notebooks`) },
    ];
}

function failed(notebooks: number, limits: string, failures: number): Row {
    return {
        measure: `replace a workspace with ${notebooks} notebooks and ${PEOPLE} people, ${limits}: failures`,
        unit: "",
        figures: { ours: failures },
        goal: atMost(failures, 0, "0"),
    };
}

function throttled(calls: readonly RecordedRequest[]): Row {
    const count = calls.filter(({ status }) => status === 429).length;
    return { measure: "  answered with 429", unit: "", figures: { ours: count } };
}

/** Whether a request is about one notebook; the bench has no other objects but folders. */
function isAboutNotebook({ path }: RecordedRequest): boolean {
    return /\/(workspace\/(export|import|get-status|delete)|permissions\/notebooks\/\d+)$/.test(path);
}

/** Whether a request is about people: assignments, SCIM and the metastore. Homes are folders, which are listed as any other. */
function isAboutPeople({ path }: RecordedRequest): boolean {
    return /\/(permissionassignments|scim|metastores?)(\/|$)/.test(path);
}

/**
 * Accepted requests per second of the workspace that had more of them, from its first to its last about a notebook; `undefined` if
 * there was no time between them. People come before, which the account is asked about, and the last looks after.
 */
function busiestRate(requests: readonly RecordedRequest[]): number | undefined {
    const accepted = new Map<string, RecordedRequest[]>();
    for (const one of requests) {
        if (one.status === 429) continue;
        const id = one.workspaceId ?? "";
        const own = accepted.get(id) ?? [];
        own.push(one);
        accepted.set(id, own);
    }
    const [busiest = []] = [...accepted.values()].sort((one, other) => other.length - one.length);
    const about = busiest.filter(isAboutNotebook);
    const [first, last] = [about[0]?.time ?? 0, about.at(-1)?.time ?? 0];
    const within = busiest.filter(({ time }) => time >= first && time <= last);
    return last === first ? undefined : ((within.length - 1) * 1000) / (last - first);
}
