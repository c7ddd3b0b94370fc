import { ApiError, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";

/** What compute can run on. */
const NODE_TYPES = [
    { node_type_id: "i3.xlarge", memory_mb: 31_232, num_cores: 4, category: "Storage Optimized", is_deprecated: false },
    { node_type_id: "m5d.large", memory_mb: 8_192, num_cores: 2, category: "General Purpose", is_deprecated: false },
];

/** `/api/2.0/clusters`, as far as it is not a list of what a test filled in: it needs the workspace's environment for workers. */
export const clusterRoutes = workspaceRoutes({
    "GET /api/2.0/clusters/list-node-types": (call) => {
        requireWorkers(call);
        return ok({ node_types: NODE_TYPES });
    },
});

/** Refuses what needs the environment for workers while a new workspace has none; every third time it is there already. */
function requireWorkers({ workspace, now }: WorkspaceCall): void {
    const { runningSince = now(), behavior } = workspace;
    if (now() >= runningSince + behavior.servicesAfterMilliseconds || ++workspace.earlyRequests % 3 === 0) return;
    throw new ApiError(
        400,
        "INVALID_PARAMETER_VALUE",
        `Delegate unexpected exception during listing node types: com.databricks.backend.manager.util.UnknownWorkerEnvironmentException: Unknown worker environment WorkerEnvId(workerenv-${workspace.id})`,
    );
}
