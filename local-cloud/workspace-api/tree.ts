import { randomBytes } from "node:crypto";

import { ApiError, invalid } from "../http";
import type { GitFolder } from "./git-folders";

/** The kinds of objects in a workspace's tree. */
export type ObjectType = "DIRECTORY" | "NOTEBOOK" | "FILE" | "DASHBOARD" | "LIBRARY" | "REPO";

/** The languages of a notebook. */
export type Language = "PYTHON" | "SQL" | "SCALA" | "R";

/** An object of the tree. Its content is kept encrypted. */
export interface Node {
    /** 64-bit, in digits. */
    readonly id: string;
    /** What other APIs call it: 32 hexadecimal digits for a dashboard, the id for anything else. */
    readonly resourceId: string;
    path: string;
    readonly type: ObjectType;
    language: Language | undefined;
    createdAt: number;
    modifiedAt: number;
    /** Bytes of a file's or dashboard's content. */
    size: number | undefined;
    sealed: Buffer | undefined;
    /** Direct permissions, by principal such as `group_name:admins`. */
    readonly permissions: Map<string, string>;
    /** Whether it belongs to the workspace itself: it cannot be deleted, and its permissions cannot be set. */
    readonly protection: "none" | "deletion" | "all";
    /** What is below a folder or repo. */
    readonly children: Set<Node>;
    /** What a git folder has checked out. */
    git: GitFolder | undefined;
    /** Who changed a notebook last in the browser, and when, in milliseconds since 1970. */
    interactive: { readonly userId: string; readonly time: number } | undefined;
}

/** What a node is created with. */
export type NewNode = Pick<Node, "path" | "type"> & Partial<Pick<Node, "language" | "protection">>;

const containers: ReadonlySet<ObjectType> = new Set(["DIRECTORY", "REPO"]);

/** The folders that every workspace has, besides its root. */
const wellKnown = ["/Users", "/Shared", "/Repos"];

/**
 * A workspace's tree of folders and objects. A folder and an object may have one path, as in workspaces whose users made both
 * in the browser; the API makes no second object of a path.
 */
export class Tree {
    readonly root: Node;
    private readonly folders = new Map<string, Node>();
    private readonly objects = new Map<string, Node>();
    private readonly ids = new Map<string, Node>();

    constructor(private readonly now: () => number) {
        this.root = this.insert({ path: "/", type: "DIRECTORY", protection: "all" }, undefined);
        for (const path of wellKnown) this.add({ path, type: "DIRECTORY", protection: "all" });
    }

    /** The object at a path: a notebook or file before a folder of the same path. */
    find(path: string): Node | undefined {
        return this.objects.get(path) ?? this.folders.get(path);
    }

    /** The folder or repo at a path. */
    folder(path: string): Node | undefined {
        return this.folders.get(path);
    }

    /** The object with an id, or a resource id. */
    byId(id: string): Node | undefined {
        return this.ids.get(id);
    }

    /** Every object and folder, parents before children, without the root. */
    *all(below: Node = this.root): Iterable<Node> {
        for (const child of below.children) {
            yield child;
            yield* this.all(child);
        }
    }

    /** The folders above a node, the nearest first, with the root. */
    *above({ path: start }: { readonly path: string }): Iterable<Node> {
        for (let path = start; path !== "/";) {
            path = parentOf(path);
            const folder = this.folders.get(path);
            if (folder !== undefined) yield folder;
        }
    }

    /** Adds an object below its folder, which must exist. */
    add(node: NewNode): Node {
        const parent = this.folders.get(parentOf(node.path));
        if (parent === undefined)
            throw new ApiError(
                404,
                "RESOURCE_DOES_NOT_EXIST",
                `The parent folder (${parentOf(node.path)}) does not exist.`,
            );
        return this.insert(node, parent);
    }

    /** Adds a folder and what is missing above it; returns what was added, the topmost first. */
    addFolders(path: string): Node[] {
        if (this.folders.has(path)) return [];
        const above = this.addFolders(parentOf(path));
        return [...above, this.add({ path, type: "DIRECTORY" })];
    }

    /** Gives an object, not a folder, another path in its folder. Throws `ApiError` if something is there. */
    rename(node: Node, name: string): void {
        const path = `${parentOf(node.path)}/${name}`.replace(/^\/{2}/, "/");
        if (path === node.path) return;
        if (this.find(path) !== undefined)
            throw new ApiError(400, "RESOURCE_ALREADY_EXISTS", `Path (${path}) already exists.`);
        this.objects.delete(node.path);
        node.path = path;
        this.objects.set(path, node);
    }

    /** Removes an object with all that is below it. */
    remove(node: Node): void {
        for (const child of [...node.children]) this.remove(child);
        this.folders.get(parentOf(node.path))?.children.delete(node);
        (containers.has(node.type) ? this.folders : this.objects).delete(node.path);
        this.ids.delete(node.id);
        this.ids.delete(node.resourceId);
    }

    private insert({ path, type, language, protection = "none" }: NewNode, parent: Node | undefined): Node {
        const time = this.now();
        const id = String((BigInt(`0x${randomBytes(8).toString("hex")}`) >> 2n) + 4_000_000_000_000_000n);
        const node: Node = {
            id,
            resourceId: type === "DASHBOARD" ? randomBytes(16).toString("hex") : id,
            path,
            type,
            language,
            createdAt: time,
            modifiedAt: time,
            size: undefined,
            sealed: undefined,
            permissions: new Map(),
            protection,
            children: new Set(),
            git: undefined,
            interactive: undefined,
        };
        (containers.has(type) ? this.folders : this.objects).set(path, node);
        this.ids.set(node.id, node);
        this.ids.set(node.resourceId, node);
        parent?.children.add(node);
        return node;
    }
}

/** Whether a node is a folder or a repo. */
export function isContainer(node: Node): boolean {
    return containers.has(node.type);
}

/** The folder's path of a path; the root's own for the root. */
export function parentOf(path: string): string {
    return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function nameOf(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}

/** A path of a request as the tree knows it: `/Workspace/Users/...` means `/Users/...`, two slashes mean one. Throws `ApiError`. */
export function requirePath(value: unknown): string {
    if (typeof value !== "string" || value === "") throw invalid("Missing required field: path");
    if (!value.startsWith("/")) throw invalid(`Path (${value}) must begin with a slash.`);
    return (
        value
            .replace(/\/{2,}/g, "/")
            .replace(/^\/Workspace(?=\/|$)/, "")
            .replace(/\/$/, "") || "/"
    );
}
