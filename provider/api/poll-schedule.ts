/** The longest pause between two looks, in milliseconds: nobody is noticed later than that. */
const LONGEST_PAUSE = 10_000;
/** The shortest pause, in milliseconds. */
const FIRST_PAUSE = 500;
/**
 * Early in a wait the pause is this, in milliseconds, and this share of the time waited: what is ready within 20 s, as on a
 * local cloud, is noticed after at most half a second and a quarter of its time.
 */
const EARLY_PAUSE = 400;
const EARLY_SHARE = 0.24;
/** From how many waits on nobody tries a local cloud by hand, and the share of early looks, which find nothing elsewhere. */
const [MANY, EARLY_SHARE_OF_MANY] = [20, 1];
/** From when on in a wait polls are close: a real workspace takes half a minute at least. In milliseconds. */
const CLOSE_FROM = 26_000;
/** How late somebody may be noticed, as a share of the time waited, if all began together and so are late together. */
const LATE_TOGETHER = 1 / 18;
/** The same where they began one after the other, so that on average they are noticed in half of it. */
const LATE_SCATTERED = 1 / 11;
/** How many looks a stream of waits that end one after the other is worth; more only where they would be further apart than the longest pause. */
const POLLS_PER_STREAM = 5;
/** How much later than expected a look comes, in milliseconds, because a write's answer takes now longer, now shorter. */
const ALLOWANCE = 100;

/** What is waited for: each takes its own time, which the first that ends teaches the others. */
export type Awaited = "provisioning" | "update" | "deletion";

/** One wait, as far as the time of the next look depends on it; times in milliseconds. */
export interface Wait {
    readonly since: number;
    /** The shortest time after which such a wait has ended so far. */
    readonly shortestSoFar: number | undefined;
}

/**
 * When to look next. Without experience the pause grows with the time waited, so that looks stay few and nobody is noticed
 * late for the time that it took. With experience there is nothing to see before somebody is due, and one look serves all
 * who are due about then.
 *
 * @param scatter how far apart the waits began, in milliseconds: a long stream of them makes looks rarer, not more.
 */
export function nextPollAt(now: number, waits: readonly Wait[], scatter: number): number {
    const lateness = (time: number) => {
        const share = time * (scatter >= time * LATE_SCATTERED ? LATE_SCATTERED : LATE_TOGETHER);
        return Math.min(Math.max(share, scatter / POLLS_PER_STREAM, FIRST_PAUSE), LONGEST_PAUSE);
    };
    const pauseAfter = (waited: number) => {
        if (waited >= CLOSE_FROM) return lateness(waited);
        const early = EARLY_PAUSE + waited * (waits.length > MANY ? EARLY_SHARE_OF_MANY : EARLY_SHARE);
        return Math.min(early, Math.max(CLOSE_FROM - waited, lateness(CLOSE_FROM)));
    };
    const due: number[] = [];
    let oldest = now;
    let latest = now + LONGEST_PAUSE;
    for (const { since, shortestSoFar } of waits) {
        if (shortestSoFar !== undefined && since + shortestSoFar + ALLOWANCE > now) {
            due.push(since + shortestSoFar + ALLOWANCE);
            latest = Math.min(latest, since + shortestSoFar + lateness(shortestSoFar));
        } else {
            oldest = Math.min(oldest, since);
        }
    }
    // Whoever has waited longest sets the pace of those who are not expected: late comers do not make looks more frequent.
    if (due.length < waits.length) latest = Math.min(latest, now + pauseAfter(now - oldest));
    const served = due.filter((expected) => expected <= latest);
    return served.length === 0 ? latest : Math.max(...served);
}
