import { expect } from "chai";

import { OWNERSHIP_TAG, ownerOfInputs, formatTag } from "../../provider/contract/ownership-tag";
import { endEngines, engine } from "../helpers/engine";
import { type Inputs, Output } from "../helpers/engine/engine-types";
import { ownerFor, stackOf } from "../helpers/environment";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { IDENTITY, workspace, workspaceProgram } from "../helpers/programs";

const STACK = stackOf(0);
const owner = (name: string, more = "") => ownerFor(name, { more });

describe("the text of an ownership tag", () => {
    it("distinguishes stacks, resources and their parents, in tags that AWS accepts", () => {
        const names = ["w", "+retained", "w/x", "ünïcode name", "odd \"<>'?*\n name", "odd \"<>'?*\t name"];
        names.push("x".repeat(300), `${"x".repeat(299)}y`);
        const tags = names.flatMap((name) =>
            ["", "@0a1b2c3d", "+retained", "@0a1b2c3d+retained"].map((more) =>
                formatTag(ownerOfInputs({ owner: owner(name, more) })!),
            ),
        );
        expect(new Set(tags).size).to.equal(tags.length);
        for (const tag of tags) expect(tag).to.match(/^[\p{L}\p{N} _.:/=+@-]{1,255}$/u);
        expect(ownerOfInputs({ owner: owner("w/x", "@0a1b2c3d+retained") })).to.include({
            resource: "w/x",
            retained: true,
        });
    });
});

describe("the ownership tag", () => {
    afterEach(endEngines);
    /** The workspace with these inputs, which may be another owner than its class would give. */
    const w = (inputs: Inputs, name = "w") => {
        const goal = workspace(name, { workspaceName: "w" });
        return { [name]: { ...goal, inputs: { ...goal.inputs, ...inputs } } };
    };
    const made = async (inputs: Inputs = {}) => {
        const stack = await engine(workspaceProgram(workspace("w", inputs)));
        await expectOk(stack.up());
        return { stack, id: stack.id() };
    };

    it("of the same name inside a component belongs to another resource: moving a resource there adopts nothing", async () => {
        const { stack, id } = await made();
        stack.forget("w");
        const owner = new Output(IDENTITY, "uuid", (uuid) => `${String(uuid)}@0a1b2c3d/w`);
        await expectOk(stack.change({ w: undefined, ...w({ owner }, "inside") }).up());
        expect(stack.workspaces())
            .to.have.members([id, stack.id("inside")])
            .and.have.length(2);
    });

    it("that somebody removed is set again with the next change of the tags, and is no drift before", async () => {
        const { stack, id } = await made({ customTags: { team: "a" } });
        stack.cloud.account.change("workspaces", id, { custom_tags: { team: "a" } });
        const outputs = structuredClone(stack.entry().outputs);
        await expectOk(stack.refresh());
        expect(stack.entry().outputs).to.deep.equal(outputs);
        expect(await stack.changes()).to.deep.equal([]);
        await expectOk(stack.change(w({ customTags: { team: "b" } })).up());
        expect(stack.cloud.account.get("workspaces", id)["custom_tags"]).to.deep.equal({
            team: "b",
            [OWNERSHIP_TAG]: `${stack.id(IDENTITY)}/w`,
        });
    });

    it("cannot be given by a program", async () => {
        const stack = await engine(workspaceProgram(workspace("w", { customTags: { [OWNERSHIP_TAG]: "x" } })));
        await expectRefused(
            stack.preview(),
            `customTags.${OWNERSHIP_TAG} is a tag that this package sets itself: choose another key`,
        );
    });

    it("that cannot be parsed causes no adoption and no error", async () => {
        const { stack, id } = await made();
        stack.forget("w");
        const broken = [undefined, "", "x", 5, { a: 1 }, STACK, `${STACK}+kept/w`, `${STACK.replace("-7", "-4")}/w`];
        for (const owner of broken) {
            const what = JSON.stringify(owner);
            await expectOk(stack.change(w({ owner })).up());
            expect(stack.id(), what).to.not.equal(id);
            expect(await stack.change(w({})).changes(), what).to.deep.equal([]);
            await expectOk(stack.change({ w: undefined }).up());
            expect(stack.workspaces(), what).to.deep.equal([id]);
        }
    });
});
