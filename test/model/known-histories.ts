import type { ModelHost } from "./hosts";
import type { Lie } from "./lies";
import { IDENTITY, plain, type WorkspaceSpec } from "./program";
import type { Step } from "./steps";
import { adopt, clear, edit, library, remove, rename, told, toKey, up, write } from "./words";

/** A history in which something was lost once, and what is wrong with the reasoning that lost it. */
export interface KnownHistory {
    readonly title: string;
    readonly steps: readonly Step[];
    /** What the handlers are told. Default: what the classes tell. */
    readonly host?: ModelHost;
}

const version: Step = { do: "version", stack: "a" };
const renamed = [rename("w", "o"), up()];
const asked = (what: "replace" | "taint", name: string): Step => ({ do: what, stack: "a", name });
const fails: Step = { do: "failing", stack: "a", fails: true };
const lie = (tell: Lie["tell"], from: number): Step => up(told([{ tell, at: 0, from, times: 1000 }]));
const accepting = (name: string): Step => edit({ migrateContent: { accept: ["library"] } }, name);
const fresh = (spec: Partial<WorkspaceSpec>, name: string) => edit({ ...plain, ...spec }, name);
const incomplete = [library, toKey("k2"), up(), write(1), toKey("k3")];

/** Histories that lost content, or left a workspace that nobody named, before the content decided what a delete may do. */
export const knownHistories: readonly KnownHistory[] = [
    {
        title: "one that was kept is adopted as another resource, whose key changes: it was verified into its first replacement, not into the second",
        steps: [edit({ retain: true }), up(), toKey("k2"), up(), adopt("v"), up(), clear(1), toKey("k3", "v"), up()],
    },
    {
        title: "a renamed resource and a new one with its old name, whose people clear out what they never asked for",
        steps: [...renamed, fresh({ key: "k1" }, "w"), up(), clear(1), toKey("k2", "o"), up()],
    },
    {
        title: "one that is to be kept is replaced, the run killed right after the POST, and the resource goes: nobody named the second",
        steps: [
            edit({ retain: true }),
            up(),
            { do: "taint", stack: "a", name: "w", during: { fault: { after: 8, fault: "killed-after" } } },
            remove("w"),
            up(),
        ],
    },
    {
        title: "a copy that is not complete and a rename; then a new resource takes the old name, with a word that is its own",
        steps: [
            library,
            toKey("k3"),
            rename("w", "o"),
            up(),
            edit({ forceDestroy: true }),
            { do: "rename", stack: "a", name: "o", to: "v", alias: false, fresh: false },
            up(),
        ],
    },
    {
        title: "two copies that are not complete, and the resource moves to another stack: its word stays with what it left behind",
        steps: [
            edit({ forceDestroy: true }),
            library,
            toKey("k2"),
            up(),
            toKey("k3"),
            rename("w", "o"),
            up(),
            { do: "move", stack: "a", name: "o", keeps: false },
            { do: "up", stack: "a", refresh: false, policy: false, twice: false, continues: true },
        ],
    },
    {
        title: "moved to another stack; in it, people write an alert alone; the first stack, whose tag it has, makes its resource again",
        steps: [
            edit({ forceDestroy: true }, "o"),
            toKey("k2"),
            up(),
            { do: "move", stack: "a", name: "o", keeps: false },
            { do: "person", acts: [{ act: "write", at: 0, path: 5 }], soon: true },
        ],
    },
    {
        title: "a refused delete, and the replacement is deleted in the console",
        steps: [
            toKey("k2"),
            up(told([{ tell: "busy", at: 0, from: 0, times: 1000 }])),
            { do: "drift", field: "gone", value: 0, at: 1 },
            toKey("k3"),
            up(),
        ],
    },
    {
        title: "a refused delete, and a refresh after the replacement was deleted in the console",
        steps: [
            toKey("k2"),
            up(told([{ tell: "busy", at: 0, from: 0, times: 1000 }])),
            { do: "drift", field: "gone", value: 0, at: 1 },
            { do: "refresh", stack: "a" },
            up(),
        ],
    },
    {
        title: "a refused delete, and the resource goes from the program and comes back",
        steps: [
            toKey("k2"),
            up(told([{ tell: "busy", at: 0, from: 14, times: 1000 }])),
            remove("w"),
            up(told([{ tell: "busy", at: 0, from: 0, times: 1000 }])),
            fresh({ ignoresKey: true }, "w"),
            up(),
            up(),
        ],
    },
    {
        title: "registered in an apply of a resource that fails, with --continue-on-error",
        steps: [edit({ within: true }), fails, up({ continues: true })],
    },
    { title: "everything is replaced", steps: [asked("replace", "**")] },
    { title: "everything is tainted", steps: [asked("taint", "**")] },
    {
        title: "the identity is lost, and a taint",
        steps: [{ do: "forget", stack: "a", name: IDENTITY }, asked("taint", "w")],
    },
    { title: "renamed in an earlier run, then replaced in words", steps: [...renamed, asked("replace", "o")] },
    { title: "renamed in an earlier run, then tainted", steps: [...renamed, asked("taint", "o")] },
    {
        title: "renamed in an earlier run, moved to another stack, and replaced there in words",
        steps: [
            ...renamed,
            { do: "move", stack: "a", name: "o", keeps: false },
            { do: "replace", stack: "b", name: "o" },
        ],
    },
    {
        title: "a copy that is not complete, people write in the new one; then another key and a rename",
        steps: [...incomplete, rename("w", "o"), up(), accepting("o"), up(), up()],
    },
    {
        title: "replaceWith that the class does not see, with what is deleted first",
        steps: [
            edit({ key: "k2", replaceWithKey: "transform" }),
            up(),
            { do: "new-key", stack: "a", deleteFirst: true },
            up(),
        ],
    },
    {
        title: "failed before it ran, repaired by hand, used, and failed again",
        steps: [
            { do: "fail", next: true },
            fresh({ label: "v" }, "v"),
            up(),
            { do: "repair" },
            write(1),
            { do: "fail", next: false },
            up(),
        ],
    },
    { title: "a read answers for a while that it does not exist", steps: [toKey("k2"), lie("missing", 12)] },
    {
        title: "a copy that is not complete, with --continue-on-error, and a read that says it does not exist",
        steps: [
            library,
            toKey("k2"),
            up({ continues: true, during: { lies: [{ tell: "missing", at: 0, from: 42, times: 1000 }] } }),
        ],
    },
    {
        title: "its host leads to the new one, and does not say so",
        steps: [toKey("k2"), lie("wrong-host-unsaid", 12)],
    },
    {
        title: "the host of the new one leads to the old one after it has said who it is, and does not say so",
        steps: [toKey("k2"), up(told([{ tell: "wrong-host-unsaid", at: 1, from: 62, times: 1000 }]))],
    },
    {
        title: "one that was kept is adopted as another resource and replaced: an alert of its first replacement waits for its end",
        steps: [write(0, 5), edit({ retain: true }), up(), toKey("k2"), up(), adopt("v"), up(), toKey("k3", "v"), up()],
    },
    {
        title: "its new tag is not taken, and the run that replaces it is killed: the second has the tag, and is not what the resource has",
        steps: [
            { do: "service", updates: "dropped", equalPost: "existing", times: "all", pages: true },
            ...renamed,
            toKey("k2", "o"),
            up({ during: { fault: { after: 141, fault: "killed-after" } } }),
        ],
    },
    {
        title: "the one that took over is deleted in the console after a rename, and a new resource has the old name and a word of its own",
        steps: [
            library,
            toKey("k2"),
            up(),
            toKey("k3"),
            rename("w", "o"),
            up(),
            { do: "drift", field: "gone", value: 1, at: 2 },
            edit({ forceDestroy: true }),
            up(),
        ],
    },
    {
        title: "everything is to be destroyed while the old one waits for its end: the new one is refused, and an alert in it waits",
        steps: [
            write(0, 5),
            toKey("k2"),
            up(told([{ tell: "busy", at: 0, from: 0, times: 1000 }])),
            { do: "destroy", stack: "a" },
        ],
    },
    {
        title: "an alert waits in the new one, which a read calls gone when the old one is",
        steps: [
            edit({ forceDestroy: true }, "v"),
            up({ during: { acts: [{ after: 8, act: { act: "write", at: 3, path: 5 } }] } }),
            toKey("k2"),
            up(told([{ tell: "missing", at: 1, from: 19, times: 30 }])),
        ],
    },
    {
        title: "what is still to be copied from is deleted in the console: an alert in the new one waits for its end",
        steps: [write(0, 5), library, toKey("k2"), up(), { do: "drift", field: "gone", value: 0, at: 0 }],
    },
    {
        title: "another resource adopts what waits for its end, the update beside it fails, and everything is to be destroyed by its word",
        steps: [
            library,
            toKey("k3"),
            up(),
            adopt("o"),
            edit({ forceDestroy: true }),
            up(),
            { do: "destroy", stack: "a" },
        ],
    },
    {
        title: "one that waits for its end is adopted as another resource, and replaced there; its first resource is replaced too",
        steps: [
            { do: "fail", next: true },
            toKey("k2"),
            up(),
            adopt("v"),
            up(),
            toKey("k3", "v"),
            up(),
            edit({ forceDestroy: true }),
            { do: "write" },
        ],
    },
    {
        title: "renamed in an up that was refused, and a new resource with the old name, of which a plugin hears first",
        host: "plugin",
        steps: [
            edit({ region: "us-west-2" }),
            rename("w", "o"),
            fresh({ key: "k1" }, "w"),
            up(),
            { do: "person", acts: [0, 1].map((path) => ({ act: "delete", at: 1, path })) },
            toKey("k2", "o"),
        ],
    },
    {
        title: "the run that replaces it is killed, and the resource goes, of whose second workspace a plugin was never told",
        host: "plugin",
        steps: [
            edit({ forceDestroy: true }),
            up(),
            toKey("k2"),
            up({ during: { fault: { after: 192, fault: "killed-after" } } }),
            remove("w"),
        ],
    },
    {
        title: "a copy that is not complete, an alert written in the new one, and the key is put back: the alert waits for the end of the new one",
        steps: [library, toKey("k2"), up(), write(3, 5), toKey("k1")],
    },
    {
        title: "a copy that is not complete, an alert written in the new one, and the key put back, each with another version of the SDK",
        host: "plugin",
        steps: [library, version, toKey("k2"), up(), write(3, 5), version, toKey("k1")],
    },
    {
        title: "the tag is another stack's, and a killed replacement has left the one that carries this one's: it has the new key already",
        host: "plugin",
        steps: [
            { do: "move", stack: "a", name: "w", keeps: true },
            up({ stack: "b" }),
            toKey("k2"),
            up({ during: { fault: { after: 51, fault: "killed-before" } } }),
        ],
    },
    {
        title: "two keys in turn, none complete, each with a word or without: everything is to be destroyed, and two entries have one workspace",
        steps: [
            library,
            toKey("k2"),
            up(),
            write(1, 1),
            toKey("k1"),
            up({ continues: true }),
            edit({ forceDestroy: true }),
            up(),
            edit({ forceDestroy: false }),
            toKey("k2"),
            up(),
            { do: "destroy", stack: "a" },
        ],
    },
    {
        title: "two keys in turn, none complete, and what is missing is deleted in the older one: a destroy does not move content to it",
        steps: [
            library,
            toKey("k2"),
            up(),
            write(1),
            toKey("k1"),
            up(),
            { do: "person", acts: [{ act: "delete", at: 2, path: 0 }] },
            toKey("k2"),
            up(),
            { do: "destroy", stack: "a" },
        ],
    },
    {
        title: "one that fails is replaced, and its replacement by one with a word and back: everything is to be destroyed",
        steps: [
            { do: "fail", next: false },
            toKey("k2"),
            up(),
            { do: "person", acts: [{ act: "library", at: 1 }] },
            toKey("k1"),
            edit({ forceDestroy: true }),
            up(),
            edit({ forceDestroy: false }),
            toKey("k2"),
            up(),
            { do: "destroy", stack: "a" },
        ],
    },
    {
        title: "the host of one that the state has lost leads to an empty one, and does not say so: with content it is not adopted as a leftover",
        host: "plugin",
        steps: [
            { do: "rename", stack: "a", name: "w", to: "o", alias: false, fresh: true },
            up(),
            { do: "copy", name: "w", forgets: "workspace" },
            up(told([{ tell: "wrong-host-unsaid", at: 2, from: 0, times: 1000 }])),
        ],
    },
];
