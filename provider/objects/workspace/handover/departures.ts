import type { Session } from "../../../runtime/session";
import type { Handovers } from "./handover";
import type { RunView } from "./run-view";

/** A moment that others wait for. */
class Decision {
    end: () => void = () => undefined;
    readonly ended = new Promise<void>((resolve) => (this.end = resolve));
}

/** The deletes of workspaces that the engine asks for, many at the same time. */
export class Departures {
    /** The latest departure of each workspace that has handovers, also after it has ended. */
    private readonly latest = new Map<string, Promise<unknown>>();
    /** What the engine has asked for the end of, and whether that was decided: each time. */
    private readonly asked = new Map<string, Decision[]>();

    /** @param hearOthers learns what other processes of this run know of a workspace by now. */
    constructor(
        private readonly handovers: Handovers,
        private readonly run: RunView,
        private readonly session: Session,
        private readonly hearOthers: (id: string) => Promise<unknown>,
    ) {}

    /** The engine asks for the end of a workspace. Returns what is called once that call is over. */
    ask(id: string): () => void {
        const decision = new Decision();
        this.asked.set(id, [...(this.asked.get(id) ?? []), decision]);
        return () => decision.end();
    }

    /** Whether a workspace stays: the engine does not ask for its end, or not with success. Waits until that is decided. */
    async stays(id: string): Promise<boolean> {
        await Promise.all((this.asked.get(id) ?? []).map(({ ended }) => ended));
        return !this.run.hasDeparted(id);
    }

    /**
     * Runs what decides about a DELETE and sends it. Workspaces that handovers connect depart one after the other: what is kept by
     * one must not be decided while that one is being decided about. Others depart at the same time.
     */
    async depart(id: string, decide: () => Promise<boolean>): Promise<boolean> {
        const decided = async () => {
            const isSent = await decide();
            if (isSent) this.run.noteDeparture(id);
            return isSent;
        };
        const connected = this.handovers.connected(id);
        if (connected.size === 1) return decided();
        const all = Promise.all([...connected].map((one) => this.latest.get(one)));
        const alone = () =>
            this.alone(async () => {
                // Others may have left meanwhile, by another process.
                await this.hearOthers(id);
                return decided();
            });
        // Who waits for the decision must not have to wait for what comes after the DELETE.
        const mine = all.then(alone).finally(() => this.asked.get(id)?.forEach((one) => one.end()));
        const ended = mine.catch(() => undefined);
        this.latest.set(id, ended);
        return mine;
    }

    private alone<Result>(run: () => Promise<Result>): Promise<Result> {
        return this.session.others?.alone(run) ?? run();
    }
}
