import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs, Type } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { endpoint, network, settings } from "../helpers/network-objects";
import { identity, resource } from "../helpers/programs";

/** A kind of registration. */
interface Kind {
    readonly type: Type;
    readonly collection: string;
    readonly content: Inputs;
    /** A name that the program gives. */
    readonly name: Inputs;
    /** What cannot be changed, with another value. */
    readonly immutable: Inputs;
    /** What a stack is told that registers the same content beside it; nothing if both have it. */
    readonly beside: string | RegExp | undefined;
}

const kinds: Record<string, Kind> = {
    network: {
        type: "Network",
        collection: "networks",
        content: network,
        name: { networkName: "named network" },
        immutable: { vpcId: "vpc-0123456789abcdef9" },
        beside: /409.*belongs to one network configuration at a time: give this one its own/,
    },
    "VPC endpoint": {
        type: "VpcEndpoint",
        collection: "vpc-endpoints",
        content: endpoint,
        name: { vpcEndpointName: "named endpoint" },
        immutable: { region: "us-west-2" },
        beside: "already exists",
    },
    "private access settings": {
        type: "PrivateAccessSettings",
        collection: "private-access-settings",
        content: settings,
        name: { privateAccessSettingsName: "named settings" },
        immutable: { region: "us-west-2" },
        beside: undefined,
    },
};

for (const [noun, { type, collection, content, name, immutable, beside }] of Object.entries(kinds)) {
    describe(`a registration of a network or of a private link: ${noun}`, () => {
        afterEach(endEngines);
        const program = (inputs: Inputs = {}) => [identity, resource(type, "made", { ...content, ...inputs })];
        const posts = (stack: EngineStack) => stack.writes().filter((one) => one === `POST /${collection}`);
        const made = async (inputs: Inputs = {}) => {
            const stack = await engine(program(inputs));
            await expectOk(stack.up());
            return stack;
        };

        for (const [how, inputs] of [
            ["whose name is made up", {}],
            ["that the program names", name],
        ] as const) {
            it(`${how} is made once when the answer to its POST is lost`, async () => {
                const stack = await engine(program(inputs));
                stack.cloud.inject({
                    when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
                    times: 1,
                    do: { kind: "drop", when: "after" },
                });
                await expectOk(stack.up());
                const [only = {}, ...more] = stack.cloud.account.list(collection);
                expect(more).to.deep.equal([]);
                expect(Object.values(only)).to.include(stack.id("made"));
            });
        }

        it("that an interrupted create left is taken over by the next process, and another's never", async () => {
            const stack = await engine(program());
            await stack.up({ kill: `after POST /${collection}` });
            stack.restart();
            const { lines } = await expectOk(stack.up());
            expect(lines.filter((line) => line.includes("is adopted"))).to.have.length(1);
            expect(posts(stack)).to.deep.equal([]);
            const stranger = await engine(program(), { beside: stack, name: "organization/tests/stranger" });
            if (beside !== undefined) await expectRefused(stranger.up(), beside);
            else await expectOk(stranger.up());
            expect(stack.cloud.account.list(collection)).to.have.length(beside === undefined ? 2 : 1);
        });

        it("that exists is adopted, or every difference in what cannot be changed is listed", async () => {
            const stack = await made(name);
            const id = stack.id("made");
            const [field = ""] = Object.keys(immutable);
            const was = JSON.stringify(stack.entry("made").outputs[field]);
            stack.forget("made");
            stack.program = program({ adopt: id, ...immutable });
            await expectRefused(stack.up(), `${field} is ${was}, the program says`);
            stack.program = program({ adopt: id });
            await expectOk(stack.up());
            expect(stack.id("made")).to.equal(id);
            expect(await stack.changes()).to.deep.equal([]);
            expect(posts(stack)).to.have.length(1);
        });

        it("that is read shows all that was made, and is no longer in the state once it is gone", async () => {
            const stack = await made();
            const { id, outputs } = stack.entry("made");
            await expectOk(stack.refresh());
            expect(stack.entry("made")).to.deep.include({ id, outputs });
            stack.cloud.account.remove(collection, id);
            await expectOk(stack.refresh());
            expect(stack.held(type)).to.deep.equal({});
        });
    });
}
