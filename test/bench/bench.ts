import { Arm, type ArmName, type ArmRun, NO_CHECKPOINTS } from "./arms";
import type { BenchOptions } from "./options";
import { median, type Row } from "./table";

/** One measure: its name for `--only`, and how it is taken. */
export interface Measure {
    readonly name: string;
    /** Whether it is taken only where `--only` names it. Default: false. */
    readonly onlyByName?: true;
    measure(bench: Bench): Promise<Row[]>;
}

/** An arm whose workspaces have been created, and the `up` that created them. */
export interface Created {
    readonly arm: Arm;
    readonly run: ArmRun;
}

/** One run of the benchmark, with the stacks that the measures share. */
export class Bench {
    private readonly stacks = new Map<ArmName, Promise<Created>>();
    private readonly refreshes = new Map<ArmName, ArmRun[]>();

    constructor(
        readonly options: BenchOptions,
        readonly arms: readonly ArmName[],
        /** Prints a line of progress. */
        readonly say: (line: string) => void,
    ) {}

    /**
     * An arm's stack with its `n` workspaces, created once for all measures, without the engine's checkpoints, so that all
     * workspaces are requested together.
     */
    created(name: ArmName): Promise<Created> {
        const known = this.stacks.get(name);
        if (known !== undefined) return known;
        const made = this.create(name, NO_CHECKPOINTS, "burst");
        this.stacks.set(name, made);
        return made;
    }

    /** Creates an arm's stack as users do, with checkpoints, and removes it after `look`. */
    async createdUsually<Result>(name: ArmName, look: (created: Created) => Result): Promise<Result> {
        const created = await this.create(name, {}, "create");
        try {
            return look(created);
        } finally {
            await created.arm.stop();
        }
    }

    /** Several refreshes of every arm's stack, once for all measures. Arms take turns, because machines are noisy. */
    async refreshed(): Promise<ReadonlyMap<ArmName, readonly ArmRun[]>> {
        if (this.refreshes.size === 0) await this.inTurn("refresh", (arm) => arm.refresh(), this.refreshes);
        return this.refreshes;
    }

    /** Runs a command several times on every arm's stack. Arms take turns. */
    async inTurn(
        what: string,
        run: (arm: Arm) => Promise<ArmRun>,
        into = new Map<ArmName, ArmRun[]>(),
    ): Promise<ReadonlyMap<ArmName, readonly ArmRun[]>> {
        for (let turn = 0; turn < this.options.runs; turn++) {
            for (const name of this.arms) {
                const { arm } = await this.created(name);
                const ran = await run(arm);
                this.say(`${what} ${name}: ${ran.seconds.toFixed(1)} s`);
                into.set(name, [...(into.get(name) ?? []), ran]);
            }
        }
        return into;
    }

    /** Stops every cloud and removes every stack. */
    async stop(): Promise<void> {
        for (const made of this.stacks.values()) {
            const created = await made.catch(() => undefined);
            await created?.arm.stop();
        }
    }

    private async create(name: ArmName, environment: Readonly<Record<string, string>>, what: string): Promise<Created> {
        const { n, provisioning, scatter } = this.options;
        const arm = await Arm.start(name, n, {
            provisioningMilliseconds: provisioning * 1000,
            // Otherwise a poll interval that divides the provisioning time would notice workspaces at once by luck.
            provisioningScatter: scatter / 100,
        });
        try {
            const run = await arm.up(environment);
            this.say(`${what} ${name}: ${run.seconds.toFixed(1)} s`);
            return { arm, run };
        } catch (error) {
            await arm.stop();
            throw error;
        }
    }
}

/** The medians of a command's seconds on stacks that are not shared by the measures. Arms take turns. */
export async function inTurns(
    { options, say }: Bench,
    command: "refresh" | "preview",
    arms: readonly Arm[],
): Promise<(number | undefined)[]> {
    const times = arms.map((): number[] => []);
    for (let turn = 0; turn < options.runs; turn++) {
        for (const [index, arm] of arms.entries()) {
            const { seconds } = await arm[command]();
            say(`${command} ${arm.name}: ${seconds.toFixed(1)} s`);
            times[index]?.push(seconds);
        }
    }
    return times.map(median);
}

/** The figures of the arms that have one. */
export function byArm(
    arms: readonly ArmName[],
    figure: (arm: ArmName) => number | undefined,
): Partial<Record<ArmName, number>> {
    return Object.fromEntries(
        arms.flatMap((arm) => {
            const value = figure(arm);
            return value === undefined ? [] : [[arm, value]];
        }),
    );
}
