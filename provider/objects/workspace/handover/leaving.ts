import type { Collection } from "../../../api/collection";
import type { ReportedError } from "../../../api/errors";
import { notesOf } from "../../../contract/state-notes";
import { AccountDirectory } from "../../../migration/account-directory";
import type { LookedAt } from "../../../migration/content-kind";
import { onDemand } from "../../../migration/on-demand";
import { otherOwnerIn } from "../../../resource/ownership";
import { messageOf } from "../../../util/error-message";
import { getString, type Properties } from "../../../util/property-path";
import { workspaceObject } from "../definition";
import { FORCE, isRefusal, type Leaving, type Look, refusal } from "../gate";
import { cannotHaveRun, isTerminal, neverRan } from "../status";
import type { Handover } from "./handover";
import type { HandoverLifecycle } from "./lifecycle";
import { connect, describeIncomplete, moveContent, verifyMove } from "./move";

/** A workspace whose DELETE the engine asks for, as it is in the account at this moment. */
export class LeavingWorkspace implements Leaving {
    private response: Properties | undefined;

    /** @param state what the state says of it. */
    constructor(
        private readonly lifecycle: HandoverLifecycle,
        readonly id: string,
        private readonly state: Properties,
        private readonly collection: Collection,
    ) {}

    async exists(): Promise<boolean> {
        // Deletes that come together share one list; what it does not show is asked for by itself.
        this.response = await this.collection.read(this.id);
        return this.response !== undefined;
    }

    /**
     * - `migrateContent: false`, said in this run for this workspace or for the one that replaces it.
     * - `forceDestroy: true`, in the state or in this run. While a workspace of this run takes its content over, or is to, it means
     *   nothing: then `migrateContent` decides. That of the state was taken back if the workspace that replaces it no longer says it.
     * - `forceDestroy: true` of the workspace that replaces it, if that goes too, and does not only wait for its deletion as well.
     */
    get word(): string | undefined {
        const { lifecycle, id, state } = this;
        const { run } = lifecycle;
        const inputs = run.inputsOf(id);
        const isCopied = (said: Properties) => lifecycle.settingsOf(said).enabled;
        if (inputs !== undefined && run.isReplaced(id)) {
            if (!isCopied(inputs)) return "migrateContent: false";
            // Nothing is copied from one that never ran, so only the word decides about it.
            return neverRan(state) && inputs["forceDestroy"] === true ? "forceDestroy: true" : undefined;
        }
        // One that the program only names as a source goes on by itself.
        const successors = this.successors.filter(({ source }) => !source.isNamed).map(({ to }) => to);
        const spoken = successors.map((to) => run.inputsOf(to)).filter((said) => said !== undefined);
        if (spoken.some((said) => !isCopied(said))) return "migrateContent: false";
        if (spoken.length > 0 || run.isWanted(id)) return undefined;
        // What the resource has said since counts, and not what it said when it still had this workspace. Each entry of a workspace has to
        // say so: one that it had before may have a word of before.
        const says = (one: string) => run.leavingStatesOf(one).every(({ forceDestroy }) => forceDestroy === true);
        const newest = this.newestOf(successors.filter((to) => run.isLeaving(to) && !this.isRemainder(to)));
        const isSaid = newest.every(says) && (newest.length > 0 || (state["forceDestroy"] === true && says(id)));
        return isSaid || inputs?.["forceDestroy"] === true ? "forceDestroy: true" : undefined;
    }

    /** Those that no other one of them has taken over from. If two have taken over from each other, nobody can say here which came last. */
    private newestOf(ids: readonly string[]): readonly string[] {
        const { handovers } = this.lifecycle;
        const isLater = (one: string, other: string) =>
            handovers.find(other, one) !== undefined && handovers.find(one, other) === undefined;
        return ids.filter((id) => !ids.some((other) => isLater(other, id)));
    }

    /** Whether the state has a workspace only as one that waits for its deletion, as far as that is known. */
    private isRemainder(id: string): boolean {
        const { claims } = this.lifecycle.session;
        return claims.knowsState && !claims.isInState(workspaceObject, id);
    }

    async hasNeverRun(): Promise<boolean> {
        if (!neverRan(this.state)) return false;
        // The shared list, and with it the time by the service's clock, may be a minute old: long enough for a repair.
        this.response = await this.collection.get(this.id);
        const status = { workspaceStatus: getString(this.response ?? {}, "workspace_status") };
        return isTerminal(status) && cannotHaveRun(this.state, this.lifecycle.session.client.serverTime);
    }

    async look(): Promise<Look | undefined> {
        const { id, lifecycle } = this;
        this.response = await this.collection.get(id);
        if (this.response === undefined) {
            if ((await this.collection.list()).has(id))
                throw refusal(
                    id,
                    "the account lists it, and says at the same time that there is none. Run the command again.",
                    "",
                );
            return undefined;
        }
        const response = this.requireRunning(this.response, id);
        this.requireOwnStack(response);
        try {
            const workspace = connect(lifecycle.session, response);
            const looked = { ...this.peopleToLookAt(), content: workspace, id };
            const { digest, content, unlisted } = await onDemand.table.lookAtAll(looked);
            if (workspace.workspaceId !== id)
                throw refusal(id, `its host ${workspace.host} does not say who it is.`, this.remedy);
            if (unlisted !== undefined) throw refusal(id, unlisted, this.remedy);
            return { digest, content };
        } catch (error) {
            if (isRefusal(error)) throw error;
            throw refusal(id, `its content cannot be read: ${messageOf(error)}`, this.remedy).causedBy(error);
        }
    }

    /** Its tag may have changed since the engine asked: to copy and to look takes hours. */
    private requireOwnStack(response: Properties): void {
        if (otherOwnerIn(workspaceObject, this.state, response)?.ofThisStack !== false) return;
        const reason = "another stack has adopted it meanwhile, by its ownership tag. Run the command again.";
        throw refusal(this.id, reason, "");
    }

    /** Its people count for what it holds if another workspace is to have them. */
    private peopleToLookAt(): Pick<LookedAt, "account" | "people"> {
        const { lifecycle, state } = this;
        const isWanted = ({ to }: Handover) => {
            const { enabled, people } = lifecycle.settingsOf(lifecycle.run.inputsOf(to) ?? lifecycle.run.stateOf(to));
            return enabled && people;
        };
        if (!this.successors.some(isWanted)) return {};
        return {
            account: new AccountDirectory(lifecycle.session.client, getString(state, "accountId")),
            people: true,
        };
    }

    async requireInSuccessor(content: string): Promise<void> {
        try {
            await this.completeSuccessor(content);
        } catch (error) {
            if (isRefusal(error)) throw error;
            throw refusal(
                this.id,
                `it could not be verified that the workspace that replaces it has its content: ${messageOf(error)}`,
                "",
            ).causedBy(error);
        }
    }

    /** One workspace that has everything is enough: it is the one that is tried first, or another that still exists. */
    private async completeSuccessor(content: string): Promise<void> {
        const { run } = this.lifecycle;
        // What another resource has taken from this one counts only if this run keeps that one: its own word may be about to end it.
        const stays = ({ to, source }: Handover) =>
            !source.isNamed || (run.inputsOf(to) !== undefined && !run.isReplaced(to) && !run.isLeaving(to));
        const candidates = this.successors.filter((one) => !run.hasDeparted(one.to) && stays(one));
        candidates.sort((one, other) => this.rank(one) - this.rank(other));
        let reason: unknown;
        for (const candidate of candidates) {
            if ((await this.collection.get(candidate.to)) === undefined) continue;
            try {
                return await this.complete(candidate);
            } catch (error) {
                reason ??= error;
            }
        }
        throw reason ?? this.withoutSuccessor(content);
    }

    private async complete(handover: Handover): Promise<void> {
        const { id, lifecycle } = this;
        const said = lifecycle.run.inputsOf(handover.to) ?? lifecycle.run.stateOf(handover.to);
        const move = await lifecycle.moveOf(handover, said, this.collection);
        if (move === undefined)
            throw refusal(id, "the account shows it at one moment, and not at the next. Run the command again.");
        this.requireRunning(move.responses.to, handover.to);
        const incomplete = handover.phase === "incomplete" ? handover.report : undefined;
        if (incomplete !== undefined) throw refusal(id, describeIncomplete(move, incomplete), "");
        if (handover.phase === "verified" && (await verifyMove(move))) return;
        const report = await moveContent(move);
        if (!report.complete) throw refusal(id, describeIncomplete(move, report), "");
    }

    /**
     * The workspaces whose states name this one as a source. Of two that have taken over from each other, because a key was put back, only
     * the program says which one came last.
     */
    private get successors(): readonly Handover[] {
        const { handovers, run } = this.lifecycle;
        const isUnclear = (to: string) =>
            run.isLeaving(to) && run.inputsOf(to) === undefined && handovers.find(to, this.id) !== undefined;
        return handovers
            .from(this.id, notesOf(this.state).adoption)
            .filter(({ phase, to }) => phase !== "gone" && !isUnclear(to));
    }

    /** The one that the program of this run has comes first, and one that it replaces last. */
    private rank({ to }: Handover): number {
        if (this.lifecycle.run.isReplaced(to)) return 2;
        return this.lifecycle.run.inputsOf(to) === undefined ? 1 : 0;
    }

    private requireRunning(response: Properties | undefined, id: string): Properties {
        const status = getString(response ?? {}, "workspace_status") ?? "without a status";
        if (response !== undefined && status === "RUNNING") return response;
        const other = id === this.id ? "it" : `the workspace ${id}, which replaces it,`;
        throw refusal(this.id, `${other} is ${status}, so its content cannot be read.`, this.remedy);
    }

    private withoutSuccessor(content: string): ReportedError {
        const { id, lifecycle } = this;
        const from = `migrateContent: { from: ["${id}"] }`;
        const holds = `it holds content (${content})`;
        if (this.isRemainder(id)) {
            const reason = `${holds}, and the state has no workspace that took over from it: that one is gone, or its entry is. Give the one that is to have its content ${from}, or give a resource adopt: "${id}".`;
            return refusal(id, reason, this.remedy);
        }
        const replaced = lifecycle.session.claims.isProgramRunning
            ? ` If it is to be replaced, it would be deleted before its replacement exists: take deleteBeforeReplace and fixed names away from it and from what makes it replaced. If another workspace has replaced it, give that one ${from}.`
            : "";
        return refusal(id, `${holds}, and no workspace has taken over from it.${replaced}`, this.remedy);
    }

    /**
     * While it is replaced, and while one of the program takes over from it, forceDestroy means nothing for it. Of one that only waits
     * for its deletion nobody can say so: a resource of its name may be another one by now.
     */
    get remedy(): string | undefined {
        const { id, lifecycle } = this;
        const isTakenOver = this.successors.some(
            ({ to, source }) => !source.isNamed && lifecycle.run.inputsOf(to) !== undefined,
        );
        if (isTakenOver || (lifecycle.run.isReplaced(id) && !neverRan(this.state)))
            return "With migrateContent: false it is deleted with its content.";
        if (this.isRemainder(id))
            return "To lose what it holds, delete it in the account console, then run the command again.";
        return lifecycle.session.claims.knowsState
            ? undefined
            : `${FORCE} If it only waits for its deletion, that says nothing for it: give a resource adopt: "${id}", or migrateContent: { from: ["${id}"] }.`;
    }
}
