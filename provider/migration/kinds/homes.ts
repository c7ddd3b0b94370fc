import type { WorkspaceContent, WorkspaceObject } from "../content";
import type { ContentKind, KindMigration } from "../content-kind";
import { ownerOfHome } from "../homes";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import type { AccountContent, KnownPrincipal } from "../people";
import { plural } from "../report";
import { isHome, isTrash } from "../standard-folders";
import { WorkQueue } from "../work-queue";
import { AssignedGroups } from "./assigned-groups";
import { FormerHomesFolder } from "./former-homes-folder";

/** How long homes are waited for, and how long the first and the longest pause between two looks are, in milliseconds. */
const [SHOWN_AFTER, FIRST_PAUSE, LONGEST_PAUSE] = [5 * 60_000, 1_000, 15_000];

/** How many homes a preview asks for at once. */
const PREVIEW_WORKERS = 8;

/** The homes of people: waited for, or, if their users have left the account, kept in a folder for admins. Their content is the tree's. */
export const homes: ContentKind = {
    name: "homes",
    begin(context) {
        const { account } = context.options;
        return account === undefined || context.root.path !== "/" ? undefined : new HomesMigration(context, account);
    },
    async inventory({ content, account, formerHomes, id }, notes) {
        if (account === undefined) return;
        const assigned = new Set((await account.assignments(id))?.map(({ principal }) => principal.name.toLowerCase()));
        let count = 0;
        const queue = new WorkQueue<never, WorkspaceObject>();
        for (const home of (await content.list("/Users")) ?? [])
            if (isHome(home) && !assigned.has(ownerOfHome(home.path).name.toLowerCase())) queue.addItem(home);
        await queue.run(PREVIEW_WORKERS, {
            folder: () => Promise.resolve(),
            item: async ({ path }) => {
                if (notes.clock.now() >= notes.deadline || !(await holdsSomething(content, path))) return;
                if ((await account.find(ownerOfHome(path))) !== undefined) return;
                count++;
                if (formerHomes !== undefined) return;
                const [whose, them] = count === 1 ? ["a user who has", "it"] : ["users who have", "them"];
                const words = `${plural(count, "home")} of ${whose} left the account (formerHomes: "/Former homes" would keep ${them} for admins)`;
                notes.stays("former-home", { count, words, isCertain: true });
            },
        });
    },
};

/** A home of the old workspace that the new one lacks, and that holds something. */
interface MissingHome {
    readonly home: WorkspaceObject;
    /** Whose it is; `undefined`: nobody's in the account. */
    readonly owner: KnownPrincipal | undefined;
}

class HomesMigration implements KindMigration {
    private former: readonly WorkspaceObject[] | undefined;
    /** How many objects are below each former home, counted once. */
    private readonly counts = new Map<string, number>();
    private readonly folder: FormerHomesFolder | undefined;
    private readonly groups: AssignedGroups;

    constructor(
        private readonly context: MigrationContext,
        private readonly account: AccountContent,
    ) {
        const { formerHomes } = context.options;
        this.folder = formerHomes === undefined ? undefined : new FormerHomesFolder(context, formerHomes);
        this.groups = new AssignedGroups(context, account);
    }

    async copy(pass: Pass): Promise<void> {
        if (this.former === undefined) {
            const missing = await this.missing();
            this.former = missing.filter(({ owner }) => owner === undefined).map(({ home }) => home);
            if (this.context.options.people === true) await this.bring(missing);
        }
        const isReady = this.former.length > 0 && (await this.folder?.make(pass)) === true;
        await this.place(this.former, isReady);
    }

    async verify(): Promise<void> {
        await this.look(async () => (await this.folder?.check()) === true);
    }

    async plan(): Promise<void> {
        await this.look(async () => this.folder !== undefined);
    }

    private async look(isReady: () => Promise<boolean>): Promise<void> {
        this.former ??= (await this.missing()).filter(({ owner }) => owner === undefined).map(({ home }) => home);
        await this.place(this.former, this.former.length > 0 && (await isReady()));
    }

    /** The homes of those who have left go into the folder; without one, each is a finding. */
    private async place(former: readonly WorkspaceObject[], isReady: boolean): Promise<void> {
        const { homes: all, findings, from } = this.context;
        for (const home of former) {
            const { name } = ownerOfHome(home.path);
            if (isReady && this.folder !== undefined) {
                all.keepFormer(home.path, `${this.folder.path}/${name}`);
                continue;
            }
            all.leave(home.path);
            if (this.folder !== undefined) continue;
            const below = this.counts.get(home.path) ?? (await countBelow(from, home.path));
            this.counts.set(home.path, below);
            const count = plural(below, "object");
            findings.add(
                home,
                "former-home",
                `${name} does not belong to the account any more: ${count} below it ${below === 1 ? "was" : "were"} not moved. With migrateContent: { formerHomes: "/Former homes" } (copy: --former-homes) they go into a folder that only admins see. Or accept "former-home".`,
            );
        }
    }

    private async missing(): Promise<MissingHome[]> {
        const { from, to, homes: all } = this.context;
        const present = await pathsIn(to);
        const missing: MissingHome[] = [];
        for (const home of (await from.list("/Users")) ?? []) {
            if (home.type !== "DIRECTORY" || !isHome(home) || present.has(home.path)) continue;
            // The service shows newer names in lower case.
            const other = [...present].find((path) => path.toLowerCase() === home.path.toLowerCase());
            if (other !== undefined) all.moveTo(home.path, other);
            else if (await holdsSomething(from, home.path)) {
                try {
                    missing.push({ home, owner: await this.account.find(ownerOfHome(home.path)) });
                } catch (error) {
                    // Whether its user has left is not known: as it has no home, the tree says so.
                    if (!concernsOne(error)) throw error;
                }
            }
        }
        return missing;
    }

    /**
     * Waits for the homes of those who belong to the new workspace. For somebody who belongs to it through a group alone, a home may
     * only come with the first sign-in: that one is added to the workspace, which gives nothing that the group has not given.
     */
    private async bring(missing: readonly MissingHome[]): Promise<void> {
        const { to, clock, onProgress, homes: all } = this.context;
        const expected = new Set<string>();
        for (const { home, owner } of missing) {
            const belongs = owner && (await this.groups.belongs(owner));
            if (owner === undefined || belongs === undefined) continue;
            expected.add(home.path);
            if (belongs !== "through a group") continue;
            try {
                await to.scim.add({ ...owner, displayName: undefined, entitlements: [] });
            } catch (error) {
                if (!concernsOne(error)) throw error;
                expected.delete(home.path);
            }
        }
        const end = clock.now() + SHOWN_AFTER;
        for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
            if (expected.size === 0) return;
            for (const path of await pathsIn(to)) {
                const home = [...expected].find((one) => one.toLowerCase() === path.toLowerCase());
                if (home === undefined) continue;
                expected.delete(home);
                if (home !== path) all.moveTo(home, path);
            }
            if (expected.size === 0 || clock.now() >= end) return;
            onProgress(`waiting for ${plural(expected.size, "home")} in the new workspace`);
            await clock.sleep(pause);
        }
    }
}

async function pathsIn(workspace: WorkspaceContent): Promise<Set<string>> {
    return new Set(((await workspace.list("/Users")) ?? []).map(({ path }) => path));
}

/** The home of somebody who kept nothing in it is no loss. */
async function holdsSomething(workspace: WorkspaceContent, home: string): Promise<boolean> {
    const objects = await workspace.list(home).catch((error: unknown) => {
        if (!concernsOne(error)) throw error;
        return undefined;
    });
    return objects === undefined || objects.some((one) => !isTrash(one));
}

async function countBelow(workspace: WorkspaceContent, home: string): Promise<number> {
    let count = 0;
    const folders = [home];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        const objects = await workspace.list(folder).catch((error: unknown) => {
            if (!concernsOne(error)) throw error;
            return undefined;
        });
        for (const object of objects ?? []) {
            if (isTrash(object)) continue;
            if (object.type === "DIRECTORY") folders.push(object.path);
            else count++;
        }
    }
    return count;
}
