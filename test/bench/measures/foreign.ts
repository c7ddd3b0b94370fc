import { Arm, type ArmName, type ArmRun } from "../arms";
import { byArm, type Bench, type Measure } from "../bench";
import { median, ratio, type Row } from "../table";

/** Number of workspaces of others in the large account. */
const FOREIGN = 10_000;
/** How long a workspace is PROVISIONING, in milliseconds. */
const PROVISIONING = 1000;

type Command = "up" | "refresh";

/** Creates and refreshes one workspace in an account with many workspaces of others, and in one with none. */
export const foreign: Measure = {
    name: "foreign",
    async measure(bench) {
        // The empty provider sends no requests.
        const arms = bench.arms.filter((name) => name !== "empty");
        const none = new Map<ArmName, Map<Command, ArmRun[]>>();
        const many = new Map<ArmName, Map<Command, ArmRun[]>>();
        for (let turn = 0; turn < bench.options.runs; turn++) {
            for (const name of arms) {
                await lifeOfOne(bench, name, 0, none);
                await lifeOfOne(bench, name, FOREIGN, many);
            }
        }
        const figure = (of: typeof none, command: Command, value: (run: ArmRun) => number) =>
            byArm(arms, (name) => median((of.get(name)?.get(command) ?? []).map(value)));
        const rows = (command: Command): Row[] => {
            const alone = figure(none, command, ({ seconds }) => seconds);
            const among = figure(many, command, ({ seconds }) => seconds);
            return [
                { measure: `${command} of 1, alone`, unit: "s", digits: 2, figures: alone },
                { measure: `  among ${FOREIGN} others'`, unit: "s", digits: 2, figures: among },
                {
                    measure: "    times as long",
                    unit: "×",
                    digits: 2,
                    figures: byArm(arms, (name) => ratio(among[name], alone[name])),
                },
                { measure: "    bytes read", unit: "kB", figures: figure(many, command, kilobytesRead) },
                { measure: "    bytes read, alone", unit: "kB", figures: figure(none, command, kilobytesRead) },
            ];
        };
        return [...rows("up"), ...rows("refresh")];
    },
};

async function lifeOfOne(
    bench: Bench,
    name: ArmName,
    others: number,
    into: Map<ArmName, Map<Command, ArmRun[]>>,
): Promise<void> {
    const runs = into.get(name) ?? new Map<Command, ArmRun[]>();
    into.set(name, runs);
    const arm = await Arm.start(name, 1, { provisioningMilliseconds: PROVISIONING });
    try {
        await arm.cloud.account.fill(others);
        for (const command of ["up", "refresh"] as const) {
            const run = await arm[command]();
            bench.say(`${command} of 1 among ${others} others', ${name}: ${run.seconds.toFixed(1)} s`);
            runs.set(command, [...(runs.get(command) ?? []), run]);
        }
    } finally {
        await arm.stop();
    }
}

function kilobytesRead({ requests }: ArmRun): number {
    return requests.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
}
