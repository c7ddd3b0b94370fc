import { randomBytes } from "node:crypto";

import { ApiError, invalid } from "../http";
import type { WorkspaceStore } from "../workspace-api/workspace-store";
import { endpointsOf, updatable } from "./kinds";
import type { Propagation } from "./propagation";
import { type AccountRecord, requireObject } from "./records";
import type { ObjectStore } from "./store";
import { requireForms, requireReferences } from "./validation";

/** How a workspace's provisioning ends. */
export interface Outcome {
    status: string;
    message: string;
}

/** The times and the end of a workspace's provisioning and deletion. */
interface Lifecycle {
    /** When provisioning ends, in milliseconds since 1970. */
    ready: number;
    outcome: Outcome;
    /** When a deleted workspace is gone. */
    gone: number;
}

/** What workspaces are made with. */
export interface WorkspaceOptions {
    readonly now: () => number;
    readonly workspaces: WorkspaceStore;
    readonly provisioningMilliseconds: number;
    readonly provisioningScatter: number;
    readonly deletionMilliseconds: number;
    readonly deploymentNamePrefix: string | undefined;
    readonly keyChange: "immutable" | "updatable";
}

/** What needs the Enterprise plan of a workspace. */
const enterpriseFields = [
    "managed_services_customer_managed_key_id",
    "storage_customer_managed_key_id",
    "private_access_settings_id",
];

const running: Outcome = { status: "RUNNING", message: "Workspace is running." };

/** The account's workspaces: how they are made and changed, and how they live and end. */
export class Workspaces {
    /** How the next workspace's provisioning ends; RUNNING when unset. `PROVISIONING` never ends. */
    nextOutcome: Outcome | undefined;
    /** The id of the next workspace; made up when unset. */
    nextId: string | undefined;
    private readonly lifecycles = new Map<string, Lifecycle>();

    constructor(
        private readonly store: ObjectStore,
        private readonly propagation: Propagation,
        private readonly options: WorkspaceOptions,
    ) {}

    /** Creates a workspace. Throws `ApiError`. */
    async create(body: AccountRecord, common: AccountRecord, regions: readonly string[]): Promise<string> {
        const id = this.nextId ?? String(BigInt(`0x${randomBytes(6).toString("hex")}`) + 1_000_000_000_000_000n);
        this.nextId = undefined;
        const { customer_managed_key_id: oldest, ...fields } = body;
        const asked: AccountRecord =
            oldest === undefined ? fields : { ...fields, managed_services_customer_managed_key_id: oldest };
        if (!regions.includes(String(asked["aws_region"])))
            throw invalid(`aws_region ${String(asked["aws_region"])} is not available`);
        requireTier(asked);
        requireReferences(this.store, "workspaces", asked);
        this.requireBucket(asked);
        const deploymentName = this.deploymentName(asked["deployment_name"]);
        const outcome = await this.open(id, asked);
        this.store.stored("workspaces").set(id, {
            ...structuredClone(asked),
            ...common,
            workspace_id: id,
            deployment_name: deploymentName,
            pricing_tier: asked["pricing_tier"] ?? "ENTERPRISE",
            is_no_public_ip_enabled: true,
        });
        this.lifecycles.set(id, { ready: this.provisioned(), outcome, gone: Number.POSITIVE_INFINITY });
        return id;
    }

    /** Changes a workspace. Throws `ApiError`. */
    async patch(id: string, body: AccountRecord, mask: readonly string[]): Promise<void> {
        const shown = this.store.find("workspaces", id)!;
        const stored = this.store.stored("workspaces").get(id)!;
        const fields = Object.keys(body);
        if (fields.length === 0 || fields.sort().join() !== [...mask].sort().join())
            throw invalid("update_mask must name exactly the fields of the body");
        const status = String(shown["workspace_status"]);
        if (status !== "RUNNING" && status !== "FAILED") {
            throw invalid(`Workspace ${id} is ${status}: only a RUNNING or FAILED workspace can be updated`);
        }
        for (const field of fields) this.requireUpdatable(field, body, stored, status === "FAILED");
        requireForms("workspaces", body);
        requireReferences(this.store, "workspaces", { aws_region: stored["aws_region"], ...body });
        const keyId = body["managed_services_customer_managed_key_id"];
        if (typeof keyId === "string") await this.options.workspaces.rewrap(id, this.keyArn(keyId));
        Object.assign(stored, structuredClone(body));
        const lifecycle = this.lifecycleOf(id);
        lifecycle.ready = this.provisioned();
        lifecycle.outcome = this.outcomeOf(stored);
    }

    /** Deletes a workspace, at once or after the time that deletion takes. */
    delete(id: string): void {
        const lifecycle = this.lifecycleOf(id);
        lifecycle.gone = Math.min(lifecycle.gone, this.options.now() + this.options.deletionMilliseconds);
        this.options.workspaces.close(id);
        if (this.options.deletionMilliseconds === 0) this.store.stored("workspaces").delete(id);
    }

    /** A workspace as the API shows it now; `undefined` where it is gone. */
    show(id: string, stored: AccountRecord): AccountRecord | undefined {
        const lifecycle = this.lifecycleOf(id);
        const now = this.options.now();
        if (lifecycle.gone <= now) {
            this.store.stored("workspaces").delete(id);
            return undefined;
        }
        const { status, message } =
            lifecycle.ready <= now
                ? lifecycle.outcome
                : { status: "PROVISIONING", message: "Workspace resources are being set up." };
        return { ...stored, workspace_status: status, workspace_status_message: message };
    }

    /** When the provisioning of a workspace ends, in milliseconds since 1970. */
    readyAt(id: string): number {
        return this.lifecycleOf(id).ready;
    }

    /** Ends the provisioning of a workspace now; with another outcome, where one is given. */
    finish(id: string, outcome?: Outcome): void {
        const lifecycle = this.lifecycleOf(id);
        lifecycle.ready = this.options.now();
        if (outcome !== undefined) lifecycle.outcome = outcome;
    }

    private requireUpdatable(field: string, body: AccountRecord, stored: AccountRecord, failed: boolean): void {
        const key = field === "managed_services_customer_managed_key_id";
        const allowed = key
            ? this.options.keyChange === "updatable"
            : updatable.has(field) || (failed && field === "storage_configuration_id");
        if (!allowed) throw invalid(`${field} cannot be updated`);
        const empty = body[field] === null || body[field] === "" || body[field] === undefined;
        if (empty && stored[field] !== undefined && field !== "custom_tags")
            throw invalid(`${field} cannot be removed`);
        if (field === "network_id" && stored["network_id"] === undefined)
            throw invalid("network_id can only be updated where the workspace was created with one");
    }

    /** Makes the keys of a workspace, and says how its provisioning will end. */
    private async open(id: string, asked: AccountRecord): Promise<Outcome> {
        const outcome = this.outcomeOf(asked);
        const key = asked["managed_services_customer_managed_key_id"];
        try {
            await this.options.workspaces.open(id, typeof key === "string" ? this.keyArn(key) : undefined);
            return outcome;
        } catch (error) {
            await this.options.workspaces.open(id, undefined);
            return { status: "FAILED", message: error instanceof Error ? error.message : String(error) };
        }
    }

    private outcomeOf(workspace: AccountRecord): Outcome {
        const asked = this.nextOutcome;
        this.nextOutcome = undefined;
        if (asked !== undefined) return asked;
        const network = this.store.find("networks", String(workspace["network_id"]));
        if (network?.["vpc_status"] === "BROKEN")
            return { status: "FAILED", message: "The network configuration did not pass its validation." };
        const endpoints = network === undefined ? [] : endpointsOf(network, (kind, id) => this.store.find(kind, id));
        if (endpoints.some(({ state }) => state !== "available"))
            return { status: "FAILED", message: "The control plane could not be reached over the private link." };
        return running;
    }

    /** When the provisioning that begins now ends. */
    private provisioned(): number {
        const { now, provisioningMilliseconds, provisioningScatter } = this.options;
        return now() + provisioningMilliseconds * (1 - provisioningScatter * Math.random());
    }

    private lifecycleOf(id: string): Lifecycle {
        const lifecycle = this.lifecycles.get(id);
        if (lifecycle === undefined) throw new Error(`no workspace ${id}`);
        return lifecycle;
    }

    private requireBucket(asked: AccountRecord): void {
        const storage = this.store.find("storage-configurations", String(asked["storage_configuration_id"]));
        const bucket = String(requireObject(storage?.["root_bucket_info"], "root_bucket_info")["bucket_name"]);
        this.propagation.requirePropagated(
            bucket,
            `Failed storage configuration validation checks: the bucket ${bucket} cannot be reached`,
        );
    }

    private keyArn(registration: string): string {
        const key = this.store.find("customer-managed-keys", registration);
        return String(requireObject(key?.["aws_key_info"], "aws_key_info")["key_arn"]);
    }

    private deploymentName(asked: unknown): string {
        const { deploymentNamePrefix: prefix } = this.options;
        if (asked === undefined) return `dbc-${randomBytes(4).toString("hex")}-${randomBytes(2).toString("hex")}`;
        const name = prefix === undefined ? String(asked) : asked === "EMPTY" ? prefix : `${prefix}-${String(asked)}`;
        if (this.store.list("workspaces").some(({ deployment_name }) => deployment_name === name)) {
            throw new ApiError(409, "RESOURCE_ALREADY_EXISTS", `Workspace with deployment name ${name} already exists`);
        }
        return name;
    }
}

function requireTier(asked: AccountRecord): void {
    const demanding = enterpriseFields.find((field) => asked[field] !== undefined);
    const tier = asked["pricing_tier"];
    if (demanding !== undefined && tier !== undefined && !["ENTERPRISE", "DEDICATED"].includes(String(tier)))
        throw invalid(`${demanding} needs the pricing tier ENTERPRISE or higher`);
}
