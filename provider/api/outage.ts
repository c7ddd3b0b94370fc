import type { Clock } from "./clock";

/** How long a wait lasts before it is reported, and the time between two reports, in milliseconds. */
export const [REPORT_AFTER, REPORT_EVERY] = [5_000, 10_000];

/**
 * The time since which the service has given no usable response, which all requests of a process share: an outage is waited
 * out once, and not again by each request, or by each level of dependencies of a refresh.
 */
export class Outage {
    private since: number | undefined;
    private lastFailure = 0;
    private reportAt = 0;

    /**
     * @param budget how long an outage is waited out, in milliseconds.
     * @param report shows a line while it is.
     */
    constructor(
        private readonly clock: Clock,
        private readonly budget: number,
        private readonly report: (line: string) => void,
    ) {}

    /** The service responded: there is no outage, or no longer. */
    end(): void {
        this.since = undefined;
    }

    /** A request that was sent at this time (milliseconds since 1970) failed. Returns until when the outage is waited out. */
    failed(sent: number): number {
        const now = this.clock.now();
        // What failed long ago says nothing about what fails now.
        if (this.since === undefined || now - this.lastFailure > this.budget) {
            this.since = sent;
            this.reportAt = Math.max(sent + REPORT_AFTER, now);
        }
        this.lastFailure = now;
        return this.since + this.budget;
    }

    /** Waits before a request is sent again, and says so if the outage has lasted. */
    async pause(milliseconds: number, request: string, reason: string): Promise<void> {
        const end = this.clock.now() + milliseconds;
        if (this.since !== undefined && this.reportAt <= end) {
            await this.clock.sleep(Math.max(this.reportAt - this.clock.now(), 0));
            // Another request may have reported it, or ended it, meanwhile.
            if (this.since !== undefined && this.reportAt <= this.clock.now()) {
                this.reportAt = this.clock.now() + REPORT_EVERY;
                const until = new Date(this.since + this.budget).toTimeString().slice(0, 8);
                this.report(`Databricks: ${request} is retried until ${until}: ${reason}`);
            }
        }
        const left = end - this.clock.now();
        if (left > 0) await this.clock.sleep(left);
    }
}
