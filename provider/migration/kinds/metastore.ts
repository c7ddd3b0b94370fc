import type { ContentKind } from "../content-kind";
import type { MigrationContext } from "../pass";
import type { AccountContent, MetastoreAssignment } from "../people";
import { type ListedKind, ListedMigration } from "./listed";

/** The metastore: the first of all, because a new workspace has no assignments before it has one. */
export const metastore: ContentKind = {
    name: "metastore",
    begin(context) {
        const { account } = context.options;
        return account && new ListedMigration(context, listed(context, account));
    },
    async inventory({ account, id, leavesRegion }, notes) {
        const found = leavesRegion === true ? await account?.metastore(id) : undefined;
        if (found === undefined) return;
        const words = `the metastore ${found.metastoreId}, which belongs to the region of the old workspace,`;
        notes.stays("metastore", { count: 1, words, isCertain: true });
    },
};

/** A workspace has one metastore or none. */
function listed({ from, to, options }: MigrationContext, account: AccountContent): ListedKind<MetastoreAssignment> {
    const list = async (workspaceId = "") => {
        const found = await account.metastore(workspaceId);
        return found === undefined ? [] : [found];
    };
    return {
        finding: "metastore",
        listSource: () => list(from.workspaceId),
        listTarget: () => list(to.workspaceId),
        keyOf: () => "",
        // The default catalog is a setting of the workspace, which somebody may have changed there.
        isEqual: (source, target) => source.metastoreId === target.metastoreId,
        copy: (source, target) => account.setMetastore(to.workspaceId ?? "", source, target !== undefined),
        obstacle: (source, target) =>
            target === undefined || options.inUseSince === undefined
                ? undefined
                : `the new workspace was in use before, with the metastore ${target.metastoreId}: it was not changed to ${source.metastoreId}. Assign the one that is wanted, or accept "metastore".`,
        describe: ({ metastoreId }) => ({
            subject: { path: `metastore ${metastoreId}`, typeName: "METASTORE" },
            difference: `the new workspace does not have the metastore ${metastoreId} of the old one: its tables, volumes and grants cannot be seen there. Assign it to the new workspace, or accept "metastore".`,
        }),
    };
}
