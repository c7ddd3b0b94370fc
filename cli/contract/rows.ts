import type { Check, Row } from "./row";
import { accountRows } from "./rows/account";
import { beyondTreeRows } from "./rows/beyond-tree";
import { contentRows } from "./rows/content";
import { gitFolderRows } from "./rows/git-folders";
import { peopleRows } from "./rows/people";
import { roleAndKeyRows } from "./rows/roles-and-keys";
import { sqlRows } from "./rows/sql";
import { updateRows } from "./rows/updates";
import { workspaceRows } from "./rows/workspaces";

/** Everything that this package takes the service to do, in the order of docs/service-behavior.md and of the checks. */
export const rows: readonly Row[] = [
    ...accountRows,
    ...roleAndKeyRows,
    ...workspaceRows,
    ...peopleRows,
    ...contentRows,
    ...gitFolderRows,
    ...beyondTreeRows,
    ...sqlRows,
    // The last: these change the workspace.
    ...updateRows,
];

/** Every check. */
export const checks: readonly Check[] = rows.flatMap((row) => (typeof row.checks === "string" ? [] : row.checks));
