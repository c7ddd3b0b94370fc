import axios, { type AxiosAdapter } from "axios";

import { FakeClock } from "./environment";
import { setAdapter } from "./without-connections";

/** How often the event loop has to come round without a request before time passes. */
const ROUNDS = 40;

/** How many requests of this process wait for a response; none is counted that the service holds back by a clock. */
let open = 0;
let counts = false;
/** Who waits until no request is under way. */
let waiting: (() => void)[] = [];

function ended(): void {
    open--;
    if (open > 0) return;
    const all = waiting;
    waiting = [];
    for (const one of all) one();
}

/** Counts the requests of every client that is made from now on. */
function countRequests(): void {
    if (counts) return;
    counts = true;
    setAdapter();
    const send = axios.getAdapter(axios.defaults.adapter);
    const counted: AxiosAdapter = async (config) => {
        open++;
        try {
            return await send(config);
        } finally {
            ended();
        }
    };
    axios.defaults.adapter = counted;
}

interface Sleeper {
    readonly until: number;
    readonly process: { readonly dead: boolean } | undefined;
    readonly wake: () => void;
}

/**
 * A fake clock for real requests: time passes only while no request is under way and nobody has anything to do, and then to the
 * moment at which the next one wakes. So a time limit is met only by what really waits for time.
 */
export class CalmClock extends FakeClock {
    private calm = Date.now();
    private drawn = 0;
    private sleepers: Sleeper[] = [];
    private passing = false;

    constructor() {
        super();
        countRequests();
    }

    override now(): number {
        return this.calm;
    }

    /** Chance that is never the same twice, so that names made up by it differ. */
    override random(): number {
        return (++this.drawn * 0.618) % 1;
    }

    override sleep(milliseconds: number): Promise<void> {
        this.sleeps.push(milliseconds);
        return this.sleepIn(undefined, milliseconds);
    }

    /** The clock of a process: it stands still for a dead one. */
    of(process: { readonly dead: boolean }): CalmClock {
        const clock = Object.create(this) as CalmClock;
        clock.sleep = (milliseconds) => this.sleepIn(process, milliseconds);
        clock.now = () => this.now();
        clock.random = () => this.random();
        return clock;
    }

    /** Time passes. */
    pass(milliseconds: number): void {
        this.calm += milliseconds;
    }

    /** For a fault: the service holds a request back for a time. */
    async hold(milliseconds: number): Promise<void> {
        ended();
        try {
            await this.sleepIn(undefined, milliseconds);
        } finally {
            open++;
        }
    }

    private sleepIn(process: Sleeper["process"], milliseconds: number): Promise<void> {
        return new Promise((wake) => {
            if (milliseconds === Number.POSITIVE_INFINITY) return;
            const until = this.calm + Math.max(0, milliseconds);
            const after = this.sleepers.findIndex((one) => one.until > until);
            this.sleepers.splice(after < 0 ? this.sleepers.length : after, 0, { until, process, wake });
            this.next();
        });
    }

    private next(): void {
        if (this.passing) return;
        this.passing = true;
        this.round(ROUNDS);
    }

    private round(left: number): void {
        setImmediate(() => {
            if (open > 0) return waiting.push(() => this.round(ROUNDS));
            if (left > 0) return this.round(left - 1);
            this.passing = false;
            this.sleepers = this.sleepers.filter(({ process }) => process?.dead !== true);
            const sleeper = this.sleepers.shift();
            if (sleeper === undefined) return;
            this.calm = Math.max(this.calm, sleeper.until);
            sleeper.wake();
            if (this.sleepers.length > 0) this.next();
        });
    }
}

/** Lets the time limits of requests be met by this clock; the function returned ends it. */
export function timeOutsBy(clock: CalmClock): () => void {
    const { timeout } = AbortSignal;
    AbortSignal.timeout = (milliseconds) => {
        const controller = new AbortController();
        void clock
            .sleep(milliseconds)
            .then(() => controller.abort(new DOMException("It took too long.", "TimeoutError")));
        return controller.signal;
    };
    return () => void (AbortSignal.timeout = timeout);
}
