import { ApiError } from "../http";
import { People } from "../people/people";
import type { WorkspaceBehavior } from "./behavior";
import { EnvelopeEncryption, type EnvelopeOptions } from "./envelope";
import { GitRemotes } from "./git-remotes";
import { Schedules } from "./schedules";
import { LocalWorkspace } from "./workspace";

/** What the workspaces are made with. */
export interface WorkspaceStoreOptions extends EnvelopeOptions {
    /** How new workspaces behave. */
    readonly behavior?: Partial<WorkspaceBehavior>;
    /** Application ids of the service principals that belong to each new workspace: its creator's. */
    readonly servicePrincipals?: readonly string[];
    /** The people of the account. Default: nobody yet. */
    readonly people?: People;
}

/** The control plane's store of what workspaces hold: all of it encrypted, each workspace's under its own key. */
export class WorkspaceStore {
    /** The people of the account that the workspaces are in. */
    readonly people: People;
    /** Which schedules run in which workspaces. */
    readonly schedules = new Schedules();
    /** The repositories that git folders are made from. */
    readonly remotes = new GitRemotes();
    private readonly encryption: EnvelopeEncryption;
    private readonly workspaces = new Map<string, LocalWorkspace>();

    constructor(private readonly options: WorkspaceStoreOptions) {
        this.encryption = new EnvelopeEncryption(options);
        this.people = options.people ?? new People();
    }

    /** Calls made to the KMS so far. */
    get kmsCalls(): number {
        return this.encryption.kmsCalls;
    }

    /** Makes a new workspace and its keys. Throws `KeyInaccessibleError` when the KMS refuses. */
    async open(workspaceId: string, cmk: string | undefined): Promise<LocalWorkspace> {
        await this.encryption.open(workspaceId, cmk);
        const { now, behavior = {}, servicePrincipals = [] } = this.options;
        const workspace = new LocalWorkspace(workspaceId, this.encryption, now, behavior, this);
        for (const applicationId of servicePrincipals) {
            workspace.principals.addServicePrincipal(applicationId);
            workspace.principals.admins.add(applicationId);
        }
        this.workspaces.set(workspaceId, workspace);
        return workspace;
    }

    /** Wraps a workspace's Databricks-managed key with another customer-managed key. */
    async rewrap(workspaceId: string, cmk: string): Promise<void> {
        await this.encryption.rewrap(workspaceId, cmk);
    }

    /** Drops a workspace with all that it holds. */
    close(workspaceId: string): void {
        this.workspaces.delete(workspaceId);
        this.schedules.forget(workspaceId);
        this.encryption.close(workspaceId);
    }

    /** The workspace with this id. Throws if there is none. */
    get(workspaceId: string): LocalWorkspace {
        const workspace = this.workspaces.get(workspaceId);
        if (workspace === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `no workspace ${workspaceId} in the local cloud`);
        return workspace;
    }
}
