import { ApiError, NoResponseError } from "../../api/errors";
import { Comparison } from "../comparison";
import type { WorkspaceContent, WorkspaceObject } from "../content";
import { ContentReader } from "../content-reader";
import type { ContentKind, KindMigration } from "../content-kind";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import { type GitFolder, WorkspaceGit } from "../workspace-git";
import { LatePermissions } from "./late-permissions";
import { type ListedKind, ListedMigration } from "./listed";
import { nameKeys } from "./secret-scopes";

/** How often one is asked for whose creation had no response, and how long to wait before a look, in milliseconds. */
const [ATTEMPTS, PAUSE] = [4, 5_000];

/** A git folder of either workspace. */
interface Item {
    /** The object of the old workspace's tree. */
    readonly source: WorkspaceObject;
    /** What is at its path, in the tree of its own workspace. */
    readonly object: WorkspaceObject;
    /** `undefined`: what is there is none. */
    readonly folder: GitFolder | undefined;
    /** Paths below it that are not as in the old workspace: what was not committed there. */
    readonly unlike: readonly string[];
    /** Why it cannot be copied or compared. */
    readonly problem?: string | undefined;
}

type Mode = "copy" | "verify" | "plan";

/** Git folders, which the walk through the tree finds: made anew from their remotes, at the same branch. */
export const gitFolders: ContentKind = {
    name: "git-folders",
    begin: (context) => new GitFoldersMigration(context),
};

class GitFoldersMigration implements KindMigration {
    private readonly permissions: LatePermissions;

    constructor(private readonly context: MigrationContext) {
        this.permissions = new LatePermissions(context);
    }

    copy = (pass: Pass) => this.run("copy", pass);
    verify = (pass: Pass) => this.run("verify", pass);
    plan = (pass: Pass) => this.run("plan", pass);

    private async run(mode: Mode, pass: Pass): Promise<void> {
        if (this.context.gitFolders.size === 0) return;
        const kind = new GitFolderCopy(this.context, (await this.context.to.me()) ?? "");
        await new ListedMigration(this.context, kind)[mode](pass);
        if (mode !== "copy") return;
        for (const { source, object } of kind.targets)
            await this.permissions.copy(pass, {
                ...{ key: source.path, source, target: object },
                isMade: this.context.ours.has(`repo:${source.path}`),
            });
    }
}

class GitFolderCopy implements ListedKind<Item> {
    readonly finding = "repo";
    targets: readonly Item[] = [];
    private sources: Promise<readonly Item[]> | undefined;
    private readonly from: WorkspaceGit;
    private readonly to: WorkspaceGit;
    private readonly comparison: Comparison;

    constructor(
        private readonly context: MigrationContext,
        private readonly caller: string,
    ) {
        [this.from, this.to] = [new WorkspaceGit(context.from.requests), new WorkspaceGit(context.to.requests)];
        this.comparison = new Comparison(context.from, context.to, new ContentReader());
    }

    listSource = (): Promise<readonly Item[]> =>
        (this.sources ??= Promise.all([...this.context.gitFolders.values()].map((one) => this.sourceItem(one))));

    listTarget = async (): Promise<readonly Item[]> => {
        const all: Item[] = [];
        for (const source of await this.listSource()) {
            const item = await this.targetItem(source);
            if (item !== undefined) all.push(item);
        }
        this.targets = all.filter(({ folder }) => folder !== undefined);
        return all;
    };

    keyOf = ({ source }: Item): string => source.path;

    isEqual = (source: Item, target: Item): boolean =>
        this.obstacle(source, target) === undefined && isAtCommit(source, target);

    isCopiedAgain = ({ object: { createdAt } }: Item, target: Item | undefined): boolean => {
        const { settled } = this.context.options;
        return target === undefined && (createdAt === undefined || createdAt > (settled?.at ?? 0));
    };

    obstacle = (source: Item, target: Item | undefined): string | undefined => {
        const { context } = this;
        if (source.problem !== undefined || target?.problem !== undefined) return source.problem ?? target?.problem;
        if (target === undefined || source.folder === undefined) return undefined;
        if (target.folder === undefined || !isSameRemote(source.folder, target.folder))
            return `at its path in the new workspace is a ${target.object.typeName} of something else: rename one of the two, or accept "repo".`;
        if (isAtCommit(source, target))
            return target.unlike.length === 0
                ? undefined
                : `it has work that is not committed, which no clone has: ${nameKeys(target.unlike)}. Commit and push it, then run the command again, or accept "repo".`;
        const mayPull = context.options.inUseSince === undefined && source.folder.branch !== undefined;
        return mayPull ? undefined : differenceOf(source, target.folder);
    };

    copy = async (source: Item, target: Item | undefined): Promise<void> => {
        const { folder } = source;
        if (folder === undefined) return;
        const there = target?.folder ?? (await this.make(source, folder));
        if (folder.branch === undefined || there === undefined || isSame(folder, there)) return;
        await this.orExplained(folder, () => this.to.checkOut(there, folder.branch ?? ""));
    };

    describe = (item: Item) => ({
        subject: { path: item.source.path, typeName: "REPO" },
        countName: "gitFolders" as const,
        difference: differenceOf(item, this.targets.find(({ source }) => source.path === item.source.path)?.folder),
    });

    private async sourceItem(source: WorkspaceObject): Promise<Item> {
        const item = { source, object: source, unlike: [] };
        try {
            const folder = await this.from.folder(source);
            const isKnown = folder?.url !== undefined && folder.provider !== undefined;
            return { ...item, folder, ...(isKnown ? {} : { problem: UNKNOWN }) };
        } catch (error) {
            if (!concernsOne(error)) throw error;
            return { ...item, folder: undefined, problem: `${UNKNOWN} ${error.message}` };
        }
    }

    private async targetItem(source: Item): Promise<Item | undefined> {
        const place = this.context.homes.placeOf(source.source.path);
        const object = await this.context.to.find(place);
        if (object === undefined) return undefined;
        const item = { source: source.source, object };
        try {
            const folder = await this.to.folder(object);
            const isToCompare = source.folder !== undefined && folder !== undefined && isSame(source.folder, folder);
            const unlike = isToCompare ? await this.unlike(source.object.path, place) : [];
            return { ...item, folder, unlike: unlike.sort() };
        } catch (error) {
            if (!concernsOne(error)) throw error;
            return { ...item, folder: undefined, unlike: [], problem: `it cannot be compared: ${error.message}` };
        }
    }

    /** Below these folders, the paths in the old workspace at which the two are not alike. */
    private async unlike(from: string, to: string): Promise<string[]> {
        const [sources, targets] = await Promise.all([listed(this.context.from, from), listed(this.context.to, to)]);
        const unlike = [...targets.keys()].filter((below) => !sources.has(below));
        for (const [below, source] of sources) {
            const target = targets.get(below);
            if (target?.type !== source.type) unlike.push(below);
            else if (source.type === "DIRECTORY")
                unlike.push(...(await this.unlike(source.path, target.path)).map((path) => `${below}/${path}`));
            else if (!(await this.comparison.isEqual(source, target))) unlike.push(below);
        }
        return unlike;
    }

    /** If a response is lost, looks before it asks again. */
    private async make(source: Item, folder: GitFolder): Promise<GitFolder | undefined> {
        const place = this.context.homes.placeOf(source.source.path);
        for (let attempt = 1; ; attempt++) {
            try {
                await this.orExplained(folder, () => this.to.create(place, folder));
            } catch (error) {
                if (!(error instanceof NoResponseError) || !error.mayHaveApplied || attempt === ATTEMPTS) throw error;
                await this.context.clock.sleep(PAUSE);
            }
            const object = await this.context.to.find(place);
            if (object !== undefined) return this.to.folder(object);
        }
    }

    /** Says whose credential is missing, if that may be why the service refuses. */
    private async orExplained({ provider, url }: GitFolder, run: () => Promise<void>): Promise<void> {
        try {
            await run();
        } catch (error) {
            const mayBe =
                error instanceof ApiError && (error.kind === "denied" || /credential|token/i.test(error.detail));
            if (!mayBe) throw error;
            throw error.withRemedy(
                `If ${url ?? "the remote"} is private, give ${this.caller} a Git credential for the provider ${provider ?? ""} in the new workspace (User Settings, Linked accounts, or the API git-credentials), then run the command again, or accept "repo".`,
            );
        }
    }
}

const UNKNOWN = "the service does not say which remote it has: make it in the new workspace by hand.";

function differenceOf({ folder }: Item, there: GitFolder | undefined): string {
    if (there === undefined) return 'it is not in the new workspace. Make it there from its remote, or accept "repo".';
    const { branch, head = "none" } = folder ?? {};
    const where = branch === undefined ? "no branch (a tag or a commit)" : `the branch ${branch}`;
    return `in the old workspace it has ${where} at the commit ${head}, in the new one ${there.branch ?? "none"} at ${there.head ?? "none"}. Push what the remote does not have and pull what it has more, so that both are the same, or accept "repo".`;
}

function isAtCommit({ folder }: Item, target: Item): boolean {
    return folder !== undefined && target.folder !== undefined && isSame(folder, target.folder);
}

/** Whether two have the same checked out: without its commit, nothing is known of one. */
function isSame(one: GitFolder, other: GitFolder): boolean {
    return one.head !== undefined && one.head === other.head && one.branch === other.branch;
}

function isSameRemote({ url }: GitFolder, other: GitFolder): boolean {
    const plain = (text = "") => text.replace(/\/+$/, "").replace(/\.git$/, "");
    return plain(url) === plain(other.url);
}

async function listed(workspace: WorkspaceContent, path: string): Promise<ReadonlyMap<string, WorkspaceObject>> {
    const objects = (await workspace.list(path)) ?? [];
    return new Map(objects.map((object) => [object.path.slice(path.length + 1), object]));
}
