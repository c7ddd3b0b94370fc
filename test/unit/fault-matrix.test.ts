import { expect } from "chai";

import { InitializationError, ObjectHandler } from "../../provider/handler";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { workspaceObject } from "../../provider/objects/workspace";
import { Session } from "../../provider/session";
import { WorkspaceHandler } from "../../provider/workspace";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud, type Misfortune } from "../cloud";
import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { FakeClock, fakeWorld } from "./world";

type Properties = Record<string, unknown>;
interface Held {
    id: string;
    outs: Properties;
    failed: boolean;
}

const mark = (name: string) => `11111111-2222-4333-8444-555555555555/0/${name}`;
const order = ["c", "s", "k", "w"] as const;
type Name = (typeof order)[number];

/** A small engine: it keeps a state, and does with handlers what Pulumi's engine does, one resource after the other. */
class SmallEngine {
    readonly state = new Map<Name, Held>();
    private readonly condemned: { name: Name; held: Held }[] = [];

    constructor(
        private readonly cloud: LocalCloud,
        private readonly clock: FakeClock,
        private readonly keyArn: string,
    ) {}

    private handlers(): Record<Name, ObjectHandler> {
        const session = new Session(
            fakeWorld(
                {
                    DATABRICKS_HOST: this.cloud.host,
                    DATABRICKS_ACCOUNT_ID: this.cloud.accountId,
                    DATABRICKS_TOKEN: this.cloud.token,
                },
                this.clock,
            ),
        );
        session.configure((key) => (key === "databricks:requestTimeoutSeconds" ? "0.2" : undefined));
        return {
            c: new ObjectHandler(credentialsObject, session),
            s: new ObjectHandler(storageConfigurationObject, session),
            k: new ObjectHandler(customerManagedKeyObject, session),
            w: new WorkspaceHandler(workspaceObject, session),
        };
    }

    private inputs(name: Name, shape: Properties): Properties {
        const id = (of: Name) => this.state.get(of)?.id;
        const own: Record<Name, () => Properties> = {
            c: () => ({ roleArn: "arn:aws:iam::123456789012:role/r" }),
            s: () => ({ bucketName: "root-bucket" }),
            k: () => ({ awsKeyInfo: { keyArn: this.keyArn }, useCases: ["MANAGED_SERVICES"] }),
            w: () => ({
                awsRegion: "us-east-1",
                credentialsId: id("c"),
                storageConfigurationId: id("s"),
                managedServicesCustomerManagedKeyId: id("k"),
                ...shape,
            }),
        };
        return { ...own[name](), mark: mark(name), __provider: "p" };
    }

    async up(shape: Properties): Promise<void> {
        const handlers = this.handlers();
        await this.buryCondemned(handlers);
        for (const name of order) {
            const news = this.inputs(name, shape);
            const held = this.state.get(name);
            if (held === undefined) {
                await this.create(handlers, name, news);
                continue;
            }
            const diff = await handlers[name].diff(held.id, held.outs, news);
            if ((diff.replaces ?? []).length > 0) {
                if (diff.deleteBeforeReplace === true) {
                    await handlers[name].delete(held.id, held.outs);
                    this.state.delete(name);
                } else this.condemned.push({ name, held });
                await this.create(handlers, name, news);
            } else if (diff.changes === true || held.failed) {
                await this.settle(
                    name,
                    held.id,
                    async () => (await handlers[name].update(held.id, held.outs, news)).outs ?? {},
                );
            }
        }
        await this.buryCondemned(handlers);
    }

    async refresh(): Promise<void> {
        const handlers = this.handlers();
        for (const [name, held] of [...this.state]) {
            const { id, props } = await handlers[name].read(held.id, held.outs);
            if (id === "") this.state.delete(name);
            else held.outs = { ...props, __provider: "p" };
        }
    }

    async destroy(): Promise<void> {
        const handlers = this.handlers();
        await this.buryCondemned(handlers);
        for (const name of [...order].reverse()) {
            const held = this.state.get(name);
            if (held === undefined) continue;
            await handlers[name].delete(held.id, held.outs);
            this.state.delete(name);
        }
    }

    private async create(handlers: Record<Name, ObjectHandler>, name: Name, news: Properties): Promise<void> {
        let id = "";
        await this.settle(
            name,
            () => id,
            async () => {
                const made = await handlers[name].create(news);
                id = made.id;
                return made.outs;
            },
        );
    }

    private async settle(name: Name, id: string | (() => string), run: () => Promise<Properties>): Promise<void> {
        try {
            const outs = await run();
            this.state.set(name, {
                id: typeof id === "string" ? id : id(),
                outs: { ...outs, __provider: "p" },
                failed: false,
            });
        } catch (error) {
            if (error instanceof InitializationError)
                this.state.set(name, { id: error.id, outs: error.properties, failed: true });
            throw error;
        }
    }

    private async buryCondemned(handlers: Record<Name, ObjectHandler>): Promise<void> {
        for (const one of [...this.condemned]) {
            const current = this.state.get(one.name);
            // Where the replacement was not made, the old object is still the resource.
            if (current?.id !== one.held.id) await handlers[one.name].delete(one.held.id, one.held.outs);
            this.condemned.splice(this.condemned.indexOf(one), 1);
        }
    }
}

const first = { workspaceName: "w", customTags: { team: "a" } };
const tagged = { workspaceName: "w", customTags: { team: "b" } };
const renamed = { workspaceName: "v", customTags: { team: "b" } };

/** The life of a stack: what is done, and how many objects there are of each kind afterwards. */
const life: [string, (engine: SmallEngine) => Promise<void>, number][] = [
    ["create", (engine) => engine.up(first), 1],
    ["update", (engine) => engine.up(tagged), 1],
    ["refresh", (engine) => engine.refresh(), 1],
    ["replace", (engine) => engine.up(renamed), 1],
    ["destroy", (engine) => engine.destroy(), 0],
];

const faults: Record<string, Misfortune> = {
    "refused before sending": { kind: "drop", when: "before" },
    "dropped after the effect": { kind: "drop", when: "after" },
    "429": { kind: "status", status: 429 },
    "500": { kind: "status", status: 500 },
    "500 after the effect": { kind: "status", status: 500, afterEffect: true },
    "503": { kind: "status", status: 503 },
    "time-out": { kind: "hang" },
    truncated: { kind: "truncate" },
    HTML: { kind: "body", body: "<html></html>" },
};

describe("the fault matrix: every request of a stack's life × every fault", () => {
    async function live(fault?: { index: number; do: Misfortune }): Promise<number> {
        const clock = new FakeClock();
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 2_000, now: () => clock.now() });
        try {
            const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
            const policy = JSON.stringify(databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT }));
            const { Arn } = cloud.kms.call("CreateKey", { Policy: policy }, caller)["KeyMetadata"] as { Arn: string };
            const engine = new SmallEngine(cloud, clock, Arn);
            if (fault !== undefined)
                cloud.inject({ when: ({ index }) => index === fault.index, times: 1, do: fault.do });
            for (const [step, act, each] of life) {
                await act(engine).catch(() => act(engine));
                for (const kind of ["credentials", "storage-configurations", "customer-managed-keys", "workspaces"]) {
                    expect(cloud.account.list(kind), `${kind} after ${step}`).to.have.length(each);
                }
                const [workspace] = cloud.account.list("workspaces");
                expect(engine.state.get("w")?.id, `the state's workspace after ${step}`).to.equal(
                    workspace?.["workspace_id"],
                );
            }
            return cloud.requests.length;
        } finally {
            await cloud.stop();
        }
    }

    for (const [name, misfortune] of Object.entries(faults)) {
        it(`${name}: at every request, the account holds exactly what the program names, after at most one more up`, async () => {
            // The matrix is as wide as the life itself: a new call is covered by being made.
            const requests = await live();
            expect(requests).to.be.above(15);
            for (let index = 0; index < requests; index++) {
                await live({ index, do: misfortune }).catch((error: unknown) => {
                    throw new Error(`request ${index}: ${String(error)}`);
                });
            }
        }).timeout(name === "time-out" ? 120_000 : 60_000);
    }
});
