import { printable } from "../../provider/util/printable";
import { Canaries } from "./canaries";
import type { CanaryContent, CanarySecrets } from "./canary-objects";
import { cancelCommand, enableCommand, type KeySwitch } from "./key";
import type { DrillReport } from "./report";
import { DrillSteps } from "./steps";
import { type DrillWait, retryUntilSuccess, poll, StepFailure } from "./wait";

/** What a drill needs. */
export interface DrillTarget extends DrillWait {
    readonly workspace: { readonly id: string; readonly host: string };
    readonly content: CanaryContent;
    readonly secrets: CanarySecrets;
    readonly key: KeySwitch;
    /** The account's other workspaces that use the key. */
    readonly otherWorkspaces: readonly { readonly id: string; readonly name: string }[];
    readonly onProgress: (line: string) => void;
}

/**
 * Runs a drill and returns its report. Never rejects once the key may be disabled: whatever goes wrong is in the report, and
 * the key has been enabled again, or the report says how to do it by hand.
 */
export async function runDrill(target: DrillTarget): Promise<DrillReport> {
    const drill = new Drill(target);
    try {
        await drill.run();
    } finally {
        await drill.restore();
    }
    return drill.report();
}

class Drill {
    private readonly steps: DrillSteps;
    private readonly canaries: Canaries;
    private readonly startedAt: string;
    private mayBeDisabled = false;
    private disabledAt = 0;
    private enabledAt = 0;
    private refusedAfter: number | undefined;
    private readableAfter: number | undefined;

    constructor(private readonly target: DrillTarget) {
        this.steps = new DrillSteps(target);
        this.canaries = new Canaries(target.content, target.secrets, target.clock);
        this.startedAt = this.steps.time();
    }

    /** Every step up to the first that fails. */
    async run(): Promise<void> {
        this.nameOthers();
        const passed =
            (await this.steps.run("the key is enabled", () => this.requireEnabled())) &&
            (await this.steps.run("canaries are written and read", () => this.writeCanaries())) &&
            (await this.steps.run("the key is disabled", () => this.disable())) &&
            (await this.steps.run("reads are refused", () => this.waitUntilRefused())) &&
            (await this.enable());
        if (passed) await this.steps.run("reads work again, with the same content", () => this.waitUntilReadable());
    }

    /** Enables the key if it may be disabled, and removes the canaries. */
    async restore(): Promise<void> {
        if (this.mayBeDisabled) await this.enable();
        if (!this.canaries.mayExist) return;
        await this.steps.run("the canaries are removed", () => this.canaries.remove(), { evenWhenStopped: true });
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
            otherWorkspaces: otherWorkspaces.map(({ id }) => id),
            startedAt: this.startedAt,
            finishedAt: this.steps.time(),
            ...(this.refusedAfter === undefined ? {} : { refusedAfterSeconds: this.refusedAfter }),
            ...(this.readableAfter === undefined ? {} : { readableAfterSeconds: this.readableAfter }),
            keyState,
            steps,
        };
    }

    /** Before anything is disabled, so that whoever runs it can still stop it. */
    private nameOthers(): void {
        const { otherWorkspaces, onProgress } = this.target;
        if (otherWorkspaces.length === 0) return;
        const names = otherWorkspaces.map(({ id, name }) => `${id} (${printable(name)})`).join(", ");
        onProgress(
            `The key serves other workspaces of the account too, which cannot be used while it is disabled: ${names}`,
        );
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

    private async writeCanaries(): Promise<string> {
        for (const line of await this.canaries.removeEarlier()) this.target.onProgress(line);
        return this.canaries.write();
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
            () => this.canaries.refusal(),
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
                last = await this.canaries.obstacle();
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
        const { clock, key } = this.target;
        await retryUntilSuccess(clock, async () => {
            await key.enable();
            const state = await key.state();
            if (state !== "Enabled") throw new StepFailure(`it is ${state}`);
        });
        this.mayBeDisabled = false;
        this.enabledAt = clock.now();
        return undefined;
    }
}
