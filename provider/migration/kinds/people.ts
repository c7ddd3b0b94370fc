import { ApiError, UnexpectedResponseError } from "../../api/errors";
import type { Principal } from "../content";
import type { ContentKind, KindMigration, LookedAt } from "../content-kind";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import type { AccountContent, Assignment } from "../people";
import { describePrincipal, isCaller, isOwnGroup, namePrincipals } from "../principals";
import { messageOf } from "../../util/error-message";
import { plural } from "../report";
import { assignmentsKind, peopleCountNames } from "./assignments";
import { ListedMigration } from "./listed";
import { isMadeGroup, workspacePeople } from "./workspace-people";

/** How long a new workspace may have no assignments, and how long to wait between two looks, in milliseconds. */
const [AVAILABLE_AFTER, PAUSE] = [10 * 60_000, 5_000];

type Mode = "copy" | "verify" | "plan";

/** Who belongs to the workspace: by the account's assignments, or, without identity federation, by the workspace itself. */
export const people: ContentKind = {
    name: "people",
    begin(context) {
        const { account, people: isWanted } = context.options;
        return account === undefined || isWanted !== true ? undefined : new PeopleMigration(context, account);
    },
    async inventory(workspace, notes) {
        if (workspace.account === undefined || workspace.people !== true) return;
        try {
            const all = await everybody(workspace);
            for (const { kind } of all) notes.moves(peopleCountNames[kind]);
            const unknown = all.filter(({ isUnknown }) => isUnknown);
            const names = namePrincipals(unknown.map(describePrincipal));
            const count = unknown.length;
            if (count > 0) notes.stays("people", { count, words: `the permissions of ${names}`, isCertain: true });
        } catch (error) {
            // A page instead of an error code comes from an access list, which another machine may pass.
            if (!(error instanceof ApiError) || error.kind !== "denied" || error.errorCode === "") throw error;
            const words = `users and groups, whose assignments the credential cannot read because it is not an admin of the account (${error.detail}),`;
            notes.stays("people", { count: 1, words, isCertain: true });
        }
    },
    async look(workspace) {
        if (workspace.account === undefined || workspace.people !== true) return { digest: "" };
        try {
            const all = await everybody(workspace);
            const content = all.length === 0 ? undefined : plural(all.length, "assigned principal");
            return { digest: all.map(({ line }) => line).join(","), content };
        } catch (error) {
            return { digest: "", unlisted: `its people cannot be listed: ${messageOf(error)}` };
        }
    },
};

/** Somebody who belongs to a workspace. */
interface Somebody extends Principal {
    /** What tells whether anything of it has changed. */
    readonly line: string;
    /** Whether the account cannot say what it may do. */
    readonly isUnknown: boolean;
}

/** Everybody but whoever asks, and but the groups that every workspace has. */
async function everybody({ content, account, id }: LookedAt): Promise<Somebody[]> {
    const caller = await content.me();
    const assigned = account && (await assignmentsOf(account, id));
    const known = (await content.scim.list()).map((one) => ({
        ...one,
        line: [one.id, ...one.entitlements, ...one.members].join("/"),
        isUnknown: false,
    }));
    const all = assigned?.map(({ principal, permissions, error }) => ({
        ...principal,
        line: [principal.id, ...permissions].join("/"),
        isUnknown: error !== undefined,
    }));
    return (all === undefined ? known : [...all, ...known.filter(isMadeGroup)])
        .filter((one) => !isCaller(one, caller) && !isOwnGroup(one))
        .sort((one, other) => (one.line < other.line ? -1 : 1));
}

/** Who is assigned to a workspace with something in it; `undefined`: the service does not have assignments for it. */
async function assignmentsOf(account: AccountContent, id: string): Promise<readonly Assignment[] | undefined> {
    const all = await account.assignments(id);
    // Whoever asks is one of its admins.
    if (all?.length !== 0) return all;
    throw new UnexpectedResponseError(
        `nobody is assigned to the workspace ${id}, to which the credential belongs`,
        "run the command again",
    );
}

class PeopleMigration implements KindMigration {
    private migrations: readonly KindMigration[] | undefined;

    constructor(
        private readonly context: MigrationContext,
        private readonly account: AccountContent,
    ) {}

    copy = (pass: Pass) => this.run("copy", pass);
    verify = (pass: Pass) => this.run("verify", pass);
    plan = (pass: Pass) => this.run("plan", pass);

    private async run(mode: Mode, pass: Pass): Promise<void> {
        try {
            this.migrations ??= await this.choose(mode);
            for (const migration of this.migrations ?? []) await migration[mode](pass);
        } catch (error) {
            if (!concernsOne(error)) throw error;
            this.context.findings.add({ path: "people", typeName: "PEOPLE" }, "people", error.message);
        }
    }

    /** By assignments, if the old workspace has them: then the new one gets them too, even if only some minutes after its creation. */
    private async choose(mode: Mode): Promise<readonly KindMigration[]> {
        const { context, account } = this;
        const { from, to, clock, onProgress } = context;
        const caller = await to.me();
        const list = (workspaceId = "") => account.assignments(workspaceId);
        if ((await assignmentsOf(account, from.workspaceId ?? "")) === undefined) return this.ownPeople(caller, false);
        const end = clock.now() + AVAILABLE_AFTER;
        while (mode === "copy" && (await list(to.workspaceId)) === undefined && clock.now() < end) {
            onProgress("waiting until the new workspace takes assignments of users and groups");
            await clock.sleep(PAUSE);
        }
        const required = (workspaceId = "", found?: readonly Assignment[]): readonly Assignment[] => {
            if (found !== undefined) return found;
            throw new UnexpectedResponseError(
                `the account has no permission assignments for the workspace ${workspaceId}; they come with its metastore`,
            );
        };
        const lists = {
            source: async () =>
                required(from.workspaceId, await assignmentsOf(account, from.workspaceId ?? "")).filter(
                    ({ principal }) => !isCaller(principal, caller),
                ),
            target: async () => {
                const found = await list(to.workspaceId);
                return mode === "plan" ? (found ?? []) : required(to.workspaceId, found);
            },
        };
        const assigned = new ListedMigration(context, assignmentsKind(context, account, lists));
        return [assigned, ...this.ownPeople(caller, true)];
    }

    /** By the workspace itself. Assignments say nothing of its own groups, nor of what anybody is entitled to. */
    private ownPeople(caller: string | undefined, isFederated: boolean): readonly KindMigration[] {
        const { context } = this;
        return workspacePeople(context, caller, isFederated).map((kind) => new ListedMigration(context, kind));
    }
}
