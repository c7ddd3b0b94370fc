import type { Arm, ArmName, ArmRun } from "../arms";
import { byArm, type Bench, type Created, type Measure } from "../bench";
import { type Counts, countRequests, isWorkspacePost, noticedAfter } from "../requests";
import { atMost, median, type Row } from "../table";

/** The goal for all requests except the POSTs of workspaces. */
const OTHER_CALLS = 25;
/** How long a workspace may be RUNNING before that is noticed, in milliseconds. */
const NOTICED_WITHIN = 10_000;

/** The result of one arm's `up`. */
interface Creation {
    readonly seconds: number;
    readonly counts: Counts;
    /** From the first POST of a workspace to the last, in milliseconds. */
    readonly span: number;
    /** How long each workspace was RUNNING before that was noticed, in milliseconds. Empty for an arm that sends no requests. */
    readonly delays: readonly number[];
}

/** `pulumi up` of `n` workspaces: time, requests, and how long a workspace was RUNNING before that was noticed. */
export const create = measure("create", "", (bench, name) => bench.createdUsually(name, creation));

/** The same without the engine's checkpoints, so that all workspaces are requested together. */
export const burst = measure("burst", " without the engine's checkpoints", async (bench, name) =>
    creation(await bench.created(name)),
);

function measure(name: string, how: string, make: (bench: Bench, arm: ArmName) => Promise<Creation>): Measure {
    return {
        name,
        async measure(bench) {
            const creations = new Map<ArmName, Creation>();
            for (const arm of bench.arms) creations.set(arm, await make(bench, arm));
            return rows(bench, `create ${bench.options.n}${how}`, creations);
        },
    };
}

function rows({ arms, options }: Bench, title: string, creations: ReadonlyMap<ArmName, Creation>): Row[] {
    const { n, provisioning, scatter } = options;
    const seconds = byArm(arms, (name) => creations.get(name)?.seconds);
    const withinSeconds = 1.15 * (provisioning + (seconds.empty ?? 0));
    const ofCalls = (figure: (creation: Creation) => number | undefined) =>
        byArm(arms, (name) => {
            const found = creations.get(name);
            return name === "empty" || found === undefined ? undefined : figure(found);
        });
    const count = (kind: keyof Counts) => ofCalls(({ counts }) => counts[kind]);
    const posts = count("workspacePosts");
    const others = count("others");
    const middle = ofCalls(({ delays }) => median(delays));
    const worst = ofCalls(({ delays }) => Math.max(...delays));
    const shares = (delays: typeof middle) =>
        byArm(arms, (name) => (delays[name] === undefined ? undefined : delays[name] / (provisioning * 10)));
    const worstLimit = Math.min(provisioning * 100, NOTICED_WITHIN);
    const soonest = scatter === 0 ? "" : `${(provisioning * (1 - scatter / 100)).toFixed(1)} to `;
    return [
        {
            measure: `${title}, ${soonest}${provisioning} s each`,
            unit: "s",
            digits: 1,
            figures: seconds,
            toEmpty: true,
            goal: atMost(
                seconds.ours,
                withinSeconds,
                `≤ 1.15 × (${provisioning} s + empty) = ${withinSeconds.toFixed(1)} s`,
            ),
        },
        { measure: "  POSTs of workspaces", unit: "", figures: posts, goal: atMost(posts.ours, n, `≤ ${n}`) },
        {
            measure: "    from the first to the last",
            unit: "s",
            digits: 1,
            figures: ofCalls(({ span }) => span / 1000),
        },
        {
            measure: "  other calls",
            unit: "",
            figures: others,
            goal: atMost(others.ours, OTHER_CALLS, `≤ ${OTHER_CALLS}`),
        },
        { measure: "    sign-in", unit: "", figures: count("signIn") },
        { measure: "    lists", unit: "", figures: count("lists") },
        { measure: "    GETs of one", unit: "", figures: count("reads") },
        { measure: "    shared objects' writes", unit: "", figures: count("rest") },
        { measure: "  noticed after RUNNING, median", unit: "ms", figures: middle },
        {
            measure: "    of the provisioning time",
            unit: "%",
            digits: 1,
            figures: shares(middle),
            goal: atMost(shares(middle).ours, 5, "≤ 5 %"),
        },
        { measure: "  noticed after RUNNING, worst", unit: "ms", figures: worst },
        {
            measure: "    of the provisioning time",
            unit: "%",
            digits: 1,
            figures: shares(worst),
            goal: atMost(worst.ours, worstLimit, `≤ 10 %, ≤ ${NOTICED_WITHIN / 1000} s`),
        },
    ];
}

function creation({ arm, run }: Created): Creation {
    const times = run.requests.filter(isWorkspacePost).map(({ time }) => time);
    return {
        seconds: run.seconds,
        counts: countRequests(run.requests),
        span: Math.max(...times) - Math.min(...times),
        delays: arm.name === "empty" ? [] : noticed(arm, run),
    };
}

function noticed(arm: Arm, run: ArmRun): number[] {
    const workspaces = arm.cloud.account.list("workspaces").map(({ workspace_id }) => {
        const id = String(workspace_id);
        return { id, ready: arm.cloud.account.readyAt(id) };
    });
    const delays = noticedAfter(workspaces, run.requests);
    const seen = delays.filter((delay) => delay !== undefined);
    if (seen.length < arm.n)
        throw new Error(`${arm.name}: ${arm.n - seen.length} workspaces were RUNNING, and no response showed it.`);
    return seen;
}
