import fc from "fast-check";

import type { Lie } from "./lies";
import type { Act } from "./people";
import { IDENTITY, plain } from "./program";
import type { Step } from "./steps";
import { adopt, clear, edit, library, move, remove, rename, told, toKey, up, write } from "./words";
import type { During } from "./world";

const busy = told([{ tell: "busy", at: 0, from: 0, times: 1000 }]);
const upOfB = up({ stack: "b" });
const version: Step = { do: "version", stack: "a" };
const destroys: Step = { do: "destroy", stack: "a" };
const fail: Step = { do: "fail", next: false };
const drift: Step = { do: "drift", field: "gone", value: 0, at: 1 };

/** What a story is told with. */
interface Parts {
    readonly act: fc.Arbitrary<Act>;
    readonly during: fc.Arbitrary<During>;
}

/** What people really do, and what the service then does at the worst moment: pieces of lives, in which random steps come too. */
export function stories({ act, during }: Parts): fc.Arbitrary<Step[]> {
    const somebody = fc.array(act, { minLength: 1, maxLength: 2 }).map((acts): Step => ({ do: "person", acts }));
    const anyUp = fc.oneof(
        fc.constant(up()),
        during.map((one) => up({ during: one })),
        fc.constant(up({ continues: true })),
    );
    const asked = fc.constantFrom<Step>(
        { do: "replace", stack: "a", name: "**" },
        { do: "taint", stack: "a", name: "**" },
        { do: "replace", stack: "a", name: "w" },
        { do: "taint", stack: "a", name: "w" },
        { do: "target-replace", stack: "a", name: "w", identity: true },
    );
    const lie = fc.record({
        tell: fc.constantFrom<Lie["tell"]>("missing", "old", "no-id", "wrong-host-unsaid", "tree-missing", "error-200"),
        at: fc.nat(1),
        from: fc.nat(200),
        times: fc.constantFrom(1, 3, 30, 1000),
    });
    const story = (...steps: (Step | fc.Arbitrary<Step>)[]) =>
        fc.tuple(...steps.map((one) => ("generate" in one ? one : fc.constant(one))));
    return fc.oneof(
        // A key change, whatever happens during it, and people who go on.
        story(toKey("k2"), anyUp, somebody, up(), somebody, toKey("k3"), anyUp),
        story(
            toKey("k2"),
            lie.map((one) => up(told([one]))),
            somebody,
            up(),
        ),
        // A key change with the version of the SDK, whose process did not have the workspace.
        story(version, toKey("k2"), anyUp, somebody, up(), somebody, version, toKey("k3"), anyUp),
        story(library, version, toKey("k2"), up(), somebody, version, toKey("k1"), anyUp, up()),
        story(
            edit({ forceDestroy: true }),
            up(),
            library,
            edit({ forceDestroy: false }),
            version,
            toKey("k2"),
            anyUp,
            destroys,
        ),
        // Kept, and adopted as another resource.
        story(edit({ retain: true }), up(), toKey("k2"), up(), adopt("v"), up(), clear(1), toKey("k3", "v"), anyUp),
        story(edit({ retain: true }), up(), remove("w"), up(), adopt("v", "b"), anyUp, toKey("k3", "v", "b"), upOfB),
        // Renamed, and a new one with the old name.
        story(rename("w", "o"), up(), edit({ ...plain, key: "k1" }), up(), clear(1), toKey("k2", "o"), anyUp),
        story(rename("w", "o"), up(), asked.map(renamed), somebody),
        story(library, toKey("k2"), up(), write(1), toKey("k3"), rename("w", "o"), anyUp, up()),
        // The old one waits for its end.
        story(toKey("k2"), up(busy), drift, toKey("k3"), anyUp),
        story(toKey("k2"), up(busy), somebody, toKey("k1"), anyUp, up()),
        story(library, toKey("k2"), up({ continues: true }), somebody, anyUp),
        // What the user asks for in words.
        story(asked, somebody),
        story({ do: "forget", stack: "a", name: IDENTITY }, asked),
        // Registered where something else fails.
        story(edit({ within: true }), up(), { do: "failing", stack: "a", fails: true }, up({ continues: true })),
        // Replaced with what is deleted first.
        story(edit({ replaceWithKey: "transform" }), up(), { do: "new-key", stack: "a", deleteFirst: true }, anyUp),
        // Failed, repaired, used, and failed again.
        story(
            { do: "fail", next: true },
            edit({ ...plain, label: "v" }, "v"),
            up(),
            { do: "repair" },
            write(1),
            fail,
            up(),
        ),
        // Two stacks.
        story({ do: "copy", name: "w", forgets: "nothing" }, toKey("k2", "w", "b"), upOfB, somebody),
        story(move("a"), upOfB, move("b"), up(), asked),
        // Given up in words, and begun again.
        story(edit({ forceDestroy: true }), up(), somebody, { do: "destroy", stack: "a" }, up(), somebody),
        story(edit({ forceDestroy: true }), up(), remove("w"), anyUp),
        // Killed on the way, and given up.
        story(
            toKey("k2"),
            during.map((one) => up({ during: one })),
            remove("w"),
            anyUp,
        ),
        story(
            toKey("k2"),
            during.map((one) => up({ during: one })),
            { do: "destroy", stack: "a" },
        ),
    );
}

function renamed(step: Step): Step {
    return "name" in step && step.name === "w" ? ({ ...step, name: "o" } as Step) : step;
}
