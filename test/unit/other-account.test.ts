import { expect } from "chai";

import { endEngines, engine } from "../helpers/engine";
import { expectOk } from "../helpers/expect-ok";
import { workspace, workspaceProgram } from "../helpers/programs";

const OTHER = "11111111-2222-4333-8444-555555555555";

describe("a stack whose configuration names another account than its resources are in", () => {
    afterEach(endEngines);

    it("says so on each row, changes nothing, and is quiet about a resource that names its account", async () => {
        const stack = await engine(workspaceProgram());
        await stack.up();
        await stack.preview();
        expect(stack.lines).to.deep.equal([]);

        stack.engine.configuration.set("databricks:accountId", OTHER);
        stack.clear();
        const preview = await expectOk(stack.preview());
        expect(preview.planned).to.deep.equal([]);
        const told = (name: string) => stack.lines.filter((line) => line.startsWith(`${name}: `));
        for (const name of ["c", "s", "w"]) {
            expect(told(name), name).to.have.length(1);
            expect(told(name)[0], name)
                .to.contain(`in account ${stack.cloud.accountId} and stays there`)
                .and.contain(`names account ${OTHER}`);
        }

        stack.change({ w: workspace("w", { accountId: stack.cloud.accountId }) });
        stack.clear();
        expect((await expectOk(stack.preview())).planned).to.deep.equal([]);
        expect(told("w")).to.deep.equal([]);
        expect(told("c")).to.have.length(1);
        expect(stack.writes()).to.deep.equal([]);
    });
});
