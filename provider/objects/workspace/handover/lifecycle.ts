import type { Collection } from "../../../api/collection";
import { ReportedError } from "../../../api/errors";
import { writeNotes } from "../../../contract/state-notes";
import { type OwnershipTag, ownerOfInputs } from "../../../contract/ownership-tag";
import type { Readiness } from "../../../resource/lifecycle";
import type { CreateRequest } from "../../../resource/create";
import { asInitializationError } from "../../../resource/errors";
import { hearNow } from "../../../resource/others";
import type { Session } from "../../../runtime/session";
import { messageOf } from "../../../util/error-message";
import { isRecord, type Properties } from "../../../util/property-path";
import { workspaceObject } from "../definition";
import { type MigrationSettings, migrationSettings } from "../migration-settings";
import { Departures } from "./departures";
import { type Handover, Handovers, inheritedSources, recordOf } from "./handover";
import { type ContentMove, describeIncomplete, moveContent } from "./move";
import { findPredecessor, isAskedFor } from "./predecessors";
import { RunView } from "./run-view";
import { formatSources, type Source } from "./sources";

/** A create that is under way: the workspace that it replaces, and those from which the new one takes over. */
interface Beginning {
    readonly replaced: string | undefined;
    readonly sources: readonly Source[];
}

/**
 * What the engine's calls mean for the content of workspaces that are replaced: which workspace takes over from which, and when
 * content is copied. Record 0034 has the calls.
 */
export class HandoverLifecycle {
    readonly handovers = new Handovers();
    readonly run = new RunView();
    /** Creates that are under way, by the owner of what they create. */
    private readonly begun = new Map<string, Beginning>();
    readonly departures: Departures;

    constructor(readonly session: Session) {
        const hearOthers = (id: string) => hearNow({ definition: workspaceObject, session, lifecycle: this }, id);
        this.departures = new Departures(this.handovers, this.run, session, hearOthers);
    }

    /** What the inputs of a workspace say about its content. */
    settingsOf(inputs: Properties): MigrationSettings {
        return migrationSettings(inputs, this.session.settings);
    }

    /** The inputs, with the stack's setting if it says that nothing is copied: policy packs see only inputs. */
    withDefault(inputs: Properties): Properties {
        const { enabled, named } = this.settingsOf(inputs);
        for (const id of enabled ? named : []) this.run.noteWanted(id);
        const isSilent = inputs["migrateContent"] === undefined || inputs["migrateContent"] === null;
        return isSilent && this.session.settings.migrateContent === false
            ? { ...inputs, migrateContent: false }
            : inputs;
    }

    /** `diff` and `update`: a resource has this workspace, and the program says this about it. */
    compared(id: string, state: Properties, inputs: Properties): void {
        this.noted(id, state);
        // A refresh compares too, with the inputs of before: without a check they are not the program's.
        const owner = ownerOfInputs(inputs);
        if (this.session.claims.registrationOf(workspaceObject, owner) !== undefined) this.run.noteInputs(id, inputs);
    }

    /** `delete`: the engine asks for the end of a workspace of this state. Returns what is called once that call is over. */
    leaving(id: string, state: Properties): () => void {
        this.readState();
        this.noted(id, state);
        this.run.noteLeaving(id, state);
        return this.departures.ask(id);
    }

    /** Notes what the program has read of the state: also of workspaces whose resources it did not come to. */
    private readState(): void {
        for (const { id, notes } of this.session.claims.inState(workspaceObject)) this.handovers.restore(id, notes);
    }

    private noted(id: string, state: Properties): void {
        this.run.noteState(id, state);
        this.handovers.restore(id, state);
    }

    /** What this process has heard of these workspaces, and of those that handovers connect with them, for another process of the run. */
    tell(ids: readonly string[]): Properties[] {
        const connected = new Set(ids.flatMap((id) => [...this.handovers.connected(id)]));
        return [...connected].flatMap((id) => {
            const shown = this.run.tell(id);
            const sources = (this.handovers.to(id) ?? []).filter(({ phase }) => phase !== "gone");
            if (shown === undefined && sources.length === 0) return [];
            return [
                { id, ...shown, into: writeNotes({}, { sources: formatSources(sources.map(({ source }) => source)) }) },
            ];
        });
    }

    /** Takes over what another process of the run has told. Returns the workspaces that it is about. */
    learn(told: readonly Properties[]): string[] {
        return told.flatMap(({ id, into, ...shown }) => {
            if (typeof id !== "string") return [];
            this.run.learn(id, shown);
            if (isRecord(into)) this.handovers.restore(id, into);
            return [...this.handovers.connected(id)];
        });
    }

    /** Before a `create`: notes from which workspaces the new one takes over. Fails, before anything is created, if that is not known. */
    async creating(request: CreateRequest): Promise<void> {
        const { owner, inputs } = request;
        if (owner === undefined) return;
        this.readState();
        const { enabled } = this.settingsOf(inputs);
        const { run } = this;
        const isOthers = (id: string) => run.isOthers(id, owner);
        const predecessor =
            run.replacedFor(owner) ?? (await findPredecessor(request, isOthers, run.isRenamed(owner), enabled));
        const sources = predecessor === undefined ? [] : inheritedSources(predecessor.id, predecessor.state);
        this.begun.set(owner.ownerId, { replaced: predecessor?.id, sources });
    }

    /** The workspaces from which the one takes over whose create is under way. */
    sourcesOfCreate({ ownerId }: OwnershipTag): string[] {
        return (this.begun.get(ownerId)?.sources ?? []).map(({ from }) => from);
    }

    /**
     * The workspace that the resource had before the one that is replaced, if the program asks for it again before its content has
     * come into that one: it is taken back, and what was written into the other one meanwhile comes into it.
     */
    async takeBack(request: CreateRequest): Promise<Properties | undefined> {
        const { owner, collection, session } = request;
        const begun = owner && this.begun.get(owner.ownerId);
        if (owner === undefined || begun === undefined) return undefined;
        for (const { from, verified, isAbandoned } of begun.sources) {
            if (from === begun.replaced || verified !== undefined || isAbandoned) continue;
            const response = await collection.get(from);
            if (response === undefined || !isAskedFor(request, response) || this.hasResource(from, owner)) continue;
            const why = `${owner.resource}: the program asks for the workspace ${from} again, which it had before: it is taken back, and takes over from the workspace ${begun.replaced ?? ""}.`;
            session.announce({ decision: "adopted", ids: [from], why });
            session.claims.claim(workspaceObject, from, owner);
            const others = begun.sources.filter((source) => source.from !== from);
            const sources = others.map((source) => ({ ...source, isTargetInUse: true }));
            this.begun.set(owner.ownerId, { ...begun, sources });
            return response;
        }
        return undefined;
    }

    /** Whether a resource of this stack has a workspace: one that waits for its deletion is no resource's. */
    private hasResource(id: string, owner: OwnershipTag): boolean {
        const { claims } = this.session;
        return claims.isInState(workspaceObject, id) || typeof claims.ownerOf(workspaceObject, id, owner) === "object";
    }

    /** A state, with the handovers to its workspace as they are now. */
    withNotes(id: string, state: Record<string, unknown>): Record<string, unknown> {
        const handovers = this.handovers.to(id);
        if (handovers === undefined) return state;
        const { migration, ...rest } = state;
        const record = recordOf(handovers, migration);
        // What has gone stays noted beside the others: that it was there tells that the new workspace is in use.
        const isLeft = handovers.some(({ phase }) => phase !== "gone");
        const sources = isLeft ? formatSources(handovers.map(({ source }) => source)) : [];
        return { ...writeNotes(rest, { sources }), ...(record === undefined ? {} : { migration: record }) };
    }

    /** The account has created a workspace: only now its id is known. */
    created(id: string, inputs: Properties): void {
        const owner = ownerOfInputs(inputs);
        const begun = owner && this.begun.get(owner.ownerId);
        if (owner === undefined || begun === undefined) return;
        this.begun.delete(owner.ownerId);
        const isAdopted = inputs["adopt"] === id;
        for (const source of begun.sources)
            this.handovers.add(id, isAdopted ? { ...source, isTargetInUse: true } : source);
        this.run.noteInputs(id, inputs);
    }

    /**
     * A workspace is RUNNING after its create or an update: copies into it what is due, the newest source first, and verifies it.
     * Fails with an `InitializationError` if it is not complete: the next `pulumi up` goes on from there.
     */
    async fill(readiness: Readiness, state: Record<string, unknown>): Promise<Record<string, unknown>> {
        const { id, inputs } = readiness;
        const { enabled, named } = this.settingsOf(inputs);
        this.handovers.addNamed(id, enabled ? named : []);
        try {
            for (const { from } of this.handovers.to(id) ?? []) await this.fillFrom(from, readiness, enabled);
        } catch (error) {
            const told = messageOf(error);
            const reason = error instanceof ReportedError ? told : `${told} All its workspaces stay.`;
            throw asInitializationError(id, this.withNotes(id, state), inputs, error, reason);
        }
        return this.withNotes(id, state);
    }

    private async fillFrom(from: string, { id, inputs, collection }: Readiness, enabled: boolean): Promise<void> {
        const event = enabled ? "resume" : "abandon";
        const known = this.handovers.find(from, id);
        if (known !== undefined) this.handovers.apply(known, event);
        const handover = this.handovers.find(from, id);
        if (!enabled || handover === undefined || handover.phase === "gone") return;
        if (handover.phase === "verified" && handover.source.via === undefined) return;
        const move = await this.moveOf(handover, inputs, collection);
        if (move === undefined) return;
        const report = await moveContent(move).catch((error: unknown) => {
            throw new ReportedError(
                `The content of the workspace ${from} cannot be copied into ${id}, which replaces it: ${messageOf(error)}`,
                "CMK3005",
            ).causedBy(error);
        });
        if (!report.complete) throw new ReportedError(describeIncomplete(move, report), "CMK3006");
    }

    /** How to move content in a handover; `undefined` if the account no longer has the old workspace. */
    async moveOf(handover: Handover, inputs: Properties, collection: Collection): Promise<ContentMove | undefined> {
        const { from, to } = handover;
        const { session, handovers } = this;
        const [source, target] = await Promise.all([collection.get(from), collection.get(to)]);
        const owner = ownerOfInputs(inputs);
        const label = owner?.resource ?? to;
        if (source === undefined) {
            if ((await collection.list()).has(from))
                throw new ReportedError(
                    `The account lists the workspace ${from}, and says at the same time that there is none. It stays. Run the command again.`,
                    "CMK3005",
                );
            handovers.apply(handover, "vanish");
            session.report.info(`${label}: the workspace ${from} no longer exists: nothing is copied from it.`);
            return undefined;
        }
        if (target === undefined) {
            throw new ReportedError(
                `There is no workspace ${to} in the account of the workspace ${from}, which therefore stays.`,
                "CMK3005",
            );
        }
        // Somebody has worked in it if it existed before, or if it has taken over from a newer one.
        const { isNamed, isTargetInUse } = handover.source;
        const isInUse = isNamed || isTargetInUse || handovers.to(to)?.[0]?.from !== from;
        const settings = this.settingsOf(inputs);
        const responses = { from: source, to: target };
        const told = { label, parent: owner?.parent ?? "", isInUse, isOldKept: isNamed || owner?.retained === true };
        return { session, handovers, handover, responses, settings, ...told };
    }
}
