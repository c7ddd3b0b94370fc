import { messageOf } from "../util/error-message";
import { isOwnFolder, type WorkspaceObject } from "./content";
import { ambiguousPrincipal } from "./group-origins";
import type { Pass } from "./pass";
import { unknownPrincipal } from "./permission-copy";
import type { Principals } from "./principals";
import { type Pair, type TreeContext, TreePass } from "./tree-pass";
import type { PairVisitor } from "./tree-walk";

/** Says what a copy would do, from lists and permissions: it reads no content and writes nothing. */
export class PlanPass implements PairVisitor {
    readonly pass: TreePass;
    private principals: Promise<Principals | undefined> | undefined;

    constructor(
        private readonly context: TreeContext,
        pass: Pass,
    ) {
        this.pass = new TreePass(context, pass);
    }

    /** Counts a folder that is to be made. */
    async folder(pair: Pair): Promise<"listed" | "empty" | "skip"> {
        if (!isOwnFolder(pair.source)) await this.nameStrangers(pair.source);
        if (pair.target !== undefined) return "listed";
        this.pass.wrote(pair.source);
        return "empty";
    }

    /** Counts an object that is to be written; what is there already is counted with `found` alone. */
    async object(pair: Pair): Promise<void> {
        if (pair.target === undefined) this.pass.wrote(pair.source);
        await this.nameStrangers(pair.source);
    }

    /** Names who has a permission and does not belong to the new workspace. */
    private async nameStrangers(source: WorkspaceObject): Promise<void> {
        const { from, findings, groups, homes } = this.context;
        if (homes.isFormer(source.path)) return;
        this.principals ??= this.listPrincipals();
        const known = await this.principals;
        if (known === undefined) return;
        await this.pass.attempt(source, async () => {
            const grants = await from.grants(source);
            const ambiguous = await groups.ambiguousOf(grants);
            for (const grant of grants) {
                if (known.has(grant) && !ambiguous.includes(grant)) continue;
                const { kind, reason, principal } = (known.has(grant) ? ambiguousPrincipal : unknownPrincipal)(grant);
                findings.add(source, kind, reason, principal);
            }
        });
    }

    private async listPrincipals(): Promise<Principals | undefined> {
        const { to, onProgress } = this.context;
        try {
            return await to.principals();
        } catch (error) {
            onProgress(`who belongs to the new workspace is not known, so nobody is named: ${messageOf(error)}`);
            return undefined;
        }
    }
}
