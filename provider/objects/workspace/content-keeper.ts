import type { Collection } from "../../api/collection";
import { ReportedError } from "../../api/errors";
import { matchTag, type OwnershipTag, ownerOfInputs } from "../../contract/ownership-tag";
import type { Readiness } from "../../resource/access";
import type { CreateRequest } from "../../resource/create";
import { InitializationError } from "../../resource/errors";
import { ownershipTagOf } from "../../resource/ownership";
import type { Session } from "../../runtime/session";
import { getString, type Properties } from "../../util/property-path";
import {
    type ContentMove,
    incompleteError,
    moveContent,
    pendingRecord,
    recordOf,
    verifyMove,
} from "./content-migration";
import { workspaceObject } from "./definition";
import { type MigrationSettings, migrationSettings } from "./migration-settings";
import { isMovePending, isReplacedByOptions, migrationOf, Succession } from "./succession";
import { messageOf } from "../../util/error-message";

/**
 * Keeps the content of workspaces that are replaced: what the create of the new one, an update after an interrupted create, and
 * the delete of the old one do about it (docs/decisions).
 */
export class ContentKeeper {
    readonly succession = new Succession();
    private readonly records = new Map<string, Record<string, unknown> | undefined>();

    constructor(private readonly session: Session) {}

    /** What the inputs of a workspace say about its content. */
    settingsOf(inputs: Properties): MigrationSettings {
        return migrationSettings(inputs, this.session.settings);
    }

    /** The inputs, with the stack's setting where it says that nothing is copied: policy packs see only inputs. */
    withDefault(inputs: Properties): Properties {
        const isSilent = inputs["migrateContent"] === undefined || inputs["migrateContent"] === null;
        return isSilent && this.session.settings.migrateContent === false
            ? { ...inputs, migrateContent: false }
            : inputs;
    }

    /** Notes what a compared resource has now. */
    noteCompared(id: string, olds: Properties, news: Properties): void {
        this.succession.noteState(id, olds);
        this.succession.noteOwner(ownerOfInputs(news), id, olds);
        for (const owner of [ownerOfInputs(olds), ownerOfInputs(news)]) this.succession.noteCurrent(owner, id);
    }

    /**
     * Notes which workspaces a create replaces: the one that was compared or, with `--replace` and a taint, where the engine
     * compares nothing first, the one that the state had. Fails where the resource exists and nothing names its workspace: nothing
     * is created then.
     */
    async noteReplaced({ session, owner, inputs, collection }: CreateRequest): Promise<void> {
        if (owner === undefined || !this.settingsOf(inputs).enabled) return;
        const { claims } = session;
        const known = claims.objectsOf(workspaceObject, owner);
        const isReplaced = claims.registrationOf(workspaceObject, owner)?.exists === true;
        const held = known.length > 0 || !isReplaced ? known : await tagged(collection, owner);
        if (isReplaced && (held.length === 0 || (known.length === 0 && held.length > 1))) {
            throw new ReportedError(
                `${owner.resource}: it is to be replaced, and nothing tells which workspace it has now, whose content has to be copied. Nothing was created. Run \`pulumi refresh\` and \`pulumi up\` without --target. With migrateContent: false no content is copied.`,
            );
        }
        this.succession.noteReplaced(
            owner,
            held.flatMap((id) => this.succession.sourcesOf(id)),
        );
    }

    /** The workspaces whose content has to come into this one before it is ready. */
    sourcesFor({ id, inputs }: Readiness): string[] {
        const owner = ownerOfInputs(inputs);
        this.succession.noteCurrent(owner, id);
        if (owner === undefined || !this.settingsOf(inputs).enabled) {
            if (isMovePending(inputs)) this.records.set(id, undefined);
            return [];
        }
        const { from } = isMovePending(inputs) ? migrationOf(inputs) : {};
        const sources = [...this.succession.replacedBy(owner), ...(from === undefined ? [] : [from])];
        const left = [...new Set(sources)].filter(
            (source) => source !== id && this.succession.moveOf(source, id).outcome !== "complete",
        );
        const first = left.at(-1);
        if (first !== undefined) this.records.set(id, pendingRecord(first));
        return left;
    }

    /** A state with what is known of the content that came into its workspace. */
    withRecord(id: string, state: Record<string, unknown>): Record<string, unknown> {
        if (!this.records.has(id)) return state;
        const record = this.records.get(id);
        const rest = Object.entries(state).filter(([name]) => name !== "migration");
        return { ...Object.fromEntries(rest), ...(record === undefined ? {} : { migration: record }) };
    }

    /**
     * Copies the content of replaced workspaces into the one that runs now, and verifies it. Fails with an
     * `InitializationError` where it is not complete: the next `pulumi up` goes on from there.
     */
    async carryInto(
        { id, inputs, collection }: Readiness,
        state: Record<string, unknown>,
        sources: readonly string[],
    ): Promise<Record<string, unknown>> {
        try {
            for (const from of sources) {
                const move = await this.moveFrom(collection, from, id, inputs);
                if (move === undefined) {
                    this.records.set(id, undefined);
                    continue;
                }
                const report = await moveContent(move);
                this.records.set(id, recordOf(from, report));
                if (!report.complete) throw incompleteError(move, report);
            }
        } catch (error) {
            const reason = messageOf(error);
            throw new InitializationError(
                id,
                { ...this.withRecord(id, state), __provider: inputs["__provider"] },
                error instanceof ReportedError ? reason : `${reason} Both workspaces stay.`,
            );
        }
        return this.withRecord(id, state);
    }

    /**
     * Before a workspace is deleted: fails unless its content is in the one that replaces it, or somebody asked for its end. A
     * process in which no program runs serves a destroy; a resource that is no longer in the program was taken out of it.
     */
    async requireCarried(id: string, properties: Properties, collection: Collection): Promise<void> {
        const owner = this.succession.ownerOf(id) ?? ownerOfInputs(properties);
        if (owner === undefined || !this.session.claims.isProgramRunning) return;
        const inputs = this.succession.inputsOf(owner);
        const settings = this.settingsOf(inputs ?? properties);
        if (!settings.enabled) return;
        if (inputs === undefined) {
            if (isReplacedByOptions(properties)) throw replacedFirst(id, owner);
            return this.requireRemoved(id, owner, collection);
        }
        const to = this.succession.currentOf(owner);
        if (to === undefined || to === id) {
            if ((await collection.get(id)) === undefined) return;
            throw new ReportedError(
                `The workspace ${id} is not deleted: its content is not in another workspace. It would be deleted before its replacement is created: take deleteBeforeReplace away from "${owner.resource}" and what it depends on. With migrateContent: false it is deleted with its content.`,
            );
        }
        const move = await this.moveFrom(collection, id, to, inputs);
        if (move !== undefined) await this.completeMove(move);
    }

    /** The trees are compared once more; what was changed in the old one since is copied. */
    private async completeMove(move: ContentMove): Promise<void> {
        const { from, to, responses } = move;
        const status = getString(responses.to, "workspace_status") ?? "without a status";
        if (status !== "RUNNING") {
            throw new ReportedError(
                `The workspace ${from} is not deleted: ${to}, which replaces it, is ${status}, so nothing can be copied into it.`,
            );
        }
        const { outcome } = this.succession.moveOf(from, to);
        const isVerified = outcome === "complete" || this.succession.verificationOf(from) !== undefined;
        if (outcome === "incomplete") {
            throw new ReportedError(
                `The workspace ${from} is not deleted: its content is not complete in ${to}, which replaces it.`,
            );
        }
        if (isVerified && (await verifyMove(move))) return;
        const report = await moveContent(move);
        if (!report.complete) throw incompleteError(move, report);
    }

    /** A run that did not reach the resource must not delete what waits for its replacement. */
    private async requireRemoved(id: string, owner: OwnershipTag, collection: Collection): Promise<void> {
        const { claims } = this.session;
        if (claims.knowsState && claims.isInState(workspaceObject, id)) return;
        const others = [...claims.objectsOf(workspaceObject, owner), ...(await tagged(collection, owner))];
        const other = others.find((one) => one !== id);
        if (other === undefined || (await collection.get(id)) === undefined) return;
        throw new ReportedError(
            `The workspace ${id} is not deleted: "${owner.resource}" has the workspace ${other} now, and this run did not see whether the content is in it. Run \`pulumi up\` again. If the program no longer has "${owner.resource}", \`pulumi destroy --target\` deletes both.`,
        );
    }

    /** A move from a workspace, where it still exists. */
    private async moveFrom(
        collection: Collection,
        from: string,
        to: string,
        inputs: Properties,
    ): Promise<ContentMove | undefined> {
        const [source, target] = await Promise.all([collection.get(from), collection.get(to)]);
        const { session, succession } = this;
        const owner = ownerOfInputs(inputs);
        const label = owner?.resource ?? to;
        if (source === undefined) {
            session.report.info(`${label}: the workspace ${from} no longer exists: nothing is copied from it.`);
            return undefined;
        }
        if (target === undefined) {
            throw new ReportedError(
                `There is no workspace ${to} in the account of the workspace ${from}, which therefore stays. With migrateContent: false it is deleted with its content.`,
            );
        }
        const responses = { from: source, to: target };
        const [settings, isAdopted] = [this.settingsOf(inputs), inputs["adopt"] === to];
        return { session, succession, from, to, responses, settings, label, parent: owner?.parent ?? "", isAdopted };
    }
}

/**
 * The engine deletes a workspace with `replaceWith` or `replaceOnChanges` before its program is heard, where one of those that
 * it is replaced with or because of is deleted before it is replaced. A delete does not tell that from the end of its resource.
 */
function replacedFirst(id: string, { resource }: OwnershipTag): ReportedError {
    return new ReportedError(
        `The workspace ${id} is not deleted: its content is not in another workspace. "${resource}" has the option replaceWith or replaceOnChanges, and what makes the engine replace it may be deleted before its own replacement is created: leave fixed names and deleteBeforeReplace out there, or take the option away and run \`pulumi up\`, then make the change. If the program no longer has "${resource}", \`pulumi destroy --target\` deletes it.`,
    );
}

/** The workspaces that carry a resource's ownership tag. */
async function tagged(collection: Collection, owner: OwnershipTag): Promise<string[]> {
    const listed = await collection.list();
    return [...listed].flatMap(([id, response]) =>
        matchTag(owner, ownershipTagOf(workspaceObject, response)) === undefined ? [] : [id],
    );
}
