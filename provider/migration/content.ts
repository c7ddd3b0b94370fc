import type { CountedList } from "./counted-list";
import type { Principals } from "./principals";
import type { WorkspaceRequests } from "./workspace-requests";
import type { WorkspaceScim } from "./workspace-scim";

/** The kinds of objects in a workspace's folders that this package knows. */
export type ObjectType =
    "DIRECTORY" | "NOTEBOOK" | "FILE" | "DASHBOARD" | "LIBRARY" | "REPO" | "QUERY" | "ALERT" | "OTHER";

/** An object of a workspace's tree, as its lists show it. */
export interface WorkspaceObject {
    readonly path: string;
    readonly type: ObjectType;
    /** The service's own word for the type. */
    readonly typeName: string;
    /** 64-bit, in digits. */
    readonly id: string;
    /** What other APIs call it, if that is another id: a dashboard's has 32 hexadecimal digits. */
    readonly resourceId?: string;
    readonly language?: string;
    /** Whether it is a folder that the Git command line may work in; other git folders are a REPO. */
    readonly hasGitCli?: true;
    /** In milliseconds since 1970; not every object has one. */
    readonly createdAt?: number;
    /** In milliseconds since 1970; not every object has one. */
    readonly modifiedAt?: number;
    /** When somebody changed a notebook last in the browser, in milliseconds since 1970; most services do not say it. */
    readonly editedAt?: number;
    /** Bytes of a file. */
    readonly size?: number;
}

/** A direct permission: who, and how much. */
export interface Grant {
    readonly kind: "user_name" | "group_name" | "service_principal_name";
    readonly name: string;
    readonly level: string;
}

/** Who a permission is for. */
export type Principal = Pick<Grant, "kind" | "name">;

/**
 * The formats that the copy uses: DBC keeps all of a notebook, JUPYTER its code, environment and, of one in Python, its outputs, SOURCE
 * its code, AUTO a file or a dashboard as it is.
 */
export type ExportFormat = "DBC" | "JUPYTER" | "SOURCE" | "AUTO";

/** What an import consists of. RAW makes a file whatever its name and its content look like. */
export interface ImportContent {
    readonly format: ExportFormat | "RAW";
    readonly language?: string;
    readonly bytes: Buffer;
}

/**
 * What the copy needs of a workspace. Reads are repeated by whoever implements it; a write whose effect is not known is
 * rejected with a `NoResponseError` whose `mayHaveApplied` is true, and the copy looks before it repeats.
 */
export interface WorkspaceContent {
    /** Origin of the workspace, for messages. */
    readonly host: string;
    /** The time by the service's clock at its latest response, in milliseconds since 1970, where it says one. */
    readonly serverTime: number | undefined;
    /**
     * Id of the workspace that answers at the host, as its responses in this process name it; `undefined`: none has, and that is
     * not an identity.
     */
    readonly workspaceId: string | undefined;
    /** Everything that is directly in a folder, however many pages it has; `undefined` if there is no such folder. */
    list(path: string): Promise<readonly WorkspaceObject[] | undefined>;
    /** The object at a path; `undefined` if there is none. */
    find(path: string): Promise<WorkspaceObject | undefined>;
    /** The content of an object. Rejects with `ContentTooLargeError` over the service's limit. */
    export(object: WorkspaceObject, format: ExportFormat): Promise<Buffer>;
    /** The content of an object, as `export`, but `undefined` if it has more bytes than this. */
    exportUpTo(object: WorkspaceObject, format: ExportFormat, bytes: number): Promise<Buffer | undefined>;
    /** Makes an object; its id, if the response says it. Rejects if there is one at the path. */
    import(path: string, content: ImportContent): Promise<string | undefined>;
    /** Makes a folder and its parents; no error if it exists. */
    makeFolder(path: string): Promise<void>;
    /** Deletes one object, never a folder; no error if there is none. */
    delete(path: string): Promise<void>;
    /** The direct permissions of an object, and those that it has from folders above if they are asked for. */
    grants(object: WorkspaceObject, withInherited?: boolean): Promise<readonly Grant[]>;
    /** Replaces the direct permissions of an object; those that it has then. */
    setGrants(object: WorkspaceObject, grants: readonly Grant[]): Promise<readonly Grant[]>;
    /** Whom the requests come from, as access control lists name it. */
    me(): Promise<string | undefined>;
    /** Whether the requests come from one of the workspace's admins: its lists show others only what they may use. */
    isAdmin(): Promise<boolean>;
    /** Who belongs to the workspace. Rejects if a list is refused, odd or ends early. */
    principals(): Promise<Principals>;
    /** Its users, groups and service principals. */
    readonly scim: WorkspaceScim;
    /** What else its API is asked for: each kind of content knows its own requests. */
    readonly requests: WorkspaceRequests;
    /** How many members a list has; what the service puts into every new workspace does not count. */
    count(list: CountedList): Promise<number>;
}

/** The service refuses to hand out or to take content of this size. */
export class ContentTooLargeError extends Error {}

/** Whether a folder is one of the workspace's own: nobody makes it, and its permissions cannot be set. */
export function isOwnFolder({ path }: Pick<WorkspaceObject, "path">): boolean {
    return ["/", "/Users", "/Repos"].includes(path);
}

/** Whether an object is a git folder. */
export function isGitFolder({ type, hasGitCli }: WorkspaceObject): boolean {
    return type === "REPO" || hasGitCli === true;
}

/** Whether objects of this type hold a content that can be copied. */
export function isMovable({ type }: WorkspaceObject): boolean {
    return type === "NOTEBOOK" || type === "FILE" || type === "DASHBOARD";
}
