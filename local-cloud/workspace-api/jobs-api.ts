import { randomInt } from "node:crypto";

import { ApiError, bodyOf, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";

type Job = Record<string, unknown>;

/** `/api/2.2/jobs`, as far as bundles use it: jobs are made, changed and deleted, and never run. */
export const jobRoutes = workspaceRoutes({
    "POST /api/2.2/jobs/create": (call) => {
        const settings = bodyOf(call.request);
        const by = call.principal?.slice(call.principal.indexOf(":") + 1);
        const job = {
            job_id: randomInt(1, 2 ** 47),
            creator_user_name: by,
            run_as_user_name: by,
            created_time: call.now(),
            settings,
        };
        call.workspace.others.jobs.push(job);
        return ok({ job_id: job.job_id });
    },
    "GET /api/2.2/jobs/get": (call) => ok(jobOf(call, call.request.query["job_id"])),
    "POST /api/2.2/jobs/reset": (call) => {
        const { job_id: id, new_settings: settings } = bodyOf(call.request);
        const job = jobOf(call, id);
        if (typeof settings !== "object" || settings === null) throw invalid("Missing required field: new_settings");
        // Who it runs as stays if that is left out, although everything else is replaced.
        const { run_as: runAs } = settingsOf(job);
        job["settings"] = { ...(runAs === undefined ? {} : { run_as: runAs }), ...settings };
        return ok({});
    },
    "POST /api/2.2/jobs/update": (call) => {
        const { job_id: id, new_settings: settings, fields_to_remove: removed } = bodyOf(call.request);
        const job = jobOf(call, id);
        const names = Array.isArray(removed) ? removed : [];
        const kept = Object.entries(settingsOf(job)).filter(([name]) => !names.includes(name));
        job["settings"] = { ...Object.fromEntries(kept), ...Object(settings) };
        return ok({});
    },
    "POST /api/2.2/jobs/delete": (call) => {
        const { jobs } = call.workspace.others;
        jobs.splice(jobs.indexOf(jobOf(call, bodyOf(call.request)["job_id"])), 1);
        return ok({});
    },
});

function jobOf({ workspace }: WorkspaceCall, id: unknown): Job {
    const job = (workspace.others.jobs as Job[]).find((one) => String(one["job_id"]) === String(id));
    if (job === undefined) throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Job ${String(id)} does not exist.`);
    return job;
}

function settingsOf(job: Job): Record<string, unknown> {
    return (job["settings"] ?? {}) as Record<string, unknown>;
}
