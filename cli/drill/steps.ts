import { messageOf } from "../../provider/util/error-message";
import { type DrillStep, type StepName, STEPS } from "./report";
import type { DrillWait } from "./wait";

/** The steps of a drill: each is announced when it begins, and recorded when it ends. */
export class DrillSteps {
    private readonly done = new Map<StepName, DrillStep>();

    constructor(
        private readonly target: Pick<DrillWait, "clock" | "signal"> & { readonly onProgress: (line: string) => void },
    ) {}

    /** Now, as a report says it. */
    time(): string {
        return new Date(this.target.clock.now()).toISOString();
    }

    /** All steps in order, with those that were not reached. */
    all(): DrillStep[] {
        return STEPS.map((name) => this.done.get(name) ?? { name, outcome: "not reached" });
    }

    /** Runs a step and returns whether it passed. A detail that it returns is recorded, as is the message of its error. */
    async run(
        name: StepName,
        run: () => Promise<string | undefined>,
        { evenWhenStopped = false } = {},
    ): Promise<boolean> {
        const { clock, signal, onProgress } = this.target;
        if (signal.aborted && !evenWhenStopped) return this.finish(name, clock.now(), "failed", "stopped by a signal");
        onProgress(`${name} ...`);
        const began = clock.now();
        try {
            return this.finish(name, began, "passed", await run());
        } catch (error) {
            return this.finish(name, began, "failed", messageOf(error));
        }
    }

    private finish(name: StepName, began: number, outcome: "passed" | "failed", detail: string | undefined): boolean {
        const now = this.target.clock.now();
        this.done.set(name, {
            name,
            outcome,
            endedAt: this.time(),
            seconds: (now - began) / 1000,
            ...(detail === undefined ? {} : { detail }),
        });
        return outcome === "passed";
    }
}
