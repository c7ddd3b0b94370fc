import type { FindingKind } from "../../contract/finding-kinds";
import type { WorkspaceObject } from "../content";
import type { MigrationContext, Pass } from "../pass";
import { PermissionCopy } from "../permission-copy";

type Secured = Pick<WorkspaceObject, "path" | "type" | "typeName" | "id">;

const FINDINGS: readonly FindingKind[] = ["unknown-principal", "permissions"];

/** Gives permissions to what is there, once in a run and last of all, as the tree's objects get them. */
export class LatePermissions {
    private readonly done = new Set<string>();
    private readonly permissions: PermissionCopy;

    constructor(private readonly context: MigrationContext) {
        this.permissions = new PermissionCopy(context.from, context.to, context.groups);
    }

    /** @param isMade whether this run has made the one in the new workspace. */
    async copy(
        pass: Pass,
        { key, source, target, isMade }: { key: string; source: Secured; target: Secured; isMade: boolean },
    ): Promise<void> {
        const { findings, homes, options } = this.context;
        // What was there when all was verified had its permissions then; what is in a former home, admins alone see.
        const isVerified = options.settled !== undefined && !isMade;
        if (pass.isFirst || homes.isFormer(source.path) || isVerified) return;
        if (this.done.has(key)) return findings.keep(source, FINDINGS);
        await pass.attempt(source, async () => {
            for (const { kind, reason, principal } of await this.permissions.copy(source, target))
                findings.add(source, kind, reason, principal);
            this.done.add(key);
        });
    }
}
