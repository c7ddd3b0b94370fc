import type { ArmName } from "../arms";
import { byArm, type Created, type Measure } from "../bench";
import { countRequests, noticedAfter } from "../requests";
import { atMost, median } from "../table";

/** The goal for everything but the POSTs of the workspaces themselves. */
const OTHER_CALLS = 25;
/** The longest that a workspace may be RUNNING unnoticed, in milliseconds. */
const NOTICED_WITHIN = 10_000;

/** `pulumi up` of `n` workspaces: its time, its requests, and how long a workspace was RUNNING before that was noticed. */
export const create: Measure = {
    name: "create",
    async measure(bench) {
        const { n, provisioning, scatter } = bench.options;
        const created = new Map<ArmName, Created>();
        for (const name of bench.arms) created.set(name, await bench.created(name));

        const seconds = byArm(bench.arms, (name) => created.get(name)?.run.seconds);
        const withinSeconds = 1.15 * (provisioning + (seconds.empty ?? 0));
        const count = (kind: keyof ReturnType<typeof countRequests>) =>
            byArm(withCalls(bench.arms), (name) => countRequests(created.get(name)?.run.requests ?? [])[kind]);
        const posts = count("workspacePosts");
        const others = count("others");
        const delays = new Map(withCalls(bench.arms).map((name) => [name, noticed(created.get(name)!)]));
        const middle = byArm(withCalls(bench.arms), (name) => median(delays.get(name) ?? []));
        const worst = byArm(withCalls(bench.arms), (name) => Math.max(...(delays.get(name) ?? [])));
        const share = (delay: number) => delay / (provisioning * 10);
        const shares = (delaysOf: typeof middle) =>
            byArm(withCalls(bench.arms), (name) => (delaysOf[name] === undefined ? undefined : share(delaysOf[name])));
        const worstLimit = Math.min(provisioning * 100, NOTICED_WITHIN);

        const soonest = scatter === 0 ? "" : `${(provisioning * (1 - scatter / 100)).toFixed(1)} to `;
        const title = `create ${n}, ${soonest}${provisioning} s each`;
        return [
            {
                measure: title,
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
                measure: "  other calls",
                unit: "",
                figures: others,
                goal: atMost(others.ours, OTHER_CALLS, `≤ ${OTHER_CALLS}`),
            },
            { measure: "    tokens", unit: "", figures: count("tokens") },
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
    },
};

/** The arms that speak to the account at all. */
function withCalls(arms: readonly ArmName[]): ArmName[] {
    return arms.filter((name) => name !== "empty");
}

function noticed({ arm, run }: Created): number[] {
    const workspaces = arm.cloud.account.list("workspaces").map(({ workspace_id }) => {
        const id = String(workspace_id);
        return { id, ready: arm.cloud.account.readyAt(id) };
    });
    const delays = noticedAfter(workspaces, run.requests);
    const seen = delays.filter((delay) => delay !== undefined);
    if (seen.length < arm.n)
        throw new Error(`${arm.name}: ${arm.n - seen.length} workspaces were RUNNING, and no answer showed it.`);
    return seen;
}
