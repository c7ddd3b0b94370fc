import { ApiError, invalid } from "../http";
import { type PrincipalKind, principalOf } from "../people/principal";
import type { Principals } from "../people/principals";
import type { Node, ObjectType, Tree } from "./tree";

/** The levels of notebooks, folders and files, the weakest first. */
export const levels: readonly string[] = ["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"];

/** What has an access control list. */
export interface Secured {
    readonly id: string;
    readonly path: string;
    /** How the permissions API names its kind: in paths, and in responses. */
    readonly collection: string;
    readonly noun: string;
    readonly permissions: Map<string, string>;
    /** Whether nobody can change them. */
    readonly isFixed: boolean;
    /** The folders above it, the nearest first. */
    readonly folders: readonly Node[];
}

/** How the permissions API names each kind of object: in paths, and in responses. */
const collections: Readonly<Partial<Record<ObjectType, readonly [path: string, noun: string]>>> = {
    NOTEBOOK: ["notebooks", "notebook"],
    DIRECTORY: ["directories", "directory"],
    FILE: ["files", "file"],
    DASHBOARD: ["dashboards", "dashboard"],
    REPO: ["repos", "repo"],
};

interface Permission {
    permission_level: string;
    inherited: boolean;
    inherited_from_object?: string[];
}

/** An entry of an access control list that is to be set. */
interface Grant {
    readonly principal: string;
    readonly level: string;
}

const kinds: readonly PrincipalKind[] = ["user_name", "group_name", "service_principal_name"];

/** The permissions of a tree's objects: direct ones, and those of the folders above. */
export class Permissions {
    constructor(
        private readonly tree: Tree,
        private readonly principals: Principals,
        /** Finds what is in no list of the tree. */
        private readonly findOther: (collection: string, id: string) => Secured | undefined,
    ) {
        tree.root.permissions.set("group_name:admins", "CAN_MANAGE");
        tree.folder("/Shared")?.permissions.set("group_name:users", "CAN_MANAGE");
    }

    /** The object that a path such as `notebooks/123` names, by its resource id. Throws `ApiError`. */
    require(collection: string, id: string): Secured {
        const node = this.tree.byId(id);
        const isNode = node?.resourceId === id && collections[node.type]?.[0] === collection;
        const found = isNode ? this.securedNode(node) : this.findOther(collection, id);
        if (found === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${collection} with id ${id} does not exist.`);
        return found;
    }

    /** The access control list of an object as the API shows it. */
    show({ id, collection, noun, permissions, folders }: Secured): Record<string, unknown> {
        const lists = new Map<string, Permission[]>();
        const note = (principal: string, permission: Permission) =>
            lists.set(principal, [...(lists.get(principal) ?? []), permission]);
        for (const [principal, permission_level] of permissions)
            note(principal, { permission_level, inherited: false });
        for (const folder of folders) {
            const inherited_from_object = [`/${collections[folder.type]?.[0] ?? "directories"}/${folder.id}`];
            for (const [principal, permission_level] of folder.permissions)
                note(principal, { permission_level, inherited: true, inherited_from_object });
        }
        return {
            object_id: `/${collection}/${id}`,
            object_type: noun,
            access_control_list: [...lists].map(([principal, all_permissions]) => {
                const [kind, name] = split(principal);
                return { [kind]: name, display_name: name, all_permissions };
            }),
        };
    }

    /** Whether lists show an object to a principal: admins see all, others what they may use and the folders above it. */
    isVisible(node: Node, principal: string | undefined): boolean {
        if (principal === undefined || this.principals.admins.has(split(principal)[1])) return true;
        const counted = [principal, "group_name:users", ...this.groupsOf(principal)];
        const isOpen = ({ permissions }: Node) => counted.some((one) => permissions.has(one));
        if (node.protection !== "none" && [...this.tree.above(node)].length === 1) return true;
        return [node, ...this.tree.above(node), ...this.tree.all(node)].some(isOpen);
    }

    /** Sets direct permissions: these beside the others, or these alone, which may be none. Throws `ApiError`. */
    set(secured: Secured, body: Record<string, unknown>, others: "kept" | "removed"): void {
        const grants = parse(body["access_control_list"] ?? (others === "removed" ? [] : undefined));
        for (const { principal } of grants) this.requireKnown(principal);
        if (secured.isFixed) throw invalid(`The permissions of ${secured.path} cannot be changed.`);
        if (others === "removed") secured.permissions.clear();
        for (const { principal, level } of grants) secured.permissions.set(principal, level);
    }

    /** Gives who made an object its management, where it does not come from above. */
    grantCreator(node: Node, principal: string | undefined): void {
        if (principal === undefined) return;
        const manages = [...this.tree.above(node)].some(
            (folder) => folder.path !== "/" && folder.permissions.get(principal) === "CAN_MANAGE",
        );
        if (!manages) node.permissions.set(principal, "CAN_MANAGE");
    }

    private securedNode(node: Node): Secured {
        const { resourceId, path, permissions, protection, type } = node;
        const [collection = "", noun = ""] = collections[type] ?? [];
        return {
            id: resourceId,
            path,
            collection,
            noun,
            permissions,
            isFixed: protection === "all",
            folders: [...this.tree.above(node)],
        };
    }

    private groupsOf(principal: string): string[] {
        const [kind, name] = split(principal);
        const found = this.principals.find(name, kind);
        return (found === undefined ? [] : this.principals.groupsAbove(found)).map(
            (group) => `group_name:${group.name}`,
        );
    }

    private requireKnown(principal: string): void {
        const [kind, name] = split(principal);
        if (this.principals.find(name, kind) !== undefined) return;
        const words = {
            user_name: "UserName",
            group_name: "GroupName",
            service_principal_name: "ServicePrincipalName",
        };
        throw new ApiError(400, "RESOURCE_DOES_NOT_EXIST", `Principal: ${words[kind]}(${name}) does not exist`);
    }
}

function parse(list: unknown): Grant[] {
    if (!Array.isArray(list)) throw invalid("Missing required field: access_control_list");
    return (list as Record<string, unknown>[]).map((entry) => {
        const kind = kinds.find((one) => typeof entry[one] === "string");
        const level = String(entry["permission_level"]);
        if (kind === undefined) throw invalid("An entry must name a user, a group or a service principal.");
        if (!levels.includes(level)) throw invalid(`Permission level ${level} is not supported.`);
        return { principal: principalOf(kind, String(entry[kind])), level };
    });
}

function split(principal: string): [PrincipalKind, string] {
    const at = principal.indexOf(":");
    return [principal.slice(0, at) as PrincipalKind, principal.slice(at + 1)];
}
