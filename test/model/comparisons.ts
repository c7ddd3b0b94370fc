import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { piecesOf } from "./pieces";
import { KEYS } from "./program";
import { interceptRequests } from "./requests";
import { KEY, STACKS } from "./stacks";
import { live, type Step } from "./steps";
import { Violation } from "./violation";
import type { World } from "./world";

/** The account and its trees, without what differs from life to life: ids. */
async function pictureOf(world: World): Promise<string[]> {
    const keyOf = (id: unknown) =>
        STACKS.flatMap((stack) => KEYS.filter((name) => world.engines[stack].entry(name)?.id === id))[0] ?? "no key";
    const lines: string[] = [];
    for (const [id, workspace] of world.workspaces()) {
        const tags = Object.entries((workspace["custom_tags"] ?? {}) as object).filter(
            ([name]) => name !== OWNERSHIP_TAG,
        );
        const pieces = [...(await piecesOf(world.service.hosts.get(id)))].map(
            ([path, version]) => `${path}=${version}`,
        );
        const { workspace_name, aws_region, workspace_status } = workspace;
        const held = world.holders(id).join(" and ");
        const shown = [workspace_name, aws_region, workspace_status, keyOf(workspace[KEY]), JSON.stringify(tags)];
        lines.push([held, ...shown, ...pieces.sort()].join(" "));
    }
    return lines.sort();
}

/** Lives a sequence to its end, and returns what is asked of the world then. */
async function endOf<Answer>(
    steps: readonly Step[],
    ask: (world: World) => Promise<Answer>,
    readsBehind?: number,
): Promise<Answer | undefined> {
    const restore = interceptRequests();
    let answer: Answer | undefined;
    try {
        await live(steps, {
            onStep: async (step, world) => {
                if (step === "begin") world.service.readsBehind = readsBehind ?? 0;
                if (step === "settle") answer = await ask(world);
            },
        });
        return answer;
    } finally {
        restore();
    }
}

/**
 * After a life, the key of the workspace `w` is changed and changed back: account and trees are as if it never was. Whether that was
 * possible; fails with `Violation` if something differs.
 */
export async function checkThereAndBack(steps: readonly Step[]): Promise<boolean> {
    const done = await endOf(steps, async (world) => {
        const spec = world.programs.a.workspaces["w"];
        // What is given up in words is gone.
        if (spec?.key === undefined || spec.migrateContent !== undefined || spec.adopt !== undefined) return false;
        // Each of those that it replaces stays.
        if (spec.retain) return false;
        if (!(await world.up("a")).ok) return false;
        // Of a workspace that two resources have, each has its own after a replacement.
        if (world.holders(world.engines.a.entry("w")?.id ?? "").length !== 1) return false;
        const before = await pictureOf(world);
        world.specify("a", "w", { ...spec, key: spec.key === "k2" ? "k3" : "k2" });
        if (!(await world.up("a")).ok) return false;
        world.specify("a", "w", spec);
        if (!(await world.up("a")).ok) return false;
        requireSame("a key that was changed and changed back", before, await pictureOf(world));
        return true;
    });
    return done === true;
}

/** A life in which reads show what was up to 30 s ago ends as one in which they show what is. */
export async function checkLateReads(steps: readonly Step[]): Promise<void> {
    const [now, late] = [await endOf(steps, pictureOf), await endOf(steps, pictureOf, 30_000)];
    requireSame("reads that are up to 30 s late", now ?? [], late ?? []);
}

function requireSame(what: string, one: readonly string[], other: readonly string[]): void {
    if (one.join("\n") === other.join("\n")) return;
    throw new Violation("undone", `${what} made a difference:\n- ${one.join("\n- ")}\n+ ${other.join("\n+ ")}`);
}
