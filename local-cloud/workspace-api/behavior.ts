import { ApiError, type ApiRequest } from "../http";

/** How a workspace behaves; a test may change it at any time. Times are in milliseconds. */
export interface WorkspaceBehavior {
    /** How long after it became RUNNING a workspace's host does not answer: connections break. Default: 0. */
    reachableAfterMilliseconds: number;
    /**
     * How long after it became RUNNING a workspace has no environment for its workers: what needs one is refused with "Unknown worker
     * environment", except every third time, because some of the service's servers know it already. Default: 0.
     */
    servicesAfterMilliseconds: number;
    /**
     * Who may reach the host. `forbidden`: an IP access list answers with 403 and an HTML page; `unreachable`: connections
     * break, as behind a private link. Default: `public`.
     */
    frontEnd: "public" | "forbidden" | "unreachable";
    /** Whether its responses name it in the header `x-databricks-org-id`, which a proxy may take out. Default: true. */
    identifiesItself: boolean;
    /**
     * Requests beyond these in a second are answered with 429 and `Retry-After: 1`: of all together, or of each endpoint. Default:
     * no limit.
     */
    requestsPerSecond: number | EndpointRates | undefined;
    /**
     * How content over 10 MB is refused: `MAX_NOTEBOOK_SIZE_EXCEEDED`; as older services do, `BAD_REQUEST` with "Size exceeds
     * 10485760 bytes"; as was seen of exports, the first error with the status 200; or the code MAX_READ_SIZE_EXCEEDED.
     * Default: the first.
     */
    sizeRefusal: "MAX_NOTEBOOK_SIZE_EXCEEDED" | "BAD_REQUEST" | "status 200" | "MAX_READ_SIZE_EXCEEDED";
    /**
     * How many bytes content may have, in and out: what is said of 10 MB above and below is about this. A test that is about what
     * happens beyond it may set it lower, for the sake of its own time. Default: 10,485,760.
     */
    contentLimit: number;
    /** Which objects are listed with their times: notebooks are not always. Default: `all`. */
    times: "all" | "files";
    /** How many objects of a folder a page of its list has; the page names the next one. Default: the list has no pages. */
    listPage: number | undefined;
    /**
     * Whether the account's people are assigned to it by permission assignments: as soon as it has a metastore, always, or
     * never. Else those APIs refuse. Default: `with-metastore`.
     */
    identityFederation: "with-metastore" | "always" | "never";
    /** How long after a user or service principal was added its home folder appears. Default: 0. */
    homeMilliseconds: number;
    /** When those get a home who belong to it through a group alone: at their first sign-in, or as others do. Default: the first. */
    groupHomes: "first-sign-in" | "at-once";
    /**
     * Whether a secret's value is given to who may read it: to anybody, or in notebooks alone, as Databricks' SDKs say (400 for
     * everybody else). Default: `given`.
     */
    secretValues: "given" | "notebooks-only";
    /**
     * What an admin of the workspace may do with every secret scope: manage it, as Databricks' page on secret ACLs has it, or
     * what anybody else may, which is how the reference of the API reads. Default: the first.
     */
    secretAdmins: "manage" | "as-others";
    /** How long GET of a dashboard by its id does not show that it was made (404), or changed, in milliseconds. Default: 0. */
    dashboardMilliseconds: number;
    /**
     * Which git folders the API makes: standard ones, which lists show as REPO, or, outside `/Repos`, those with Git CLI access,
     * which lists show as DIRECTORY with `directory_info: { is_git_folder: true }`. Default: `standard`.
     */
    gitFolders: "standard" | "cli-outside-repos";
    /** Whether notebooks are listed with who changed them last in the browser, `modified_at_interactive`. Default: false. */
    interactiveTimes: boolean;
    /** What becomes of a notebook of more than 10 MB, and up to 100 MB, that is exported or imported as JUPYTER. Default: `refused`. */
    largeJupyter: "refused" | "accepted";
    /**
     * What becomes of a file of more than 10 MB, and up to 500 MB: it is refused; taken, and not given, as users saw in 2025; or taken, and
     * given to who asks for it by `direct_download`, as Databricks' provider for Terraform does. Default: `refused`.
     */
    largeFiles: "refused" | "taken" | "given";
    /** Whether DBC and HTML carry a notebook's environment, as JUPYTER does. Default: true. */
    archivesHaveEnvironments: boolean;
    /** What an import answers: the `object_id`, or, as older services do, nothing. Default: the first. */
    importAnswer: "object_id" | "empty";
}

/** The values that each of these can have: words, whether, or a number. */
export const workspaceBehaviorValues: Readonly<
    Record<keyof WorkspaceBehavior, readonly (string | boolean)[] | "number">
> = {
    reachableAfterMilliseconds: "number",
    servicesAfterMilliseconds: "number",
    frontEnd: ["public", "forbidden", "unreachable"],
    identifiesItself: [true, false],
    requestsPerSecond: "number",
    sizeRefusal: ["MAX_NOTEBOOK_SIZE_EXCEEDED", "BAD_REQUEST", "status 200", "MAX_READ_SIZE_EXCEEDED"],
    contentLimit: "number",
    times: ["all", "files"],
    listPage: "number",
    identityFederation: ["with-metastore", "always", "never"],
    homeMilliseconds: "number",
    groupHomes: ["first-sign-in", "at-once"],
    secretValues: ["given", "notebooks-only"],
    secretAdmins: ["manage", "as-others"],
    dashboardMilliseconds: "number",
    gitFolders: ["standard", "cli-outside-repos"],
    interactiveTimes: [true, false],
    largeJupyter: ["refused", "accepted"],
    largeFiles: ["refused", "taken", "given"],
    archivesHaveEnvironments: [true, false],
    importAnswer: ["object_id", "empty"],
};

/** Requests to some endpoints of a workspace in a second. What is left out has no limit. */
export interface EndpointRates {
    readonly export?: number;
    readonly import?: number;
    /** GETs of permissions. */
    readonly readPermissions?: number;
    /** PUTs and PATCHes of permissions. */
    readonly writePermissions?: number;
}

/** The limits of a workspace's endpoints that users report. */
export const reportedRates: EndpointRates = { export: 60, import: 30, readPermissions: 100, writePermissions: 30 };

/** The behavior of a workspace about which nothing was said. */
export const defaultBehavior: Readonly<WorkspaceBehavior> = {
    reachableAfterMilliseconds: 0,
    servicesAfterMilliseconds: 0,
    frontEnd: "public",
    identifiesItself: true,
    requestsPerSecond: undefined,
    sizeRefusal: "MAX_NOTEBOOK_SIZE_EXCEEDED",
    contentLimit: 10_485_760,
    times: "all",
    listPage: undefined,
    identityFederation: "with-metastore",
    homeMilliseconds: 0,
    groupHomes: "first-sign-in",
    secretValues: "given",
    secretAdmins: "manage",
    dashboardMilliseconds: 0,
    gitFolders: "standard",
    interactiveTimes: false,
    largeJupyter: "refused",
    largeFiles: "refused",
    archivesHaveEnvironments: true,
    importAnswer: "object_id",
};

/** Refuses content that is too large, in the words that the behavior chooses. `FILE`: one that the behavior may let through. */
export function requireSize(bytes: number, behavior: WorkspaceBehavior, format = ""): void {
    const { sizeRefusal, contentLimit, largeJupyter, largeFiles } = behavior;
    const isLargeNotebook = format === "JUPYTER" && largeJupyter === "accepted";
    const limit = contentLimit * (isLargeNotebook ? 10 : format === "FILE" && largeFiles !== "refused" ? 50 : 1);
    if (bytes <= limit) return;
    if (sizeRefusal === "BAD_REQUEST") throw new ApiError(400, "BAD_REQUEST", `Size exceeds ${limit} bytes`);
    throw new ApiError(
        sizeRefusal === "status 200" ? 200 : 400,
        sizeRefusal === "MAX_READ_SIZE_EXCEEDED" ? sizeRefusal : "MAX_NOTEBOOK_SIZE_EXCEEDED",
        `The content has ${bytes} bytes, which exceeds the limit of ${limit} bytes.`,
    );
}

/** Counts a workspace's requests, and refuses those over its limit. */
export class WorkspaceRateLimit {
    /** When requests were accepted lately, by what they are counted among. */
    private readonly recent = new Map<string, readonly number[]>();
    private refusals = { left: 0, retryAfter: 1 };

    /** Answers the next requests with 429 and this `Retry-After`, in seconds. */
    refuseNext(requests: number, retryAfter = 1): void {
        this.refusals = { left: requests, retryAfter };
    }

    /** Counts a request: how many seconds it has to wait, if it is refused. */
    admit(
        now: number,
        rates: WorkspaceBehavior["requestsPerSecond"],
        request: Pick<ApiRequest, "method" | "path">,
    ): { retryAfter: number } | undefined {
        if (this.refusals.left > 0) {
            this.refusals.left--;
            return { retryAfter: this.refusals.retryAfter };
        }
        const endpoint = typeof rates === "object" ? endpointOf(request) : undefined;
        const limit = typeof rates === "object" ? endpoint && rates[endpoint] : rates;
        if (limit === undefined) return undefined;
        const recent = (this.recent.get(endpoint ?? "") ?? []).filter((time) => time > now - 1000);
        if (recent.length >= limit) return { retryAfter: 1 };
        this.recent.set(endpoint ?? "", [...recent, now]);
        return undefined;
    }
}

function endpointOf({ method, path }: Pick<ApiRequest, "method" | "path">): keyof EndpointRates | undefined {
    if (path === "/api/2.0/workspace/export") return "export";
    if (path === "/api/2.0/workspace/import") return "import";
    if (!path.startsWith("/api/2.0/permissions/")) return undefined;
    return method === "GET" ? "readPermissions" : "writePermissions";
}
