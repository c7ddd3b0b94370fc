import type { ArmName } from "../arms";
import { byArm, type Measure } from "../bench";
import { atMost, ratio } from "../table";

/** The goal, as a multiple of the empty provider's. */
const TO_EMPTY = 1.3;

/** Peak memory of the dynamic-provider process during create and refreshes. Linux only. */
export const memory: Measure = {
    name: "memory",
    async measure(bench) {
        const refreshes = await bench.refreshed();
        const peaks = new Map<ArmName, number>();
        for (const name of bench.arms) {
            const runs = [(await bench.created(name)).run, ...(refreshes.get(name) ?? [])];
            const seen = runs.flatMap(({ providerMemory }) => (providerMemory === undefined ? [] : [providerMemory]));
            if (seen.length > 0) peaks.set(name, Math.max(...seen) / 1e6);
        }
        const figures = byArm(bench.arms, (name) => peaks.get(name));
        return [
            {
                measure: `provider process with ${bench.options.n}, peak memory`,
                unit: "MB",
                figures,
                toEmpty: true,
                goal: atMost(ratio(figures.ours, figures.empty), TO_EMPTY, `≤ ${TO_EMPTY} × empty`),
                ...(peaks.size === 0 ? { note: "not measured: it needs Linux" } : {}),
            },
        ];
    },
};
