import { Arm, type ArmName, type ArmRun, NO_CHECKPOINTS } from "../arms";
import { byArm, type Bench, inTurns, type Measure } from "../bench";
import { countRequests } from "../requests";
import { atMost, median, ratio, type Row } from "../table";

/** The goal for time, as a multiple of the empty provider's. */
const TO_EMPTY = 1.2;
/** Two discovery documents, one token, and one request for each of the four kinds of objects in the stack. */
const REFRESH_CALLS = 7;

/** `pulumi refresh` of workspaces that nobody changed. */
export const refresh: Measure = {
    name: "refresh",
    measure: async (bench) => [
        ...rows(bench, "refresh", await bench.refreshed(), REFRESH_CALLS),
        await besideCarrier(bench),
    ],
};

/**
 * Compares with an empty provider whose workspaces have the outputs of ours, because the engine transfers each output of each
 * resource, whichever provider returned it.
 */
async function besideCarrier(bench: Bench): Promise<Row> {
    const { arm: ours } = await bench.created("ours");
    const carrier = await Arm.start("carrier", bench.options.n, {}, { OUTPUTS: JSON.stringify(await outputsOf(ours)) });
    const [beside, own] = await (async () => {
        try {
            await carrier.up(NO_CHECKPOINTS);
            return await inTurns(bench, "refresh", [carrier, ours]);
        } finally {
            await carrier.stop();
        }
    })();
    return {
        measure: "  times an empty provider with the same outputs",
        unit: "×",
        digits: 2,
        figures: byArm(["ours"], () => ratio(own, beside)),
    };
}

/** The outputs of a workspace that are not inputs. */
async function outputsOf(ours: Arm): Promise<Record<string, unknown>> {
    const workspace = (await ours.resources()).find(({ urn }) => /::workspace-\d+$/.test(String(urn)));
    const { inputs = {}, outputs = {} } = (workspace ?? {}) as Record<"inputs" | "outputs", Record<string, unknown>>;
    return Object.fromEntries(
        Object.entries(outputs).filter(([name]) => name === "owner" || inputs[name] === undefined),
    );
}

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
