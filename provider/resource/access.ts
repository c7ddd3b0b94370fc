import type { Collection } from "../api/collection";
import { ReportedError } from "../api/errors";
import { belongsToStack, type OwnershipTag, ownerOfInputs } from "../contract/ownership-tag";
import type { Registration } from "../runtime/claims";
import type { Session } from "../runtime/session";
import { getString, isRecord, type Properties } from "../util/property-path";
import type { CreateRequest } from "./create";
import type { ObjectDefinition } from "./definition";
import { type Difference, differences, nameCollides } from "./diff";
import { InitializationError } from "./errors";
import { type OutputContext, toOutputs, toState } from "./mapping";
import { ownershipTagOf } from "./ownership";
import { writeChanges } from "./update";
import { messageOf } from "../util/error-message";

/** A state whose readiness is to be waited for. */
export interface Readiness {
    readonly collection: Collection;
    readonly id: string;
    readonly inputs: Properties;
    readonly state: Record<string, unknown>;
    /** Whether this call sent the POST that created the object, so that nobody can have used it yet. */
    readonly isNew: boolean;
}

/** What every call of a handler needs of its kind, its account and its session. */
export abstract class ObjectAccess {
    constructor(
        protected readonly definition: ObjectDefinition,
        protected readonly session: Session,
    ) {}

    protected differences(olds: Properties, news: Properties): Difference[] {
        return differences(this.definition, olds, news, this.session.settings);
    }

    protected nameCollides(olds: Properties, news: Properties): boolean {
        return nameCollides(this.definition, olds, news);
    }

    /** Whether the object's tag names another owner than the program does: the resource was renamed, or its state moved or copied. */
    protected changesOwner(olds: Properties, news: Properties): boolean {
        const [before, now] = [ownerOfInputs(olds), ownerOfInputs(news)];
        const { tagsField } = this.definition;
        return tagsField !== undefined && before !== undefined && now !== undefined && before.ownerId !== now.ownerId;
    }

    /** Whether the object's tag names another stack as its owner than the program does: the state was moved or copied. */
    private changesStack(olds: Properties, news: Properties): boolean {
        return this.changesOwner(olds, news) && ownerOfInputs(olds)?.stack !== ownerOfInputs(news)?.stack;
    }

    /** What the checks of this process said of a resource: a preview may know the new owner only later. */
    protected registrationOf(olds: Properties, news: Properties): Registration | undefined {
        const { claims } = this.session;
        return (
            claims.registrationOf(this.definition, ownerOfInputs(news)) ??
            claims.registrationOf(this.definition, ownerOfInputs(olds))
        );
    }

    /** Whether the object's tag names another stack: that one has adopted it, or its state was moved there. */
    protected async belongsToOtherStack(id: string, properties: Properties): Promise<boolean> {
        const owner = ownerOfInputs(properties);
        if (owner === undefined || this.definition.tagsField === undefined) return false;
        const response = (await this.collectionOf(properties).firstList()).get(id);
        const tag = response && ownershipTagOf(this.definition, response);
        return tag !== undefined && !belongsToStack(owner, tag);
    }

    /** Fails where a change of the tags would take the object from another stack, which has it by its tag: the state was copied. */
    protected async requireOwnStack(id: string, olds: Properties, news: Properties): Promise<void> {
        if (this.changesStack(olds, news) || !(await this.belongsToOtherStack(id, olds))) return;
        throw new ReportedError(
            `The ownership tag of the ${this.definition.noun} ${id} names another stack, which has it now, and a change of its tags would take it back. Nothing was changed. If that stack keeps it, take it out of this one (\`pulumi state delete <its urn>\`) and out of this program.`,
        );
    }

    protected toState(inputs: Properties, response: Properties): Record<string, unknown> {
        return toState(this.definition, inputs, response, this.contextOf(inputs));
    }

    /** What a response says of its object, in the words of the program. */
    toOutputs(response: Properties, accountId: string): Record<string, unknown> {
        return toOutputs(this.definition, response, { accountId, host: this.session.client.host });
    }

    protected contextOf(properties: Properties): OutputContext {
        const { client } = this.session;
        return { accountId: getString(properties, "accountId")?.toLowerCase() ?? client.accountId, host: client.host };
    }

    protected collectionOf(properties: Properties): Collection {
        return this.session.collectionFor(this.definition, this.contextOf(properties).accountId);
    }

    protected requestFor(inputs: Properties): CreateRequest {
        return {
            definition: this.definition,
            session: this.session,
            collection: this.collectionOf(inputs),
            context: this.contextOf(inputs),
            inputs,
            owner: ownerOfInputs(inputs),
        };
    }

    /** Notes that the resource of these owners has this object. Fails where another resource of the stack has it too. */
    protected claimExclusively(id: string, ...owners: readonly (OwnershipTag | undefined)[]): void {
        const { claims } = this.session;
        const other = claims.ownerOf(this.definition, id, ...owners);
        if (isRecord(other)) {
            const own = owners.find((owner) => owner !== undefined)?.resource;
            throw new ReportedError(
                `The ${this.definition.noun} ${id} is in this stack's state twice, as "${other.resource}" and as "${own}". Nothing was changed or deleted. Take the one out of the state that is not meant to have it (\`pulumi state delete <its urn>\`), let it depend on the other in the program (dependsOn), and run \`pulumi up\`: it then gets one of its own.`,
            );
        }
        claims.claim(this.definition, id, ...owners);
    }

    /** Changes these inputs of an object that exists, once. */
    protected write(collection: Collection, id: string, news: Properties, changed: readonly string[]): Promise<void> {
        return writeChanges({ ...this.requestFor(news), collection }, id, changed);
    }

    protected async remove(id: string, properties: Properties): Promise<void> {
        await this.collectionOf(properties).delete(id);
    }

    /** Waits until an object that was written is what it should be, and returns its state. */
    protected waitUntilReady({ state }: Readiness): Promise<Record<string, unknown>> {
        return Promise.resolve(state);
    }

    /** What an object is called in lines for the user. */
    protected label(inputs: Properties): string {
        return ownerOfInputs(inputs)?.resource ?? this.definition.noun;
    }

    protected gone(id: string): ReportedError {
        return new ReportedError(
            `The ${this.definition.noun} ${id} no longer exists: it was deleted outside Pulumi. Run \`pulumi refresh\`, then \`pulumi up\` creates a new one.`,
        );
    }

    /**
     * Runs what follows a create. Once the object exists, whatever fails keeps it in the state with the reason: an object that
     * no state has would be an orphan.
     */
    protected async keepingState<Result>(
        id: string,
        inputs: Properties,
        response: Properties,
        work: (state: Record<string, unknown>) => Promise<Result>,
    ): Promise<Result> {
        let state: Record<string, unknown> = { ...inputs, [this.definition.idField]: id };
        try {
            state = this.toState(inputs, response);
            return await work(state);
        } catch (error) {
            if (error instanceof InitializationError) throw error;
            const reason = messageOf(error);
            throw new InitializationError(id, { ...state, __provider: inputs["__provider"] }, reason);
        }
    }
}
