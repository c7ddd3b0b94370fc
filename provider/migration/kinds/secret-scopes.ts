import { createHmac, randomBytes } from "node:crypto";

import { ApiError, orMissing } from "../../api/errors";
import { concernsOne } from "../pass";
import { readListed } from "../read-listed";
import { WorkspaceSecrets } from "../workspace-secrets";
import type { WorkspaceContent } from "../content";

/** How many keys are named. */
const NAMED = 100;

/** A secret scope of a workspace, without the values of its secrets. */
export interface Scope {
    readonly name: string;
    /** When each secret was changed last, by its key. */
    readonly keys: ReadonlyMap<string, number | undefined>;
    readonly acls: ReadonlyMap<string, string>;
    /** Why not all of this is known; `undefined`: it is. */
    readonly problem?: string;
    /** Fingerprints of the values that were read, by key. */
    readonly prints: ReadonlyMap<string, string>;
    /** Why the values cannot be read; `undefined`: they can, or none was asked for. */
    readonly hidden?: string;
}

/** How much is read of the values of a scope: that of one secret tells whether they are given. */
export type ValuesToRead = "none" | "one" | "all";

/** Reads the secret scopes of one workspace. No value outlives the call that reads it. */
export class ScopeReader {
    readonly secrets: WorkspaceSecrets;
    private readonly known = new Map<string, { readonly at: number; readonly print: string }>();

    /** @param salt of the fingerprints: those of two readers can be compared if it is the same. */
    constructor(
        { requests }: WorkspaceContent,
        private readonly salt = randomBytes(32),
    ) {
        this.secrets = new WorkspaceSecrets(requests);
    }

    /** All scopes, each with its keys and permissions. */
    async all(): Promise<readonly Scope[]> {
        const scopes: Scope[] = [];
        for (const { name, isOwn } of await this.secrets.scopes()) {
            const problem = "its secrets are kept outside Databricks. Make it in the new workspace by hand.";
            const scope = isOwn ? await this.listedScope(name) : { ...emptyScope(name), problem };
            if (scope !== undefined) scopes.push(scope);
        }
        return scopes;
    }

    private async listedScope(name: string): Promise<Scope | undefined> {
        const isListed = async () => (await this.secrets.scopes()).some((one) => one.name === name);
        try {
            return await readListed(`the secret scope ${name}`, () => this.scope(name), isListed);
        } catch (error) {
            if (!concernsOne(error)) throw error;
            return { ...emptyScope(name), problem: error.message };
        }
    }

    /** A scope with its keys and permissions; `undefined`: there is none. */
    async scope(name: string): Promise<Scope | undefined> {
        try {
            const keys = await this.secrets.keys(name);
            return keys && { ...emptyScope(name), keys, acls: await this.secrets.acls(name) };
        } catch (error) {
            if (!concernsOne(error)) throw error;
            return { ...emptyScope(name), problem: error.message };
        }
    }

    /** The same scope with fingerprints of its values. One that is refused speaks for all of them. */
    async withPrints(scope: Scope, wanted: ValuesToRead): Promise<Scope> {
        const all = [...scope.keys];
        const prints = new Map<string, string>();
        try {
            for (const [key, at] of wanted === "all" ? all : all.slice(0, wanted === "one" ? 1 : 0))
                await orMissing(async () => prints.set(key, await this.print(scope.name, key, at)));
            return { ...scope, prints };
        } catch (error) {
            if (!concernsOne(error)) throw error;
            const { status, errorCode } = error instanceof ApiError ? error : { status: undefined, errorCode: "" };
            const hidden = status === undefined ? error.message : `HTTP ${status} ${errorCode}`.trim();
            return { ...scope, hidden };
        }
    }

    private async print(scope: string, key: string, at: number | undefined): Promise<string> {
        const name = `${scope}/${key}`;
        const known = this.known.get(name);
        if (at !== undefined && known?.at === at) return known.print;
        const value = await this.secrets.value(scope, key);
        const print = createHmac("sha256", this.salt).update(value).digest("hex");
        if (at !== undefined) this.known.set(name, { at, print });
        return print;
    }
}

function emptyScope(name: string): Scope {
    return { name, keys: new Map(), acls: new Map(), prints: new Map() };
}

/** Several keys in a line. */
export function nameKeys(keys: readonly string[], named = NAMED): string {
    const more = keys.length > named ? ` and ${keys.length - named} more` : "";
    return `${keys.slice(0, named).join(", ")}${more}`;
}
