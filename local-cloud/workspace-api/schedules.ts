/** A schedule that ran in several workspaces at the same time. */
export interface ScheduleOverlap {
    /** Such as `/Shared/sales.lvdash.json: nightly`. */
    readonly schedule: string;
    readonly workspaceIds: readonly string[];
}

/** Which schedules run in which workspaces of an account: those that are not paused. One that has one name is one. */
export class Schedules {
    private readonly running = new Map<string, () => readonly string[]>();
    private readonly seen = new Map<string, ScheduleOverlap>();

    /** In which workspaces each schedule runs now, by the schedule's name. */
    now(): Record<string, string[]> {
        const workspaces: Record<string, string[]> = {};
        for (const [workspaceId, names] of this.running)
            for (const name of new Set(names())) (workspaces[name] ??= []).push(workspaceId);
        return workspaces;
    }

    /** The schedules that ran in several workspaces at the same time, whenever that was. */
    get overlaps(): ScheduleOverlap[] {
        return [...this.seen.values()];
    }

    /** @internal Watches a new workspace, which says what runs in it. */
    watch(workspaceId: string, names: () => readonly string[]): void {
        this.running.set(workspaceId, names);
    }

    /** @internal A workspace is gone, and nothing runs in it. */
    forget(workspaceId: string): void {
        this.running.delete(workspaceId);
    }

    /** @internal A schedule may have begun to run. */
    changed(): void {
        for (const [schedule, workspaceIds] of Object.entries(this.now()))
            if (workspaceIds.length > 1)
                this.seen.set(`${schedule} in ${workspaceIds.join(", ")}`, { schedule, workspaceIds });
    }
}
