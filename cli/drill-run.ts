import { randomUUID } from "node:crypto";

import type { Clock } from "../provider/api/clock";
import { ApiError, NoResponseError } from "../provider/api/errors";
import type { WorkspaceContent } from "../provider/migration/content";
import { enableCommand, type KeySwitch } from "./drill-key";
import { type DrillReport, type DrillStep, type StepName, STEPS } from "./drill-report";
import { messageOf } from "../provider/util/error-message";

/** What a drill needs; times are in milliseconds. */
export interface DrillTarget {
    readonly workspace: { readonly id: string; readonly host: string };
    /** The workspace's own API. */
    readonly content: Pick<WorkspaceContent, "import" | "export" | "delete" | "find">;
    readonly key: KeySwitch;
    /** Ids of the account's other workspaces that use the key. */
    readonly otherWorkspaces: readonly string[];
    readonly clock: Clock;
    /** Ends the drill early: the key is enabled again, and the canary removed. */
    readonly signal: AbortSignal;
    /** How long each change is waited for at most. */
    readonly timeout: number;
    /** The pause between two reads. */
    readonly interval: number;
    readonly onProgress: (line: string) => void;
}

/** How often the key is enabled, with a pause before each further attempt, and how often the canary is removed. */
const ATTEMPTS = 6;
const ATTEMPT_PAUSE = 2000;

/**
 * Runs a drill and returns its report. Never rejects once the key may be disabled: whatever goes wrong is in the report, and
 * the key has been enabled again, or the report and the last line of progress say how to do it by hand.
 */
export async function runDrill(target: DrillTarget): Promise<DrillReport> {
    const run = new Drill(target);
    const startedAt = run.time();
    const release = holdSignals(() => target.onProgress("Stopping: the key is enabled and the canary removed first."));
    try {
        await run.steps();
    } finally {
        await run.restore();
        release();
    }
    return run.report(startedAt);
}

/** Keeps a second Ctrl-C, and a terminal that is closed, from ending the process while the key is disabled. */
function holdSignals(notice: () => void): () => void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, notice);
    return () => {
        for (const signal of signals) process.off(signal, notice);
    };
}

class StepFailure extends Error {}

class Drill {
    private readonly done = new Map<StepName, DrillStep>();
    private readonly path = `/Shared/pulumi-databricks-cmk-drill-${randomUUID()}`;
    private readonly token = randomUUID();
    private readonly stopped: Promise<void>;
    private mayBeDisabled = false;
    private mayHaveCanary = false;
    private disabledAt = 0;
    private enabledAt = 0;
    private refusedAfter: number | undefined;
    private readableAfter: number | undefined;

    constructor(private readonly target: DrillTarget) {
        this.stopped = aborted(target.signal);
    }

    time(): string {
        return new Date(this.target.clock.now()).toISOString();
    }

    /** Every step up to the first that fails. */
    async steps(): Promise<void> {
        const { clock, key } = this.target;
        const passed =
            (await this.step("the key is enabled", () => this.requireEnabled())) &&
            (await this.step("a canary notebook is written and read", () => this.writeCanary())) &&
            (await this.step("the key is disabled", async () => {
                this.target.onProgress(`If this process is killed, enable the key by hand: ${enableCommand(key.arn)}`);
                this.mayBeDisabled = true;
                await key.disable();
                this.disabledAt = clock.now();
                return undefined;
            })) &&
            (await this.step("reads are refused", () => this.waitUntilRefused()));
        if (!passed) return;
        if (!(await this.enable())) return;
        await this.step("reads work again, with the same content", () => this.waitUntilReadable());
    }

    /** Enables the key where it may be disabled, and removes the canary. */
    async restore(): Promise<void> {
        if (this.mayBeDisabled) await this.enable();
        if (!this.mayHaveCanary) return;
        await this.step("the canary notebook is removed", () => this.removeCanary(), { evenWhenStopped: true });
    }

    async report(startedAt: string): Promise<DrillReport> {
        const { key, workspace, otherWorkspaces } = this.target;
        const keyState = await key.state().catch(() => "in an unknown state");
        const steps = STEPS.map((name) => this.done.get(name) ?? { name, outcome: "not reached" as const });
        return {
            passed: steps.every(({ outcome }) => outcome === "passed"),
            workspaceId: workspace.id,
            workspaceUrl: workspace.host,
            keyArn: key.arn,
            otherWorkspaces,
            startedAt,
            finishedAt: this.time(),
            ...(this.refusedAfter === undefined ? {} : { refusedAfterSeconds: this.refusedAfter }),
            ...(this.readableAfter === undefined ? {} : { readableAfterSeconds: this.readableAfter }),
            keyState,
            steps,
        };
    }

    private async step(
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

    private async requireEnabled(): Promise<undefined> {
        const state = await this.target.key.state();
        if (state !== "Enabled") throw new StepFailure(`it is ${state} already: enable it first`);
        return undefined;
    }

    private async writeCanary(): Promise<string> {
        this.mayHaveCanary = true;
        const bytes = Buffer.from(`# Written by \`pulumi-databricks-cmk drill\`; may be deleted.\n# ${this.token}\n`);
        await this.target.content.import(this.path, { format: "SOURCE", language: "PYTHON", bytes });
        await this.read();
        return this.path;
    }

    /** Reads the canary; rejects where the read is refused, or its content is another one. */
    private async read(): Promise<void> {
        const object = { path: this.path, type: "NOTEBOOK", typeName: "NOTEBOOK", id: "0" } as const;
        const content = await this.target.content.export(object, "SOURCE");
        if (!content.includes(this.token)) throw new StepFailure("the canary's content is not what was written");
    }

    private async waitUntilRefused(): Promise<string> {
        const refusal = await this.poll(
            async () => {
                try {
                    await this.read();
                    return undefined;
                } catch (error) {
                    if (isOutage(error)) return undefined;
                    if (error instanceof ApiError && isRevocation(error)) return error.message;
                    throw error;
                }
            },
            (seconds) =>
                `reads still worked ${seconds} s after the key was disabled: the service keeps the data key longer than --timeout, or the workspace does not use this key`,
        );
        this.refusedAfter = (this.target.clock.now() - this.disabledAt) / 1000;
        return `${this.refusedAfter} s after the key was disabled: ${refusal}`;
    }

    private async waitUntilReadable(): Promise<string> {
        let last = "";
        await this.poll(
            async () => {
                try {
                    await this.read();
                    return true;
                } catch (error) {
                    if (!(error instanceof ApiError || error instanceof NoResponseError)) throw error;
                    last = error.message;
                    return undefined;
                }
            },
            (seconds) => `reads were still refused ${seconds} s after the key was enabled: ${last}`,
        );
        this.readableAfter = (this.target.clock.now() - this.enabledAt) / 1000;
        return `${this.readableAfter} s after the key was enabled`;
    }

    /** Looks again and again until there is a result, the time is over, or the drill is stopped. */
    private async poll<Result>(
        look: () => Promise<Result | undefined>,
        late: (seconds: number) => string,
    ): Promise<Result> {
        const { clock, timeout, interval, signal } = this.target;
        const began = clock.now();
        for (;;) {
            if (signal.aborted) throw new StepFailure("stopped by a signal");
            const result = await look();
            if (result !== undefined) return result;
            if (clock.now() - began >= timeout) throw new StepFailure(late(Math.round((clock.now() - began) / 1000)));
            await Promise.race([clock.sleep(interval), this.stopped]);
        }
    }

    private enable(): Promise<boolean> {
        const { key, onProgress } = this.target;
        return this.step(
            "the key is enabled again",
            async () => {
                try {
                    await this.insist(async () => {
                        await key.enable();
                        const state = await key.state();
                        if (state !== "Enabled") throw new StepFailure(`it is ${state}`);
                    });
                } catch (error) {
                    onProgress(`THE KEY IS STILL DISABLED. Enable it by hand: ${enableCommand(key.arn)}`);
                    throw error;
                }
                this.mayBeDisabled = false;
                this.enabledAt = this.target.clock.now();
                return undefined;
            },
            { evenWhenStopped: true },
        );
    }

    private async removeCanary(): Promise<undefined> {
        await this.insist(async () => {
            await this.target.content.delete(this.path);
            if ((await this.target.content.find(this.path)) !== undefined)
                throw new StepFailure(`${this.path} is still there`);
        });
        return undefined;
    }

    private async insist(run: () => Promise<void>): Promise<void> {
        for (let attempt = 1; ; attempt++) {
            try {
                return await run();
            } catch (error) {
                if (attempt === ATTEMPTS) throw error;
                await this.target.clock.sleep(ATTEMPT_PAUSE);
            }
        }
    }
}

/** An outage is no revocation: the service has to answer, and to say no. */
function isOutage(error: unknown): boolean {
    if (error instanceof NoResponseError) return true;
    return (
        error instanceof ApiError &&
        (error.kind === "throttled" || (error.kind === "unavailable" && !/key/i.test(error.detail)))
    );
}

/** Not where the canary is gone, the credential was refused, or an access list keeps this machine out. */
function isRevocation({ kind, status, errorCode }: ApiError): boolean {
    return kind !== "missing" && status !== 401 && !(status === 403 && errorCode === "");
}

function aborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
}
