import type { FindingKind } from "../contract/finding-kinds";
import { printable } from "../util/printable";
import type { Acceptance } from "./acceptance";
import type { WorkspaceObject } from "./content";
import { ownerOfHome } from "./homes";
import { describePrincipal } from "./principals";

/** An object that was not moved, or not whole, and why. */
export interface Finding {
    readonly path: string;
    /** The service's word for the type: NOTEBOOK, FILE, ... */
    readonly type: string;
    readonly kind: FindingKind;
    /** In words, with what to do about it. */
    readonly reason: string;
    /** Who does not belong to the new workspace, if that is the reason: `the group data`. */
    readonly principal?: string;
    /** Whether the program accepts it. */
    readonly accepted: boolean;
}

/** Why an object could not be copied, or not whole. */
export interface Problem {
    readonly kind: FindingKind;
    readonly reason: string;
    /** Who is missing in the new workspace, such as `the group data`. */
    readonly principal?: string;
}

/** Why a copy by somebody who is no admin cannot count as complete. */
export const NOT_ADMIN =
    "the credential is not an admin of the old workspace, so its lists may be incomplete. Make it an admin there.";

/** What a finding is about: an object of the tree, or something else that has a name in its workspace. */
export type Subject = Pick<WorkspaceObject, "path" | "typeName">;

/** The findings of a migration's passes, by object. The last pass counts. */
export class Findings {
    private current = new Map<string, Finding[]>();
    private previous = new Map<string, Finding[]>();

    constructor(private readonly acceptance: Acceptance) {}

    /** Begins a pass over all objects. */
    beginPass(): void {
        this.previous = this.current;
        this.current = new Map();
    }

    /** Adds a finding. */
    add(object: Subject, kind: FindingKind, reason: string, principal = missingOwner(object, kind)): void {
        const accepted = this.acceptance.covers(kind, object.path);
        const finding: Finding = {
            ...{ path: object.path, type: object.typeName, kind, reason: printable(reason), accepted },
            ...(principal === undefined ? {} : { principal }),
        };
        const key = keyOf(object);
        this.current.set(key, [...(this.current.get(key) ?? []), finding]);
    }

    /** Keeps what the pass before this one found of an object, as far as it is of these kinds. */
    keep(object: Subject, kinds: readonly FindingKind[]): void {
        const key = keyOf(object);
        const found = (this.previous.get(key) ?? []).filter(({ kind }) => kinds.includes(kind));
        if (found.length > 0) this.current.set(key, [...(this.current.get(key) ?? []), ...found]);
    }

    /** Whether the program accepts this. */
    accepts(object: Subject, kind: FindingKind): boolean {
        return this.acceptance.covers(kind, object.path);
    }

    /** How many there are that the program has not accepted. */
    get open(): number {
        let open = 0;
        for (const list of this.current.values()) open += list.filter(({ accepted }) => !accepted).length;
        return open;
    }

    /** All of them, by path. */
    all(): Finding[] {
        return [...this.current.values()].flat().sort((one, other) => (one.path < other.path ? -1 : 1));
    }
}

function missingOwner({ path }: Subject, kind: FindingKind): string | undefined {
    return kind === "no-home" ? describePrincipal(ownerOfHome(path)) : undefined;
}

function keyOf({ path, typeName }: Subject): string {
    return `${typeName}:${path}`;
}
