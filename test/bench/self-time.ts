import type { Profiler } from "node:inspector";

/** Where a process spent its time. */
export interface SelfTime {
    /** A package, a part of Node.js, `native code`, `the program`, or what V8 names in brackets: `(garbage collector)`. */
    readonly place: string;
    readonly ours: boolean;
    readonly milliseconds: number;
    /** Share of the time in which the process was not idle, 0 to 1. */
    readonly share: number;
}

/** The name of this package among the places. */
const OURS = "pulumi-databricks-cmk";

/**
 * A CPU profile's self time by place, the longest first; idle time is left out. `root` is this package's folder, of
 * which `dist/sdk` and `dist/provider` are ours.
 */
export function selfTimes(profile: Profiler.Profile, root: string): SelfTime[] {
    return summed(profile, (frame) => placeOf(frame, root));
}

/** The same of this package alone, file by file. */
export function ourSelfTimes(profile: Profiler.Profile, root: string): SelfTime[] {
    return summed(profile, (frame) => ourFile(frame.url, root) ?? "").filter(({ place }) => place !== "");
}

function summed(profile: Profiler.Profile, name: (frame: Profiler.Profile["nodes"][number]["callFrame"]) => string) {
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    const places = new Map<string, { milliseconds: number; ours: boolean }>();
    let busy = 0;
    profile.samples?.forEach((id, index) => {
        const frame = frames.get(id);
        const milliseconds = (profile.timeDeltas?.[index] ?? 0) / 1000;
        if (frame === undefined || frame.functionName === "(idle)") return;
        busy += milliseconds;
        const place = name(frame);
        const known = places.get(place) ?? { milliseconds: 0, ours: place === OURS || place.startsWith("dist/") };
        places.set(place, { ...known, milliseconds: known.milliseconds + milliseconds });
    });
    return [...places]
        .map(([place, { milliseconds, ours }]): SelfTime => ({ place, ours, milliseconds, share: milliseconds / busy }))
        .sort((left, right) => right.milliseconds - left.milliseconds);
}

function placeOf({ url, functionName }: { url: string; functionName: string }, root: string): string {
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
