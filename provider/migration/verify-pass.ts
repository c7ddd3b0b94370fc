import type { WorkspaceObject } from "./content";
import { NO_ENVIRONMENT } from "./object-copy";
import type { Pass } from "./pass";
import { type Pair, type TreeContext, TreePass } from "./tree-pass";
import type { PairVisitor } from "./tree-walk";
import { isLargeFile } from "./unmovable";

/** Compares the two trees, object by object, and writes nothing. */
export class VerifyPass implements PairVisitor {
    readonly pass: TreePass;

    constructor(
        private readonly context: TreeContext,
        pass: Pass,
    ) {
        this.pass = new TreePass(context, pass);
    }

    /** Says if a folder is missing, with all that is below it. */
    async folder({ source, target }: Pair): Promise<"listed" | "empty" | "skip"> {
        // Who works in the new workspace may take a folder away; what was added to it in the old one since is looked for.
        if (target === undefined && this.pass.isSettled(source)) return "empty";
        if (target === undefined) {
            const reason = "it is not in the new workspace, with all that is below it.";
            this.pass.problem(source, { kind: "missing", reason });
            return "skip";
        }
        this.pass.equal(source);
        return "listed";
    }

    /** Compares an object by its content. */
    async object(pair: Pair): Promise<void> {
        const { source, target } = pair;
        if (this.pass.isSettled(source)) return this.pass.equal(source);
        if (target?.type !== source.type) return this.missing(source);
        if (this.pass.isVerified(pair)) return this.pass.equal(source);
        await this.pass.attempt(source, async () => {
            const compared = await this.context.comparison.compare(source, target);
            if (compared === "equal") {
                this.pass.markVerified(pair);
                this.pass.equal(source);
            } else if (compared === "environment") {
                this.pass.problem(source, NO_ENVIRONMENT);
            } else {
                this.context.findings.add(source, "different", "its content differs in the new workspace.");
            }
        });
    }

    /** What the service does not hand out is missing for that reason, which the program may accept. */
    private async missing(source: WorkspaceObject): Promise<void> {
        const { findings, from, reader } = this.context;
        await this.pass.attempt(source, async () => {
            if (source.type === "NOTEBOOK") await reader.read(from, source, "SOURCE", async () => undefined);
            if (isLargeFile(source)) await from.exportUpTo(source, "AUTO", 1024);
            findings.add(source, "missing", "it is not in the new workspace.");
        });
    }
}
