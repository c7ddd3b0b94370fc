import { expect } from "chai";

import { kinds } from "../../local-cloud/account-api/kinds";
import { type FaultEffect } from "../../local-cloud";
import { type CalmClock, timeOutsBy } from "../helpers/calm-clock";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Goal, type Inputs, Output, type Type } from "../helpers/engine/engine-types";
import { textOf } from "../helpers/expect-ok";
import { identity, key, resource, under, workspace, workspaceProgram } from "../helpers/programs";
import { isTried } from "../helpers/sample";

const collections: Partial<Record<Type, keyof typeof kinds>> = {
    Credentials: "credentials",
    StorageConfiguration: "storage-configurations",
    CustomerManagedKey: "customer-managed-keys",
    Network: "networks",
    VpcEndpoint: "vpc-endpoints",
    PrivateAccessSettings: "private-access-settings",
    Workspace: "workspaces",
};

/** The life of a stack: the program of each step, or another command. */
interface Life {
    readonly steps: Readonly<Record<string, Inputs | "refresh" | "destroy">>;
    program(keyArn: string, shape: Inputs): readonly Goal[];
    /** It makes more requests. */
    readonly requests: number;
}

const workspaces: Life = {
    program: (keyArn, shape) =>
        workspaceProgram(
            // The requests to the account; those of a copy have a matrix of their own (replaced-content-faults.test.ts).
            workspace("w", { ...under("k"), migrateContent: false, forceDestroy: true, ...shape }),
            [key("k", keyArn)],
        ),
    steps: {
        create: { workspaceName: "w", customTags: { team: "a" } },
        update: { workspaceName: "w", customTags: { team: "b" } },
        refresh: "refresh",
        replace: { workspaceName: "v", replaceOn: ["workspaceName"], customTags: { team: "b" } },
        destroy: "destroy",
    },
    requests: 15,
};

const networks: Life = {
    program: (_, { open, subnet }) => [
        identity,
        ...["e", "relay"].map((name, index) =>
            resource("VpcEndpoint", name, { awsVpcEndpointId: `vpce-0123456789abcdef${index}`, region: "us-east-1" }),
        ),
        resource("PrivateAccessSettings", "p", {
            region: "us-east-1",
            publicAccessEnabled: open,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [new Output("e", "vpcEndpointId")],
        }),
        resource("Network", "n", {
            vpcId: "vpc-0123456789abcdef0",
            // Those of the old network belong to that one as long as it exists.
            subnetIds: [subnet, String(subnet).replace("def", "eef")],
            securityGroupIds: [String(subnet).replace("subnet", "sg")],
            vpcEndpoints: {
                restApis: [new Output("e", "vpcEndpointId")],
                dataplaneRelays: [new Output("relay", "vpcEndpointId")],
            },
        }),
    ],
    steps: {
        create: { open: false, subnet: "subnet-0123456789abcdef1" },
        update: { open: true, subnet: "subnet-0123456789abcdef1" },
        refresh: "refresh",
        replace: { open: true, subnet: "subnet-0123456789abcdef2" },
        destroy: "destroy",
    },
    requests: 12,
};

/** There is never a response: the provider gives up by the clock. */
const hang = (clock: CalmClock): FaultEffect => ({
    kind: "call",
    when: "before",
    run: () => clock.hold(Number.POSITIVE_INFINITY),
});

const faults: Record<string, FaultEffect | ((clock: CalmClock) => FaultEffect)> = {
    "refused before sending": { kind: "drop", when: "before" },
    "dropped after the effect": { kind: "drop", when: "after" },
    "429": { kind: "status", status: 429 },
    "500": { kind: "status", status: 500 },
    "500 after the effect": { kind: "status", status: 500, afterEffect: true },
    "503": { kind: "status", status: 503 },
    "time-out": hang,
    truncated: { kind: "truncate" },
    HTML: { kind: "body", body: "<html></html>" },
    "JSON of another shape": { kind: "body", body: "{}" },
    "a gateway's 404": { kind: "status", status: 404, body: "<html></html>" },
};

describe("the fault matrix: every request of a stack's life × every fault", () => {
    /** Lives a life, in each step of which the request with this number meets the fault; how many requests each step made. */
    async function live({ program, steps }: Life, number?: number, fault?: (typeof faults)[string]): Promise<number[]> {
        const stack = await engine([], { provisioningMilliseconds: 2_000 });
        const restore = timeOutsBy(stack.clock);
        const effect = typeof fault === "function" ? fault(stack.clock) : fault;
        const arn = stack.cloud.createKey();
        const made: number[] = [];
        try {
            for (const [name, step] of Object.entries(steps)) {
                stack.clear();
                const stop =
                    effect && stack.cloud.inject({ when: ({ index }) => index === number, times: 1, do: effect });
                if (typeof step !== "string") stack.program = program(arn, step);
                const run = () => (typeof step === "string" ? stack[step]() : stack.up());
                const first = await run();
                stop?.();
                if (!first.ok) {
                    const second = await run();
                    expect(second.ok, `${name} twice:\n${textOf(first)}\n${textOf(second)}`).to.equal(true);
                }
                made.push(stack.cloud.requests.length);
                holds(stack, name, step === "destroy" ? 0 : 1);
            }
            return made;
        } finally {
            restore();
            await endEngines();
        }
    }

    /** The account has each resource of the program as often, and the state has the same. */
    function holds({ program, cloud, engine: { state } }: EngineStack, step: string, each: number): void {
        for (const [type, kind] of Object.entries(collections)) {
            const there = cloud.account.list(kind).map((one) => String(one[kinds[kind]?.id ?? ""]));
            const named = program.filter((goal) => goal.type === type);
            expect(there, `${kind} after ${step}`).to.have.length(each * named.length);
            const held = state.filter((entry) => entry.type === type).map(({ id }) => id);
            expect(there, `the state's ${kind} after ${step}`).to.have.members(held);
        }
    }

    for (const [what, life] of Object.entries({ workspaces, networks })) {
        let longest: Promise<number> | undefined;
        // The matrix is as wide as the life itself: a new call is covered by being made.
        const requests = async () => {
            const made = await live(life);
            expect(made.reduce((sum, one) => sum + one, 0)).to.be.above(life.requests);
            return Math.max(...made);
        };
        for (const [column, [name, fault]] of Object.entries(faults).entries()) {
            it(`${what}, ${name}: at every request, the account holds exactly what the program names, after at most one more up`, async () => {
                const end = await (longest ??= requests());
                for (let number = 0; number < end; number++) {
                    if (!isTried(number, column)) continue;
                    await live(life, number, fault).catch((error: unknown) => {
                        throw new Error(`request ${number}: ${String(error)}`);
                    });
                }
            });
        }
    }
});
