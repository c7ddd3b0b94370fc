import type { DeleteReason, Entry } from "../helpers/engine/engine-types";
import type { Oracle } from "./oracle";
import { piecesOf } from "./pieces";
import { hasForceDestroy, KEY_INPUT, type WorkspaceSpec } from "./program";
import { KEY, type StackName, type Stacks, tagOf } from "./stacks";
import { observe, Violation } from "./violation";

/** Judges each delete of a workspace at the moment at which it happens. */
export class Deletions {
    /** The stack whose engine runs, and whether its program does. */
    running: { readonly stack: StackName; readonly hasProgram: boolean } | undefined;
    /** Workspaces that two resources have: the user copied the entry or said `adopt`, or it was empty when it was moved. */
    readonly shared = new Set<string>();
    /** Workspaces that waited for their end before this deployment. */
    private waiting = new Set<string>();
    /** What a program has accepted, by the workspaces of its resource: who accepted it once need not say so again. */
    private readonly accepted = new Map<string, Set<string>>();
    /** What was seen while a provider ran, whose own error handling must not swallow it. */
    violation: Violation | undefined;

    /** Workspaces whose states said `forceDestroy` when the deployment began. */
    private forced = new Set<string>();
    /** Resources that had an entry when the deployment began, by the ids: the engine looks at no alias of theirs. */
    private names = new Map<string, string>();

    constructor(
        private readonly stacks: Stacks,
        private readonly oracle: Oracle,
    ) {}

    /** A deployment begins. */
    begin(stack: StackName, hasProgram: boolean): void {
        this.running = { stack, hasProgram };
        const entries = this.stacks.entriesOf(stack);
        this.forced = new Set(entries.flatMap((one) => (one.outputs["forceDestroy"] === true ? [one.id] : [])));
        this.names = new Map(entries.flatMap((one) => (one.delete ? [] : [[one.id, one.name]])));
        this.waiting = new Set(entries.flatMap((one) => (one.delete ? [one.id] : [])));
        for (const entry of hasProgram ? entries : [])
            for (const { migrateContent } of this.specsOf(stack, entry))
                for (const one of migrateContent ? migrateContent.accept : []) this.acceptedOf(entry.id).add(one);
    }

    /** A workspace is about to go, by a request of a provider. */
    async judge(id: string): Promise<void> {
        observe("workspaces deleted");
        const { running } = this;
        const reasons = running === undefined ? [] : [...this.stacks.engines[running.stack].deleting];
        const deleting = reasons.find(({ entry }) => entry.id === id);
        const pieces = await piecesOf(this.stacks.service.hosts.get(id));
        if (pieces.size === 0) {
            this.oracle.handDown(id);
            return observe("of them empty");
        }
        if (running === undefined || deleting === undefined)
            return this.fail("lost", `the workspace ${id} was deleted by no delete of the engine`);
        const { stack } = running;
        this.requireNoOtherHolder(id, stack, deleting);
        const specs = this.specsOf(stack, deleting.entry);
        if (this.isGiven(deleting, specs, running.hasProgram)) return observe("of them given up");
        const accepts = deleting.why === "replaced" ? [...this.acceptedOf(id)] : [];
        const lost = await this.oracle.lostWith({ id, accepts });
        if (lost.length > 0) {
            const after = this.oracle.successorsOf(id).join(", ");
            this.fail(
                "lost",
                `the workspace ${id} of ${stack}.${deleting.entry.name} was deleted (${deleting.why}) with ${lost.join(", ")}; what took over from it: ${after === "" ? "nothing" : after}`,
            );
        } else observe("of them moved");
        this.requireAllowedKeyChange(id, stack, deleting, specs);
    }

    private acceptedOf(id: string): Set<string> {
        const known = this.accepted.get(id) ?? new Set();
        this.accepted.set(id, known);
        return known;
    }

    /** What the program says of the resource that has taken over, or else of the one that the entry is of. */
    private specsOf(stack: StackName, entry: Entry): WorkspaceSpec[] {
        const heirs = new Set(this.oracle.successorsOf(entry.id));
        const names = this.stacks
            .entriesOf(stack)
            .flatMap((one) => (!one.delete && heirs.has(one.id) ? [one.name] : []));
        const { workspaces } = this.stacks.programs[stack];
        return (names.length > 0 ? names : [entry.name]).flatMap((name) => workspaces[name] ?? []);
    }

    /** Whether somebody gave the word: in the state, or in the program that runs. */
    private isGiven({ entry, why }: DeleteReason, specs: readonly WorkspaceSpec[], hasProgram: boolean): boolean {
        if (entry.outputs["forceDestroy"] === true || entry.inputs["forceDestroy"] === true) return true;
        // The word of a resource covers what it has replaced and still waits for its end, if the resource goes too.
        const forced = this.oracle.everSuccessorsOf(entry.id).filter((one) => this.forced.has(one));
        if (forced.some((one) => why === "destroyed" || !this.isKept(one))) return true;
        if (!hasForceDestroy && (why === "destroyed" || (why === "removed" && !this.isInProgram(entry)))) return true;
        if (!hasProgram) return false;
        if (!hasForceDestroy && why === "replaced" && specs.length === 0 && !this.isInProgram(entry)) return true;
        return specs.some(
            ({ forceDestroy, migrateContent }) =>
                (hasForceDestroy && forceDestroy === true) || (why === "replaced" && migrateContent === false),
        );
    }

    /** Whether the program has the resource of an entry, by its name or by an alias that the engine takes. */
    private isInProgram({ name }: Pick<Entry, "name">): boolean {
        const { stack = "a" } = this.running ?? {};
        const { workspaces } = this.stacks.programs[stack];
        if (workspaces[name] !== undefined) return true;
        return Object.entries(workspaces).some(
            ([own, { alias }]) => alias === name && ![...this.names.values()].includes(own),
        );
    }

    /** Whether the program has the resource of a workspace that the state had when the deployment began. */
    private isKept(id: string): boolean {
        const name = this.names.get(id);
        return name !== undefined && this.isInProgram({ name });
    }

    private requireNoOtherHolder(id: string, stack: StackName, { entry, why }: DeleteReason): void {
        const others = this.stacks.holders(id).filter((one) => one !== `${stack}.${entry.name}`);
        if (others.length === 0) return;
        const fail = (reason: string) =>
            this.fail("taken", `the workspace ${id} of ${stack}.${entry.name} was deleted (${why}): ${reason}`);
        if (this.stacks.isCopied) {
            // The stack that made the state has them; a plain destroy of the copy runs no program that could refuse it.
            if (stack === "b" && why !== "destroyed") fail(`${others.join(", ")} has it too, by a copy of the state`);
            return;
        }
        // An entry that was moved has the owner of the other stack until the next `up`.
        const owner = this.stacks.entriesOf(stack).find((one) => one.id === id)?.outputs["owner"];
        const tag = tagOf(this.stacks.workspaces().get(id)) ?? "";
        if (!tag.startsWith(String(owner).slice(0, 36))) fail(`${others.join(", ")} has it too, as its tag says`);
        else if (why !== "destroyed" && !this.shared.has(id)) fail(`${others.join(", ")} has it too`);
    }

    private requireAllowedKeyChange(
        id: string,
        stack: StackName,
        { entry, why }: DeleteReason,
        specs: readonly WorkspaceSpec[],
    ): void {
        if (why !== "replaced" || this.waiting.has(id) || this.isAsked) return;
        const spec = specs.find(({ onKeyChange }) => onKeyChange === "forbid");
        if (spec === undefined || spec.ignoresKey) return;
        const given = entry.inputs[KEY_INPUT];
        const asked = this.stacks.askedIds(stack, spec)[KEY_INPUT];
        // A key that the program never gave is not its own: that one differs in nothing.
        if (asked === undefined && given === undefined) return;
        const actual = this.stacks.service.account.find("workspaces", id)?.[KEY] ?? undefined;
        if (actual !== asked) this.fail("forbidden", `a key change replaced ${id}, and onKeyChange is "forbid"`);
    }

    /** Whether this deployment was asked to replace something, whatever the program says. */
    isAsked = false;

    /** A provider has changed something in a workspace: what somebody edited there must not be gone, unless it is elsewhere. */
    async judgeWrite(id: string, before: ReadonlyMap<string, string>): Promise<void> {
        const { hosts } = this.stacks.service;
        const workspace = hosts.get(id);
        const after = await piecesOf(workspace);
        for (const [path, version] of before) {
            if (after.get(path) === version || !this.oracle.wasSeenEdited(workspace, path, version)) continue;
            const others = [...this.stacks.workspaces().keys()].filter((one) => one !== id);
            const held = await Promise.all(others.map((one) => piecesOf(hosts.get(one))));
            // What was renamed here keeps its times, and looks like a copy: nothing is lost if it is elsewhere under its old name.
            if (!held.some((pieces) => [...pieces.values()].includes(version)))
                this.fail(
                    "overwritten",
                    `${path} (${version}) of the workspace ${id}, which somebody had edited there`,
                );
        }
    }

    private fail(kind: Violation["kind"], message: string): void {
        this.violation ??= new Violation(kind, message);
    }
}
