import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { awaitedIn } from "./beside-tree";
import type { Result } from "../helpers/engine/engine-types";
import { hasForceDestroy, KEY_INPUT, STORAGE_KEY_INPUT } from "./program";
import { KEY, type StackName, type Stacks, STACKS, STORAGE_KEY, tagOf } from "./stacks";
import { observe, Violation } from "./violation";

/** What cannot be seen without a refresh. */
export type Unseen = "key" | "storage-key" | "label" | "existence";

const DAY = 24 * 3_600_000;

/** What the account has before a deployment, as far as the end of it is judged by that. */
export interface Before {
    /** The workspaces in which there is something. */
    readonly content: ReadonlySet<string>;
    /** When each workspace was created. */
    readonly created: ReadonlyMap<string, number>;
    readonly now: number;
    /** The ids that the stack's state has. */
    readonly inState: ReadonlySet<string>;
}

/** What holds after a deployment, besides that nothing is lost. */
export class Expectations {
    /** Workspaces without a resource, of which the user knows. */
    readonly excused = new Set<string>();
    private readonly mentioned = new Set<string>();
    /** Those of which somebody heard that schedules in them may wait, and for what. */
    private readonly lookedAt = new Set<string>();
    private readonly unseen = new Map<string, Set<Unseen>>();

    constructor(
        private readonly stacks: Stacks,
        private readonly shared: Set<string>,
    ) {}

    /** Something is changed outside Pulumi, which an `up` without a refresh does not see. */
    hide(id: string, what: Unseen): void {
        for (const stack of STACKS) this.unseenOf(stack, id).add(what);
    }

    private unseenOf(stack: StackName, id: string): Set<Unseen> {
        const key = `${stack}/${id}`;
        const known = this.unseen.get(key) ?? new Set();
        this.unseen.set(key, known);
        return known;
    }

    /** Notes which workspaces a deployment has named. */
    noteWhatWasSaid(stack: StackName, { error = "", lines }: Result): void {
        const said = [error, ...lines];
        // Until there is `forceDestroy`, the engine's own warning of an interrupted create is enough, which names no workspace.
        const interrupted = hasForceDestroy ? [] : [...this.stacks.engines[stack].pendingCreates];
        const pending = interrupted.map((name) => `${String(this.stacks.uuidOf(stack))}/${name}`);
        for (const [id, workspace] of this.stacks.workspaces()) {
            if (said.some((line) => line.includes(id)) || pending.includes(tagOf(workspace) ?? ""))
                this.mentioned.add(id);
            if (said.some((line) => line.includes(id) && /whether schedules in/i.test(line))) this.lookedAt.add(id);
        }
    }

    /** An object that is deleted by a deployment which was killed or failed, or by another stack, is in the state until a refresh. */
    noteWhatIsGone(stack: StackName, { ok }: Result): void {
        for (const other of STACKS)
            for (const { id } of this.stacks.entriesOf(other))
                if (!this.stacks.exists(id) && (other !== stack || !ok)) this.hide(id, "existence");
    }

    /** The changes that the program makes with this `up`: if it succeeds, what was hidden of them was asked for. */
    whatIsAsked(stack: StackName): (result: Result) => void {
        const asked: (() => void)[] = [];
        const engine = this.stacks.engines[stack];
        const specs = Object.entries(this.stacks.programs[stack].workspaces);
        const taken = new Set<string>();
        for (const [name, spec] of specs) {
            const entry = engine.entry(name) ?? engine.entry(spec.alias ?? "");
            // Of two with one alias the engine gives the entry to the first.
            if (entry === undefined || taken.has(entry.id)) continue;
            taken.add(entry.id);
            const ids = this.stacks.askedIds(stack, spec);
            const unseen = this.unseenOf(stack, entry.id);
            if (ids[KEY_INPUT] !== entry.inputs[KEY_INPUT]) asked.push(() => unseen.delete("key"));
            if (ids[STORAGE_KEY_INPUT] !== entry.inputs[STORAGE_KEY_INPUT])
                asked.push(() => unseen.delete("storage-key"));
        }
        return ({ ok }) => asked.forEach((forget) => ok && forget());
    }

    /** A refresh has seen everything. */
    forgetUnseen(stack: StackName, { ok }: Result): void {
        if (ok) for (const { id } of this.stacks.entriesOf(stack)) this.unseenOf(stack, id).clear();
    }

    /**
     * What a stack adopts without being asked is what an interrupted create leaves: less than a day old, in nobody's state, and
     * nothing in it but what was copied into it.
     */
    requireRightfulAdoptions(stack: StackName, before: Before, isReplacement: (id: string) => boolean): void {
        for (const { name, id } of this.stacks.entriesOf(stack)) {
            const others = this.stacks.holders(id).filter((one) => one !== `${stack}.${name}`);
            const isNamed = this.stacks.programs[stack].workspaces[name]?.adopt === id;
            // The program names what another resource has: it said so.
            if (isNamed && others.length > 0) this.shared.add(id);
            const created = before.created.get(id);
            if (created === undefined || before.inState.has(id)) continue;
            if (isNamed) {
                observe("workspaces adopted by adopt");
                continue;
            }
            observe("workspaces adopted automatically");
            const fail = (why: string) => {
                throw new Violation("duplicate", `${stack}.${name} adopted the workspace ${id} unasked, though ${why}`);
            };
            if (before.content.has(id) && !isReplacement(id)) fail("people wrote in it");
            if (!this.stacks.service.hosts.treesReadable) fail("nobody could see what is in it");
            if (before.now - created > DAY) fail("it is older than a day");
            if (others.some((one) => one.startsWith(`${stack}.`))) fail(`${others.join(", ")} has it`);
            // An empty workspace went to the other stack, which has not run since: nothing tells it from a leftover.
            if (others.length > 0) this.shared.add(id);
        }
    }

    /** No two resources of the program end with one workspace, but for a state that the user copied. */
    requireSingleHolders({ ok }: Result): void {
        if (!ok || this.stacks.isCopied) return;
        for (const id of this.stacks.workspaces().keys()) {
            const holders = this.stacks.holders(id);
            if (holders.length > 1 && !this.shared.has(id))
                throw new Violation("duplicate", `the workspace ${id} belongs to ${holders.join(" and ")}`);
        }
    }

    /** What is reported as done is done: each workspace is what its program says. */
    requireDone(stack: StackName): void {
        for (const [name, spec] of Object.entries(this.stacks.programs[stack].workspaces)) {
            const entry = this.stacks.engines[stack].entry(name);
            const actual = entry && this.stacks.service.account.find("workspaces", entry.id);
            const unseen = this.unseenOf(stack, entry?.id ?? "");
            const fail = (what: string) => {
                throw new Violation(
                    "undone",
                    `up succeeded, but ${what} of ${stack}.${name} is not what the program says`,
                );
            };
            if (entry === undefined) return fail("the existence");
            if (unseen.has("existence")) continue;
            if (actual === undefined) return fail("the existence");
            const { [OWNERSHIP_TAG]: mark, ...tags } = (actual["custom_tags"] ?? {}) as Record<string, string>;
            if (mark === undefined) fail("the ownership tag");
            const asked = this.stacks.askedIds(stack, spec);
            if (actual["workspace_name"] !== spec.label && !unseen.has("label")) fail("the name");
            if (actual["aws_region"] !== spec.region) fail("the region");
            if (actual["credentials_id"] !== asked.credentialsId) fail("credentialsId");
            const differs = (wanted: string | undefined, field: string) =>
                wanted !== undefined && actual[field] !== wanted;
            if (!spec.ignoresKey && !unseen.has("key") && differs(asked[KEY_INPUT], KEY)) fail("the key");
            if (!unseen.has("storage-key") && differs(asked[STORAGE_KEY_INPUT], STORAGE_KEY)) fail("the storage key");
            if (spec.team !== undefined && tags["team"] !== spec.team) fail("a tag");
        }
    }

    /** What was paused until a workspace is gone runs once it is, if some resource still has the workspace in which it waits. */
    async requireStarted(): Promise<void> {
        for (const id of this.stacks.workspaces().keys()) {
            if (!this.stacks.isInState(id)) continue;
            const awaited = await awaitedIn(this.stacks.service.hosts.get(id));
            const gone = awaited.find((all) => !all.some((one) => this.stacks.exists(one)));
            // Where an up could not look, its user heard of it: a refresh before the next one takes away who would look again.
            if (gone !== undefined && !this.lookedAt.has(id))
                throw new Violation(
                    "undone",
                    `an alert of the workspace ${id} still waits for the end of ${gone.join(" and ")}`,
                );
        }
    }

    /**
     * Everything that exists is some resource's, or the user heard of it. Until there is `forceDestroy`, what an interrupted create
     * left of a resource that the program then gave up is none: the engine itself warns of its pending create. So too where no `up`
     * names it.
     */
    requireNoOrphans(namesLeftovers: boolean): void {
        const tags = STACKS.flatMap((stack) =>
            Object.keys(this.stacks.programs[stack].workspaces).map(
                (name) => `${String(this.stacks.uuidOf(stack))}/${name}`,
            ),
        );
        const identities = STACKS.flatMap((stack) => this.stacks.uuidOf(stack) ?? []);
        for (const [id, workspace] of this.stacks.workspaces()) {
            const tag = tagOf(workspace);
            if (tag === undefined || this.stacks.isInState(id)) continue;
            // A stack that lost its identity recognises nothing any more.
            const isKnown =
                hasForceDestroy && namesLeftovers ? identities.includes(tag.slice(0, 36)) : tags.includes(tag);
            if (isKnown && !this.excused.has(id) && !this.mentioned.has(id))
                throw new Violation("orphan", `the workspace ${id} belongs to no resource, and nobody was told of it`);
        }
    }
}
