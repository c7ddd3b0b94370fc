import type { ArmName, ArmRun } from "../arms";
import { byArm, type Bench, type Measure } from "../bench";
import { countRequests } from "../requests";
import { atMost, median, ratio, type Row } from "../table";

/** The goal for time, as a multiple of the empty provider's. */
const TO_EMPTY = 1.2;
/** A token, and one call for each of the four kinds of objects in the stack. */
const REFRESH_CALLS = 5;

/** `pulumi refresh` of workspaces that nobody changed. */
export const refresh: Measure = {
    name: "refresh",
    measure: async (bench) => rows(bench, "refresh", await bench.refreshed(), REFRESH_CALLS),
};

/** `pulumi preview` of a program that nobody changed. */
export const preview: Measure = {
    name: "preview",
    measure: async (bench) => rows(bench, "preview", await bench.inTurn("preview", (arm) => arm.preview()), 0),
};

function rows(bench: Bench, name: string, runs: ReadonlyMap<ArmName, readonly ArmRun[]>, calls: number): Row[] {
    const seconds = byArm(bench.arms, (arm) => median((runs.get(arm) ?? []).map((run) => run.seconds)));
    const requests = byArm(bench.arms, (arm) => median((runs.get(arm) ?? []).map((run) => run.requests.length)));
    const count = (kind: "lists" | "reads") =>
        byArm(bench.arms, (arm) => median((runs.get(arm) ?? []).map((run) => countRequests(run.requests)[kind])));
    return [
        {
            measure: `${name} ${bench.options.n}`,
            unit: "s",
            digits: 2,
            figures: seconds,
            toEmpty: true,
            goal: atMost(ratio(seconds.ours, seconds.empty), TO_EMPTY, `≤ ${TO_EMPTY} × empty`),
        },
        { measure: "  calls", unit: "", figures: requests, goal: atMost(requests.ours, calls, `≤ ${calls}`) },
        ...(calls === 0
            ? []
            : [
                  { measure: "    lists", unit: "", figures: count("lists") },
                  { measure: "    GETs of one", unit: "", figures: count("reads") },
              ]),
    ];
}
