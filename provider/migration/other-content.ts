import { number } from "./report";
import { messageOf } from "../util/error-message";
import { type OtherKind, otherKinds, type WorkspaceContent } from "./content";

/** What lives in a workspace besides its tree, without what the service itself puts into every new one. */
export interface OtherContent {
    /** The kinds of which there is something. */
    readonly found: readonly { readonly kind: OtherKind; readonly count: number }[];
    /** The kinds that could not be listed: nothing is known of them. */
    readonly unlisted: readonly { readonly kind: OtherKind; readonly reason: string }[];
}

/** Says that some of what lives besides the tree is not copied, and how it is moved otherwise. */
export function describeOther(kind: OtherKind, count: number): string {
    return `the workspace has ${number(count)} ${kind}, which are not copied: ${remedies[kind]}`;
}

const BY_CODE =
    "make them in the new workspace with Databricks asset bundles, Terraform's exporter or @pulumi/databricks.";

const remedies: Readonly<Record<OtherKind, string>> = {
    jobs: BY_CODE,
    clusters: BY_CODE,
    "instance-pools": BY_CODE,
    "cluster-policies": BY_CODE,
    "sql-warehouses": BY_CODE,
    pipelines: BY_CODE,
    repos: "add them in the new workspace from their remotes. Push what was not committed.",
    "secret-scopes": "make them in the new workspace, with their secrets.",
    experiments: "export them with MLflow's own tools, and import them there.",
    queries: "save their text in the new workspace.",
    tokens: "their users make new ones in the new workspace.",
};

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
