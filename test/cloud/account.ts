import { randomBytes, randomUUID } from "node:crypto";

import type { NotebookStore } from "./notebooks";

/** A refusal, as the Account API gives it. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

/** An object of the account as the API shows it, in snake_case; a workspace's id is a string of digits here. */
export type AccountRecord = Record<string, unknown>;

interface Kind {
    readonly noun: string;
    readonly id: string;
    readonly required: readonly string[];
    readonly optional: readonly string[];
    /** The field whose value is unique in the account. */
    readonly unique?: string;
    /** The field of a workspace that refers to such an object. */
    readonly usedAs: readonly string[];
}

/** The kinds of objects, by the name of their collection. */
export const kinds: Readonly<Record<string, Kind>> = {
    "customer-managed-keys": {
        noun: "customerManagedKey",
        id: "customer_managed_key_id",
        required: ["aws_key_info", "use_cases"],
        optional: [],
        usedAs: ["managed_services_customer_managed_key_id", "storage_customer_managed_key_id"],
    },
    credentials: {
        noun: "credentials",
        id: "credentials_id",
        required: ["credentials_name", "aws_credentials"],
        optional: [],
        unique: "credentials_name",
        usedAs: ["credentials_id"],
    },
    "storage-configurations": {
        noun: "storageConfiguration",
        id: "storage_configuration_id",
        required: ["storage_configuration_name", "root_bucket_info"],
        optional: ["role_arn"],
        unique: "storage_configuration_name",
        usedAs: ["storage_configuration_id"],
    },
    networks: {
        noun: "network",
        id: "network_id",
        required: ["network_name", "vpc_id", "subnet_ids", "security_group_ids"],
        optional: ["vpc_endpoints"],
        unique: "network_name",
        usedAs: ["network_id"],
    },
    "vpc-endpoints": {
        noun: "vpcEndpoint",
        id: "vpc_endpoint_id",
        required: ["vpc_endpoint_name", "aws_vpc_endpoint_id", "region"],
        optional: [],
        unique: "vpc_endpoint_name",
        usedAs: [],
    },
    "private-access-settings": {
        noun: "privateAccessSettings",
        id: "private_access_settings_id",
        required: ["private_access_settings_name", "region"],
        optional: ["public_access_enabled", "private_access_level", "allowed_vpc_endpoint_ids"],
        unique: "private_access_settings_name",
        usedAs: ["private_access_settings_id"],
    },
    workspaces: {
        noun: "workspace",
        id: "workspace_id",
        required: ["workspace_name", "aws_region", "credentials_id", "storage_configuration_id"],
        optional: [
            "deployment_name",
            "network_id",
            "private_access_settings_id",
            "managed_services_customer_managed_key_id",
            "customer_managed_key_id",
            "storage_customer_managed_key_id",
            "pricing_tier",
            "custom_tags",
            "network_connectivity_config_id",
            "compute_mode",
        ],
        usedAs: [],
    },
};

const updatable = new Set([
    "credentials_id",
    "network_id",
    "private_access_settings_id",
    "custom_tags",
    "network_connectivity_config_id",
    "storage_customer_managed_key_id",
]);

interface Life {
    /** When provisioning ends, in milliseconds since 1970. */
    ready: number;
    outcome: { status: string; message: string };
    /** When a deleted workspace is gone. */
    gone: number;
}

/** What an account is made with. */
export interface AccountOptions {
    readonly accountId: string;
    readonly now: () => number;
    readonly notebooks: NotebookStore;
    readonly provisioningMilliseconds: number;
    readonly provisioningScatter: number;
    readonly deletionMilliseconds: number;
    readonly deploymentNamePrefix: string | undefined;
    readonly keyChange: "immutable" | "updatable";
}

const running = { status: "RUNNING", message: "Workspace is running." };

/** A Databricks account in memory, with the rules of the real one. Tests may look into it and change it from outside. */
export class Account {
    /** Regions in which workspaces may be. */
    regions = ["us-east-1", "us-east-2", "us-west-2"];
    /** How long a fresh role or bucket is refused, in milliseconds after it is first named. */
    validationDelay = 0;
    /** How the next workspace's provisioning ends; RUNNING when unset. `PROVISIONING` never ends. */
    nextOutcome: { status: string; message: string } | undefined;
    /** The id of the next workspace; made up when unset. */
    nextWorkspaceId: string | undefined;
    private readonly collections = new Map<string, Map<string, AccountRecord>>(
        Object.keys(kinds).map((kind) => [kind, new Map()]),
    );
    private readonly lives = new Map<string, Life>();
    private readonly firstSeen = new Map<string, number>();

    constructor(private readonly options: AccountOptions) {}

    /** The objects of a collection as the API shows them. */
    list(kind: string): AccountRecord[] {
        return [...this.of(kind).keys()].map((id) => this.find(kind, id)).filter((record) => record !== undefined);
    }

    /** One object as the API shows it. */
    find(kind: string, id: string): AccountRecord | undefined {
        const record = this.of(kind).get(id);
        if (record === undefined) return undefined;
        if (kind === "workspaces") return this.lived(id, record);
        if (kind === "networks") return this.networkShown(record);
        return { ...record };
    }

    /** The workspace with a deployment name, as the API shows it. */
    deployed(deploymentName: string): AccountRecord | undefined {
        for (const [id, { deployment_name }] of this.of("workspaces")) {
            if (deployment_name === deploymentName) return this.find("workspaces", id);
        }
        return undefined;
    }

    /** When the provisioning of a workspace ends, in milliseconds since 1970. */
    readyAt(id: string): number {
        return this.lifeOf(id).ready;
    }

    /** Puts RUNNING workspaces into the account from outside, with credentials and storage of their own. */
    async fill(count: number): Promise<void> {
        const credentials = await this.create("credentials", {
            credentials_name: `others-${randomUUID()}`,
            aws_credentials: { sts_role: { role_arn: "arn:aws:iam::999999999999:role/others" } },
        });
        const storage = await this.create("storage-configurations", {
            storage_configuration_name: `others-${randomUUID()}`,
            root_bucket_info: { bucket_name: "others-root-bucket" },
        });
        for (let index = 0; index < count; index++) {
            const { workspace_id } = await this.create("workspaces", {
                workspace_name: `others-${index}`,
                aws_region: this.regions[index % this.regions.length],
                credentials_id: credentials["credentials_id"],
                storage_configuration_id: storage["storage_configuration_id"],
                custom_tags: { team: `team-${index % 40}`, environment: "production" },
            });
            this.lifeOf(String(workspace_id)).ready = this.options.now();
        }
    }

    /** Changes an object from outside, as somebody in the account console would: drift. */
    change(kind: string, id: string, fields: AccountRecord): void {
        const record = this.of(kind).get(id);
        if (record === undefined) throw new Error(`no ${kind} ${id}`);
        Object.assign(record, fields);
    }

    /** Removes an object from outside. */
    remove(kind: string, id: string): void {
        this.of(kind).delete(id);
    }

    /** Sets the status of a workspace from outside. */
    setStatus(id: string, status: string, message: string): void {
        const life = this.lifeOf(id);
        life.ready = this.options.now();
        life.outcome = { status, message };
    }

    /** One object, or the API's refusal. */
    get(kind: string, id: string): AccountRecord {
        this.requireId(kind, id);
        const record = this.find(kind, id);
        if (record === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${kindOf(kind).noun} ${id} does not exist`);
        return record;
    }

    /** Creates an object, or refuses. */
    async create(kind: string, body: AccountRecord): Promise<AccountRecord> {
        const { id: idField, required, optional, unique, noun } = kindOf(kind);
        refuseStrange(body, [...required, ...optional]);
        for (const field of required) {
            if (body[field] === undefined || body[field] === "") throw invalid(`Missing required field: ${field}`);
        }
        if (unique !== undefined && this.list(kind).some((one) => one[unique] === body[unique])) {
            throw new ApiError(
                409,
                "RESOURCE_ALREADY_EXISTS",
                `${noun} with ${unique} ${String(body[unique])} already exists`,
            );
        }
        const common = { account_id: this.options.accountId, creation_time: this.options.now() };
        if (kind === "workspaces") return this.createWorkspace(body, common);
        const id = randomUUID();
        const record = { ...structuredClone(body), ...common, [idField]: id, ...this.served(kind, body) };
        this.of(kind).set(id, record);
        return { ...record };
    }

    /** Changes a workspace, or refuses. */
    async patch(kind: string, id: string, body: AccountRecord, mask: readonly string[]): Promise<AccountRecord> {
        if (kind !== "workspaces")
            throw new ApiError(
                404,
                "ENDPOINT_NOT_FOUND",
                `No API found for 'PATCH /accounts/${this.options.accountId}/${kind}/${id}'`,
            );
        const workspace = this.get(kind, id);
        const stored = this.of(kind).get(id)!;
        const fields = Object.keys(body);
        if (fields.length === 0 || fields.sort().join() !== [...mask].sort().join())
            throw invalid("update_mask must name exactly the fields of the body");
        const failed = workspace["workspace_status"] === "FAILED";
        if (workspace["workspace_status"] !== "RUNNING" && !failed) {
            throw invalid(
                `Workspace ${id} is ${String(workspace["workspace_status"])}: only a RUNNING or FAILED workspace can be updated`,
            );
        }
        for (const field of fields) {
            const key = field === "managed_services_customer_managed_key_id";
            if (
                key
                    ? this.options.keyChange === "immutable"
                    : !updatable.has(field) && !(failed && field === "storage_configuration_id")
            ) {
                throw invalid(`${field} cannot be updated`);
            }
            const empty = body[field] === null || body[field] === "" || body[field] === undefined;
            if (empty && stored[field] !== undefined && field !== "custom_tags")
                throw invalid(`${field} cannot be removed`);
            if (field === "network_id" && stored["network_id"] === undefined)
                throw invalid("network_id can only be updated where the workspace was created with one");
        }
        this.requireReferences({ aws_region: stored["aws_region"], ...body });
        const keyId = body["managed_services_customer_managed_key_id"];
        if (typeof keyId === "string") await this.options.notebooks.rewrap(id, this.keyArn(keyId));
        Object.assign(stored, structuredClone(body));
        const life = this.lifeOf(id);
        life.ready = this.provisioned();
        life.outcome = this.nextOutcome ?? running;
        this.nextOutcome = undefined;
        return this.get(kind, id);
    }

    /** Replaces private access settings, or refuses. */
    put(kind: string, id: string, body: AccountRecord): AccountRecord {
        if (kind !== "private-access-settings")
            throw new ApiError(
                404,
                "ENDPOINT_NOT_FOUND",
                `No API found for 'PUT /accounts/${this.options.accountId}/${kind}/${id}'`,
            );
        const { account_id, private_access_settings_id } = this.get(kind, id);
        const { required, optional } = kindOf(kind);
        refuseStrange(body, [...required, ...optional]);
        if (body["region"] !== this.get(kind, id)["region"]) throw invalid("region cannot be changed");
        this.of(kind).set(id, {
            ...structuredClone(body),
            account_id,
            private_access_settings_id,
            ...this.served(kind, body),
        });
        return this.get(kind, id);
    }

    /** Deletes an object, or refuses. */
    delete(kind: string, id: string): void {
        this.get(kind, id);
        const user = this.list("workspaces").find((workspace) =>
            kindOf(kind).usedAs.some((field) => workspace[field] === id),
        );
        if (user !== undefined)
            throw new ApiError(
                409,
                "RESOURCE_CONFLICT",
                `${kindOf(kind).noun} ${id} is used by workspace ${String(user["workspace_id"])}`,
            );
        if (kind === "workspaces") {
            const life = this.lifeOf(id);
            life.gone = Math.min(life.gone, this.options.now() + this.options.deletionMilliseconds);
            this.options.notebooks.close(id);
            if (this.options.deletionMilliseconds > 0) return;
        }
        this.of(kind).delete(id);
    }

    private async createWorkspace(body: AccountRecord, common: AccountRecord): Promise<AccountRecord> {
        const id =
            this.nextWorkspaceId ?? String(BigInt(`0x${randomBytes(6).toString("hex")}`) + 1_000_000_000_000_000n);
        this.nextWorkspaceId = undefined;
        const { customer_managed_key_id: oldest, ...fields } = body;
        const asked = {
            ...fields,
            ...(oldest === undefined ? {} : { managed_services_customer_managed_key_id: oldest }),
        } as AccountRecord;
        if (!this.regions.includes(String(asked["aws_region"])))
            throw invalid(`aws_region ${String(asked["aws_region"])} is not available`);
        const key = asked["managed_services_customer_managed_key_id"] ?? asked["storage_customer_managed_key_id"];
        if (
            key !== undefined &&
            asked["pricing_tier"] !== undefined &&
            !["ENTERPRISE", "DEDICATED"].includes(String(asked["pricing_tier"]))
        ) {
            throw invalid("Customer-managed keys need the pricing tier ENTERPRISE or higher");
        }
        this.requireReferences(asked);
        this.requireSeen(asked);
        const deploymentName = this.deploymentName(asked["deployment_name"]);
        const notebooksKey = asked["managed_services_customer_managed_key_id"];
        let outcome = this.nextOutcome ?? running;
        this.nextOutcome = undefined;
        try {
            await this.options.notebooks.open(
                id,
                typeof notebooksKey === "string" ? this.keyArn(notebooksKey) : undefined,
            );
        } catch (error) {
            await this.options.notebooks.open(id, undefined);
            outcome = { status: "FAILED", message: error instanceof Error ? error.message : String(error) };
        }
        const record = {
            ...structuredClone(asked),
            ...common,
            workspace_id: id,
            deployment_name: deploymentName,
            pricing_tier: asked["pricing_tier"] ?? "ENTERPRISE",
            is_no_public_ip_enabled: true,
        };
        this.of("workspaces").set(id, record);
        this.lives.set(id, {
            ready: this.provisioned(),
            outcome,
            gone: Number.POSITIVE_INFINITY,
        });
        return this.get("workspaces", id);
    }

    /** When the provisioning that begins now ends. */
    private provisioned(): number {
        const { now, provisioningMilliseconds, provisioningScatter } = this.options;
        return now() + provisioningMilliseconds * (1 - provisioningScatter * Math.random());
    }

    private lifeOf(id: string): Life {
        const life = this.lives.get(id);
        if (life === undefined) throw new Error(`no workspace ${id}`);
        return life;
    }

    private lived(id: string, record: AccountRecord): AccountRecord | undefined {
        const life = this.lifeOf(id);
        const now = this.options.now();
        if (life.gone <= now) {
            this.of("workspaces").delete(id);
            return undefined;
        }
        const { status, message } =
            life.ready <= now
                ? life.outcome
                : { status: "PROVISIONING", message: "Workspace resources are being set up." };
        return { ...record, workspace_status: status, workspace_status_message: message };
    }

    private networkShown(record: AccountRecord): AccountRecord {
        const user = [...this.of("workspaces").values()].find(({ network_id }) => network_id === record["network_id"]);
        const status = record["vpc_status"] ?? (user === undefined ? "UNATTACHED" : "VALID");
        return { ...record, vpc_status: status, ...(user === undefined ? {} : { workspace_id: user["workspace_id"] }) };
    }

    /** What the server adds to an object that was asked for. */
    private served(kind: string, body: AccountRecord): AccountRecord {
        switch (kind) {
            case "customer-managed-keys": {
                const info = objectOf(body["aws_key_info"], "aws_key_info");
                refuseStrange(info, ["key_arn", "key_alias", "key_region", "reuse_key_for_cluster_volumes"]);
                const region = /^arn:aws:kms:([a-z0-9-]+):\d{12}:key\//.exec(String(info["key_arn"]))?.[1];
                if (region === undefined) throw invalid("aws_key_info.key_arn is not the ARN of a KMS key");
                const useCases = body["use_cases"];
                if (
                    !Array.isArray(useCases) ||
                    useCases.length === 0 ||
                    useCases.some((one) => one !== "MANAGED_SERVICES" && one !== "STORAGE")
                ) {
                    throw invalid("use_cases must hold MANAGED_SERVICES or STORAGE");
                }
                return { aws_key_info: { ...info, key_region: region } };
            }
            case "credentials": {
                const role = objectOf(
                    objectOf(body["aws_credentials"], "aws_credentials")["sts_role"],
                    "aws_credentials.sts_role",
                );
                refuseStrange(role, ["role_arn"]);
                this.settle(
                    String(role["role_arn"]),
                    "Failed credentials validation checks: please use a valid cross account IAM role with permissions setup correctly",
                );
                return { aws_credentials: { sts_role: { ...role, external_id: this.options.accountId } } };
            }
            case "storage-configurations":
                refuseStrange(objectOf(body["root_bucket_info"], "root_bucket_info"), ["bucket_name"]);
                return {};
            case "networks": {
                const endpoints = (body["vpc_endpoints"] ?? {}) as Record<string, string[]>;
                for (const id of Object.values(endpoints).flat()) this.get("vpc-endpoints", id);
                return {};
            }
            case "vpc-endpoints":
                return {
                    state: "available",
                    use_case: /relay/.test(String(body["vpc_endpoint_name"]))
                        ? "DATAPLANE_RELAY_ACCESS"
                        : "WORKSPACE_ACCESS",
                    aws_endpoint_service_id: "com.amazonaws.vpce.us-east-1.vpce-svc-09143d1e626de2f04",
                    aws_account_id: "123456789012",
                };
            default:
                for (const id of (body["allowed_vpc_endpoint_ids"] ?? []) as string[]) this.get("vpc-endpoints", id);
                return {
                    public_access_enabled: body["public_access_enabled"] ?? false,
                    private_access_level: body["private_access_level"] ?? "ACCOUNT",
                };
        }
    }

    private requireReferences(asked: AccountRecord): void {
        for (const [kind, { usedAs, noun }] of Object.entries(kinds)) {
            for (const field of usedAs) {
                const id = asked[field];
                if (id === undefined || id === null) continue;
                this.requireId(kind, String(id));
                const found = this.find(kind, String(id));
                if (found === undefined) throw invalid(`${noun} ${String(id)} does not exist (${field})`);
                if (kind === "customer-managed-keys") this.requireKey(found, field, asked["aws_region"]);
            }
        }
    }

    private requireKey(key: AccountRecord, field: string, region: unknown): void {
        const useCase = field.startsWith("storage") ? "STORAGE" : "MANAGED_SERVICES";
        if (!(key["use_cases"] as string[]).includes(useCase))
            throw invalid(`The key of ${field} is not registered for the use case ${useCase}`);
        const keyRegion = objectOf(key["aws_key_info"], "aws_key_info")["key_region"];
        if (keyRegion !== region)
            throw invalid(`The key of ${field} is in ${String(keyRegion)}, the workspace in ${String(region)}`);
    }

    private requireSeen(asked: AccountRecord): void {
        const storage = this.find("storage-configurations", String(asked["storage_configuration_id"]));
        const bucket = String(objectOf(storage?.["root_bucket_info"], "root_bucket_info")["bucket_name"]);
        this.settle(bucket, `Failed storage configuration validation checks: the bucket ${bucket} cannot be reached`);
    }

    private settle(what: string, refusal: string): void {
        const first = this.firstSeen.get(what) ?? this.options.now();
        this.firstSeen.set(what, first);
        if (this.options.now() < first + this.validationDelay) throw invalid(refusal);
    }

    private requireId(kind: string, id: string): void {
        const valid = kind === "workspaces" ? /^\d{1,19}$/.test(id) : /^[0-9a-f-]{36}$/.test(id);
        const { noun } = kindOf(kind);
        if (!valid) throw new ApiError(400, "MALFORMED_REQUEST", `Invalid ${noun}Id: ${id}`);
    }

    private keyArn(registration: string): string {
        return String(
            objectOf(this.find("customer-managed-keys", registration)?.["aws_key_info"], "aws_key_info")["key_arn"],
        );
    }

    private deploymentName(asked: unknown): string {
        const { deploymentNamePrefix: prefix } = this.options;
        if (asked === undefined) return `dbc-${randomBytes(4).toString("hex")}-${randomBytes(2).toString("hex")}`;
        const name = prefix === undefined ? String(asked) : asked === "EMPTY" ? prefix : `${prefix}-${String(asked)}`;
        if (this.list("workspaces").some(({ deployment_name }) => deployment_name === name)) {
            throw new ApiError(409, "RESOURCE_ALREADY_EXISTS", `Workspace with deployment name ${name} already exists`);
        }
        return name;
    }

    private of(kind: string): Map<string, AccountRecord> {
        const collection = this.collections.get(kind);
        if (collection === undefined) throw new Error(`no collection ${kind}`);
        return collection;
    }
}

function kindOf(kind: string): Kind {
    const known = kinds[kind];
    if (known === undefined) throw new Error(`no collection ${kind}`);
    return known;
}

function invalid(message: string): ApiError {
    return new ApiError(400, "INVALID_PARAMETER_VALUE", message);
}

function refuseStrange(body: AccountRecord, known: readonly string[]): void {
    const strange = Object.keys(body).find((field) => !known.includes(field));
    if (strange !== undefined) throw new ApiError(400, "MALFORMED_REQUEST", `Unknown field: ${strange}`);
}

function objectOf(value: unknown, name: string): AccountRecord {
    if (typeof value !== "object" || value === null || Array.isArray(value))
        throw invalid(`Missing required field: ${name}`);
    return value as AccountRecord;
}
