import type { ModelHost } from "./hosts";
import { piecesOf } from "./pieces";
import { interceptRequests } from "./requests";
import { live, type Step } from "./steps";
import type { World } from "./world";

/** Lives one sequence again, and prints what each step told and what there is after it. */
export async function replay(
    steps: readonly Step[],
    print: (line: string) => void,
    host: ModelHost = "classes",
): Promise<void> {
    const end = interceptRequests();
    let seen: World | undefined;
    const show = async (world: World) => {
        for (const line of await linesOf(world)) print(`    ${line}`);
        world.told = undefined;
    };
    try {
        await live(steps, {
            host,
            onStep: async (step, world) => {
                seen = world;
                print(JSON.stringify(step));
                await show(world);
            },
        });
        print("It held.");
    } catch (error) {
        print("what then happened");
        if (seen !== undefined) await show(seen);
        print(error instanceof Error ? error.message : String(error));
    } finally {
        end();
    }
}

async function linesOf(world: World): Promise<string[]> {
    const lines: string[] = [];
    if (world.told !== undefined) {
        const { ok, killed, error, lines: said } = world.told;
        lines.push(ok ? "done" : killed ? "killed" : `refused: ${error ?? ""}`, ...said.map((line) => `| ${line}`));
    }
    for (const [id, workspace] of world.workspaces()) {
        const pieces = [...(await piecesOf(world.service.hosts.get(id)))].map(
            ([path, version]) => `${path}=${version}`,
        );
        const holders = world.holders(id).join(" and ");
        const waits = world.isInState(id) ? "waits for its end" : "in no state";
        lines.push(
            `${id} ${String(workspace["workspace_status"])}, ${holders === "" ? waits : holders}: ${pieces.join(" ")}`,
        );
    }
    return lines;
}
