import type { Collection } from "../api/collection";
import { ReportedError } from "../api/errors";
import { type OwnershipTag, ownerOfInputs } from "../contract/ownership-tag";
import type { Registration } from "../runtime/claims";
import type { Session } from "../runtime/session";
import { getString, isRecord, type Properties } from "../util/property-path";
import type { CreateRequest } from "./create";
import type { ObjectDefinition } from "./definition";
import { type Difference, differences, nameCollides } from "./diff";
import { type OutputContext, toOutputs, toState } from "./mapping";
import { labelOf, type OtherOwner, otherOwnerIn } from "./ownership";
import type { Relations } from "./relations";

/** How old a list may be for the tags in it to count as those of now, in milliseconds: many objects are deleted together. */
const TAGS_ARE_NOW = 3_000;

/** A kind of object as the engine's calls need it: its definition and its account, this deployment's session, and what they say together. */
export class ObjectAccess {
    constructor(
        readonly definition: ObjectDefinition,
        readonly session: Session,
        readonly relations: Relations,
    ) {}

    differences(olds: Properties, news: Properties): Difference[] {
        return differences(this.definition, olds, news, this.session.settings);
    }

    nameCollides(olds: Properties, news: Properties): boolean {
        return nameCollides(this.definition, olds, news);
    }

    /** Whether the object's tag names another owner than the program does: the resource was renamed, or its state moved or copied. */
    changesOwner(olds: Properties, news: Properties): boolean {
        const [before, now] = [ownerOfInputs(olds), ownerOfInputs(news)];
        const { tagsField } = this.definition;
        return tagsField !== undefined && before !== undefined && now !== undefined && before.ownerId !== now.ownerId;
    }

    /** What the checks of this process said of a resource: a preview may know the new owner only later. */
    registrationOf(olds: Properties, news: Properties): Registration | undefined {
        const { claims } = this.session;
        return (
            claims.registrationOf(this.definition, ownerOfInputs(news)) ??
            claims.registrationOf(this.definition, ownerOfInputs(olds))
        );
    }

    /** Whom the object's tag names as it is now, if it is another owner than the state's. */
    async otherOwner(id: string, state: Properties): Promise<OtherOwner | undefined> {
        if (this.definition.tagsField === undefined || ownerOfInputs(state) === undefined) return undefined;
        // Another stack may have adopted it since this process began, and a list may not show it.
        const collection = this.collectionOf(state);
        const listed = await collection.listSince(this.session.clock.now() - TAGS_ARE_NOW);
        const response = listed.get(id) ?? (await collection.get(id));
        return response && otherOwnerIn(this.definition, state, response);
    }

    /** Fails if a change of the tags would take the object from another stack, which has it by its tag: the state was copied. */
    async requireOwnStack(id: string, olds: Properties, news: Properties): Promise<void> {
        const isMoved = this.changesOwner(olds, news) && ownerOfInputs(olds)?.stack !== ownerOfInputs(news)?.stack;
        if (isMoved || (await this.otherOwner(id, olds))?.ofThisStack !== false) return;
        throw new ReportedError(
            `The ownership tag of the ${this.definition.noun} ${id} names another stack, which now manages it, and a change of its tags would take it back. Nothing was changed. If that stack keeps it, remove it from this one (\`pulumi state delete <its urn>\`) and from this program.`,
            "CMK1006",
        );
    }

    /** Notes that the resource of these owners has this object. Fails if another resource of the stack has it too. */
    claimExclusively(id: string, ...owners: readonly (OwnershipTag | undefined)[]): void {
        const { claims } = this.session;
        const other = claims.ownerOf(this.definition, id, ...owners);
        if (isRecord(other)) {
            const own = owners.find((owner) => owner !== undefined)?.resource;
            throw new ReportedError(
                `The ${this.definition.noun} ${id} is in this stack's state twice, as "${other.resource}" and as "${own}". Nothing was changed or deleted. Take the one out of the state that is not meant to have it (\`pulumi state delete <its urn>\`), let it depend on the other in the program (dependsOn), and run \`pulumi up\`: it then gets one of its own.`,
                "CMK1007",
            );
        }
        claims.claim(this.definition, id, ...owners);
    }

    /** The state of an object after a response, see `toState`. */
    toState(inputs: Properties, response: Properties): Record<string, unknown> {
        return toState(this.definition, inputs, response, this.contextOf(inputs));
    }

    /** What a response says of its object, in the words of the program. */
    toOutputs(response: Properties, accountId: string): Record<string, unknown> {
        return toOutputs(this.definition, response, { accountId, host: this.session.client.host });
    }

    contextOf(properties: Properties): OutputContext {
        const { client } = this.session;
        return { accountId: getString(properties, "accountId")?.toLowerCase() ?? client.accountId, host: client.host };
    }

    collectionOf(properties: Properties): Collection {
        return this.session.collectionFor(this.definition, this.contextOf(properties).accountId);
    }

    requestFor(inputs: Properties): CreateRequest {
        return {
            definition: this.definition,
            session: this.session,
            relations: this.relations,
            collection: this.collectionOf(inputs),
            context: this.contextOf(inputs),
            inputs,
            owner: ownerOfInputs(inputs),
        };
    }

    /** What an object is called in lines for the user. */
    label(inputs: Properties): string {
        return labelOf(this.definition, inputs);
    }

    /** The error about an object that was deleted outside Pulumi. */
    gone(id: string): ReportedError {
        return goneError(this.definition, id);
    }
}

/** The error about an object that was deleted outside Pulumi. */
export function goneError({ noun }: ObjectDefinition, id: string): ReportedError {
    return new ReportedError(
        `The ${noun} ${id} no longer exists: it was deleted outside Pulumi. Run \`pulumi refresh\`, then \`pulumi up\` creates a new one.`,
        "CMK1008",
    );
}
