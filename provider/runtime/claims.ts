import { notesOf } from "../contract/state-notes";
import { type OwnershipTag, ownerOfInputs } from "../contract/ownership-tag";
import type { Properties } from "../util/property-path";

/** A kind of object, as far as claims need to know it. */
interface Kind {
    readonly path: string;
}

/** An object that the stack's state had when the program began. */
export interface ObjectInState {
    readonly id: string;
    /** The resource that had it; `undefined` if the state does not say. */
    readonly owner: OwnershipTag | undefined;
    /** The URN of its resource. */
    readonly urn: string | undefined;
    /** The handlers' own notes in the state. */
    readonly notes: Properties;
}

/** What this process knows of one resource from the checks and diffs that the engine asked for. */
export interface Registration {
    /** Whether the state has an object for it. */
    readonly exists: boolean;
    /** Inputs whose change was judged by `check`, by path: a replacement for another reason was announced to nobody. */
    readonly judged: ReadonlySet<string>;
    /**
     * The object in the account that a check took for the resource's, and what it shows that the state does not say yet: that is no
     * difference of this object. A check is not told which object the resource has.
     */
    readonly actual?: { readonly id: string; readonly outputs: Properties };
}

/**
 * Which resource of this stack has which object, as far as this process has seen: from checks, diffs, reads, adoptions
 * and creates. The engine runs a deployment's dynamic resources in one process, so this is the stack's own view.
 */
export class Claims {
    /** The owners of each object: `ownerId` of their tags by the object's key. An object that is only read has none. */
    private readonly owners = new Map<string, Map<string, OwnershipTag>>();
    /** Whether the whole program runs. With `--target` the engine asks nothing about the other resources, so what they have is not known. */
    isWholeProgram = false;
    /** Whether the engine has asked for a check: a program runs, so this is neither a destroy nor a refresh. */
    isProgramRunning = false;
    /** Whether the objects that the state had when the program began are known. */
    knowsState = false;
    private readonly registrations = new Map<string, Registration>();
    /** The objects that the state had when the program began; nothing is known before the stack's identity is checked. */
    private readonly stateObjects = new Map<string, ObjectInState>();
    /** Adoptions of objects that the program still has, by the object's key: the adoption's own id. */
    private readonly adoptions = new Map<string, string>();

    /** Notes that a resource has this object; without an owner it is only read. */
    claim(kind: Kind, id: string, ...owners: readonly (OwnershipTag | undefined)[]): void {
        const key = keyOf(kind, id);
        const known = this.owners.get(key) ?? new Map<string, OwnershipTag>();
        for (const owner of owners) if (owner !== undefined) known.set(owner.ownerId, owner);
        this.owners.set(key, known);
    }

    /** Whether a resource of this stack has this object, or had it before this process deleted it. */
    isClaimed(kind: Kind, id: string): boolean {
        return this.owners.has(keyOf(kind, id));
    }

    /** Notes an object that the state had when the program began. */
    addStateObject(kind: Kind, object: ObjectInState): void {
        this.stateObjects.set(keyOf(kind, object.id), object);
    }

    /** Whether the state had this object when the program began, as far as that is known. */
    isInState(kind: Kind, id: string): boolean {
        return this.stateObjects.has(keyOf(kind, id));
    }

    /** The objects of a kind that the state had when the program began. */
    inState(kind: Kind): readonly ObjectInState[] {
        const prefix = keyOf(kind, "");
        return [...this.stateObjects].flatMap(([key, object]) => (key.startsWith(prefix) ? [object] : []));
    }

    /** What of it is a resource's: by its URN or, if that is not known, by its owner. */
    stateObjectsOf(kind: Kind, owner: OwnershipTag, urn: string | undefined): readonly ObjectInState[] {
        const objects = this.inState(kind);
        const named = urn === undefined ? [] : objects.filter((object) => object.urn === urn);
        return named.length > 0
            ? named
            : objects.filter((object) => object.urn === undefined && object.owner?.ownerId === owner.ownerId);
    }

    /** The objects of a kind that the resource of this owner has, by this process or by the state with which it began. */
    objectsOf(kind: Kind, { ownerId }: OwnershipTag): string[] {
        const prefix = keyOf(kind, "");
        const claimed = [...this.owners].flatMap(([key, owners]) => (owners.has(ownerId) ? [key] : []));
        const inState = [...this.stateObjects].flatMap(([key, { owner }]) => (owner?.ownerId === ownerId ? [key] : []));
        return [...new Set([...claimed, ...inState])].flatMap((key) =>
            key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
        );
    }

    /** Which resource has this object: one of these owners (`true`), or another one. */
    ownerOf(kind: Kind, id: string, ...owners: readonly (OwnershipTag | undefined)[]): true | OwnershipTag | undefined {
        const known = this.owners.get(keyOf(kind, id)) ?? new Map<string, OwnershipTag>();
        const given = owners.filter((owner) => owner !== undefined);
        if (given.some(({ ownerId }) => known.has(ownerId))) return true;
        return given.length === 0 ? undefined : [...known.values()][0];
    }

    /** What this process knows of an object, as another one takes it over with `learn`. */
    tell(kind: Kind, id: string): Properties {
        const key = keyOf(kind, id);
        return { id, owners: [...(this.owners.get(key)?.keys() ?? [])], adoption: this.adoptions.get(key) };
    }

    /** Takes over what another process of this run knows of an object. */
    learn(kind: Kind, told: Properties): void {
        const { id, owners } = told;
        if (typeof id !== "string" || !Array.isArray(owners)) return;
        const known = owners.map((owner) => ownerOfInputs({ owner })).filter((owner) => owner !== undefined);
        if (known.length > 0) this.claim(kind, id, ...known);
        this.recordAdoption(kind, id, told);
    }

    /** Notes that a resource of the program, by its state or inputs, has adopted this object, where it did. */
    recordAdoption(kind: Kind, id: string, state: Properties): void {
        const { adoption } = notesOf(state);
        if (adoption !== undefined) this.adoptions.set(keyOf(kind, id), adoption);
    }

    /**
     * Whether a resource of the program adopted this object after the state entry with these properties had it. A resource
     * whose replacement was interrupted is in the state twice; when the program takes the change back, the old object is
     * adopted again, and the engine then deletes the older entry, which names the same object.
     */
    wasAdoptedLater(kind: Kind, id: string, state: Properties): boolean {
        const { adoption } = notesOf(state);
        const known = this.adoptions.get(keyOf(kind, id));
        return known !== undefined && known !== adoption;
    }

    /**
     * Notes a check. The engine checks a replacement a second time without old inputs: what the first check said stays.
     */
    register(kind: Kind, owner: OwnershipTag | undefined, registration: Registration): void {
        if (owner === undefined) return;
        this.isProgramRunning = true;
        const key = keyOf(kind, owner.ownerId);
        if (registration.exists || !this.registrations.has(key)) this.registrations.set(key, registration);
    }

    /** What the checks of this process said of a resource; `undefined` if the engine has not asked for one. */
    registrationOf(kind: Kind, owner: OwnershipTag | undefined): Registration | undefined {
        return owner === undefined ? undefined : this.registrations.get(keyOf(kind, owner.ownerId));
    }
}

function keyOf({ path }: Kind, id: string): string {
    return `${path}/${id}`;
}
