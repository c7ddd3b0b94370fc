import fc from "fast-check";

import type { Fault, Lie } from "./lies";
import { type Act, PATHS } from "./people";
import { hasForceDestroy, IDENTITY, KEYS, type WorkspaceSpec } from "./program";
import type { StackName } from "./stacks";
import type { Step } from "./steps";
import type { DriftField } from "./steps-account";
import { stories } from "./stories";
import type { During } from "./world";

const stack = fc.constantFrom<StackName>("a", "a", "a", "b");
const name = fc.constantFrom("w", "w", "w", "v", "o");
const resource = fc.oneof({ weight: 6, arbitrary: name }, { weight: 1, arbitrary: fc.constant("**") });

const fault = fc.record({
    after: fc.oneof(fc.nat(5), fc.nat(20), fc.nat(60), fc.nat(200)),
    fault: fc.constantFrom<Fault>(
        "refused",
        "lost",
        "error",
        "done-error",
        "killed-before",
        "killed-before",
        "killed-after",
        "killed-after",
    ),
});

const lie: fc.Arbitrary<Lie> = fc.record({
    tell: fc.constantFrom<Lie["tell"]>(
        "missing",
        "old",
        "late-list",
        "error-200",
        "tree-missing",
        "no-id",
        "wrong-host",
        "wrong-host-unsaid",
        "busy",
    ),
    at: fc.nat(2),
    from: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(150)),
    times: fc.constantFrom(1, 2, 5, 20, 1000),
});

const at = fc.nat(3);
/** In the tree, or beside it. */
const path = fc.oneof({ weight: 2, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(PATHS.length - 1) });

/** Something that somebody does in a workspace. */
export const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ act: fc.constant("write" as const), at, path }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant("delete" as const), at, path }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("rename" as const), at, path, to: path }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("library" as const), at }) },
);

const lies = fc.array(lie, { minLength: 1, maxLength: 2 });
const acts = fc.array(fc.record({ after: fc.oneof(fc.nat(10), fc.nat(60), fc.nat(250)), act }), {
    minLength: 1,
    maxLength: 3,
});

/** What happens during a deployment. */
export const during: fc.Arbitrary<During> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ fault }) },
    { weight: 2, arbitrary: fc.record({ lies }) },
    { weight: 3, arbitrary: fc.record({ acts }) },
    fc.record({ fault, acts }),
    fc.record({ lies, acts }),
);

const accept = fc.constantFrom(["/Shared/b"], ["library"], ["changed-in-target"]);

const change: fc.Arbitrary<Partial<WorkspaceSpec>> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ key: fc.constantFrom(...KEYS, undefined) }) },
    { weight: 2, arbitrary: fc.record({ onKeyChange: fc.constantFrom("replace", "replace", "forbid", "update") }) },
    {
        weight: 3,
        arbitrary: fc.record({
            migrateContent: fc.oneof(
                fc.constantFrom(false as const, false as const, undefined),
                accept.map((list) => ({ accept: list })),
            ),
        }),
    },
    { weight: 2, arbitrary: fc.record({ retain: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ team: fc.constantFrom("x", "y", undefined) }) },
    ...(hasForceDestroy
        ? [{ weight: 4, arbitrary: fc.record({ forceDestroy: fc.constantFrom(true, true, false, undefined) }) }]
        : []),
    fc.record({ alias: fc.constant(undefined) }),
    fc.record({ storageKey: fc.constantFrom("k1" as const, "k2" as const, undefined) }),
    fc.record({ label: fc.constantFrom("w", "other") }),
    fc.record({ region: fc.constantFrom("us-east-1", "us-west-2") }),
    fc.record({ credentials: fc.constantFrom("c1", "c2") }),
    fc.record({ ignoresKey: fc.boolean() }),
    fc.record({ fixedName: fc.boolean() }),
    fc.record({ after: fc.constantFrom("w", "v", "o", undefined) }),
    fc.record({ replaceWithKey: fc.constantFrom("option", "transform", undefined) }),
    fc.record({ within: fc.constantFrom(true, undefined) }),
    fc.record({ deleteFirst: fc.constantFrom(true, undefined) }),
    fc.record({ ownProvider: fc.constantFrom(true, undefined) }),
);

const flags = { continues: fc.constantFrom(true, undefined), during: fc.option(during, { nil: undefined, freq: 2 }) };

const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("edit" as const), stack, name, change }) },
    {
        weight: 10,
        arbitrary: fc.record({
            do: fc.constant("up" as const),
            stack,
            refresh: fc.constantFrom(false, false, true),
            policy: fc.constantFrom(false, false, false, true),
            twice: fc.boolean(),
            ...flags,
        }) as fc.Arbitrary<Step>,
    },
    {
        weight: 4,
        arbitrary: fc.record({
            do: fc.constant("person" as const),
            acts: fc.array(act, { minLength: 1, maxLength: 3 }),
            soon: fc.constantFrom(true, undefined),
        }) as fc.Arbitrary<Step>,
    },
    { weight: 1, arbitrary: fc.constant<Step>({ do: "write" }) },
    {
        weight: 3,
        arbitrary: fc.record({
            do: fc.constant("drift" as const),
            field: fc.constantFrom<DriftField>(
                "key",
                "key",
                "storage-key",
                "tag",
                "label",
                "connectivity",
                "access",
                "gone",
            ),
            value: fc.nat(2),
            at: fc.nat(2),
        }),
    },
    {
        weight: 2,
        arbitrary: fc.record({
            do: fc.constant("refresh" as const),
            stack,
            during: flags.during,
        }) as fc.Arbitrary<Step>,
    },
    fc.record({
        do: fc.constantFrom("target" as const, "target-replace"),
        stack,
        name,
        identity: fc.boolean(),
        ...flags,
    }) as fc.Arbitrary<Step>,
    {
        weight: 2,
        arbitrary: fc.record({
            do: fc.constantFrom("replace" as const, "taint"),
            stack,
            name: resource,
            ...flags,
        }) as fc.Arbitrary<Step>,
    },
    fc.record({ do: fc.constant("forget" as const), stack, name: fc.constantFrom("w", "w", "v", "o", IDENTITY) }),
    fc.record({ do: fc.constant("remove" as const), stack, name }),
    {
        weight: 2,
        arbitrary: fc.record({
            do: fc.constant("rename" as const),
            stack,
            name: fc.constantFrom("w", "w", "o"),
            to: fc.constantFrom("o", "o", "v", "w"),
            alias: fc.constantFrom(true, true, false),
            fresh: fc.boolean(),
        }),
    },
    fc.record({ do: fc.constant("new-key" as const), stack, deleteFirst: fc.boolean() }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant("version" as const), stack }) },
    fc.record({ do: fc.constant("failing" as const), stack, fails: fc.boolean() }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant("adopt" as const), stack, name, fits: fc.boolean() }) },
    fc.record({ do: fc.constant("fail" as const), next: fc.boolean() }),
    fc.constant<Step>({ do: "repair" }),
    fc.record({ do: fc.constant("move" as const), stack, name, keeps: fc.constantFrom(false, false, true) }),
    fc.record({
        do: fc.constant("copy" as const),
        name,
        forgets: fc.constantFrom("everything", "workspace", "nothing"),
    }),
    fc.record({
        do: fc.constant("time" as const),
        skew: fc.constantFrom(0, 120_000, -120_000, 3_600_000),
        passes: fc.constantFrom(0, 1_000, 600_000, 90_000_000),
    }),
    fc.record({ do: fc.constant("trees" as const), readable: fc.boolean() }),
    fc.record({
        do: fc.constant("service" as const),
        updates: fc.constantFrom("at-once", "at-once", "late", "dropped"),
        equalPost: fc.constantFrom("new", "new", "existing"),
        times: fc.constantFrom("all", "all", "files"),
        pages: fc.boolean(),
    }),
    fc.record({ do: fc.constant("destroy" as const), stack, ...flags }) as fc.Arbitrary<Step>,
);

/** Sequences of steps, which begin with a workspace that people work in; now and then a story that began well once. */
export const sequences: fc.Arbitrary<Step[]> = fc
    .array(
        fc.oneof(
            { weight: 9, arbitrary: step.map((one) => [one]) },
            { weight: 1, arbitrary: stories({ act, during }) },
        ),
        { minLength: 3, maxLength: 12, size: "max" },
    )
    .map((parts) => parts.flat());
