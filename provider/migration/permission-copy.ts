import { ApiError } from "../api/errors";
import type { Grant, ObjectType, WorkspaceContent, WorkspaceObject } from "./content";
import type { Problem } from "./findings";
import { ambiguousPrincipal, type GroupOrigins } from "./group-origins";
import { describePrincipal, principalKey as keyOf } from "./principals";

/** Copies direct permissions. Inherited ones come with the folders above. */
export class PermissionCopy {
    /** Principals that get nothing, each with its finding: the new workspace does not know them, or another one by their name. */
    private readonly unknown = new Map<string, (grant: Grant) => Problem>();
    /** Types of objects, and whether one that was just made has no direct permissions but those of whoever made it. */
    private readonly bare = new Map<ObjectType, Promise<boolean>>();

    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
        private readonly groups: GroupOrigins,
    ) {}

    /** Gives an object in the new workspace the direct permissions of the old one; what could not be given. */
    async copy(source: WorkspaceObject, target: WorkspaceObject): Promise<Problem[]> {
        const wanted = await this.from.grants(source);
        const present = await this.to.grants(target);
        await this.leaveOutAmbiguous(wanted);
        const known = wanted.filter((grant) => !this.unknown.has(keyOf(grant)));
        const problems = known.length === wanted.length ? [] : this.unknownProblems(wanted);
        if (sameGrants(known, await this.withoutCaller(present, known))) return problems;
        return this.set(target, wanted);
    }

    /**
     * Gives an object that was just made the direct permissions of the old one. Those it has are not asked for: it has none, as the
     * first of its type has shown. Whether it has all of them now; if not, `copy` says why.
     */
    async copyToNew(source: WorkspaceObject, made: WorkspaceObject): Promise<boolean> {
        if (!(await this.isBare(made))) return false;
        const wanted = await this.from.grants(source);
        if (wanted.length === 0) return true;
        await this.leaveOutAmbiguous(wanted);
        return (await this.set(made, wanted)).length === 0;
    }

    /** Whether the object in the new workspace has direct permissions that the old one has not, but for those of whoever made it. */
    async hasMore(source: WorkspaceObject, target: WorkspaceObject): Promise<boolean> {
        const [wanted, present] = await Promise.all([this.from.grants(source), this.to.grants(target)]);
        const known = new Set(wanted.map(textOf));
        return (await this.withoutCaller(present, wanted)).some((grant) => !known.has(textOf(grant)));
    }

    private async isBare(made: WorkspaceObject): Promise<boolean> {
        const known = this.bare.get(made.type);
        if (known !== undefined) return known;
        const shown = this.to
            .grants(made)
            .then(async (present) => (await this.withoutCaller(present, [])).length === 0);
        this.bare.set(made.type, shown);
        shown.catch(() => this.bare.delete(made.type));
        return shown;
    }

    private async set(target: WorkspaceObject, wanted: readonly Grant[]): Promise<Problem[]> {
        for (;;) {
            const known = wanted.filter((grant) => !this.unknown.has(keyOf(grant)));
            try {
                const present = await this.to.setGrants(target, known);
                const problems = this.unknownProblems(wanted);
                if (sameGrants(known, await this.withoutCaller(present, known))) return problems;
                return [...problems, { kind: "permissions", reason: "its permissions differ after they were set." }];
            } catch (error) {
                if (!(error instanceof ApiError)) throw error;
                if (error.status === 401 || error.kind === "throttled" || error.kind === "unavailable") throw error;
                const unknownPrincipals = longest(known.filter(({ name }) => names(error.detail, name)));
                if (unknownPrincipals.length === 0) return [refused(error)];
                for (const principal of unknownPrincipals) this.unknown.set(keyOf(principal), unknownPrincipal);
            }
        }
    }

    private unknownProblems(wanted: readonly Grant[]): Problem[] {
        return wanted.flatMap((grant) => this.unknown.get(keyOf(grant))?.(grant) ?? []);
    }

    private async leaveOutAmbiguous(wanted: readonly Grant[]): Promise<void> {
        for (const grant of await this.groups.ambiguousOf(wanted)) this.unknown.set(keyOf(grant), ambiguousPrincipal);
    }

    /** Without what the service gives to whoever creates an object. */
    private async withoutCaller(present: readonly Grant[], wanted: readonly Grant[]): Promise<readonly Grant[]> {
        const caller = await this.to.me();
        return present.filter(
            (grant) =>
                grant.name.toLowerCase() !== caller?.toLowerCase() ||
                wanted.some((other) => keyOf(other) === keyOf(grant)),
        );
    }
}

/** The finding of a permission whose principal does not belong to the new workspace. */
export function unknownPrincipal(grant: Grant): Problem {
    const principal = describePrincipal(grant);
    return {
        kind: "unknown-principal",
        reason: `${principal} has ${grant.level} on it and does not belong to the new workspace: assign it, then run the command again.`,
        principal,
    };
}

/** A refusal is about one principal: "data" stands in one about "data science" too. */
function longest(grants: readonly Grant[]): Grant[] {
    const length = Math.max(...grants.map(({ name }) => name.length));
    return grants.filter(({ name }) => name.length === length);
}

/** Whether a refusal is about the principal with this name, and not about one whose name holds this one. */
function names(said: string, given: string): boolean {
    const [detail, name] = [said.toLowerCase(), given.toLowerCase()];
    if (!/does not exist|not found|cannot find/i.test(detail)) return false;
    const part = /[\p{L}\p{N}_.@+-]/u;
    for (let at = detail.indexOf(name); at !== -1; at = detail.indexOf(name, at + 1)) {
        const around = [detail.charAt(at - 1), detail.charAt(at + name.length)];
        if (!around.some((character) => part.test(character))) return true;
    }
    return false;
}

function refused(error: ApiError): Problem {
    return {
        kind: "permissions",
        reason: `its permissions were refused: ${error.detail}. Set them by hand, or accept "permissions".`,
    };
}

function sameGrants(one: readonly Grant[], other: readonly Grant[]): boolean {
    const text = (grants: readonly Grant[]) => grants.map(textOf).sort().join("\n");
    return text(one) === text(other);
}

function textOf(grant: Grant): string {
    return `${keyOf(grant)}=${grant.level}`;
}
