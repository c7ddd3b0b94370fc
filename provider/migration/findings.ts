import { type FindingKind, otherFindingKinds } from "../contract/finding-kinds";
import { printable } from "../util/printable";
import type { WorkspaceObject } from "./content";
import { describePrincipal, ownerOfHome } from "./principals";

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

/** What a program accepts: kinds of findings, and paths with all that is below them. */
export class Acceptance {
    private readonly kinds: ReadonlySet<string>;
    private readonly paths: readonly string[];

    constructor(accept: readonly string[] = []) {
        this.kinds = new Set(accept.filter((one) => !one.startsWith("/")));
        this.paths = accept.filter((one) => one.startsWith("/")).map((one) => one.replace(/\/+$/, ""));
    }

    /** Whether a finding of this kind is accepted at this path. */
    covers(kind: FindingKind, path: string): boolean {
        // Each git folder is a finding of its own in the tree.
        if (kind === "repos") return true;
        if (this.kinds.has("others") && otherFindingKinds.some((other) => other === kind)) return true;
        return this.kinds.has(kind) || this.paths.some((one) => path === one || path.startsWith(`${one}/`));
    }
}

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
    add(object: WorkspaceObject, kind: FindingKind, reason: string, principal = missingOwner(object, kind)): void {
        const accepted = this.acceptance.covers(kind, object.path);
        const finding: Finding = {
            ...{ path: object.path, type: object.typeName, kind, reason: printable(reason), accepted },
            ...(principal === undefined ? {} : { principal }),
        };
        const key = keyOf(object);
        this.current.set(key, [...(this.current.get(key) ?? []), finding]);
    }

    /** Keeps what the pass before this one found of an object, as far as it is of these kinds. */
    keep(object: WorkspaceObject, kinds: readonly FindingKind[]): void {
        const key = keyOf(object);
        const found = (this.previous.get(key) ?? []).filter(({ kind }) => kinds.includes(kind));
        if (found.length > 0) this.current.set(key, [...(this.current.get(key) ?? []), ...found]);
    }

    /** Whether the program accepts this. */
    accepts(object: WorkspaceObject, kind: FindingKind): boolean {
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

function missingOwner({ path }: WorkspaceObject, kind: FindingKind): string | undefined {
    return kind === "no-home" ? describePrincipal(ownerOfHome(path)) : undefined;
}

function keyOf({ path, type }: WorkspaceObject): string {
    return `${type}:${path}`;
}
