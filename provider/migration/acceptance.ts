import { type FindingKind, otherFindingKinds } from "../contract/finding-kinds";

/** What a program accepts: kinds of findings, and paths with all that is below them. */
export class Acceptance {
    private readonly kinds: ReadonlySet<string>;
    private readonly paths: readonly string[];

    constructor(accept: readonly string[] = []) {
        this.kinds = new Set(accept.filter((one) => !one.startsWith("/")));
        this.paths = accept.filter((one) => one.startsWith("/")).map((one) => one.replace(/\/+$/, ""));
    }

    /** Whether nothing is accepted. */
    get isEmpty(): boolean {
        return this.kinds.size === 0 && this.paths.length === 0;
    }

    /** Whether a finding of this kind is accepted at this path. */
    covers(kind: FindingKind, path: string): boolean {
        if (this.kinds.has("others") && otherFindingKinds.some((other) => other === kind)) return true;
        return this.kinds.has(kind) || this.paths.some((one) => path === one || path.startsWith(`${one}/`));
    }
}
