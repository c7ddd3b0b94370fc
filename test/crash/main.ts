/** `npm run test:crash`: the crash matrix, kill point by kill point, on the real engine. */
import { parseArgs } from "node:util";

import { crashAt, killPoints, type Outcome, recordPhases } from "./crash";
import { crashMove, movePoints, recordMove } from "./move";

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            moves: { type: "boolean", default: false },
            plugin: { type: "boolean", default: false },
            points: { type: "string", default: "1-" },
        },
    });
    const [first = 1, last = Infinity] = values.points
        .split("-")
        .flatMap((number) => (number === "" ? [] : [Number(number)]));
    const isPlugin = values.plugin;
    if (values.moves) {
        process.exitCode = (await moves(isPlugin)) ? 0 : 1;
        return;
    }
    const all = killPoints(await recordPhases(isPlugin));
    const points = all.slice(first - 1, last);
    const outcomes: Outcome[] = [];
    console.log(
        `${points.length} of ${all.length} kill points\n\nphase    request                      when    killed    orphans lost duplicates`,
    );
    for (const point of points) {
        const outcome = await crashAt(point, { isPlugin });
        outcomes.push(outcome);
        const { phase, request, when, victim } = point;
        const note = [
            ...(outcome.attributesDeleted ? ["the engine had left dev.json.attrs empty: deleted"] : []),
            ...(outcome.adopted ? ["adopted"] : []),
            ...(outcome.problem === undefined ? [] : [`PROBLEM: ${outcome.problem}`]),
        ].join(", ");
        console.log(
            `${phase.padEnd(8)} ${request.padEnd(28)} ${when.padEnd(7)} ${victim.padEnd(9)} ${String(outcome.orphans).padStart(7)} ${String(outcome.lost).padStart(4)} ${String(outcome.duplicates).padStart(10)}  ${note}`.trimEnd(),
        );
    }
    const total = (of: "orphans" | "lost" | "duplicates") => outcomes.reduce((sum, outcome) => sum + outcome[of], 0);
    const deleted = outcomes.filter((outcome) => outcome.attributesDeleted).length;
    const problems = outcomes.filter(({ problem }) => problem !== undefined).length;
    console.log(
        `\n${points.length} kill points: orphans ${total("orphans")}, lost ${total("lost")}, duplicates ${total("duplicates")}, problems ${problems}; empty .attrs files of the engine deleted ${deleted}`,
    );
    const isMoveSafe = await moves(isPlugin);
    process.exitCode = total("orphans") + total("lost") + total("duplicates") + problems === 0 && isMoveSafe ? 0 : 1;
}

/** The replacement of a workspace with content. */
async function moves(isPlugin: boolean): Promise<boolean> {
    const points = movePoints(await recordMove(isPlugin));
    console.log(
        `\n${points.length} kill points of a move\n\nrequest                                            killed    lost duplicates early`,
    );
    const sum = { lost: 0, duplicates: 0, early: 0, problems: 0 };
    for (const point of points) {
        const { lost, duplicates, early, problem } = await crashMove(point, isPlugin);
        sum.lost += lost;
        sum.duplicates += duplicates;
        sum.early += early;
        sum.problems += problem === undefined ? 0 : 1;
        console.log(
            `${point.request.padEnd(50)} ${point.victim.padEnd(9)} ${String(lost).padStart(4)} ${String(duplicates).padStart(10)} ${String(early).padStart(5)}  ${problem === undefined ? "" : `PROBLEM: ${problem}`}`.trimEnd(),
        );
    }
    console.log(
        `\n${points.length} kill points of a move: objects lost ${sum.lost}, duplicates ${sum.duplicates}, old workspaces deleted early ${sum.early}, problems ${sum.problems}`,
    );
    return sum.lost + sum.duplicates + sum.early + sum.problems === 0;
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});
