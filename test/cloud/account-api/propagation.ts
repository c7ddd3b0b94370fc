import { invalid } from "../http";

/** Roles and buckets that AWS does not show everywhere at once: a fresh one is refused for a while. */
export class Propagation {
    /** How long a role or bucket is refused, in milliseconds after it is first named. */
    delay = 0;
    private readonly firstNamed = new Map<string, number>();

    constructor(private readonly now: () => number) {}

    /** Refuses a role or bucket that is not to be seen yet. */
    requirePropagated(name: string, refusal: string): void {
        const first = this.firstNamed.get(name) ?? this.now();
        this.firstNamed.set(name, first);
        if (this.now() < first + this.delay) throw invalid(refusal);
    }
}
