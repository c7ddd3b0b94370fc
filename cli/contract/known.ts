import { readFileSync } from "node:fs";

import { z } from "zod";

import { type Behavior, behaviorValues } from "../../local-cloud/behavior";
import { type WorkspaceBehavior, workspaceBehaviorValues } from "../../local-cloud/workspace-api/behavior";
import { UsageError } from "../command";
import type { Seen } from "./row";

const WORKSPACE = "workspace.";

/** Whether the local cloud can behave so: what was found is a value of this option. */
export function isKnown(name: string, found: Seen): boolean {
    const values = new Map<string, readonly (string | boolean)[] | "text" | "number">([
        ...Object.entries(behaviorValues),
        ...Object.entries(workspaceBehaviorValues).map(([one, of]) => [`${WORKSPACE}${one}`, of] as const),
    ]).get(name);
    if (values === undefined) return false;
    if (values === "text" || values === "number") return typeof found === (values === "text" ? "string" : "number");
    return typeof found !== "number" && values.includes(found);
}

/** How a local cloud has to behave to be like the service of a report. */
export interface Reported {
    readonly behavior: Partial<Behavior>;
    readonly workspaces: Partial<WorkspaceBehavior>;
    /** Ids of the differences for which the local cloud has no option. */
    readonly unknown: readonly string[];
}

const reportForm = z.object({
    results: z.array(
        z.object({
            id: z.string(),
            outcome: z.string(),
            found: z.union([z.string(), z.number(), z.boolean()]).optional(),
            behavior: z.string().optional(),
        }),
    ),
});

/** Reads a report of the command `contract`. Throws `UsageError` for another file. */
export function readReported(file: string, option: string): Reported {
    const { success, data } = reportForm.safeParse(parsed(file, option));
    if (!success) throw new UsageError(`--${option}: ${file} is not a report of the command contract (--json)`);
    const differing = data.results.filter(({ outcome }) => outcome === "differs");
    const values = differing.flatMap(({ behavior, found }) =>
        behavior !== undefined && found !== undefined && isKnown(behavior, found) ? [[behavior, found] as const] : [],
    );
    const known = new Set(values.map(([name]) => name));
    const isOfWorkspace = ([name]: readonly [string, Seen]) => name.startsWith(WORKSPACE);
    return {
        behavior: Object.fromEntries(values.filter((one) => !isOfWorkspace(one))),
        workspaces: Object.fromEntries(
            values.filter(isOfWorkspace).map(([name, found]) => [name.slice(WORKSPACE.length), found]),
        ),
        unknown: differing.filter(({ behavior = "" }) => !known.has(behavior)).map(({ id }) => id),
    };
}

function parsed(file: string, option: string): unknown {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
        throw new UsageError(`--${option}: ${file} cannot be read (${error instanceof Error ? error.message : ""})`);
    }
}
