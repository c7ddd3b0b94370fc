import type { WorkspaceObject } from "./content";
import { Pass, type PassContext } from "./pass";
import type { Pair, PairVisitor } from "./tree-walk";
import { unmakable, unmovable } from "./unmovable";

/** Says what a copy would do, from lists alone: it reads no content and writes nothing. */
export class PlanPass implements PairVisitor {
    readonly pass: Pass;

    constructor(private readonly context: PassContext) {
        this.pass = new Pass(context, "listed");
    }

    /** Counts a folder that is to be made. */
    async folder(pair: Pair): Promise<"listed" | "empty" | "skip"> {
        const problem = unmakable(pair);
        if (problem !== undefined) {
            this.context.findings.add(pair.source, problem.kind, problem.reason);
            return "skip";
        }
        if (pair.target !== undefined) return "listed";
        this.pass.written.add(pair.source);
        return "empty";
    }

    /** Counts an object that is to be written; what is there already is counted with `found` alone. */
    async object(pair: Pair): Promise<void> {
        const problem = unmovable(pair);
        if (problem !== undefined) this.context.findings.add(pair.source, problem.kind, problem.reason);
        else if (pair.target === undefined) this.pass.written.add(pair.source);
    }

    /** Counts what is to be done. */
    listed(source: WorkspaceObject): void {
        this.pass.list(source);
    }

    /** Counts what is in the tree, and nothing is done with. */
    skipped(source: WorkspaceObject): void {
        this.pass.digest.add(source);
    }

    /** Notes why a folder could not be listed. */
    unreadable(folder: WorkspaceObject, error: unknown): void {
        if (error === undefined) this.context.findings.add(folder, "unreadable", "it cannot be listed.");
        else this.pass.fail(folder, error);
    }
}
