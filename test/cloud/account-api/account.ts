import { randomUUID } from "node:crypto";

import { ApiError, invalid } from "../http";
import { kindOf } from "./kinds";
import type { AwsVpcEndpoint } from "./private-link";
import { Propagation } from "./propagation";
import type { AccountRecord } from "./records";
import { serverFields } from "./server-fields";
import { ObjectStore } from "./store";
import { requireId, requireReferences, requireUnused, requireValid } from "./validation";
import { type Outcome, type WorkspaceOptions, Workspaces } from "./workspaces";

/** What an account is made with. */
export interface AccountOptions extends WorkspaceOptions {
    readonly accountId: string;
    /** The VPC endpoint of AWS with this id, where AWS is known to have it. */
    readonly awsVpcEndpoint: (id: string) => AwsVpcEndpoint | undefined;
    /** The customer's AWS account. */
    readonly awsAccountId: string;
}

/** A Databricks account in memory, with the rules of the real one. Tests may look into it and change it from outside. */
export class Account {
    /** Regions in which workspaces may be. */
    regions = ["us-east-1", "us-east-2", "us-west-2"];
    private readonly store: ObjectStore;
    private readonly propagation: Propagation;
    private readonly workspaces: Workspaces;

    constructor(private readonly options: AccountOptions) {
        this.store = new ObjectStore((kind, id, stored) => this.show(kind, id, stored));
        this.propagation = new Propagation(options.now);
        this.workspaces = new Workspaces(this.store, this.propagation, options);
    }

    /** How long a fresh role or bucket is refused, in milliseconds after it is first named. */
    get validationDelay(): number {
        return this.propagation.delay;
    }
    set validationDelay(milliseconds: number) {
        this.propagation.delay = milliseconds;
    }

    /** How the next workspace's provisioning ends; RUNNING when unset. `PROVISIONING` never ends. */
    get nextOutcome(): Outcome | undefined {
        return this.workspaces.nextOutcome;
    }
    set nextOutcome(outcome: Outcome | undefined) {
        this.workspaces.nextOutcome = outcome;
    }

    /** The id of the next workspace; made up when unset. */
    get nextWorkspaceId(): string | undefined {
        return this.workspaces.nextId;
    }
    set nextWorkspaceId(id: string | undefined) {
        this.workspaces.nextId = id;
    }

    /** The objects of a collection as the API shows them. */
    list(kind: string): AccountRecord[] {
        return this.store.list(kind);
    }

    /** One object as the API shows it. */
    find(kind: string, id: string): AccountRecord | undefined {
        return this.store.find(kind, id);
    }

    /** The workspace with a deployment name, as the API shows it. */
    deployed(deploymentName: string): AccountRecord | undefined {
        for (const [id, { deployment_name }] of this.store.stored("workspaces")) {
            if (deployment_name === deploymentName) return this.find("workspaces", id);
        }
        return undefined;
    }

    /** When the provisioning of a workspace ends, in milliseconds since 1970. */
    readyAt(id: string): number {
        return this.workspaces.readyAt(id);
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
            this.workspaces.finish(String(workspace_id));
        }
    }

    /** Changes an object from outside, as somebody in the account console would: drift. */
    change(kind: string, id: string, fields: AccountRecord): void {
        const record = this.store.stored(kind).get(id);
        if (record === undefined) throw new Error(`no ${kind} ${id}`);
        Object.assign(record, fields);
    }

    /** Removes an object from outside. */
    remove(kind: string, id: string): void {
        this.store.stored(kind).delete(id);
    }

    /** Sets the status of a workspace from outside. */
    setStatus(id: string, status: string, message: string): void {
        this.workspaces.finish(id, { status, message });
    }

    /** One object. Throws `ApiError`. */
    get(kind: string, id: string): AccountRecord {
        requireId(kind, id);
        const record = this.find(kind, id);
        if (record === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${kindOf(kind).noun} ${id} does not exist`);
        return record;
    }

    /** Creates an object. Throws `ApiError`. */
    async create(kind: string, body: AccountRecord): Promise<AccountRecord> {
        const { id: idField, untimed } = kindOf(kind);
        requireValid(this.store, kind, body);
        const common: AccountRecord = { account_id: this.options.accountId };
        if (untimed !== true) common["creation_time"] = this.options.now();
        if (kind === "workspaces") return this.get(kind, await this.workspaces.create(body, common, this.regions));
        requireReferences(this.store, kind, body);
        const id = randomUUID();
        const added = this.serverFields(kind, body);
        this.store.stored(kind).set(id, { ...structuredClone(body), ...common, [idField]: id, ...added });
        return this.get(kind, id);
    }

    /** Changes a workspace. Throws `ApiError`. */
    async patch(kind: string, id: string, body: AccountRecord, mask: readonly string[]): Promise<AccountRecord> {
        if (kind !== "workspaces") throw this.noEndpoint("PATCH", kind, id);
        this.get(kind, id);
        await this.workspaces.patch(id, body, mask);
        return this.get(kind, id);
    }

    /** Replaces private access settings. Throws `ApiError`. */
    put(kind: string, id: string, body: AccountRecord): AccountRecord {
        if (kind !== "private-access-settings") throw this.noEndpoint("PUT", kind, id);
        const { account_id, private_access_settings_id, region } = this.get(kind, id);
        requireValid(this.store, kind, body, id);
        if (body["region"] !== region) throw invalid("region cannot be changed");
        requireReferences(this.store, kind, body);
        const added = this.serverFields(kind, body);
        this.store.stored(kind).set(id, { ...structuredClone(body), account_id, private_access_settings_id, ...added });
        return this.get(kind, id);
    }

    /** Deletes an object. Throws `ApiError`. */
    delete(kind: string, id: string): void {
        this.get(kind, id);
        requireUnused(this.store, kind, id);
        if (kind === "workspaces") this.workspaces.delete(id);
        else this.store.stored(kind).delete(id);
    }

    private serverFields(kind: string, body: AccountRecord): AccountRecord {
        return serverFields(kind, body, { ...this.options, regions: this.regions, propagation: this.propagation });
    }

    private show(kind: string, id: string, stored: AccountRecord): AccountRecord | undefined {
        if (kind === "workspaces") return this.workspaces.show(id, stored);
        if (kind === "networks") return this.showNetwork(stored);
        return { ...stored };
    }

    private showNetwork(stored: AccountRecord): AccountRecord {
        const workspaces = [...this.store.stored("workspaces").values()];
        const user = workspaces.find(({ network_id }) => network_id === stored["network_id"]);
        const status = stored["vpc_status"] ?? (user === undefined ? "UNATTACHED" : "VALID");
        return { ...stored, vpc_status: status, ...(user === undefined ? {} : { workspace_id: user["workspace_id"] }) };
    }

    private noEndpoint(method: string, kind: string, id: string): ApiError {
        const path = `/accounts/${this.options.accountId}/${kind}/${id}`;
        return new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${method} ${path}'`);
    }
}
