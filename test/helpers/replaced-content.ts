import { InitializationError } from "../../provider/resource/errors";
import { createHandler } from "../../provider/registry";
import { Session } from "../../provider/runtime/session";
import { LocalCloud, type LocalCloudOptions, seeds } from "../../local-cloud";
import { CalmClock } from "./calm-clock";
import { fakeEnvironment, ownerFor } from "./environment";
import { withoutConnections } from "./without-connections";

const DAY = 86_400_000;

type Inputs = Record<string, unknown>;

/** A workspace's state, as the engine keeps it. */
export interface State {
    readonly id: string;
    readonly outs: Inputs;
}

/** A workspace with content, whose key is about to change. */
export class ReplacedContent {
    private constructor(
        readonly cloud: LocalCloud,
        readonly clock: CalmClock,
        readonly world: ReturnType<typeof fakeEnvironment>,
        readonly news: Inputs,
        readonly keys: readonly string[],
        readonly old: State,
    ) {}

    static async begin(options: LocalCloudOptions = {}): Promise<ReplacedContent> {
        const clock = new CalmClock();
        const now = () => clock.now();
        const cloud = withoutConnections(await LocalCloud.start({ provisioningMilliseconds: 20_000, now, ...options }));
        const world = fakeEnvironment(cloud.environment(), clock);
        const process = handlersIn(world);
        const keys: string[] = [];
        for (const name of ["a", "b"]) {
            const registered = await process.key.create({
                awsKeyInfo: { keyArn: cloud.createKey() },
                useCases: ["MANAGED_SERVICES"],
                owner: ownerFor(name),
            });
            keys.push(registered.id);
        }
        const credentials = await cloud.account.create("credentials", {
            credentials_name: "c",
            aws_credentials: { sts_role: { role_arn: "arn:aws:iam::123456789012:role/r" } },
        });
        const storage = await cloud.account.create("storage-configurations", {
            storage_configuration_name: "s",
            root_bucket_info: { bucket_name: "root-bucket" },
        });
        const news = {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials["credentials_id"],
            storageConfigurationId: storage["storage_configuration_id"],
            managedServicesCustomerManagedKeyId: keys[0],
            owner: ownerFor("w"),
        };
        const { id, outs } = await process.workspace.create(news);
        await cloud.workspace(id).seed({
            "/Shared/etl": seeds.notebook("print(1)", { modifiedAt: clock.now() - DAY }),
            "/Shared/lib.py": seeds.file("x = 1", { modifiedAt: clock.now() - DAY }),
            "/Shared/empty": seeds.folder(),
        });
        world.lines.length = 0;
        cloud.clearRequests();
        return new ReplacedContent(cloud, clock, world, news, keys, { id, outs });
    }

    /** The inputs after the key has changed. */
    changed(more: Inputs = {}): Inputs {
        return { ...this.news, managedServicesCustomerManagedKeyId: this.keys[1], ...more };
    }

    existing(): string[] {
        return this.cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    }
}

/**
 * The scene of each test of a suite, begun before it and ended after it, and what tests do with it.
 *
 * @param begun is told the scene of the test that begins.
 */
export function sceneOfEach(begun: (scene: ReplacedContent) => unknown, options: LocalCloudOptions = {}) {
    let scene: ReplacedContent;
    beforeEach(async () => {
        scene = await ReplacedContent.begin(options);
        begun(scene);
    });
    afterEach(() => scene.cloud.stop());
    return {
        handlers: () => handlersIn(scene.world),
        changed: (more?: Inputs) => scene.changed(more),
        existing: () => scene.existing(),
        compare: (process: Process, state: State, asked: Inputs, before = scene.news) =>
            compare(process, state, asked, before),
    };
}

type Process = ReturnType<typeof handlersIn>;

function handlersIn(world: ReturnType<typeof fakeEnvironment>) {
    const session = new Session(world);
    session.claims.isWholeProgram = true;
    return {
        session,
        key: createHandler("CustomerManagedKey", session),
        workspace: createHandler("Workspace", session),
    };
}

/** What the engine asks before it replaces: a check, a comparison, and a check without old inputs. */
async function compare({ workspace }: Process, { id, outs }: State, asked: Inputs, before: Inputs) {
    const checked = await workspace.check(before, asked);
    const diff = await workspace.diff(id, outs, asked);
    await workspace.check({}, asked);
    return { checked, diff };
}

export async function failure(run: Promise<unknown>): Promise<Error> {
    try {
        await run;
    } catch (error) {
        if (error instanceof Error) return error;
    }
    throw new Error("it did not fail");
}

export async function initError(run: Promise<unknown>): Promise<InitializationError> {
    const error = await failure(run);
    if (!(error instanceof InitializationError)) throw error;
    return error;
}
