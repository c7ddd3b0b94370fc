import type { ContentKind } from "../content-kind";
import { describePrincipal } from "../principals";

/** Who belongs to the workspace, if nobody is carried: the new one knows its groups `users` and `admins`, and whoever creates it. */
export const principals: ContentKind = {
    name: "principals",
    async inventory({ content, people }, notes) {
        if (people === true) return;
        const [all, caller] = await Promise.all([content.principals?.(), content.me()]);
        for (const principal of all?.except(caller) ?? []) notes.misses(describePrincipal(principal));
    },
};
