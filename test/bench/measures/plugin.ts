import { Arm, NO_CHECKPOINTS } from "../arms";
import { type Bench, inTurns, type Measure } from "../bench";
import { atMost, ratio, type Row } from "../table";

/** The goal for the time of a refresh, as a multiple of the classes'. */
const TO_CLASSES = 1.1;

/** `pulumi refresh` and `pulumi preview` through the plugin, beside the same resources as classes. */
export const plugin: Measure = {
    name: "plugin",
    async measure(bench) {
        const { arm: ours } = await bench.created("ours");
        const arm = await Arm.start("plugin", bench.options.n, { provisioningMilliseconds: 1000 });
        try {
            await arm.up(NO_CHECKPOINTS);
            return [await row(bench, "refresh", [ours, arm]), await row(bench, "preview", [ours, arm])];
        } finally {
            await arm.stop();
        }
    },
};

async function row(bench: Bench, command: "refresh" | "preview", arms: readonly Arm[]): Promise<Row> {
    const [classes, through] = await inTurns(bench, command, arms);
    const times = ratio(through, classes);
    return {
        measure: `${command} ${bench.options.n} through the plugin, times the classes`,
        unit: "×",
        digits: 2,
        figures: times === undefined ? {} : { ours: times },
        ...(command === "refresh" ? { goal: atMost(times, TO_CLASSES, `≤ ${TO_CLASSES} × the classes`) } : {}),
    };
}
