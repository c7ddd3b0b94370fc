import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { LiveStack } from "./live-workspaces";
import { type Part, programOfParts, under } from "./scene";

// What the class tells the provider of Pulumi's options; what a replacement does is in test/unit/replacement-words.test.ts.
describe("options that are set together with a key change, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let arns: string[];
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        arns = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
        await run({});
        for (const id of stack.workspaces()) await stack.write(id);
    });
    after(async () => {
        stack.end();
        await cloud.stop();
    });

    const run = async (parts: Readonly<Record<string, Part>>) => {
        stack.stack.program = programOfParts(
            { retained: under("retained", "a"), guarded: under("guarded", "a"), ...parts },
            arns,
        );
        return stack.stack.up();
    };

    for (const [name, option] of [
        ["retained", { retainOnDelete: true }],
        ["guarded", { protect: true }],
    ] as const) {
        it(`${Object.keys(option).join()} is refused before anything is created`, async () => {
            const held = await stack.held();
            const { ok, output } = await run({ [name]: under(name, "b", {}, option) });
            expect(ok, output).to.equal(false);
            expect(output).to.contain(name).and.contain(Object.keys(option)[0]);
            expect(await stack.held()).to.deep.equal(held);
            expect(stack.workspaces()).to.have.members(Object.values(held));
        });
    }

    it("retainOnDelete works in two steps", async () => {
        const { retained: old = "" } = await stack.held();
        for (const key of ["a", "b"] as const) {
            await expectOk(run({ retained: under("retained", key, {}, { retainOnDelete: true }) }));
        }
        const { retained: next = "" } = await stack.held();
        expect(next).to.not.equal(old);
        expect(stack.workspaces()).to.include.members([old, next]);
        // Taken away together with a replacement it would still keep the workspace, in no state.
        const { ok, output } = await run({ retained: under("retained", "a") });
        expect(ok, output).to.equal(false);
        expect(output).to.contain("retainOnDelete, which the program no longer has, would still keep the old one");
        expect((await stack.held())["retained"]).to.equal(next);
    });
});
