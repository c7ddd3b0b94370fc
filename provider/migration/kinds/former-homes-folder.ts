import type { Grant, WorkspaceObject } from "../content";
import { concernsOne, type MigrationContext, type Pass } from "../pass";

const ADMINS: Grant = { kind: "group_name", name: "admins", level: "CAN_MANAGE" };

/** The folder of the new workspace that takes the homes of those who have left: nobody but admins sees what is in it. */
export class FormerHomesFolder {
    constructor(
        private readonly context: MigrationContext,
        readonly path: string,
    ) {}

    /** Makes the folder and keeps others out of it, before anything comes into it. Whether it is so. */
    async make(pass: Pass): Promise<boolean> {
        return this.orFinding(async () => {
            const { to } = this.context;
            let folder = await to.find(this.path);
            if (folder === undefined) {
                await to.makeFolder(this.path);
                folder = await to.find(this.path);
                pass.wrote(this.path, undefined);
            }
            if (folder === undefined) return "it was made, and is not there.";
            // An interrupted run may have made it and no more. If something is in it, somebody may use it.
            if (((await to.list(this.path)) ?? []).length === 0) await to.setGrants(folder, [ADMINS]);
            return this.othersIn(folder);
        });
    }

    /** Whether nobody but admins sees what is in it. */
    async check(): Promise<boolean> {
        return this.orFinding(async () => {
            const folder = await this.context.to.find(this.path);
            return folder === undefined ? "it is not there." : this.othersIn(folder);
        });
    }

    /** Why the folder cannot be used, because of those who have a permission on it; `undefined`: nobody else has one. */
    private async othersIn(folder: WorkspaceObject): Promise<string | undefined> {
        if (folder.type !== "DIRECTORY") return `it is a ${folder.typeName}.`;
        const { to } = this.context;
        const [grants, caller] = await Promise.all([to.grants(folder, true), to.me()]);
        const isAllowed = ({ kind, name }: Grant) =>
            (kind === ADMINS.kind && name === ADMINS.name) || name.toLowerCase() === caller?.toLowerCase();
        const others = grants.filter((grant) => !isAllowed(grant)).map(({ name }) => name);
        return others.length === 0 ? undefined : `${[...new Set(others)].join(", ")} may use it, and not only admins.`;
    }

    private async orFinding(run: () => Promise<string | undefined>): Promise<boolean> {
        let reason: string | undefined;
        try {
            reason = await run();
        } catch (error) {
            if (!concernsOne(error)) throw error;
            reason = error.message;
        }
        if (reason === undefined) return true;
        this.context.findings.add(
            { path: this.path, typeName: "DIRECTORY" },
            "former-home",
            `the homes of those who have left were not moved into this folder of the new workspace: ${reason} Give formerHomes another path, or accept "former-home".`,
        );
        return false;
    }
}
