import { randomUUID } from "node:crypto";

import type { Behavior } from "../behavior";
import { ApiError, invalid } from "../http";
import type { People } from "../people/people";
import type { LocalWorkspace } from "../workspace-api/workspace";
import { kindOf } from "./kinds";
import type { Outcome } from "./lifecycle";
import { Metastores } from "./metastores";
import { Propagation } from "./propagation";
import { type AccountRecord, contains } from "./records";
import { partitions } from "../../provider/contract/partitions";
import { fillAccount } from "./add-workspace";
import { type ServerContext, serverFields } from "./server-fields";
import { ObjectStore } from "./store";
import {
    rejectUnknownFields,
    requireId,
    requireReferences,
    requireUnused,
    requireValid,
    splitFields,
} from "./validation";
import { type WorkspaceOptions, Workspaces } from "./workspaces";

/** What an account is made with. */
export type AccountOptions = WorkspaceOptions & Pick<ServerContext, "accountId" | "awsVpcEndpoint" | "awsAccountId">;

/** A Databricks account in memory, with the rules of the real one. Tests may look into it and change it from outside. */
export class Account {
    /** Regions in which workspaces may be. */
    regions: readonly string[];
    /** The origin of a new workspace, which the API then shows as its `workspace_url`. Default: none is shown. */
    workspaceUrl: ((workspaceId: string) => Promise<string>) | undefined;
    /** Users, service principals and groups. */
    readonly people: People;
    /** The metastores, and which workspace has which. */
    readonly metastores: Metastores;
    private readonly behavior: Behavior;
    private readonly store: ObjectStore;
    private readonly propagation: Propagation;
    private readonly workspaces: Workspaces;

    constructor(private readonly options: AccountOptions) {
        this.behavior = options.behavior;
        this.regions = (options.partition ?? partitions.aws).regions;
        this.people = options.workspaces.people;
        this.metastores = new Metastores(options.behavior, options.now);
        this.store = new ObjectStore((kind, id, stored) => this.show(kind, id, stored));
        this.propagation = new Propagation(options.behavior, options.now);
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

    /** What a workspace holds, and who belongs to it. */
    workspace(id: string): LocalWorkspace {
        return this.options.workspaces.get(id);
    }

    /** When the provisioning of a workspace ends, in milliseconds since 1970. */
    readyAt(id: string): number {
        return this.workspaces.readyAt(id);
    }

    /** Puts RUNNING workspaces into the account from outside, with credentials and storage of their own. */
    async fill(count: number): Promise<void> {
        await fillAccount(this, count);
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

    /** Says which classic compute runs in a workspace, such as `1 cluster`: updates are refused. `undefined` ends it. */
    setCompute(id: string, compute: string | undefined): void {
        this.workspaces.setCompute(id, compute);
    }

    /** Says which permissions a role (by its ARN) or bucket (by its name) lacks, which its refusals then name. */
    setMissingPermissions(name: string, permissions: readonly string[]): void {
        this.propagation.setMissing(name, permissions);
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
        const known = this.requireKnown(kind, body);
        const existing = this.equalTo(kind, known);
        if (existing !== undefined) return existing;
        requireValid(this.store, kind, known, this.behavior);
        const common: AccountRecord = { account_id: this.options.accountId };
        if (untimed !== true) common["creation_time"] = this.options.now();
        if (kind === "workspaces") return this.createWorkspace(known, common);
        requireReferences(this.store, kind, known);
        const id = randomUUID();
        const added = this.serverFields(kind, known);
        this.store.stored(kind).set(id, { ...known, ...common, [idField]: id, ...added });
        return this.get(kind, id);
    }

    private async createWorkspace(body: AccountRecord, common: AccountRecord): Promise<AccountRecord> {
        const id = await this.workspaces.create(body, common, this.regions);
        this.metastores.workspaceMade(id, String(body["aws_region"]));
        if (this.workspaceUrl !== undefined)
            this.change("workspaces", id, { workspace_url: await this.workspaceUrl(id) });
        return this.get("workspaces", id);
    }

    /** Changes a workspace. Without a mask, all fields of the body are meant. Throws `ApiError`. */
    async patch(kind: "workspaces", id: string, body: AccountRecord, mask?: readonly string[]): Promise<AccountRecord> {
        this.get(kind, id);
        if (this.behavior.unknownFields === "reject") rejectUnknownFields(splitFields(kind, body).unknown);
        await this.workspaces.patch(id, body, mask);
        return this.get(kind, id);
    }

    /** Replaces private access settings. Throws `ApiError`. */
    put(kind: "private-access-settings", id: string, body: AccountRecord): AccountRecord {
        const { account_id, private_access_settings_id, region } = this.get(kind, id);
        // Some clients repeat in a PUT which object it is about.
        const known = this.requireKnown(kind, body, ["account_id", kindOf(kind).id]);
        requireValid(this.store, kind, known, this.behavior, id);
        if (known["region"] !== region) throw invalid("region cannot be changed");
        requireReferences(this.store, kind, known);
        const added = this.serverFields(kind, known);
        this.store.stored(kind).set(id, { ...known, account_id, private_access_settings_id, ...added });
        return this.get(kind, id);
    }

    /** Deletes an object. Throws `ApiError`. */
    delete(kind: string, id: string): void {
        this.get(kind, id);
        requireUnused(this.store, kind, id);
        if (kind === "workspaces") {
            this.workspaces.delete(id);
            this.metastores.unassign(id);
        } else this.store.stored(kind).delete(id);
    }

    private serverFields(kind: string, body: AccountRecord): AccountRecord {
        return serverFields(kind, body, { ...this.options, regions: this.regions, propagation: this.propagation });
    }

    private requireKnown(kind: string, body: AccountRecord, repeated: readonly string[] = []): AccountRecord {
        const { known, unknown } = splitFields(kind, body);
        if (this.behavior.unknownFields === "reject")
            rejectUnknownFields(unknown.filter((field) => !repeated.includes(field)));
        return known;
    }

    /** The object that a POST would make again, if the service returns it or refuses. */
    private equalTo(kind: string, body: AccountRecord): AccountRecord | undefined {
        const { equalPost } = this.behavior;
        if (equalPost === "new" || kind === "workspaces") return undefined;
        const equal = this.list(kind).find((one) => contains(one, body));
        if (equal === undefined || equalPost === "existing") return equal;
        const { noun, id } = kindOf(kind);
        throw new ApiError(409, "RESOURCE_ALREADY_EXISTS", `${noun} ${String(equal[id])} is the same`);
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
}
