import type { Session } from "./session";

/** The least time between two lines of one wait, in milliseconds. */
const INTERVAL = 10_000;

/** The lines that one wait shows of itself: the first at once, each next one ten seconds after it at the earliest. */
export class WaitProgress {
    private readonly began: number;
    private shownAt = Number.NEGATIVE_INFINITY;

    /** @param began when the wait began, in milliseconds since 1970. Default: now. */
    constructor(
        private readonly session: Pick<Session, "clock" | "report">,
        began?: number,
    ) {
        this.began = began ?? session.clock.now();
    }

    /** Shows a line, if it is time for one. It is told how many seconds the wait has taken. */
    show(line: (waited: number) => string): void {
        const now = this.session.clock.now();
        if (now - this.shownAt < INTERVAL) return;
        this.shownAt = now;
        this.session.report.progress(line(Math.round((now - this.began) / 1000)));
    }
}
