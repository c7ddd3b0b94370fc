/** How a refusal is written: as JSON, as `CODE: message` in plain text, or as a page of a gateway's. */
export type ErrorFormat = "json" | "text" | "html";

/**
 * In which of its known ways the service behaves. The defaults are what Databricks documents or its users report today;
 * the others were seen too, at other times or in other accounts. A test may change them while the cloud runs.
 */
export interface Behavior {
    /** Fields of a request that the service does not know: ignored (and listed in `cloud.requests`), or a 400. */
    unknownFields: "ignore" | "reject";
    /** The key for managed services of a workspace that exists: refused with a 400, or added and changed in place. */
    keyChange: "immutable" | "updatable";
    /**
     * When GET shows what a PATCH of a workspace asked: at once, after `updateMilliseconds`, at once and after
     * `updateMilliseconds` no more, or never.
     */
    updates: "at-once" | "late" | "reverted" | "dropped";
    /** How long a late update takes, and a reverted one is shown, in milliseconds. */
    updateMilliseconds: number;
    /**
     * The status of a RUNNING workspace while it is updated: PROVISIONING unless it is in a customer-managed VPC, always
     * PROVISIONING, or RUNNING all the time.
     */
    updateStatus: "by-network" | "provisioning" | "running";
    /** How long a new workspace is NOT_PROVISIONED ("Workspace has not yet begun provisioning."), in milliseconds. */
    queueMilliseconds: number;
    /** How long a workspace is PROVISIONING again after it was shown as RUNNING for the first time, in milliseconds. */
    relapseMilliseconds: number;
    /** How long GET does not show the custom tags of a POST or a PATCH, in milliseconds; users report up to an hour. */
    tagsMilliseconds: number;
    /** A PATCH with an empty map of tags: accepted without an effect, or it takes the tags away. */
    emptyTags: "ignored" | "applied";
    /** Subnets and security groups: of one network configuration at a time, or of any number. */
    subnets: "exclusive" | "shared";
    /**
     * A POST that is equal to an object that exists: another object if no name prevents it, the existing
     * object, or a 409.
     */
    equalPost: "new" | "existing" | "refused";
    /** `reuse_key_for_cluster_volumes` of a registration for STORAGE that leaves it out: true, or still left out. */
    reuseKeyDefault: "true" | "unset";
    /** Where a fresh or insufficient role is refused: when credentials are created, or a workspace with them. */
    roleValidation: "credentials" | "workspaces";
    /** The words of that refusal: `Failed credential validation checks`, or `Failed credentials validation checks`. */
    validationWords: "credential" | "credentials";
    /** The `error_code` of a role or bucket that failed its validation. */
    validationCode: string;
    /** How the refusal of a role or bucket is written, whatever `errors` says. */
    validationFormat: ErrorFormat | undefined;
    /** How refusals are written. */
    errors: ErrorFormat;
    /** How long a list does not show a new object, which GET by its id shows at once, in milliseconds. */
    listMilliseconds: number;
    /** A list: `[...]`, or `{"<collection>": [...]}`. */
    lists: "array" | "object";
    /** Ids of workspaces and times: JSON numbers, or strings of digits. */
    numbers: "number" | "string";
    /** Fields that an object does not have: left out of an answer, or null. */
    absentFields: "omitted" | "null";
    /** Whether a new workspace gets the default metastore of its region: at once, after `metastoreMilliseconds`, or never. */
    metastoreAssignment: "at-once" | "late" | "never";
    /** How long after its creation a workspace gets a metastore that comes late, in milliseconds. */
    metastoreMilliseconds: number;
    /** How many permission assignments a page of a workspace's list has at most. */
    assignmentsPage: number;
}

/** The values that each of these can have: words, any text, or a number. */
export const behaviorValues: Readonly<Record<keyof Behavior, readonly string[] | "text" | "number">> = {
    unknownFields: ["ignore", "reject"],
    keyChange: ["immutable", "updatable"],
    updates: ["at-once", "late", "reverted", "dropped"],
    updateMilliseconds: "number",
    updateStatus: ["by-network", "provisioning", "running"],
    queueMilliseconds: "number",
    relapseMilliseconds: "number",
    tagsMilliseconds: "number",
    emptyTags: ["ignored", "applied"],
    subnets: ["exclusive", "shared"],
    equalPost: ["new", "existing", "refused"],
    reuseKeyDefault: ["true", "unset"],
    roleValidation: ["credentials", "workspaces"],
    validationWords: ["credential", "credentials"],
    validationCode: "text",
    validationFormat: ["json", "text", "html"],
    errors: ["json", "text", "html"],
    listMilliseconds: "number",
    lists: ["array", "object"],
    numbers: ["number", "string"],
    absentFields: ["omitted", "null"],
    metastoreAssignment: ["at-once", "late", "never"],
    metastoreMilliseconds: "number",
    assignmentsPage: "number",
};

/** How the service behaves unless it is told otherwise. */
export const defaultBehavior: Readonly<Behavior> = {
    unknownFields: "ignore",
    keyChange: "immutable",
    updates: "at-once",
    updateMilliseconds: 60_000,
    updateStatus: "by-network",
    queueMilliseconds: 0,
    relapseMilliseconds: 0,
    tagsMilliseconds: 0,
    emptyTags: "ignored",
    subnets: "exclusive",
    equalPost: "new",
    reuseKeyDefault: "true",
    roleValidation: "credentials",
    validationWords: "credential",
    validationCode: "INVALID_PARAMETER_VALUE",
    validationFormat: undefined,
    errors: "json",
    listMilliseconds: 0,
    lists: "array",
    numbers: "number",
    absentFields: "omitted",
    metastoreAssignment: "at-once",
    metastoreMilliseconds: 60_000,
    assignmentsPage: 1000,
};
