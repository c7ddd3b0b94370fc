import { Arm, type ArmName, NO_CHECKPOINTS } from "../arms";
import { byArm, type Measure } from "../bench";
import { acceptedRate, isWorkspacePost } from "../requests";
import { atLeast, atMost } from "../table";

/** The goal, in percent of the allowed rate. */
const OF_ALLOWED = 90;

/**
 * Creates workspaces where the service answers requests above a rate with 429. Without the engine's checkpoints, which would
 * make many workspaces slower than the rate.
 */
export const rate: Measure = {
    name: "rate",
    async measure(bench) {
        const { rate: allowed, rateN, provisioning } = bench.options;
        // The empty provider sends no requests.
        const arms = bench.arms.filter((name) => name !== "empty");
        const failures = new Map<ArmName, number>();
        const rates = new Map<ArmName, number>();
        const refused = new Map<ArmName, number>();
        for (const name of arms) {
            const arm = await Arm.start(name, rateN, {
                provisioningMilliseconds: provisioning * 1000,
                requestsPerSecond: allowed,
            });
            try {
                const { requests, seconds } = await arm.attemptUp(NO_CHECKPOINTS);
                bench.say(`rate ${name}: ${seconds.toFixed(1)} s`);
                const made = new Set((await arm.resources()).map(({ urn }) => String(urn).split("::").at(-1) ?? ""));
                const there = [...made].filter((resource) => /^workspace-\d+$/.test(resource)).length;
                failures.set(name, rateN - there);
                const achieved = acceptedRate(requests);
                // For an arm that gave up, the few writes at the beginning mean nothing.
                if (achieved !== undefined && there === rateN) rates.set(name, (achieved / allowed) * 100);
                refused.set(name, requests.filter((one) => isWorkspacePost(one) && one.status === 429).length);
            } finally {
                await arm.stop();
            }
        }
        const failed = byArm(arms, (name) => failures.get(name));
        const achieved = byArm(arms, (name) => rates.get(name));
        return [
            {
                measure: `create ${rateN} at ${allowed} requests a second, without checkpoints: failures`,
                unit: "",
                figures: failed,
                goal: atMost(failed.ours, 0, "0"),
            },
            {
                measure: "  POSTs accepted, of the allowed rate",
                unit: "%",
                figures: achieved,
                goal: atLeast(achieved.ours, OF_ALLOWED, `≥ ${OF_ALLOWED} %`),
            },
            { measure: "  POSTs answered with 429", unit: "", figures: byArm(arms, (name) => refused.get(name)) },
        ];
    },
};
