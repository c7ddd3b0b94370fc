import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

import type { ArmName } from "../arms";
import { byArm, type Measure } from "../bench";
import { atMost, median } from "../table";

const root = resolve(__dirname, "../../../..");
const TIMES = 15;
/** The goal, in milliseconds. */
const WITHIN = 15;
const watched = ["@pulumi/aws", "axios", "zod"];

/** What each arm's program imports besides `@pulumi/pulumi`. */
const imports: Readonly<Record<ArmName, readonly string[]>> = {
    ours: ["pulumi-databricks-cmk"],
    empty: [],
    carrier: [],
    plugin: [],
    plain: ["axios", "zod"],
    peer: ["@pulumi/databricks"],
};

interface Import {
    readonly milliseconds: number;
    readonly loaded: readonly string[];
}

/** What the dynamic-provider process loads of each arm; that of the plain one is a closure, which brings its imports. */
const providers: Partial<Record<ArmName, readonly string[]>> = {
    ours: ["pulumi-databricks-cmk/provider"],
    plain: ["axios", "zod"],
};

/** Time to import the package in a program that has already loaded `@pulumi/pulumi`, and to load its provider there. */
export const importing: Measure = {
    name: "import",
    async measure(bench) {
        const arms = bench.arms.filter((name) => imports[name].length > 0);
        const seen = await inTurn(arms, imports);
        const figures = times(arms, seen);
        const started = times(arms, await inTurn(arms, providers));
        const loaded = byArm(arms, (name) => seen.get(name)?.[0]?.loaded.length);
        const ours = seen.get("ours")?.[0]?.loaded ?? [];
        return [
            {
                measure: "import",
                unit: "ms",
                digits: 1,
                figures,
                goal: atMost(figures.ours, WITHIN, `≤ ${WITHIN} ms`),
            },
            {
                measure: `  of ${watched.join(", ")} it loads`,
                unit: "",
                figures: loaded,
                goal: atMost(ours.length, 0, ours.length === 0 ? "none" : `none, but ${ours.join(", ")}`),
            },
            {
                measure: "loading the provider",
                unit: "ms",
                digits: 1,
                figures: started,
                goal: atMost(started.ours, started.plain ?? Infinity, "≤ axios and zod alone"),
            },
        ];
    },
};

/** The imports of each arm, several times, arms in turn. */
async function inTurn(arms: readonly ArmName[], of: Partial<Record<ArmName, readonly string[]>>) {
    const seen = new Map<ArmName, Import[]>();
    for (let time = 0; time < TIMES; time++) {
        for (const name of arms)
            if (of[name] !== undefined) seen.set(name, [...(seen.get(name) ?? []), await importOnce(of[name])]);
    }
    return seen;
}

function times(arms: readonly ArmName[], seen: ReadonlyMap<ArmName, readonly Import[]>) {
    return byArm(arms, (name) => median(seen.get(name)?.map(({ milliseconds }) => milliseconds) ?? []));
}

async function importOnce(packages: readonly string[]): Promise<Import> {
    const script = `
        require("@pulumi/pulumi");
        const began = process.hrtime.bigint();
        for (const name of ${JSON.stringify(packages)}) require(name);
        const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
        const files = Object.keys(require.cache).map((file) => file.replaceAll("\\\\", "/"));
        const loaded = ${JSON.stringify(watched)}.filter((name) => files.some((file) => file.includes("/node_modules/" + name + "/")));
        console.log(JSON.stringify({ milliseconds, loaded }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: root });
    return JSON.parse(stdout) as Import;
}
