import type { Clock } from "./clock";
import { RateLimiter } from "./rate-limiter";

/** After how many such signs the endpoints of a host count as having one limit together. */
const SIGNS = 2;

/**
 * The rate limiters of a host. Each endpoint has its own, because the service counts each by itself, and learns what the service
 * accepts. If the service counts them together, its 429s tell: they come after a few requests of an endpoint or after many of it,
 * depending on what the others leave. From then on all share one.
 */
export class RateLimits {
    private readonly limiters = new Map<string, RateLimiter>();
    private signs = 0;
    private shared: RateLimiter | undefined;

    /** @param report see {@link RateLimiter}. */
    constructor(
        private readonly clock: Clock,
        private readonly report: (line: string) => void,
    ) {}

    /** The limiter for the next request to an endpoint. `undefined`: the host's only one. */
    of(endpoint: string | undefined): RateLimiter {
        if (this.shared !== undefined) return this.shared;
        const name = endpoint ?? "requests";
        const known = this.limiters.get(name);
        if (known !== undefined) return known;
        const made = new RateLimiter(this.clock, this.report, name, () => this.onSign());
        this.limiters.set(name, made);
        return made;
    }

    private onSign(): void {
        // If one endpoint alone is limited, another program takes what it lacks.
        const limited = [...this.limiters.values()].filter(({ isLimited }) => isLimited);
        if (++this.signs < SIGNS || limited.length === 1) return;
        this.shared ??= new RateLimiter(this.clock, this.report);
    }
}

/** The words that begin an endpoint's name after the API's version: an id is none. */
const WORDS = /^\/api\/[\d.]+((?:\/[a-z-]+){1,2})(?=[/?]|$)/;

/**
 * The endpoint of a request to a workspace, as the service counts them: reads of `workspace/export` for themselves, and writes of
 * `permissions/notebooks`, whichever object is meant.
 */
export function endpointOf(method: string, path: string): string {
    const words = WORDS.exec(path)?.[1]?.slice(1) ?? "others";
    return `${method === "GET" ? "reads" : "writes"} of ${words}`;
}
