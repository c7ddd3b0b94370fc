import { Arm, type ArmName, type ArmRun, NO_CHECKPOINTS } from "./arms";
import type { BenchOptions } from "./options";
import type { Row } from "./table";

/** Something that is measured: a name for `--only`, and how. */
export interface Measure {
    readonly name: string;
    measure(bench: Bench): Promise<Row[]>;
}

/** An arm whose workspaces are all there, and the `up` that made them. */
export interface Created {
    readonly arm: Arm;
    readonly run: ArmRun;
}

/** One run of the benchmark: what the measures share. */
export class Bench {
    private readonly stacks = new Map<ArmName, Promise<Created>>();
    private readonly refreshes = new Map<ArmName, ArmRun[]>();

    constructor(
        readonly options: BenchOptions,
        readonly arms: readonly ArmName[],
        /** Takes a line for the person who waits. */
        readonly say: (line: string) => void,
    ) {}

    /**
     * An arm's stack with its `n` workspaces, created once for all measures, by an engine that keeps no checkpoints: all
     * workspaces are asked for together.
     */
    created(name: ArmName): Promise<Created> {
        const known = this.stacks.get(name);
        if (known !== undefined) return known;
        const made = this.create(name, NO_CHECKPOINTS, "burst");
        this.stacks.set(name, made);
        return made;
    }

    /** The same as users have it, with checkpoints, on a stack that is taken away at once. */
    async createdUsually<Result>(name: ArmName, look: (created: Created) => Result): Promise<Result> {
        const created = await this.create(name, {}, "create");
        try {
            return look(created);
        } finally {
            await created.arm.stop();
        }
    }

    /** Several refreshes of every arm's stack, done once for all measures; arms in turn, because machines are noisy. */
    async refreshed(): Promise<ReadonlyMap<ArmName, readonly ArmRun[]>> {
        if (this.refreshes.size === 0) await this.inTurn("refresh", (arm) => arm.refresh(), this.refreshes);
        return this.refreshes;
    }

    /** Several runs of a command on every arm's stack, arms in turn. */
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

    /** Ends every cloud and takes every stack away. */
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
            // A poll whose interval divides the provisioning time would be right by luck.
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

/** A figure for each arm that has one. */
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
