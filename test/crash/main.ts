/** `npm run test:crash`: the crash matrix, kill point by kill point, on the real engine. */
import { crashAt, killPoints, type Outcome, recordPhases } from "./crash";

async function main(): Promise<void> {
    const points = killPoints(await recordPhases());
    const outcomes: Outcome[] = [];
    console.log(
        `${points.length} kill points\n\nphase    request                      when    killed    orphans lost duplicates`,
    );
    for (const point of points) {
        const outcome = await crashAt(point);
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
    process.exitCode = total("orphans") + total("lost") + total("duplicates") + problems === 0 ? 0 : 1;
}

void main();
