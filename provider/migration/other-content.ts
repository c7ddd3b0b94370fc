import { messageOf } from "../util/error-message";
import { type OtherKind, otherKinds, type WorkspaceContent } from "./content";

/** What lives in a workspace besides its tree, without what the service itself puts into every new one. */
export interface OtherContent {
    /** The kinds of which there is something. */
    readonly found: readonly { readonly kind: OtherKind; readonly count: number }[];
    /** The kinds that could not be listed: nothing is known of them. */
    readonly unlisted: readonly { readonly kind: OtherKind; readonly reason: string }[];
}

/** Counts what lives in a workspace besides its tree. Never rejects: a kind that cannot be listed is named. */
export async function othersIn(workspace: Pick<WorkspaceContent, "count">): Promise<OtherContent> {
    const looks = await Promise.all(
        otherKinds.map(async (kind) => {
            try {
                return { kind, count: await workspace.count(kind) };
            } catch (error) {
                return { kind, reason: messageOf(error) };
            }
        }),
    );
    return {
        found: looks.flatMap(({ kind, count = 0 }) => (count === 0 ? [] : [{ kind, count }])),
        unlisted: looks.flatMap(({ kind, reason }) => (reason === undefined ? [] : [{ kind, reason }])),
    };
}
