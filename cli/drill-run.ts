import { Canary, type CanaryContent } from "./drill-canary";
import { cancelCommand, enableCommand, type KeySwitch } from "./drill-key";
import type { DrillReport } from "./drill-report";
import { DrillSteps } from "./drill-steps";
import { type DrillWait, insist, poll, StepFailure } from "./drill-wait";

/** What a drill needs. */
export interface DrillTarget extends DrillWait {
    readonly workspace: { readonly id: string; readonly host: string };
    readonly content: CanaryContent;
    readonly key: KeySwitch;
    /** Ids of the account's other workspaces that use the key. */
    readonly otherWorkspaces: readonly string[];
    readonly onProgress: (line: string) => void;
}

/**
 * Runs a drill and returns its report. Never rejects once the key may be disabled: whatever goes wrong is in the report, and
 * the key has been enabled again, or the report and the last line of progress say how to do it by hand.
 */
export async function runDrill(target: DrillTarget): Promise<DrillReport> {
    const drill = new Drill(target);
    const release = holdSignals(() => target.onProgress("Stopping: the key is enabled and the canary removed first."));
    try {
        await drill.run();
    } finally {
        await drill.restore();
        release();
    }
    return drill.report();
}

/** Keeps a second Ctrl-C, and a terminal that is closed, from ending the process while the key is disabled. */
function holdSignals(notice: () => void): () => void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, notice);
    return () => {
        for (const signal of signals) process.off(signal, notice);
    };
}

class Drill {
    private readonly steps: DrillSteps;
    private readonly canary: Canary;
    private readonly startedAt: string;
    private mayBeDisabled = false;
    private disabledAt = 0;
    private enabledAt = 0;
    private refusedAfter: number | undefined;
    private readableAfter: number | undefined;

    constructor(private readonly target: DrillTarget) {
        this.steps = new DrillSteps(target);
        this.canary = new Canary(target.content, target.clock);
        this.startedAt = this.steps.time();
    }

    /** Every step up to the first that fails. */
    async run(): Promise<void> {
        const passed =
            (await this.steps.run("the key is enabled", () => this.requireEnabled())) &&
            (await this.steps.run("a canary notebook is written and read", () => this.canary.write())) &&
            (await this.steps.run("the key is disabled", () => this.disable())) &&
            (await this.steps.run("reads are refused", () => this.waitUntilRefused())) &&
            (await this.enable());
        if (passed) await this.steps.run("reads work again, with the same content", () => this.waitUntilReadable());
    }

    /** Enables the key where it may be disabled, and removes the canary. */
    async restore(): Promise<void> {
        if (this.mayBeDisabled) await this.enable();
        if (!this.canary.mayExist) return;
        await this.steps.run("the canary notebook is removed", () => this.canary.remove(), { evenWhenStopped: true });
    }

    async report(): Promise<DrillReport> {
        const { key, workspace, otherWorkspaces } = this.target;
        const keyState = await key.state().catch(() => "in an unknown state");
        const steps = this.steps.all();
        return {
            passed: steps.every(({ outcome }) => outcome === "passed"),
            workspaceId: workspace.id,
            workspaceUrl: workspace.host,
            keyArn: key.arn,
            otherWorkspaces,
            startedAt: this.startedAt,
            finishedAt: this.steps.time(),
            ...(this.refusedAfter === undefined ? {} : { refusedAfterSeconds: this.refusedAfter }),
            ...(this.readableAfter === undefined ? {} : { readableAfterSeconds: this.readableAfter }),
            keyState,
            steps,
        };
    }

    private async requireEnabled(): Promise<undefined> {
        const state = await this.target.key.state();
        if (state === "Enabled") return undefined;
        const { arn } = this.target.key;
        throw new StepFailure(
            state === "PendingDeletion"
                ? `its deletion is scheduled, so nothing can use it. Cancel that (\`${cancelCommand(arn)}\`) and enable it (\`${enableCommand(arn)}\`) first`
                : `it is ${state} already: enable it first`,
        );
    }

    private async disable(): Promise<undefined> {
        const { clock, key, onProgress } = this.target;
        onProgress(`If this process is killed, enable the key by hand: ${enableCommand(key.arn)}`);
        this.mayBeDisabled = true;
        await key.disable();
        this.disabledAt = clock.now();
        return undefined;
    }

    private async waitUntilRefused(): Promise<string> {
        const refusal = await poll(
            this.target,
            () => this.canary.refusal(),
            (seconds) =>
                `reads still worked ${seconds} s after the key was disabled: the service keeps the data key longer than --timeout, or the workspace does not use this key`,
        );
        this.refusedAfter = (this.target.clock.now() - this.disabledAt) / 1000;
        return `${this.refusedAfter} s after the key was disabled: ${refusal}`;
    }

    private async waitUntilReadable(): Promise<string> {
        let last: string | undefined;
        await poll(
            this.target,
            async () => {
                last = await this.canary.obstacle();
                return last === undefined ? true : undefined;
            },
            (seconds) => `reads were still refused ${seconds} s after the key was enabled: ${last}`,
        );
        this.readableAfter = (this.target.clock.now() - this.enabledAt) / 1000;
        return `${this.readableAfter} s after the key was enabled`;
    }

    private enable(): Promise<boolean> {
        return this.steps.run("the key is enabled again", () => this.enableAgain(), { evenWhenStopped: true });
    }

    private async enableAgain(): Promise<undefined> {
        const { clock, key, onProgress } = this.target;
        try {
            await insist(clock, async () => {
                await key.enable();
                const state = await key.state();
                if (state !== "Enabled") throw new StepFailure(`it is ${state}`);
            });
        } catch (error) {
            onProgress(`THE KEY IS STILL DISABLED. Enable it by hand: ${enableCommand(key.arn)}`);
            throw error;
        }
        this.mayBeDisabled = false;
        this.enabledAt = clock.now();
        return undefined;
    }
}
