import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { AccountService, type Fault, idOf } from "./account-service";
import { ModelClock } from "./model-clock";
import { askedIds, goalsOf, KEY_INPUT, plain, type Program, STORAGE_KEY_INPUT, type WorkspaceSpec } from "./program";
import type { Entry, Result, UpOptions } from "./engine-types";
import { SmallEngine } from "./small-engine";

export type StackName = "a" | "b";
export const STACKS: readonly StackName[] = ["a", "b"];

/** A request that something happens to, and what. */
export interface FaultPlan {
    readonly after: number;
    readonly fault: Fault;
}

/** Something that must not be, and was. */
export class Violation extends Error {}

/** What the account has before a deployment, as far as the end of it is judged by that. */
interface Before {
    readonly content: ReadonlySet<string>;
    /** When each workspace was created. */
    readonly created: ReadonlyMap<string, number>;
    readonly now: number;
    /** The ids that the stack's state has. */
    readonly inState: ReadonlySet<string>;
}

/** What cannot be seen without a refresh. */
type Unseen = "key" | "storage-key" | "existence";

const DAY = 24 * 3_600_000;

/** How often what a sequence is about happened, over all sequences: a model in which nothing happens holds too. */
export const observed: Record<string, number> = {};

function observe(what: string): void {
    observed[what] = (observed[what] ?? 0) + 1;
}

/** Two stacks of one account, and the model of what its workspaces hold. */
export class World {
    readonly clock = new ModelClock();
    readonly service = new AccountService(this.clock);
    readonly engines: Readonly<Record<StackName, SmallEngine>> = {
        a: new SmallEngine(this.service, this.clock),
        b: new SmallEngine(this.service, this.clock),
    };
    readonly programs: Record<StackName, Program> = {
        a: { workspaces: { w: { ...plain, key: "k1" } }, keyVersion: 0, deleteKeyFirst: false },
        b: { workspaces: {}, keyVersion: 0, deleteKeyFirst: false },
    };
    /** The workspaces in which people have written notebooks. */
    readonly content = new Set<string>();
    /** Workspaces without a resource, of which the user knows. */
    readonly excused = new Set<string>();
    /** Replacements that an earlier, broken-off deployment announced and whose old object waits for its end. */
    readonly announced = new Set<string>();
    /** Workspaces that two resources have: the user copied the entry or said `adopt`, or it was empty when it was moved. */
    readonly shared = new Set<string>();
    private readonly unseen = new Map<string, Set<Unseen>>();
    private readonly mentioned = new Set<string>();
    private running: StackName | undefined;
    /** What was seen while a provider ran, whose own error handling must not swallow it. */
    private violation: Violation | undefined;

    constructor() {
        this.service.onDelete = (id) => this.requireConsent(id);
        this.service.holdsContent = (id) => this.content.has(id);
    }

    async up(stack: StackName, options: UpOptions = {}, fault?: FaultPlan): Promise<Result> {
        this.forgetWhatIsAsked(stack);
        const result = await this.deploy(stack, fault, (engine) => engine.up(goalsOf(this.programs[stack]), options));
        if (options.refresh === true) this.forgetUnseen(stack, result);
        this.rememberAnnounced(stack);
        if (result.ok && options.target === undefined) this.requireDone(stack);
        return result;
    }

    async refresh(stack: StackName, fault?: FaultPlan): Promise<Result> {
        const result = await this.deploy(stack, fault, (engine) => engine.refresh());
        this.forgetUnseen(stack, result);
        return result;
    }

    destroy(stack: StackName, fault?: FaultPlan): Promise<Result> {
        return this.deploy(stack, fault, (engine) => engine.destroy());
    }

    /** The workspaces of the account, by id. */
    workspaces(): Map<string, Record<string, unknown>> {
        return new Map(this.service.account.list("workspaces").map((one) => [idOf(one), one]));
    }

    /** Which resources have a workspace: `<stack>.<name>`. */
    holders(id: string): string[] {
        return STACKS.flatMap((stack) =>
            this.entriesOf(stack).flatMap((one) => (one.id === id && !one.delete ? [`${stack}.${one.name}`] : [])),
        );
    }

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

    /** Whether both stacks have one identity, because a state was copied: nothing tells their workspaces apart. */
    get isCopied(): boolean {
        const [a, b] = STACKS.map((stack) => this.engines[stack].entry("databricks-cmk")?.id);
        return a !== undefined && a === b;
    }

    private entriesOf(stack: StackName): Entry[] {
        return this.engines[stack].state.filter(({ type }) => type === "Workspace");
    }

    private async deploy(
        stack: StackName,
        fault: FaultPlan | undefined,
        run: (engine: SmallEngine) => Promise<Result>,
    ): Promise<Result> {
        const engine = this.engines[stack];
        this.running = stack;
        const before: Before = {
            content: new Set(this.content),
            created: new Map([...this.workspaces()].map(([id, one]) => [id, Number(one["creation_time"])])),
            now: this.clock.now() + this.clock.skew,
            inState: new Set(this.entriesOf(stack).map(({ id }) => id)),
        };
        if (fault !== undefined) this.service.arm(fault.after, fault.fault);
        const retained = engine.state.filter((one) => one.retainOnDelete).map(({ id }) => id);
        try {
            const result = await run(engine);
            observe(result.ok ? "deployments done" : result.killed ? "deployments killed" : "deployments refused");
            if (this.violation !== undefined) throw this.violation;
            this.noteWhatWasSaid(stack, result);
            for (const id of retained) if (this.holders(id).length === 0) this.excused.add(id);
            this.noteWhatIsGone(stack, result);
            this.requireRightfulAdoptions(stack, before);
            this.requireSingleHolders(result);
            return result;
        } finally {
            this.service.disarm();
            this.running = undefined;
        }
    }

    private noteWhatWasSaid(stack: StackName, { error = "", lines }: Result): void {
        const said = [error, ...lines];
        const uuid = String(this.engines[stack].entry("databricks-cmk")?.id);
        const pending = [...this.engines[stack].pendingCreates].map((name) => `${uuid}/${name}`);
        for (const [id, workspace] of this.workspaces()) {
            // The engine warns of each create that was interrupted, until the resource is created after all.
            if (said.some((line) => line.includes(id)) || pending.includes(tagOf(workspace) ?? ""))
                this.mentioned.add(id);
        }
    }

    /** An object that is deleted by a killed deployment, or by another stack, is in the state until a refresh. */
    private noteWhatIsGone(stack: StackName, { killed }: Result): void {
        const exists = this.workspaces();
        for (const other of STACKS)
            for (const { id } of this.entriesOf(other))
                if (!exists.has(id) && (other !== stack || killed)) this.hide(id, "existence");
    }

    /** A workspace that holds content is deleted only where the program or the user said so. */
    private requireConsent(id: string): void {
        observe("workspaces deleted");
        if (!this.content.has(id)) return;
        observe("workspaces with content deleted");
        this.content.delete(id);
        const fail = (why: string) => {
            this.violation ??= new Violation(`the workspace ${id}, which holds notebooks, was deleted: ${why}`);
        };
        const stack = this.running;
        const { deleting } = stack === undefined ? {} : this.engines[stack];
        if (stack === undefined || deleting === undefined) return fail("by no delete of the engine");
        const program = this.programs[stack];
        const { name, why, asked } = deleting;
        const others = this.holders(id).filter((one) => one !== `${stack}.${name}`);
        if (others.length > 0 && !this.isCopied) {
            // An entry that was moved has the owner of the other stack until the next `up`.
            const owner = this.entriesOf(stack).find((one) => one.id === id)?.outputs["owner"];
            const tag = tagOf(this.workspaces().get(id) ?? {}) ?? "";
            if (!tag.startsWith(String(owner).slice(0, 36)))
                return fail(`${others.join(", ")} has it too, as its tag says`);
            if (why !== "destroyed" && !this.shared.has(id)) return fail(`${others.join(", ")} has it too`);
        }
        if (why === "destroyed") return;
        if (why === "removed") {
            if (program.workspaces[name] !== undefined) fail(`the program still names ${name}`);
            return;
        }
        if (asked) {
            if (this.engines[stack].entry(name)?.id === id)
                fail("the replacement that was asked for ended as the same workspace");
            return;
        }
        if (this.announced.has(`${stack}.${name}`)) return;
        if (!this.isAnnounced(stack, name)) return fail(`nobody was told that ${name} loses it`);
        const spec = program.workspaces[name];
        if (spec?.onKeyChange === "forbid" && this.keyDiffers(id, spec, stack))
            fail(`a key change replaced it, and onKeyChange is "forbid"`);
    }

    private isAnnounced(stack: StackName, name: string): boolean {
        return this.engines[stack].lines.some((line) => line.startsWith(`${name}:`) && line.includes("NOTEBOOK"));
    }

    private keyDiffers(id: string, spec: WorkspaceSpec, stack: StackName): boolean {
        if (spec.ignoresKey) return false;
        const given = this.entriesOf(stack).find((entry) => entry.id === id)?.inputs[KEY_INPUT];
        const asked = this.askedIds(stack, spec)[KEY_INPUT];
        // A key that the program never gave is not its own: that one differs in nothing.
        if (asked === undefined && given === undefined) return false;
        return (this.service.account.find("workspaces", id)?.[KEY] ?? undefined) !== asked;
    }

    private askedIds(stack: StackName, spec: WorkspaceSpec) {
        return askedIds(spec, (name) => this.engines[stack].entry(name)?.id);
    }

    /** Marks the replacements that a deployment announced and did not end. */
    private rememberAnnounced(stack: StackName): void {
        for (const one of this.entriesOf(stack))
            if (one.delete && this.isAnnounced(stack, one.name)) this.announced.add(`${stack}.${one.name}`);
    }

    /**
     * What a stack adopts without being asked is what an interrupted create leaves: empty, less than a day old, in nobody's
     * state.
     */
    private requireRightfulAdoptions(stack: StackName, before: Before): void {
        for (const { name, id } of this.entriesOf(stack)) {
            const others = this.holders(id).filter((one) => one !== `${stack}.${name}`);
            const isNamed = this.programs[stack].workspaces[name]?.adopt === id;
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
                throw new Violation(`${stack}.${name} adopted the workspace ${id} unasked, though ${why}`);
            };
            if (before.content.has(id)) fail("it holds notebooks");
            if (!this.service.treesReadable) fail("nobody could see what is in it");
            if (before.now - created > DAY) fail("it is older than a day");
            if (others.some((one) => one.startsWith(`${stack}.`))) fail(`${others.join(", ")} has it`);
            // An empty workspace went to the other stack, which has not run since: nothing tells it from a leftover.
            if (others.length > 0) this.shared.add(id);
        }
    }

    /** No two resources of the program end with one workspace, but for a state that the user copied. */
    private requireSingleHolders({ ok }: Result): void {
        if (!ok || this.isCopied) return;
        for (const id of this.workspaces().keys()) {
            const holders = this.holders(id);
            if (holders.length > 1 && !this.shared.has(id))
                throw new Violation(`the workspace ${id} belongs to ${holders.join(" and ")}`);
        }
    }

    /** The changes that the program makes with this `up`: what was hidden of them is asked for now. */
    private forgetWhatIsAsked(stack: StackName): void {
        const specs = Object.entries(this.programs[stack].workspaces);
        for (const [name, spec] of specs) {
            const isRenamed = specs.some(([, { alias }]) => alias === name);
            const entry = isRenamed ? undefined : this.engines[stack].entry(name);
            if (entry === undefined) continue;
            const asked = this.askedIds(stack, spec);
            const unseen = this.unseenOf(stack, entry.id);
            if (asked[KEY_INPUT] !== entry.inputs[KEY_INPUT]) unseen.delete("key");
            if (asked[STORAGE_KEY_INPUT] !== entry.inputs[STORAGE_KEY_INPUT]) unseen.delete("storage-key");
        }
    }

    private forgetUnseen(stack: StackName, { ok }: Result): void {
        if (ok) for (const { id } of this.entriesOf(stack)) this.unseenOf(stack, id).clear();
    }

    /** What is reported as done is done: each workspace is what its program says. */
    private requireDone(stack: StackName): void {
        for (const [name, spec] of Object.entries(this.programs[stack].workspaces)) {
            const entry = this.engines[stack].entry(name);
            const actual = entry && this.service.account.find("workspaces", entry.id);
            const unseen = this.unseenOf(stack, entry?.id ?? "");
            const fail = (what: string) => {
                throw new Violation(`up succeeded, but ${what} of ${stack}.${name} is not what the program says`);
            };
            if (entry === undefined) return fail("the existence");
            if (unseen.has("existence")) continue;
            if (actual === undefined) return fail("the existence");
            const { [OWNERSHIP_TAG]: mark, ...tags } = (actual["custom_tags"] ?? {}) as Record<string, string>;
            if (mark === undefined) fail("the ownership tag");
            const asked = this.askedIds(stack, spec);
            if (actual["workspace_name"] !== spec.label) fail("the name");
            if (actual["aws_region"] !== spec.region) fail("the region");
            if (actual["credentials_id"] !== asked.credentialsId) fail("credentialsId");
            const differs = (wanted: string | undefined, field: string) =>
                wanted !== undefined && actual[field] !== wanted;
            if (!spec.ignoresKey && !unseen.has("key") && differs(asked[KEY_INPUT], KEY)) fail("the key");
            if (!unseen.has("storage-key") && differs(asked[STORAGE_KEY_INPUT], STORAGE_KEY)) fail("the storage key");
            if (spec.team !== undefined && tags["team"] !== spec.team) fail("a tag");
        }
    }

    /**
     * Everything that exists is some resource's, or the user heard of it. What an interrupted create left of a resource that the
     * program then gave up is none: the engine itself warns of its pending create.
     */
    requireNoOrphans(): void {
        const tags = STACKS.flatMap((stack) => {
            const uuid = String(this.engines[stack].entry("databricks-cmk")?.id);
            return Object.keys(this.programs[stack].workspaces).map((name) => `${uuid}/${name}`);
        });
        for (const [id, workspace] of this.workspaces()) {
            const tag = tagOf(workspace);
            if (tag === undefined || !tags.includes(tag)) continue;
            const held = STACKS.some((stack) => this.entriesOf(stack).some((entry) => entry.id === id));
            if (!held && !this.excused.has(id) && !this.mentioned.has(id))
                throw new Violation(`the workspace ${id} belongs to no resource, and nobody was told of it`);
        }
    }
}

export const KEY = "managed_services_customer_managed_key_id";
export const STORAGE_KEY = "storage_customer_managed_key_id";

/** The owner that a workspace's tag names. */
function tagOf({ custom_tags }: Record<string, unknown>): string | undefined {
    return (custom_tags as Record<string, string> | undefined)?.[OWNERSHIP_TAG]?.replace("+retained", "");
}
