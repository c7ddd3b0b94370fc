import { join } from "node:path";

import type { Code } from "../contract/codes";
import { jsonLines } from "./json-lines";
import type { Environment } from "./session";

/** The environment variable that names the folder for reports. */
export const REPORT_FOLDER = "PULUMI_DATABRICKS_REPORT";

/** What the package decided about a resource, for whoever reads the report of a run. */
export interface Decision {
    readonly decision:
        /** An object that existed is the resource's from now on. */
        | "adopted"
        /** What could have been deleted or replaced is left as it is. */
        | "kept"
        /** This package ended a call of the engine with an error. */
        | "refused"
        /** The service, or the connection to it, did. */
        | "failed"
        /** The content of a workspace is in the one that takes over from it, verified. */
        | "copied"
        /** Something had to be waited for, and came. */
        | "waited";
    /** Of the objects that it is about, as far as they are known; of two workspaces, the old one's first. */
    readonly ids: readonly string[];
    readonly why: string;
    readonly code?: Code | undefined;
    readonly seconds?: number;
    /** The resource's name, for calls whose URN is not known. */
    readonly resource?: string | undefined;
}

/**
 * Appends each decision to `decisions.jsonl` in the folder that `PULUMI_DATABRICKS_REPORT` names. What cannot be written is reported
 * once, and fails nothing.
 */
export function decisionLog({ variables, clock, report }: Environment): (decision: Decision) => void {
    const folder = variables[REPORT_FOLDER] ?? "";
    const append = jsonLines({
        file: folder === "" ? "" : join(folder, "decisions.jsonl"),
        createsFolder: true,
        onFailure: (reason) =>
            report.warn(`Decisions are not reported, because ${REPORT_FOLDER} cannot be written: ${reason}`, "CMK3012"),
    });
    return ({ resource, decision, ...rest }) =>
        append({
            time: new Date(clock.now()).toISOString(),
            process: process.pid,
            resource: report.urn ?? resource,
            decision,
            ...rest,
        });
}
