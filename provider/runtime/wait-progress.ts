import type { Session } from "./session";

/** The least time between two lines of one wait, in milliseconds. */
const INTERVAL = 10_000;

/** The lines that one wait shows of itself: the first at once, each next one ten seconds after it at the earliest. */
export class WaitProgress {
    private readonly began: number;
    private readonly since: number;
    private shownAt = Number.NEGATIVE_INFINITY;

    /** @param began when the wait began, in milliseconds since 1970. Default: now. */
    constructor(
        private readonly session: Pick<Session, "clock" | "report" | "decide">,
        began?: number,
    ) {
        this.since = session.clock.now();
        this.began = began ?? this.since;
    }

    /** Shows a line, if it is time for one. It is told how many seconds the wait has taken. */
    show(line: (waited: number) => string): void {
        const now = this.session.clock.now();
        if (now - this.shownAt < INTERVAL) return;
        this.shownAt = now;
        this.session.report.progress(line(Math.round((now - this.began) / 1000)));
    }

    /** What was waited for has come: notes it, unless it was there at once. */
    ended(id: string, why: string): void {
        const seconds = Math.round((this.session.clock.now() - this.since) / 1000);
        if (seconds > 0) this.session.decide({ decision: "waited", ids: [id], why, seconds });
    }
}
