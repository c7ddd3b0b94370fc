import { isChosenContentKind } from "../../contract/content-kinds";
import type { ContentKind, KindLook, LookedAt } from "../content-kind";
import { alerts } from "./alerts";
import { dashboards } from "./dashboards";
import { gitFolders } from "./git-folders";
import { homes } from "./homes";
import { leftBehind } from "./left-behind";
import { metastore } from "./metastore";
import { people } from "./people";
import { principals } from "./principals";
import { queries } from "./queries";
import { secrets } from "./secrets";
import { tree } from "./tree";

/** What is copied, in the order in which it is copied. */
const carried: readonly ContentKind[] = [
    ...[metastore, people, homes, tree, gitFolders],
    ...[dashboards, queries, alerts, secrets],
    principals,
];

/** Every kind of what a workspace holds. A pass of a migration goes through them in this order. */
export const kinds: readonly ContentKind[] = [...carried, ...leftBehind];

/** Looks at everything that a workspace holds, right before it is deleted. */
export async function lookAtAll(workspace: LookedAt): Promise<KindLook> {
    const look = (all: readonly ContentKind[]) => Promise.all(all.map((kind) => kind.look?.(workspace)));
    const [inKinds, beside] = await Promise.all([look(carried), look(leftBehind)]);
    const contents = (looks: typeof inKinds) => looks.flatMap((one) => one?.content ?? []);
    const [first = contents(beside).join(", ")] = contents(inKinds);
    const looks = [...inKinds, ...beside];
    return {
        digest: looks.map((one) => one?.digest ?? "").join(" "),
        content: first === "" ? undefined : first,
        unlisted: looks.find((one) => one?.unlisted !== undefined)?.unlisted,
    };
}

/** Whether a program leaves a kind out: it is compared, and what the new workspace lacks of it is a finding. */
export function isLeftOut({ name }: ContentKind, chosen: readonly string[] | undefined): boolean {
    return chosen !== undefined && isChosenContentKind(name) && !chosen.includes(name);
}
