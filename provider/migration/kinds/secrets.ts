import { createHash, randomBytes } from "node:crypto";

import { messageOf } from "../../util/error-message";
import type { ContentKind, InventoryNotes, KindMigration } from "../content-kind";
import type { WorkspaceContent } from "../content";
import type { MigrationContext, Pass } from "../pass";
import { plural } from "../report";
import { ListedMigration } from "./listed";
import { nameKeys, type Scope, ScopeReader } from "./secret-scopes";
import { permissionsKind, scopesKind, type Sides, valuesKind } from "./secret-parts";

/** How many keys a preview names. */
const NAMED = 20;

type Mode = "copy" | "verify" | "plan";

/** Secret scopes: first that they exist, then the values of their secrets, and last who may use them. */
export const secrets: ContentKind = {
    name: "secrets",
    begin: (context) => (context.root.path === "/" ? new SecretsMigration(context) : undefined),
    inventory: ({ content }, notes) => countSecrets(content, notes),
    async look({ content }) {
        try {
            const lines = (await new ScopeReader(content).all()).map(
                ({ name, keys, acls, problem }) => `${name} ${JSON.stringify([[...keys], [...acls], problem])}`,
            );
            const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
            return { digest, content: lines.length === 0 ? undefined : plural(lines.length, "secret scope") };
        } catch (error) {
            return { digest: "", unlisted: `its secret scopes cannot be listed: ${messageOf(error)}` };
        }
    },
};

class SecretsMigration implements KindMigration {
    private readonly from: ScopeReader;
    private readonly to: ScopeReader;

    constructor(private readonly context: MigrationContext) {
        const salt = randomBytes(32);
        [this.from, this.to] = [new ScopeReader(context.from, salt), new ScopeReader(context.to, salt)];
    }

    copy = (pass: Pass) => this.run("copy", pass);
    verify = (pass: Pass) => this.run("verify", pass);
    plan = (pass: Pass) => this.run("plan", pass);

    private async run(mode: Mode, pass: Pass): Promise<void> {
        const { context } = this;
        let listed: Promise<readonly Scope[]> | undefined;
        const source = () => (listed ??= this.from.all());
        let ambiguous: ReadonlySet<string> = new Set();
        const readTarget = async () => {
            // By the names of the old workspace: a list may leave out for a while what was just made.
            const scopes = await source();
            if (scopes.some(({ acls }) => acls.size > 0)) ambiguous = await context.groups.ambiguous();
            const all = await Promise.all(scopes.map(({ name }) => this.to.scope(name)));
            return all.filter((scope) => scope !== undefined);
        };
        let target: Promise<readonly Scope[]> | undefined;
        const sides: Sides = {
            source,
            // What nothing is written to is read once.
            target: mode === "copy" ? readTarget : () => (target ??= readTarget()),
            isAmbiguous: (name) => ambiguous.has(name),
            from: this.from,
            to: this.to,
            values: mode === "plan" ? "one" : "all",
            caller: (await context.to.me()) ?? "",
            inUseSince: context.options.inUseSince,
            isSettled: context.options.settled !== undefined,
        };
        const kinds = [scopesKind(sides), valuesKind(sides), permissionsKind(sides)];
        const equal = kinds.map(() => new Map<string, Scope>());
        for (const [index, kind] of kinds.entries()) {
            const noteEqual = (scope: Scope) => void equal[index]?.set(scope.name, scope);
            await new ListedMigration(context, { ...kind, noteEqual })[mode](pass);
        }
        countEqual(pass, equal);
    }
}

/** A scope counts as equal with its values, if it has any, and with who may use it. */
function countEqual(pass: Pass, [scopes, values, permissions]: readonly ReadonlyMap<string, Scope>[]): void {
    for (const [name, { keys }] of scopes ?? []) {
        const hasValues = keys.size === 0 || values?.has(name) === true;
        if (hasValues && permissions?.has(name) === true) pass.equal.add("secretScopes");
    }
}

/** Counts scopes, and tells whether their values can be read: one of each is, and dropped. */
async function countSecrets(content: WorkspaceContent, notes: InventoryNotes): Promise<void> {
    const reader = new ScopeReader(content);
    const [unread, hidden]: [string[], string[]] = [[], []];
    let keys = 0;
    for (const listed of await reader.all()) {
        if (notes.clock.now() >= notes.deadline) return;
        if (listed.problem !== undefined) {
            unread.push(listed.name);
            const words = `the secret scopes ${nameKeys(unread, NAMED)}, which the credential cannot read whole,`;
            notes.stays("secret-scopes", { count: unread.length, words, isCertain: true });
            continue;
        }
        notes.moves("secretScopes");
        const scope = await reader.withPrints(listed, "one");
        if (scope.hidden === undefined) continue;
        keys += scope.keys.size;
        hidden.push(`${scope.name} (${nameKeys([...scope.keys.keys()], NAMED)})`);
        const words = `the values of secrets that the workspace does not give in the scopes ${nameKeys(hidden, NAMED)}`;
        notes.stays("secret", { count: keys, words, isCertain: true });
    }
}
