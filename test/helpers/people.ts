import { expect } from "chai";

import { seeds } from "../../local-cloud";
import type { EngineStack } from "./engine";
import type { Result } from "./engine/engine-types";
import { textOf } from "./expect-ok";

const DAY = 86_400_000;

/** What people have written in a workspace: text by path. */
export interface Work {
    readonly workspace: string;
    readonly texts: Readonly<Record<string, string>>;
}

/** What the refusal of a delete contains, beside the id of the workspace. */
export const REFUSED = ["is not deleted", "forceDestroy"] as const;

/** People work in a workspace as they do: notebooks and a file in folders that they share, each with a text of its own, days ago. */
export async function people({ cloud, clock }: EngineStack, workspace: string, label = "first"): Promise<Work> {
    const modifiedAt = clock.now() - 3 * DAY;
    const paths = ["/Shared/etl/load", "/Shared/etl/report", "/Shared/lib.py"].map((path) => `${path}-${label}`);
    const texts = Object.fromEntries(paths.map((path) => [path, `# ${path} of ${workspace}`]));
    const seed = (path: string) => (path.includes(".py") ? seeds.file : seeds.notebook);
    const made = Object.entries(texts).map(([path, text]) => [path, seed(path)(text, { modifiedAt })]);
    await cloud.workspace(workspace).seed(Object.fromEntries(made));
    return { workspace, texts };
}

/** What of people's work is in no workspace of the account, each with the workspace that it was written in. */
export async function lost(stack: EngineStack, ...works: readonly Work[]): Promise<string[]> {
    const missing: string[] = [];
    for (const { workspace, texts } of works) {
        for (const [path, text] of Object.entries(texts)) {
            const found = await Promise.all(stack.workspaces().map((id) => stack.cloud.workspace(id).read(path)));
            if (!found.some((bytes) => String(bytes) === text)) missing.push(`${path}, written in ${workspace}`);
        }
    }
    return missing;
}

/** Nothing of people's work is lost, and a command that failed named a workspace that they wrote in. */
export async function keeps(stack: EngineStack, run: Result, ...works: readonly Work[]): Promise<void> {
    const text = textOf(run);
    expect(await lost(stack, ...works), `lost:\n${text}`).to.deep.equal([]);
    const isNamed = works.some(({ workspace }) => text.includes(workspace));
    expect(run.ok || isNamed, `no workspace is named:\n${text}`).to.equal(true);
}

/** The command refused to delete these workspaces, and nothing is lost. */
export async function refuses(stack: EngineStack, run: Result, ...works: readonly Work[]): Promise<void> {
    await keeps(stack, run, ...works);
    const ids = works.map(({ workspace }) => workspace);
    expect(run.ok, `this was not refused:\n${textOf(run)}`).to.equal(false);
    expect(textOf(run)).to.satisfy((text: string) => [...REFUSED, ...ids].every((words) => text.includes(words)));
    expect(stack.workspaces()).to.include.members(ids);
}
