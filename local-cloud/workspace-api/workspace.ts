import { createHash } from "node:crypto";

import type { People } from "../people/people";
import { Principals } from "../people/principals";
import { defaultBehavior, type WorkspaceBehavior, WorkspaceRateLimit } from "./behavior";
import { type BeyondTree, plantBeyondTree, showBeyondTree } from "./beyond-tree";
import { Contents } from "./contents";
import { Dashboards } from "./dashboards";
import type { EnvelopeEncryption } from "./envelope";
import { GitCredentials } from "./git-credentials";
import { type GitFolderEntry, gitFoldersIn } from "./git-folders";
import type { GitRemotes } from "./git-remotes";
import { Homes } from "./homes";
import { startingObjects, type OtherObjects } from "./other-objects";
import { Permissions } from "./permissions";
import { plant } from "./plant";
import type { Schedules } from "./schedules";
import { SecretScopes } from "./secrets";
import type { Seed } from "./seeds";
import { SqlObjects } from "./sql-objects";
import { securedSqlObject } from "./sql-permissions";
import { toSource } from "./notebook";
import { type Language, type Node, type ObjectType, requirePath, Tree } from "./tree";

/** An object of a workspace as a test sees it. */
export interface TreeEntry {
    readonly path: string;
    readonly type: ObjectType;
    readonly language?: Language;
    /** Direct permissions, by principal. */
    readonly permissions: Readonly<Record<string, string>>;
}

/** An object of a workspace with what it holds. */
export interface SnapshotEntry extends TreeEntry {
    /** SHA-256 of a notebook's SOURCE, or of a file's bytes, in hexadecimal. */
    readonly sha256?: string;
    readonly outputs?: readonly unknown[];
    readonly extras?: unknown;
    readonly environment?: unknown;
}

/** What the workspaces of an account share. */
export interface SharedByWorkspaces {
    readonly people: People;
    readonly schedules: Schedules;
    readonly remotes: GitRemotes;
}

/** One workspace of the local cloud: what a test may look at, fill and make misbehave. */
export class LocalWorkspace {
    /** How the workspace behaves; may be changed at any time. */
    readonly behavior: WorkspaceBehavior;
    /** Folders, notebooks, files, dashboards, libraries, repos. */
    readonly nodes: Tree;
    /** Who belongs to the workspace. */
    readonly principals: Principals;
    /** @internal */
    readonly permissions: Permissions;
    /** @internal */
    readonly homes: Homes;
    /** Its secret scopes. */
    readonly secrets: SecretScopes;
    /** What its dashboards have beside their drafts, which are in the tree. */
    readonly dashboards: Dashboards;
    /** The Git credentials of its people. */
    readonly gitCredentials = new GitCredentials();
    /** @internal The repositories that git folders are made from. */
    readonly remotes: GitRemotes;
    /** Its SQL queries. */
    readonly queries: SqlObjects;
    /** Its alerts, which have a query of their own. */
    readonly alerts: SqlObjects;
    /** Its alerts of the former API, each about a query by its id. */
    readonly legacyAlerts: SqlObjects;
    /** @internal Which schedules run in which workspaces. */
    readonly schedules: Schedules;
    /** What else lives in it, as its lists show it. */
    readonly others: OtherObjects = startingObjects();
    /** @internal */
    readonly rateLimit = new WorkspaceRateLimit();
    /** @internal When it was RUNNING for the first time, in milliseconds since 1970. */
    runningSince: number | undefined;
    /** @internal How many requests came before its environment for workers was there. */
    earlyRequests = 0;

    constructor(
        readonly id: string,
        private readonly encryption: EnvelopeEncryption,
        /** @internal The clock. */
        readonly now: () => number,
        behavior: Partial<WorkspaceBehavior>,
        shared: SharedByWorkspaces,
    ) {
        this.behavior = { ...defaultBehavior, ...behavior };
        this.nodes = new Tree(now);
        this.principals = new Principals(shared.people, (principal) => this.homes.expect(principal));
        this.homes = new Homes(this.nodes, this.principals, this.behavior, now);
        this.secrets = new SecretScopes(this.principals, this.behavior, now);
        this.dashboards = new Dashboards(this.nodes, now);
        this.queries = new SqlObjects("Query", now);
        this.alerts = new SqlObjects("Alert", now);
        this.legacyAlerts = new SqlObjects("Alert", now);
        this.remotes = shared.remotes;
        this.schedules = shared.schedules;
        this.schedules.watch(id, () => [...this.dashboards.running(), ...this.alerts.running()]);
        this.permissions = new Permissions(this.nodes, this.principals, (collection, id) =>
            securedSqlObject(this, collection, id),
        );
    }

    /** The contents, as long as the key can be used. Throws `KeyInaccessibleError`. */
    async unlock(): Promise<Contents> {
        return new Contents(this.id, await this.encryption.dek(this.id));
    }

    /** Adds to the lists of what else lives in it: `fill({ jobs: [{ job_id: 1 }] })`. */
    fill(objects: Partial<OtherObjects>): void {
        const kinds = Object.keys(objects) as (keyof OtherObjects)[];
        for (const kind of kinds) {
            const list: unknown[] = this.others[kind];
            list.push(...(objects[kind] ?? []));
        }
    }

    /** Answers the next requests with 429 and this `Retry-After`, in seconds. */
    throttleNext(requests: number, retryAfter = 1): void {
        this.rateLimit.refuseNext(requests, retryAfter);
    }

    /** Puts objects into the tree, with the folders above them and the users whose homes they are in. What is there is replaced. */
    async seed(objects: Readonly<Record<string, Seed>>): Promise<void> {
        const contents = await this.unlock();
        for (const [path, seed] of Object.entries(objects)) plant(this, contents, requirePath(path), seed);
    }

    /** Puts what the key encrypts beside the tree into the workspace, with the users that it names. */
    async seedBeyondTree(objects: BeyondTree): Promise<void> {
        plantBeyondTree(this, await this.unlock(), objects);
    }

    /** What the key encrypts beside the tree, in the form of its seed, to compare two workspaces. */
    async beyondTree(): Promise<Required<BeyondTree>> {
        return showBeyondTree(this, await this.unlock());
    }

    /** Its git folders, by their paths. */
    gitFolders(): Record<string, GitFolderEntry> {
        return gitFoldersIn(this.nodes);
    }

    /** Puts one object into the tree, as `seed` does. */
    async import(path: string, seed: Seed): Promise<void> {
        await this.seed({ [path]: seed });
    }

    /** Somebody of the workspace signs in, as in the browser: who belongs to it through a group has a home from then on. */
    signIn(name: string): void {
        const found = this.principals.find(name);
        if (found === undefined) throw new Error(`${name} does not belong to workspace ${this.id}`);
        this.homes.expect(found);
    }

    /** The home of somebody who has left the account. */
    addFormerHome(email: string): void {
        this.homes.make({ kind: "user_name", name: email.toLowerCase() });
    }

    /** Deletes what is at a path, with all below it, as a user in the browser would. */
    delete(path: string): void {
        const node = this.nodes.find(path);
        if (node !== undefined) this.nodes.remove(node);
    }

    /** All folders and objects, parents before children, without contents. Needs no key. */
    tree(): TreeEntry[] {
        this.homes.settle();
        return [...this.nodes.all()].map(entryOf);
    }

    /** All folders and objects by path, with hashes of their contents, to compare two workspaces. */
    async snapshot(): Promise<SnapshotEntry[]> {
        const contents = await this.unlock();
        this.homes.settle();
        return [...this.nodes.all()].map((node) => ({ ...entryOf(node), ...held(contents, node) }));
    }

    /** A notebook's source, or a file's bytes; `undefined` if there is nothing. */
    async read(path: string): Promise<Buffer | undefined> {
        const contents = await this.unlock();
        const node = this.nodes.find(path);
        if (node === undefined) return undefined;
        return node.type === "NOTEBOOK" ? contents.readNotebook(node).source : contents.readBytes(node);
    }

    /** What is stored of an object, as it is stored: for tests, no API shows it. */
    storedBytes(path: string): Buffer {
        const sealed = this.nodes.find(path)?.sealed;
        if (sealed === undefined) throw new Error(`nothing is stored at ${path} in workspace ${this.id}`);
        return sealed;
    }
}

function entryOf(node: Node): TreeEntry {
    return {
        path: node.path,
        type: node.type,
        ...(node.language === undefined ? {} : { language: node.language }),
        permissions: Object.fromEntries([...node.permissions].sort(([one], [other]) => (one < other ? -1 : 1))),
    };
}

function held(contents: Contents, node: Node): Partial<SnapshotEntry> {
    const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    if (node.type === "FILE" || node.type === "DASHBOARD") return { sha256: hash(contents.readBytes(node)) };
    if (node.type !== "NOTEBOOK") return {};
    const { source, outputs, extras, environment } = contents.readNotebook(node);
    return {
        sha256: hash(toSource(node.language ?? "PYTHON", source)),
        ...(outputs === undefined ? {} : { outputs }),
        ...(extras === undefined ? {} : { extras }),
        ...(environment === undefined ? {} : { environment }),
    };
}
