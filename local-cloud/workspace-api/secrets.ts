import { ApiError, invalid } from "../http";
import type { Principals } from "../people/principals";
import type { WorkspaceBehavior } from "./behavior";
import type { Contents } from "./contents";

/** What an access control list of a scope gives, the weakest first. */
export const secretPermissions = ["READ", "WRITE", "MANAGE"] as const;

/** What somebody may do with a scope; each includes those before it. */
export type SecretPermission = (typeof secretPermissions)[number];

/** A secret scope as a test makes it, or finds it. */
export interface SecretScopeSeed {
    /** Default: DATABRICKS. */
    readonly backendType?: "DATABRICKS" | "AZURE_KEYVAULT";
    /** By a user's email, a service principal's application id or a group's name. */
    readonly acls?: Readonly<Record<string, SecretPermission>>;
    /** Text by key. */
    readonly secrets?: Readonly<Record<string, string>>;
}

interface Secret {
    readonly sealed: Buffer;
    readonly updatedAt: number;
}

/** A scope. The values of its secrets are kept encrypted. */
export interface SecretScope {
    readonly name: string;
    readonly backendType: "DATABRICKS" | "AZURE_KEYVAULT";
    readonly acls: Map<string, SecretPermission>;
    readonly secrets: Map<string, Secret>;
}

const NAME = /^[\w.@-]{1,128}$/;
const VALUE_BYTES = 128 * 1024;
const SECRETS = 1000;

/** The secret scopes of a workspace, and who may do what with them. */
export class SecretScopes {
    private readonly scopes = new Map<string, SecretScope>();

    constructor(
        private readonly principals: Principals,
        private readonly behavior: WorkspaceBehavior,
        private readonly now: () => number,
    ) {}

    /** All scopes, in the order in which they were made. */
    list(): SecretScope[] {
        return [...this.scopes.values()];
    }

    /** Makes a scope that somebody alone manages; `undefined`: nobody does. Throws `ApiError`. */
    create(name: string, manager: string | undefined, backendType: SecretScope["backendType"] = "DATABRICKS"): void {
        if (!NAME.test(name))
            throw invalid("Scope names must consist of at most 128 letters, digits, dashes, underscores and periods.");
        if (this.scopes.has(name)) throw new ApiError(400, "RESOURCE_ALREADY_EXISTS", `Scope ${name} already exists!`);
        const acls = new Map<string, SecretPermission>(manager === undefined ? [] : [[manager, "MANAGE"]]);
        this.scopes.set(name, { name, backendType, acls, secrets: new Map() });
    }

    /** Deletes a scope with its secrets. */
    delete({ name }: SecretScope): void {
        this.scopes.delete(name);
    }

    /** A scope that somebody may use in this way; `undefined` may do everything. Throws `ApiError`. */
    require(name: unknown, caller: string | undefined, needed: SecretPermission): SecretScope {
        if (typeof name !== "string" || name === "") throw invalid("Missing required field: scope");
        const scope = this.scopes.get(name);
        if (scope === undefined) throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Scope ${name} does not exist!`);
        if (caller === undefined || this.may(scope, caller, needed)) return scope;
        throw new ApiError(403, "PERMISSION_DENIED", `${caller} does not have ${needed} permission on scope: ${name}`);
    }

    /** Stores a value. Throws `ApiError`. */
    put(contents: Contents, scope: SecretScope, key: string, value: Buffer): void {
        if (!NAME.test(key))
            throw invalid("Secret keys must consist of at most 128 letters, digits, dashes, underscores and periods.");
        if (value.length > VALUE_BYTES)
            throw invalid(`The secret has ${value.length} bytes; the limit is ${VALUE_BYTES}.`);
        if (!scope.secrets.has(key) && scope.secrets.size >= SECRETS)
            throw new ApiError(400, "RESOURCE_LIMIT_EXCEEDED", `Scope ${scope.name} has ${SECRETS} secrets already.`);
        scope.secrets.set(key, { sealed: contents.seal(aboutSecret(scope, key), value), updatedAt: this.now() });
    }

    /** A value; `undefined` if there is none. */
    read(contents: Contents, scope: SecretScope, key: string): Buffer | undefined {
        const secret = scope.secrets.get(key);
        return secret === undefined ? undefined : contents.open(aboutSecret(scope, key), secret.sealed);
    }

    /** Gives somebody of the workspace a permission, instead of the one that was given before. Throws `ApiError`. */
    grant(scope: SecretScope, principal: string, permission: SecretPermission): void {
        const kind = this.principals.find(principal, "group_name") ?? this.principals.find(principal);
        if (kind === undefined) throw invalid(`Principal: ${principal} does not exist.`);
        scope.acls.set(principal, permission);
    }

    private may(scope: SecretScope, caller: string, needed: SecretPermission): boolean {
        if (this.behavior.secretAdmins === "manage" && this.principals.admins.has(caller)) return true;
        const found = this.principals.find(caller);
        const groups = found === undefined ? [] : this.principals.groupsAbove(found);
        const builtIn = found === undefined ? [] : this.principals.builtInOf(found);
        const names = [caller, ...[...groups, ...builtIn].map(({ name }) => name)];
        const rank = (one: SecretPermission | undefined) => (one === undefined ? -1 : secretPermissions.indexOf(one));
        return names.some((name) => rank(scope.acls.get(name)) >= rank(needed));
    }
}

function aboutSecret({ name }: SecretScope, key: string): string {
    return `secret/${name}/${key}`;
}
