import { expect } from "chai";

import type { ObjectDefinition } from "../../provider/resource/definition";
import { snakeCase } from "../../provider/util/case";
import { InitializationError } from "../../provider/resource/errors";
import type { ObjectHandler } from "../../provider/resource/handler";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { Session } from "../../provider/runtime/session";
import { LocalCloud, type FaultEffect } from "../../local-cloud";
import { createHandler } from "../../provider/registry";
import { handlerOf } from "../helpers/provider-process";
import { FakeClock, fakeEnvironment, ownerFor } from "../helpers/environment";

type Properties = Record<string, unknown>;
interface Held {
    id: string;
    outs: Properties;
    failed: boolean;
}

/** A resource of a program: its kind, and its inputs for a shape of the program. */
interface Resource {
    readonly object: ObjectDefinition;
    inputs(ids: (name: string) => string | undefined, shape: Properties): Properties;
}
/** A program's resources by name, in the order in which they depend on each other. */
type Program = Readonly<Record<string, Resource>>;

/** Chance that is never the same twice, so that names made up by it differ. */
class VariedClock extends FakeClock {
    private drawn = 0;
    override random(): number {
        return (++this.drawn * 0.618) % 1;
    }
}

/** A small engine: it keeps a state, and does with handlers what Pulumi's engine does, one resource after the other. */
class SmallEngine {
    readonly state = new Map<string, Held>();
    private readonly condemned: { name: string; held: Held }[] = [];
    private readonly order: readonly string[];

    constructor(
        private readonly program: Program,
        private readonly cloud: LocalCloud,
        private readonly clock: FakeClock,
    ) {
        this.order = Object.keys(program);
    }

    private handlers(): (name: string) => ObjectHandler {
        const session = new Session(
            fakeEnvironment(
                {
                    DATABRICKS_HOST: this.cloud.host,
                    DATABRICKS_ACCOUNT_ID: this.cloud.accountId,
                    DATABRICKS_CLIENT_ID: this.cloud.clientId,
                    DATABRICKS_CLIENT_SECRET: this.cloud.clientSecret,
                },
                this.clock,
            ),
        );
        session.claims.isWholeProgram = true;
        session.configure((key) => (key === "databricks:requestTimeoutSeconds" ? "1" : undefined));
        // One handler for each kind, as in a provider's process.
        const workspace = createHandler("Workspace", session);
        return (name) => {
            const { object } = this.program[name]!;
            return object === workspaceObject ? workspace : handlerOf(object, session);
        };
    }

    private inputs(name: string, shape: Properties): Properties {
        const own = this.program[name]!.inputs((of) => this.state.get(of)?.id, shape);
        return { ...own, owner: ownerFor(name), __provider: "p" };
    }

    async up(shape: Properties): Promise<void> {
        const handlers = this.handlers();
        await this.buryCondemned(handlers);
        for (const name of this.order) {
            const news = this.inputs(name, shape);
            const held = this.state.get(name);
            if (held === undefined) {
                await this.create(handlers, name, news);
                continue;
            }
            const diff = await handlers(name).diff(held.id, held.outs, news);
            if ((diff.replaces ?? []).length > 0) {
                if (diff.deleteBeforeReplace === true) {
                    await handlers(name).delete(held.id, held.outs);
                    this.state.delete(name);
                } else this.condemned.push({ name, held });
                await this.create(handlers, name, news);
            } else if (diff.changes === true || held.failed) {
                await this.settle(
                    name,
                    held.id,
                    async () => (await handlers(name).update(held.id, held.outs, news)).outs ?? {},
                );
            }
        }
        await this.buryCondemned(handlers);
    }

    async refresh(): Promise<void> {
        const handlers = this.handlers();
        for (const [name, held] of [...this.state]) {
            const { id, props } = await handlers(name).read(held.id, held.outs);
            if (id === "") this.state.delete(name);
            else held.outs = { ...props, __provider: "p" };
        }
    }

    async destroy(): Promise<void> {
        const handlers = this.handlers();
        await this.buryCondemned(handlers);
        for (const name of [...this.order].reverse()) {
            const held = this.state.get(name);
            if (held === undefined) continue;
            await handlers(name).delete(held.id, held.outs);
            this.state.delete(name);
        }
    }

    private async create(handlers: (name: string) => ObjectHandler, name: string, news: Properties): Promise<void> {
        let id = "";
        await this.settle(
            name,
            () => id,
            async () => {
                const made = await handlers(name).create(news);
                id = made.id;
                return made.outs;
            },
        );
    }

    private async settle(name: string, id: string | (() => string), run: () => Promise<Properties>): Promise<void> {
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

    private async buryCondemned(handlers: (name: string) => ObjectHandler): Promise<void> {
        for (const one of [...this.condemned]) {
            const current = this.state.get(one.name);
            // Where the replacement was not made, the old object is still the resource.
            if (current?.id !== one.held.id) await handlers(one.name).delete(one.held.id, one.held.outs);
            this.condemned.splice(this.condemned.indexOf(one), 1);
        }
    }
}

/** The life of a stack: its program, what is done, and how many objects there are of each resource afterwards. */
interface Life {
    program(keyArn: string): Program;
    readonly steps: readonly [string, (engine: SmallEngine) => Promise<void>, number][];
    /** It makes at least as many requests. */
    readonly requests: number;
}

const workspaces: Life = {
    program: (keyArn) => ({
        c: { object: credentialsObject, inputs: () => ({ roleArn: "arn:aws:iam::123456789012:role/r" }) },
        s: { object: storageConfigurationObject, inputs: () => ({ bucketName: "root-bucket" }) },
        k: {
            object: customerManagedKeyObject,
            inputs: () => ({ awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES"] }),
        },
        w: {
            object: workspaceObject,
            inputs: (id, shape) => ({
                awsRegion: "us-east-1",
                credentialsId: id("c"),
                storageConfigurationId: id("s"),
                managedServicesCustomerManagedKeyId: id("k"),
                // The requests to the account; those of a copy have a matrix of their own (replaced-content.test.ts).
                migrateContent: false,
                forceDestroy: true,
                ...shape,
            }),
        },
    }),
    steps: [
        ["create", (engine) => engine.up({ workspaceName: "w", customTags: { team: "a" } }), 1],
        ["update", (engine) => engine.up({ workspaceName: "w", customTags: { team: "b" } }), 1],
        ["refresh", (engine) => engine.refresh(), 1],
        ["replace", (engine) => engine.up({ workspaceName: "v", customTags: { team: "b" } }), 1],
        ["destroy", (engine) => engine.destroy(), 0],
    ],
    requests: 15,
};

const networks: Life = {
    program: () => ({
        e: {
            object: vpcEndpointObject,
            inputs: () => ({ awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" }),
        },
        relay: {
            object: vpcEndpointObject,
            inputs: () => ({ awsVpcEndpointId: "vpce-0123456789abcdef1", region: "us-east-1" }),
        },
        p: {
            object: privateAccessSettingsObject,
            inputs: (id, { open }) => ({
                region: "us-east-1",
                publicAccessEnabled: open,
                privateAccessLevel: "ENDPOINT",
                allowedVpcEndpointIds: [id("e")],
            }),
        },
        n: {
            object: networkObject,
            inputs: (id, { subnet }) => ({
                vpcId: "vpc-0123456789abcdef0",
                // Those of the old network belong to that one as long as it exists.
                subnetIds: [subnet, String(subnet).replace("def", "eef")],
                securityGroupIds: [String(subnet).replace("subnet", "sg")],
                vpcEndpoints: { restApis: [id("e")], dataplaneRelays: [id("relay")] },
            }),
        },
    }),
    steps: [
        ["create", (engine) => engine.up({ open: false, subnet: "subnet-0123456789abcdef1" }), 1],
        ["update", (engine) => engine.up({ open: true, subnet: "subnet-0123456789abcdef1" }), 1],
        ["refresh", (engine) => engine.refresh(), 1],
        ["replace", (engine) => engine.up({ open: true, subnet: "subnet-0123456789abcdef2" }), 1],
        ["destroy", (engine) => engine.destroy(), 0],
    ],
    requests: 12,
};

const faults: Record<string, FaultEffect> = {
    "refused before sending": { kind: "drop", when: "before" },
    "dropped after the effect": { kind: "drop", when: "after" },
    "429": { kind: "status", status: 429 },
    "500": { kind: "status", status: 500 },
    "500 after the effect": { kind: "status", status: 500, afterEffect: true },
    "503": { kind: "status", status: 503 },
    "time-out": { kind: "hang" },
    truncated: { kind: "truncate" },
    HTML: { kind: "body", body: "<html></html>" },
    "JSON of another shape": { kind: "body", body: "{}" },
    "a gateway's 404": { kind: "status", status: 404, body: "<html></html>" },
};

describe("the fault matrix: every request of a stack's life × every fault", () => {
    async function live(life: Life, fault?: { index: number; do: FaultEffect }): Promise<number> {
        const clock = new VariedClock();
        const cloud = await LocalCloud.start({
            provisioningMilliseconds: 2_000,
            now: () => clock.now(),
        });
        try {
            const program = life.program(cloud.createKey());
            const engine = new SmallEngine(program, cloud, clock);
            if (fault !== undefined)
                cloud.inject({ when: ({ index }) => index === fault.index, times: 1, do: fault.do });
            for (const [step, act, each] of life.steps) {
                await act(engine).catch(() => act(engine));
                for (const { object } of Object.values(program)) {
                    const there = cloud.account.list(object.path.slice(1)).map((one) => one[snakeCase(object.idField)]);
                    const named = Object.keys(program).filter((name) => program[name]?.object === object);
                    expect(there, `${object.path} after ${step}`).to.have.length(each * named.length);
                    const held = named.flatMap((name) => engine.state.get(name)?.id ?? []);
                    expect(there, `the state's ${object.path} after ${step}`).to.have.members(held);
                }
            }
            return cloud.requests.length;
        } finally {
            await cloud.stop();
        }
    }

    for (const [what, life] of Object.entries({ workspaces, networks })) {
        for (const [name, misfortune] of Object.entries(faults)) {
            it(`${what}, ${name}: at every request, the account holds exactly what the program names, after at most one more up`, async () => {
                // The matrix is as wide as the life itself: a new call is covered by being made.
                const requests = await live(life);
                expect(requests).to.be.above(life.requests);
                const indices = Array.from({ length: requests }, (_, index) => index);
                const lives = async () => {
                    for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
                        const number = index;
                        await live(life, { index, do: misfortune }).catch((error: unknown) => {
                            throw new Error(`request ${number}: ${String(error)}`);
                        });
                    }
                };
                // Some wait for a time-out: others live meanwhile.
                await Promise.all(Array.from({ length: 8 }, lives));
            });
        }
    }
});
