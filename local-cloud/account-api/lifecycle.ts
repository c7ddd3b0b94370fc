import type { AccountRecord } from "./records";

/** How a workspace's provisioning ends. */
export interface Outcome {
    status: string;
    message: string;
}

/** Values that a workspace gets later; `undefined` takes a field away. */
interface PendingChange {
    readonly at: number;
    readonly values: AccountRecord;
}

/** The times of a workspace: its provisioning, its updates and its end. */
export class Lifecycle {
    /** When a deleted workspace is gone, in milliseconds since 1970. */
    gone = Number.POSITIVE_INFINITY;
    /** Classic compute that runs in the workspace, such as `1 cluster`; updates are refused while there is any. */
    compute: string | undefined;
    private ran = false;
    private pending: PendingChange[] = [];

    /** `ready` is when provisioning ends, `begins` when it begins, in milliseconds since 1970. `relapse` says how long it is repeated. */
    constructor(
        private readonly now: () => number,
        public ready: number,
        private outcome: Outcome,
        private readonly begins = now(),
        private readonly relapse: () => number = () => 0,
    ) {}

    /** The workspace's status now. */
    status(): Outcome {
        if (this.begins > this.now())
            return { status: "NOT_PROVISIONED", message: "Workspace has not yet begun provisioning." };
        if (this.ready > this.now())
            return { status: "PROVISIONING", message: "Workspace resources are being set up." };
        if (this.outcome.status === "RUNNING" && !this.ran) {
            this.ran = true;
            if (this.relapse() > 0) this.ready = this.now() + this.relapse();
        }
        return this.outcome;
    }

    /** Whether the workspace has been RUNNING. */
    hasRun(): boolean {
        this.status();
        return this.ran;
    }

    /** Provisions the workspace until then, and with this end. */
    provision(ready: number, outcome: Outcome): void {
        this.status();
        this.ready = ready;
        this.outcome = outcome;
    }

    /** Changes a stored workspace at a later time. */
    changeLater(at: number, values: AccountRecord): void {
        this.pending.push({ at, values });
    }

    /** Makes the changes whose time has come. */
    applyPending(stored: AccountRecord): void {
        for (const { values } of this.pending.filter(({ at }) => at <= this.now())) {
            for (const [field, value] of Object.entries(values)) {
                if (value === undefined) Reflect.deleteProperty(stored, field);
                else stored[field] = value;
            }
        }
        this.pending = this.pending.filter(({ at }) => at > this.now());
    }
}
