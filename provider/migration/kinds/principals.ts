import type { ContentKind } from "../content-kind";
import { describePrincipal } from "../principals";

/** Who belongs to the workspace: the new one knows its groups `users` and `admins`, and whoever creates it. */
export const principals: ContentKind = {
    name: "principals",
    async inventory(workspace, notes) {
        const [all, caller] = await Promise.all([workspace.principals?.(), workspace.me()]);
        for (const principal of all?.except(caller) ?? []) notes.misses(describePrincipal(principal));
    },
};
