import { randomBytes } from "node:crypto";

import type { Behavior } from "../behavior";
import { ApiError } from "../http";
import type { WorkspaceStore } from "../workspace-api/workspace-store";
import { endpointsOf } from "./kinds";
import { Lifecycle, type Outcome } from "./lifecycle";
import type { Propagation } from "./propagation";
import { type AccountRecord, getPath, requireObject } from "./records";
import { type Partition, partitions } from "../../provider/contract/partitions";
import type { ObjectStore } from "./store";
import { requireUpdate } from "./updates";
import { requireForms, requireReferences } from "./validation";
import { requireCreation, serviceFields } from "./workspace-creation";

/** What workspaces are made with. */
export interface WorkspaceOptions {
    readonly now: () => number;
    readonly behavior: Behavior;
    readonly workspaces: WorkspaceStore;
    readonly provisioningMilliseconds: number;
    readonly provisioningScatter: number;
    readonly deletionMilliseconds: number;
    readonly deploymentNamePrefix: string | undefined;
    /** The part of AWS that the account is in. Default: the commercial one. */
    readonly partition?: Partition;
}

const running: Outcome = { status: "RUNNING", message: "Workspace is running." };

/** The account's workspaces: how they are made and changed, and how they live and end. */
export class Workspaces {
    /** How the next workspace's provisioning ends; RUNNING when unset. `PROVISIONING` never ends. */
    nextOutcome: Outcome | undefined;
    /** The id of the next workspace; made up when unset. */
    nextId: string | undefined;
    private readonly lifecycles = new Map<string, Lifecycle>();
    /** Deployment names of workspaces that are being made. */
    private readonly reserved = new Set<string>();

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
        requireCreation(asked, regions, this.options.partition ?? partitions.aws);
        requireReferences(this.store, "workspaces", asked);
        this.requirePropagated(asked);
        const deploymentName = this.deploymentName(asked["deployment_name"]);
        // Two creations that run at once must not both find the name free.
        this.reserved.add(deploymentName);
        const outcome = await this.open(id, asked).finally(() => this.reserved.delete(deploymentName));
        const { behavior, now } = this.options;
        const begins = now() + behavior.queueMilliseconds;
        const ready = this.provisioned() + behavior.queueMilliseconds;
        const lifecycle = new Lifecycle(now, ready, outcome, begins, () => behavior.relapseMilliseconds);
        this.store.stored("workspaces").set(id, {
            ...structuredClone(withoutLate(lifecycle, asked, this.options)),
            ...common,
            ...serviceFields(asked),
            workspace_id: id,
            deployment_name: deploymentName,
        });
        this.lifecycles.set(id, lifecycle);
        return id;
    }

    /** Changes a workspace. `mask` is the update mask; `undefined` if there was none. Throws `ApiError`. */
    async patch(id: string, body: AccountRecord, mask: readonly string[] | undefined): Promise<void> {
        const { behavior, now } = this.options;
        const stored = this.store.stored("workspaces").get(id);
        if (stored === undefined) throw new Error(`no workspace ${id}`);
        const lifecycle = this.lifecycleOf(id);
        lifecycle.applyPending(stored);
        const changes = requireUpdate({ id, body, mask, stored, lifecycle }, behavior);
        requireForms("workspaces", changes);
        requireReferences(this.store, "workspaces", { aws_region: stored["aws_region"], ...changes });
        if (Object.keys(changes).length === 0) return;
        const keyId = changes["managed_services_customer_managed_key_id"];
        if (typeof keyId === "string") await this.options.workspaces.rewrap(id, this.keyArn(keyId));
        const before = Object.fromEntries(Object.keys(changes).map((field) => [field, stored[field]]));
        const later = now() + behavior.updateMilliseconds;
        if (behavior.updates === "late") lifecycle.changeLater(later, structuredClone(changes));
        if (behavior.updates === "reverted") lifecycle.changeLater(later, before);
        if (["at-once", "reverted"].includes(behavior.updates))
            Object.assign(stored, structuredClone(withoutLate(lifecycle, changes, this.options)));
        const outcome = this.outcomeOf({ ...stored, ...changes });
        const ready = this.staysRunning(lifecycle, before, stored) ? now() : this.provisioned();
        lifecycle.provision(ready, outcome);
    }

    /** Deletes a workspace, at once or after the time that deletion takes. */
    delete(id: string): void {
        const lifecycle = this.lifecycleOf(id);
        lifecycle.gone = Math.min(lifecycle.gone, this.options.now() + this.options.deletionMilliseconds);
        this.options.workspaces.close(id);
        if (this.options.deletionMilliseconds === 0) this.store.stored("workspaces").delete(id);
    }

    /** A workspace as the API shows it now; `undefined` if it is gone. */
    show(id: string, stored: AccountRecord): AccountRecord | undefined {
        const lifecycle = this.lifecycleOf(id);
        if (lifecycle.gone <= this.options.now()) {
            this.store.stored("workspaces").delete(id);
            return undefined;
        }
        lifecycle.applyPending(stored);
        const { status, message } = lifecycle.status();
        return { ...stored, workspace_status: status, workspace_status_message: message };
    }

    /** When the provisioning of a workspace ends, in milliseconds since 1970. */
    readyAt(id: string): number {
        return this.lifecycleOf(id).ready;
    }

    /** Ends the provisioning of a workspace now; with another outcome, if one is given. */
    finish(id: string, outcome: Outcome): void {
        this.lifecycleOf(id).provision(this.options.now(), outcome);
    }

    /** Says which classic compute runs in a workspace; `undefined`: none. */
    setCompute(id: string, compute: string | undefined): void {
        this.lifecycleOf(id).compute = compute;
    }

    /** Whether a workspace is RUNNING all through an update. */
    private staysRunning(lifecycle: Lifecycle, before: AccountRecord, stored: AccountRecord): boolean {
        if (lifecycle.status().status !== "RUNNING") return false;
        const { updateStatus } = this.options.behavior;
        if (updateStatus !== "by-network") return updateStatus === "running";
        return (before["network_id"] ?? stored["network_id"]) !== undefined;
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

    /** Refuses a role or bucket that cannot be used yet. A serverless workspace has none. */
    private requirePropagated(asked: AccountRecord): void {
        const of = (kind: string, field: string) => this.store.find(kind, String(asked[field])) ?? {};
        const bucket = getPath(
            of("storage-configurations", "storage_configuration_id"),
            "root_bucket_info.bucket_name",
        );
        const role = getPath(of("credentials", "credentials_id"), "aws_credentials.sts_role.role_arn");
        if (role !== undefined && this.options.behavior.roleValidation === "workspaces")
            this.propagation.requireRole(String(role));
        if (bucket !== undefined) this.propagation.requireBucket(String(bucket));
    }

    private keyArn(registration: string): string {
        const key = this.store.find("customer-managed-keys", registration);
        return String(requireObject(key?.["aws_key_info"], "aws_key_info")["key_arn"]);
    }

    private deploymentName(asked: unknown): string {
        const { deploymentNamePrefix: prefix } = this.options;
        if (asked === undefined) return `dbc-${randomBytes(4).toString("hex")}-${randomBytes(2).toString("hex")}`;
        const name = prefix === undefined ? String(asked) : asked === "EMPTY" ? prefix : `${prefix}-${String(asked)}`;
        const isTaken = this.store.list("workspaces").some(({ deployment_name }) => deployment_name === name);
        if (isTaken || this.reserved.has(name)) {
            throw new ApiError(409, "RESOURCE_ALREADY_EXISTS", `Workspace with deployment name ${name} already exists`);
        }
        return name;
    }
}

/** The fields that GET shows at once; tags that come late are set by the lifecycle. */
function withoutLate(lifecycle: Lifecycle, asked: AccountRecord, { now, behavior }: WorkspaceOptions): AccountRecord {
    const { custom_tags: tags, ...others } = asked;
    if (tags === undefined || behavior.tagsMilliseconds === 0) return asked;
    lifecycle.changeLater(now() + behavior.tagsMilliseconds, { custom_tags: structuredClone(tags) });
    return others;
}
