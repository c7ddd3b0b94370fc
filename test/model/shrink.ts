import type { Step } from "./steps";
import type { During } from "./world";

/** How many shorter sequences are tried at most. */
const ATTEMPTS = 600;

/** A shorter and simpler sequence that still fails. */
export async function shrink(steps: readonly Step[], fails: (steps: readonly Step[]) => Promise<boolean>) {
    let best = steps;
    let left = ATTEMPTS;
    for (let found = true; found && left > 0;) {
        found = false;
        for (const shorter of candidates(best)) {
            if (left-- <= 0) break;
            if (!(await fails(shorter))) continue;
            best = shorter;
            found = true;
            break;
        }
    }
    return best;
}

function* candidates(steps: readonly Step[]): Iterable<readonly Step[]> {
    for (let size = Math.floor(steps.length / 2); size >= 1; size = Math.floor(size / 2))
        for (let from = 0; from + size <= steps.length; from++)
            yield [...steps.slice(0, from), ...steps.slice(from + size)];
    for (const [index, step] of steps.entries())
        for (const simpler of simplerThan(step)) yield steps.map((one, at) => (at === index ? simpler : one));
}

/** The same step with one thing less in it. */
function simplerThan(step: Step): Step[] {
    if (step.do === "person") return fewer(step.acts).map((acts) => ({ ...step, acts }));
    const found: Step[] = [];
    if ("during" in step && step.during !== undefined) {
        const { during, ...calm } = step;
        found.push(calm as Step, ...lessOf(during).map((less): Step => ({ ...step, during: less })));
    }
    if ("continues" in step && step.continues === true) {
        found.push({ ...step, continues: false });
    }
    if (step.do === "up")
        for (const flag of ["refresh", "policy", "twice"] as const)
            if (step[flag]) found.push({ ...step, [flag]: false });
    return found;
}

function lessOf(during: During): During[] {
    const { fault, lies, acts } = during;
    const without = Object.keys(during).map(
        (name) => Object.fromEntries(Object.entries(during).filter(([key]) => key !== name)) as During,
    );
    return [
        ...without.filter((less) => Object.keys(less).length > 0),
        ...fewer(lies ?? []).map((less) => ({ ...during, lies: less })),
        ...fewer(acts ?? []).map((less) => ({ ...during, acts: less })),
        ...(fault !== undefined && fault.after > 0 ? [{ ...during, fault: { ...fault, after: 0 } }] : []),
    ];
}

/** A list without one of its members, as long as one is left. */
function fewer<Member>(list: readonly Member[]): Member[][] {
    return list.length < 2 ? [] : list.map((_, at) => list.filter((__, index) => index !== at));
}
