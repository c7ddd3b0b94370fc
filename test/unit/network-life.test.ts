import { expect } from "chai";

import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import { type Handlers, handlersOf, outcome, postsOf, startProvider } from "../helpers/provider-process";
import { network, endpoint, settings } from "../helpers/network-objects";

describe("a registration of a network or of a private link:", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    beforeEach(async () => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock()));
    });
    afterEach(() => cloud.stop());
    const owner = (name: string) => ownerFor(name);
    const posts = (collection: string) => postsOf(cloud, collection);

    const named: Record<string, ["network" | "endpoint" | "settings", string, Properties, Properties, string]> = {
        network: ["network", "networks", network, { networkName: "named network" }, "vpcId"],
        "VPC endpoint": ["endpoint", "vpc-endpoints", endpoint, { vpcEndpointName: "named endpoint" }, "region"],
        "private access settings": [
            "settings",
            "private-access-settings",
            settings,
            { privateAccessSettingsName: "named settings" },
            "region",
        ],
    };
    for (const [noun, [handler, collection, content, name, immutable]] of Object.entries(named)) {
        describe(noun, () => {
            for (const [how, inputs] of [
                ["whose name is made up", content],
                ["that the program names", { ...content, ...name }],
            ] as const) {
                it(`${how} is made once when the answer to its POST is lost`, async () => {
                    cloud.inject({
                        when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
                        times: 1,
                        do: { kind: "drop", when: "after" },
                    });
                    const { id } = await handlers[handler].create({ ...inputs, owner: owner("made") });
                    expect(cloud.account.list(collection)).to.have.length(1);
                    expect(Object.values(cloud.account.list(collection)[0] ?? {})).to.include(id);
                });
            }

            it("that an interrupted create left is taken over by the next process, and another's never", async () => {
                const { id } = await handlers[handler].create({ ...content, owner: owner("made") });
                handlers = handlersOf(world);
                expect((await handlers[handler].create({ ...content, owner: owner("made") })).id).to.equal(id);
                expect(world.lines.filter((line) => line.includes("is adopted"))).to.have.length(1);
                handlers = handlersOf(world);
                const news = { ...content, owner: owner("made").replace("5555", "9999") };
                const result = await outcome(handlers[handler].create(news));
                if (noun === "VPC endpoint") expect(result).to.contain("already exists");
                else if (noun === "network")
                    expect(result).to.match(
                        /409.*belongs to one network configuration at a time: give this one its own/,
                    );
                else expect(cloud.account.list(collection)).to.have.length(2);
            });

            it("that exists is adopted, or every difference in what cannot be changed is listed", async () => {
                const { id, outs } = await handlers[handler].create({ ...content, ...name, owner: owner("made") });
                handlers = handlersOf(world);
                const different = {
                    ...content,
                    adopt: id,
                    [immutable]: immutable === "region" ? "us-west-2" : "vpc-0123456789abcdef9",
                };
                expect(await outcome(handlers[handler].create(different))).to.contain(
                    `${immutable} is ${JSON.stringify(outs[immutable])}, the program says`,
                );
                const adopting = { ...content, adopt: id };
                const adopted = await handlers[handler].create(adopting);
                expect(adopted.id).to.equal(id);
                expect((await handlers[handler].diff(id, adopted.outs, adopting)).changes).to.equal(false);
                expect(posts(collection)).to.have.length(1);
            });

            it("that is gone is no longer there after a read, and one that is read shows all that was made", async () => {
                const { id, outs } = await handlers[handler].create({ ...content, owner: owner("made") });
                expect((await handlers[handler].read(id, outs)).props).to.deep.equal(outs);
                cloud.account.remove(collection, id);
                handlers = handlersOf(world);
                expect((await handlers[handler].read(id, outs)).id).to.equal("");
            });
        });
    }
});
