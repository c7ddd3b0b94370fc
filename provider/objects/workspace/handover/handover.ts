import { notesOf } from "../../../contract/state-notes";
import type { VerifiedPairs } from "../../../migration/migration";
import type { MigrationReport } from "../../../migration/report";
import type { Properties } from "../../../util/property-path";
import { neverRan } from "../status";
import { isHandoverDue, newSource, type Source, sourcesOf } from "./sources";

/**
 * How far the content of one workspace has come into the one that takes over from it.
 *
 * A phase decides where content goes and what is said. Whether a workspace may be deleted, only the gate decides (`gate.ts`).
 */
export type Phase =
    /** Not everything is verified: the next create or update of the new workspace copies it. */
    | "due"
    /** A copy of this process has ended before everything was there. */
    | "incomplete"
    /** Everything was verified, at the moment that the source's `verified` says. */
    | "verified"
    /** The program says that it is not copied. */
    | "abandoned"
    /** The old workspace no longer exists. */
    | "gone";

/** What can happen to a handover. Record 0034 says which call of the engine brings it about. */
export type HandoverEvent =
    /** Everything in the old workspace is equal in the new one, or accepted. */
    | "verify"
    /** A copy ended before that. */
    | "interrupt"
    /** The program says `migrateContent: false`. */
    | "abandon"
    /** The program no longer says it. */
    | "resume"
    /** The workspace in between, into which it was verified, is gone, and was not verified itself. */
    | "lose"
    /** The account no longer has the old workspace. */
    | "vanish";

const transitions: Readonly<Record<Phase, Readonly<Partial<Record<HandoverEvent, Phase>>>>> = {
    due: { verify: "verified", interrupt: "incomplete", abandon: "abandoned", vanish: "gone" },
    incomplete: { verify: "verified", interrupt: "incomplete", abandon: "abandoned", vanish: "gone" },
    verified: { verify: "verified", interrupt: "incomplete", lose: "due", vanish: "gone" },
    abandoned: { resume: "due", vanish: "gone" },
    gone: {},
};

/** The handover of one workspace's content to another: one pair of ids. */
export interface Handover {
    readonly from: string;
    readonly to: string;
    readonly phase: Phase;
    /** What the state of the new workspace says of the old one. */
    readonly source: Source;
    /** Pairs of objects that this process found equal. */
    readonly equalPairs: VerifiedPairs;
    /** What the latest copy of this process came to. */
    readonly report: MigrationReport | undefined;
}

/** Every handover that this process knows, by its two workspaces. */
export class Handovers {
    private readonly pairs = new Map<string, Map<string, Handover>>();

    /** Notes what a state says. What this process has found out since stays. */
    restore(to: string, state: Properties): void {
        for (const source of sourcesOf(state)) if (this.find(source.from, to) === undefined) this.add(to, source);
    }

    /** Adds a source; the newest comes first, so each one is added after those that are newer. */
    add(to: string, source: Source): void {
        const { from } = source;
        if (from === to) return;
        const phase = source.isAbandoned ? "abandoned" : isVerified(source) ? "verified" : "due";
        const handovers = this.pairs.get(to) ?? new Map<string, Handover>();
        handovers.set(from, { from, to, phase, source, equalPairs: new Map(), report: undefined });
        this.pairs.set(to, handovers);
    }

    /** Adds the sources that the program names, if they are not known. */
    addNamed(to: string, ids: readonly string[]): void {
        for (const from of ids) {
            const known = this.find(from, to);
            if (known === undefined) this.add(to, { ...newSource(from, undefined), isNamed: true });
            else this.put({ ...known, source: { ...known.source, isNamed: true } });
        }
    }

    /** The handovers to a workspace, the newest source first; `undefined` if nothing is known of it. */
    to(to: string): readonly Handover[] | undefined {
        const handovers = this.pairs.get(to);
        return handovers && [...handovers.values()];
    }

    /** The handovers from a workspace that the resource had by this adoption. */
    from(from: string, adoption: string | undefined): readonly Handover[] {
        return this.everyFrom(from).filter(({ source }) => source.isNamed || source.adoption === adoption);
    }

    /** The handovers from a workspace, whoever had it. */
    everyFrom(from: string): readonly Handover[] {
        return [...this.pairs.values()].flatMap((handovers) => handovers.get(from) ?? []);
    }

    /** A workspace, and each one that handovers connect with it, also through others. */
    connected(id: string): ReadonlySet<string> {
        const found = new Set([id]);
        // The loop comes to what is added meanwhile.
        for (const one of found) {
            for (const from of this.pairs.get(one)?.keys() ?? []) found.add(from);
            for (const [to, sources] of this.pairs) if (sources.has(one)) found.add(to);
        }
        return found;
    }

    /** The handover between two workspaces. */
    find(from: string, to: string): Handover | undefined {
        return this.pairs.get(to)?.get(from);
    }

    /** Takes a handover to its next phase; an event that means nothing to its phase changes nothing. */
    apply({ from, to }: Handover, event: HandoverEvent, report?: MigrationReport): void {
        const known = this.find(from, to);
        const phase = known && transitions[known.phase][event];
        if (known === undefined || phase === undefined) return;
        const verified =
            event === "verify" && report !== undefined
                ? { at: Date.parse(report.asOf), digest: digestOf(report) }
                : event === "lose"
                  ? undefined
                  : known.source.verified;
        const via = event === "verify" || event === "lose" ? undefined : known.source.via;
        const source = { ...known.source, verified, via, isAbandoned: phase === "abandoned" };
        this.put({ ...known, phase, source, report: report ?? known.report });
        this.settle(to, from, phase);
    }

    /**
     * What was verified into the workspace in between counts for this one as soon as that is verified itself. If that one is
     * gone before, it does not.
     */
    private settle(to: string, via: string, phase: Phase): void {
        for (const handover of this.to(to) ?? []) {
            if (handover.source.via !== via) continue;
            if (phase === "verified") this.put({ ...handover, phase, source: { ...handover.source, via: undefined } });
            if (phase === "gone") this.put({ ...handover, phase: "due", source: lost(handover.source) });
            if (phase === "abandoned") this.apply(handover, "abandon");
        }
    }

    private put(handover: Handover): void {
        this.pairs.get(handover.to)?.set(handover.from, handover);
    }
}

/**
 * The sources of a workspace that replaces another one: that one, unless it never ran and so holds nothing, and every source which
 * it had itself.
 */
export function inheritedSources(replaced: string, state: Properties): Source[] {
    const inherited = sourcesOf(state).filter(({ from }) => from !== replaced);
    if (neverRan(state)) return inherited.map(lost);
    return [
        newSource(replaced, notesOf(state).adoption),
        ...inherited.map((source) => (isVerified(source) ? { ...source, via: replaced } : lost(source))),
    ];
}

/** Whether something has still to be copied into the workspace of this state, by what the program says of it now. */
export function hasWork(state: Properties, isEnabled: boolean, named: readonly string[]): boolean {
    const sources = sourcesOf(state);
    const isNew = (id: string) => sources.every(({ from, isNamed }) => from !== id || !isNamed);
    if (isEnabled && (named.some(isNew) || sources.some(({ isAbandoned }) => isAbandoned))) return true;
    return isHandoverDue(state);
}

/**
 * What was verified, for the comparisons that come later; `undefined` if something in the tree was only accepted: the program may
 * take that back, so it is compared again.
 */
function digestOf({ digest, findings }: MigrationReport): string | undefined {
    return findings.some(({ accepted, path }) => accepted && path.startsWith("/")) ? undefined : digest;
}

function isVerified({ verified, via }: Source): boolean {
    return verified !== undefined && via === undefined;
}

function lost(source: Source): Source {
    return { ...source, via: undefined, verified: undefined };
}

/** The output `migration`: what came of the newest source. */
export function recordOf(handovers: readonly Handover[], before: unknown): unknown {
    const { report, from } = handovers.find((one) => one.report !== undefined) ?? {};
    if (report !== undefined) {
        const { equal, findings, complete, asOf } = report;
        const { notebooks, files, dashboards } = equal;
        const record = { from, notebooks, files: files + dashboards, skipped: findings.length };
        return complete ? { ...record, verifiedAt: asOf } : record;
    }
    const [newest] = handovers;
    if (newest?.phase === "abandoned") return undefined;
    return before ?? (newest?.phase === "due" ? { from: newest.from, notebooks: 0, files: 0, skipped: 0 } : undefined);
}
