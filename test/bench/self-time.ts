import type { Profiler } from "node:inspector";

/** Time that a process spent in one package. */
export interface SelfTime {
    /** A package, a part of Node.js, `native code`, `the program`, or a name of V8's in brackets: `(garbage collector)`. */
    readonly module: string;
    readonly ours: boolean;
    readonly milliseconds: number;
    /** Share of the time that the process was busy, 0 to 1. */
    readonly share: number;
}

/** The name of this package. */
const OURS = "pulumi-databricks-cmk";

/**
 * Self time of a CPU profile by package, the longest first, without idle time. In `root`, this package's folder, `dist/sdk`
 * and `dist/provider` count as ours.
 */
export function selfTimes(profile: Profiler.Profile, root: string): SelfTime[] {
    return sumBy(profile, (frame) => moduleOf(frame, root));
}

/** Self time of this package's files. */
export function ourSelfTimes(profile: Profiler.Profile, root: string): SelfTime[] {
    return sumBy(profile, (frame) => ourFile(frame.url, root) ?? "").filter(({ module }) => module !== "");
}

function sumBy(profile: Profiler.Profile, name: (frame: Profiler.Profile["nodes"][number]["callFrame"]) => string) {
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    const modules = new Map<string, { milliseconds: number; ours: boolean }>();
    let busy = 0;
    profile.samples?.forEach((id, index) => {
        const frame = frames.get(id);
        const milliseconds = (profile.timeDeltas?.[index] ?? 0) / 1000;
        if (frame === undefined || frame.functionName === "(idle)") return;
        busy += milliseconds;
        const module = name(frame);
        const known = modules.get(module) ?? { milliseconds: 0, ours: module === OURS || module.startsWith("dist/") };
        modules.set(module, { ...known, milliseconds: known.milliseconds + milliseconds });
    });
    return [...modules]
        .map(([module, { milliseconds, ours }]): SelfTime => ({
            module,
            ours,
            milliseconds,
            share: milliseconds / busy,
        }))
        .sort((left, right) => right.milliseconds - left.milliseconds);
}

function moduleOf({ url, functionName }: { url: string; functionName: string }, root: string): string {
    if (url === "") return functionName.startsWith("(") ? functionName : "native code";
    if (url.startsWith("node:")) return url.replace(/^(node:internal\/[^/]+).*/, "$1");
    const found = [...url.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].at(-1)?.[1];
    if (found !== undefined) return found;
    return ourFile(url, root) === undefined ? "the program" : OURS;
}

function ourFile(url: string, root: string): string | undefined {
    const file = decodeURI(url.replace(/^file:\/\//, ""));
    const inside = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : "";
    return /^dist\/(sdk|provider)\//.test(inside) ? inside : undefined;
}
