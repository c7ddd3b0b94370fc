import { randomBytes, randomUUID } from "node:crypto";

import type { NotebookStore } from "./notebooks";
import { type AwsVpcEndpoint, privateLinkOf, type UseCase } from "./private-link";

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

/** A field in which objects of one kind name objects of another, by their ids. */
interface Reference {
    /** Where the id, or the list of ids, stands in the body: a dotted path. */
    readonly field: string;
    /** The collection of what is named. */
    readonly to: string;
    /** Why these two do not go together, if they do not. */
    readonly refuse?: (from: AccountRecord, named: AccountRecord, find: Find) => string | undefined;
}

type Find = (kind: string, id: string) => AccountRecord | undefined;

interface Kind {
    readonly noun: string;
    readonly id: string;
    readonly required: readonly string[];
    readonly optional: readonly string[];
    /** What the fields that are objects hold, by dotted path. */
    readonly members?: Readonly<Record<string, readonly string[]>>;
    /** The fields whose value only one object of the account can have. */
    readonly unique?: readonly string[];
    /** What a field's value has to be like, in words and as a test. */
    readonly forms?: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>>;
    readonly references?: readonly Reference[];
}

const textOf = (least: number, most: number) =>
    [
        `must have ${least} to ${most} characters`,
        (value: unknown) => typeof value === "string" && value.length >= least && value.length <= most,
    ] as const;
const awsId = (prefix: string) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`);
const matching = (form: RegExp) =>
    [`must match ${form.source}`, (value: unknown) => typeof value === "string" && form.test(value)] as const;
const listOf = (form: RegExp, least: number, most = Number.POSITIVE_INFINITY) =>
    [
        `must be a list of at least ${least}${most === Number.POSITIVE_INFINITY ? "" : ` and at most ${most}`} distinct ids`,
        (value: unknown) =>
            Array.isArray(value) &&
            value.length >= least &&
            value.length <= most &&
            new Set(value).size === value.length &&
            value.every((one) => typeof one === "string" && form.test(one)),
    ] as const;
const oneOf = (...words: string[]) =>
    [`must be one of ${words.join(", ")}`, (value: unknown) => words.includes(String(value))] as const;
const boolean = ["must be true or false", (value: unknown) => typeof value === "boolean"] as const;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const keyFor =
    (useCase: string): Reference["refuse"] & {} =>
    (workspace, key) => {
        if (!(key["use_cases"] as string[]).includes(useCase))
            return `it is not registered for the use case ${useCase}`;
        const region = at(key, "aws_key_info.key_region");
        return region === workspace["aws_region"]
            ? undefined
            : `it is in ${String(region)}, the workspace in ${String(workspace["aws_region"])}`;
    };
const endpointFor =
    (useCase: UseCase): Reference["refuse"] & {} =>
    (network, endpoint, find) => {
        if (endpoint["use_case"] !== useCase)
            return `its use case is ${String(endpoint["use_case"])}, and ${useCase} is needed`;
        // All endpoints of a network are where its first one is.
        return sameRegion("region")(endpointsOf(network, find)[0] ?? endpoint, endpoint, find);
    };
const sameRegion =
    (field: string): Reference["refuse"] & {} =>
    (from, named) =>
        from[field] === named["region"]
            ? undefined
            : `it is in ${String(named["region"])}, and ${String(from[field])} is needed`;

/** The kinds of objects, by the name of their collection. */
export const kinds: Readonly<Record<string, Kind>> = {
    "customer-managed-keys": {
        noun: "customerManagedKey",
        id: "customer_managed_key_id",
        required: ["aws_key_info", "use_cases"],
        optional: [],
        members: { aws_key_info: ["key_arn", "key_alias", "key_region", "reuse_key_for_cluster_volumes"] },
    },
    credentials: {
        noun: "credentials",
        id: "credentials_id",
        required: ["credentials_name", "aws_credentials"],
        optional: [],
        members: { aws_credentials: ["sts_role"], "aws_credentials.sts_role": ["role_arn"] },
        unique: ["credentials_name"],
    },
    "storage-configurations": {
        noun: "storageConfiguration",
        id: "storage_configuration_id",
        required: ["storage_configuration_name", "root_bucket_info"],
        optional: ["role_arn"],
        members: { root_bucket_info: ["bucket_name"] },
        unique: ["storage_configuration_name"],
    },
    networks: {
        noun: "network",
        id: "network_id",
        required: ["network_name", "vpc_id", "subnet_ids", "security_group_ids"],
        optional: ["vpc_endpoints"],
        members: { vpc_endpoints: ["rest_api", "dataplane_relay"] },
        unique: ["network_name"],
        forms: {
            network_name: textOf(4, 256),
            vpc_id: matching(awsId("vpc")),
            subnet_ids: listOf(awsId("subnet"), 2),
            security_group_ids: listOf(awsId("sg"), 1, 5),
            "vpc_endpoints.rest_api": listOf(uuid, 1),
            "vpc_endpoints.dataplane_relay": listOf(uuid, 1),
        },
        references: [
            { field: "vpc_endpoints.rest_api", to: "vpc-endpoints", refuse: endpointFor("WORKSPACE_ACCESS") },
            {
                field: "vpc_endpoints.dataplane_relay",
                to: "vpc-endpoints",
                refuse: endpointFor("DATAPLANE_RELAY_ACCESS"),
            },
        ],
    },
    "vpc-endpoints": {
        noun: "vpcEndpoint",
        id: "vpc_endpoint_id",
        required: ["vpc_endpoint_name", "aws_vpc_endpoint_id", "region"],
        optional: [],
        unique: ["vpc_endpoint_name", "aws_vpc_endpoint_id"],
        forms: { vpc_endpoint_name: textOf(4, 256), aws_vpc_endpoint_id: matching(awsId("vpce")) },
    },
    "private-access-settings": {
        noun: "privateAccessSettings",
        id: "private_access_settings_id",
        required: ["private_access_settings_name", "region"],
        optional: ["public_access_enabled", "private_access_level", "allowed_vpc_endpoint_ids"],
        unique: ["private_access_settings_name"],
        forms: {
            private_access_settings_name: textOf(1, 256),
            public_access_enabled: boolean,
            private_access_level: oneOf("ACCOUNT", "ENDPOINT"),
            allowed_vpc_endpoint_ids: listOf(uuid, 0),
        },
        references: [{ field: "allowed_vpc_endpoint_ids", to: "vpc-endpoints", refuse: sameRegion("region") }],
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
        forms: {
            network_connectivity_config_id: matching(uuid),
            compute_mode: oneOf("HYBRID", "SERVERLESS"),
        },
        references: [
            { field: "credentials_id", to: "credentials" },
            { field: "storage_configuration_id", to: "storage-configurations" },
            {
                field: "network_id",
                to: "networks",
                refuse: (workspace, network, find) =>
                    endpointsOf(network, find)
                        .map((endpoint) => sameRegion("aws_region")(workspace, endpoint, find))
                        .find((problem) => problem !== undefined),
            },
            {
                field: "private_access_settings_id",
                to: "private-access-settings",
                refuse: sameRegion("aws_region"),
            },
            {
                field: "managed_services_customer_managed_key_id",
                to: "customer-managed-keys",
                refuse: keyFor("MANAGED_SERVICES"),
            },
            {
                field: "storage_customer_managed_key_id",
                to: "customer-managed-keys",
                refuse: keyFor("STORAGE"),
            },
        ],
    },
};

/** The fields of a workspace that a PATCH can change while it is RUNNING. */
export const updatable: ReadonlySet<string> = new Set([
    "credentials_id",
    "network_id",
    "private_access_settings_id",
    "custom_tags",
    "network_connectivity_config_id",
    "storage_customer_managed_key_id",
]);

function endpointsOf(network: AccountRecord, find: Find): AccountRecord[] {
    const fields = kinds["networks"]?.references ?? [];
    return fields
        .flatMap(({ field, to }) => idsIn(network, field).map((id) => find(to, id)))
        .filter((endpoint) => endpoint !== undefined);
}

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
    /** The VPC endpoint of AWS with this id, where AWS is known to have it. */
    readonly awsVpcEndpoint: (id: string) => AwsVpcEndpoint | undefined;
    /** The customer's AWS account. */
    readonly awsAccountId: string;
}

/** The kinds of which the API does not say when they were made. */
const untimed: ReadonlySet<string> = new Set(["vpc-endpoints", "private-access-settings"]);

/** What needs the Enterprise plan of a workspace. */
const enterpriseFields = [
    "managed_services_customer_managed_key_id",
    "storage_customer_managed_key_id",
    "private_access_settings_id",
];

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
        this.requireSound(kind, body);
        const common = { account_id: this.options.accountId, creation_time: this.options.now() };
        if (kind === "workspaces") return this.createWorkspace(body, common);
        this.requireReferences(kind, body);
        const id = randomUUID();
        const time = untimed.has(kind) ? { account_id: common.account_id } : common;
        const record = { ...structuredClone(body), ...time, [kindOf(kind).id]: id, ...this.served(kind, body) };
        this.of(kind).set(id, record);
        return this.get(kind, id);
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
        requireForms(kind, body);
        this.requireReferences(kind, { aws_region: stored["aws_region"], ...body });
        const keyId = body["managed_services_customer_managed_key_id"];
        if (typeof keyId === "string") await this.options.notebooks.rewrap(id, this.keyArn(keyId));
        Object.assign(stored, structuredClone(body));
        const life = this.lifeOf(id);
        life.ready = this.provisioned();
        life.outcome = this.outcomeOf(stored);
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
        const { account_id, private_access_settings_id, region } = this.get(kind, id);
        this.requireSound(kind, body, id);
        if (body["region"] !== region) throw invalid("region cannot be changed");
        this.requireReferences(kind, body);
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
        this.refuseUsed(kind, id);
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
        const demanding = enterpriseFields.find((field) => asked[field] !== undefined);
        if (
            demanding !== undefined &&
            asked["pricing_tier"] !== undefined &&
            !["ENTERPRISE", "DEDICATED"].includes(String(asked["pricing_tier"]))
        ) {
            throw invalid(`${demanding} needs the pricing tier ENTERPRISE or higher`);
        }
        this.requireReferences("workspaces", asked);
        this.requireSeen(asked);
        const deploymentName = this.deploymentName(asked["deployment_name"]);
        const notebooksKey = asked["managed_services_customer_managed_key_id"];
        let outcome = this.outcomeOf(asked);
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
                this.settle(
                    String(role["role_arn"]),
                    "Failed credentials validation checks: please use a valid cross account IAM role with permissions setup correctly",
                );
                return { aws_credentials: { sts_role: { ...role, external_id: this.options.accountId } } };
            }
            case "storage-configurations":
            case "networks":
                return {};
            case "vpc-endpoints": {
                const region = this.requireRegion(body);
                const aws = this.options.awsVpcEndpoint(String(body["aws_vpc_endpoint_id"]));
                const link = privateLinkOf(aws, region, String(body["vpc_endpoint_name"]));
                if (link === undefined || (aws?.region ?? region) !== region)
                    throw invalid(
                        `${String(body["aws_vpc_endpoint_id"])} is not connected to an endpoint service of Databricks in ${region}`,
                    );
                return {
                    state: "available",
                    use_case: link.useCase,
                    aws_endpoint_service_id: link.service,
                    aws_account_id: this.options.awsAccountId,
                };
            }
            default:
                this.requireRegion(body);
                return {
                    public_access_enabled: body["public_access_enabled"] ?? false,
                    private_access_level: body["private_access_level"] ?? "ACCOUNT",
                };
        }
    }

    private requireRegion(body: AccountRecord): string {
        const region = String(body["region"]);
        if (!this.regions.includes(region)) throw invalid(`region ${region} is not available`);
        return region;
    }

    /** Refuses a body that lacks a field, has a strange one or a malformed value, or takes what another object has. */
    private requireSound(kind: string, body: AccountRecord, own?: string): void {
        const { id: idField, required, optional, members = {}, unique = [], noun } = kindOf(kind);
        // Some clients repeat in a PUT which object it is about.
        refuseStrange(body, [...required, ...optional, ...(own === undefined ? [] : ["account_id", idField])]);
        for (const [field, names] of Object.entries(members)) {
            if (body[field.split(".")[0]!] !== undefined) refuseStrange(objectOf(at(body, field), field), names);
        }
        for (const field of required) {
            if (body[field] === undefined || body[field] === "") throw invalid(`Missing required field: ${field}`);
        }
        requireForms(kind, body);
        const others = this.list(kind).filter((one) => one[idField] !== own);
        for (const field of unique) {
            if (others.some((one) => one[field] === body[field]))
                throw new ApiError(
                    409,
                    "RESOURCE_ALREADY_EXISTS",
                    `${noun} with ${field} ${String(body[field])} already exists`,
                );
        }
    }

    private requireReferences(kind: string, asked: AccountRecord): void {
        const find: Find = (to, id) => this.find(to, id);
        for (const { field, to, refuse } of kindOf(kind).references ?? []) {
            for (const id of idsIn(asked, field)) {
                this.requireId(to, id);
                const { noun } = kindOf(to);
                const named = find(to, id);
                if (named === undefined) throw invalid(`${noun} ${id} does not exist (${field})`);
                const problem = refuse?.(asked, named, find);
                if (problem !== undefined) throw invalid(`${noun} ${id} cannot be used as ${field}: ${problem}`);
            }
        }
    }

    /** Refuses to delete what another object names. */
    private refuseUsed(kind: string, id: string): void {
        for (const [user, { references = [], noun, id: idField }] of Object.entries(kinds)) {
            const fields = references.filter(({ to }) => to === kind).map(({ field }) => field);
            const using = this.list(user).find((one) => fields.some((field) => idsIn(one, field).includes(id)));
            if (using !== undefined)
                throw new ApiError(
                    409,
                    "RESOURCE_CONFLICT",
                    `${kindOf(kind).noun} ${id} is used by ${noun} ${String(using[idField])}`,
                );
        }
    }

    /** How the provisioning of this workspace will end. */
    private outcomeOf(workspace: AccountRecord): { status: string; message: string } {
        const asked = this.nextOutcome;
        this.nextOutcome = undefined;
        if (asked !== undefined) return asked;
        const network = this.find("networks", String(workspace["network_id"]));
        if (network?.["vpc_status"] === "BROKEN")
            return { status: "FAILED", message: "The network configuration did not pass its validation." };
        const endpoints = network === undefined ? [] : endpointsOf(network, (kind, id) => this.find(kind, id));
        if (endpoints.some(({ state }) => state !== "available"))
            return { status: "FAILED", message: "The control plane could not be reached over the private link." };
        return running;
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

function requireForms(kind: string, body: AccountRecord): void {
    for (const [field, [words, test]] of Object.entries(kindOf(kind).forms ?? {})) {
        const value = at(body, field);
        if (value !== undefined && !test(value)) throw invalid(`${field} ${words}`);
    }
}

/** The value at a dotted path. */
function at(record: AccountRecord, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>((place, name) => (place as AccountRecord | null | undefined)?.[name], record);
}

/** The ids at a dotted path, where one stands or a list of them. */
function idsIn(record: AccountRecord, path: string): string[] {
    const value = at(record, path);
    return value === undefined || value === null ? [] : [value].flat().map(String);
}

function objectOf(value: unknown, name: string): AccountRecord {
    if (typeof value !== "object" || value === null || Array.isArray(value))
        throw invalid(`Missing required field: ${name}`);
    return value as AccountRecord;
}
