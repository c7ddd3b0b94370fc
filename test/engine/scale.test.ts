import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { declaredOutputs, stateRemainder } from "../bench/state-remainder";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { root, TestStack } from "./harness";
import { programOf } from "./live-workspaces";

const COUNT = 60;

const program = (count: number) =>
    programOf((needs) => {
        for (const name of Array.from({ length: count }, (_, index) => `w${index}`))
            // Otherwise each is looked into before it goes.
            new databricks.Workspace(name, { ...needs, workspaceName: name, forceDestroy: true });
    });

describe("many workspaces on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 3_000 });
        stack = await TestStack.create(cloud, program(0));
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    /** The requests to the Account API, each kind with its number. */
    const calls = () => {
        const counted: Record<string, number> = {};
        for (const { method, path } of cloud.requests) {
            const what = `${method} ${path.replace(/^\/api\/2\.0\/accounts\/[^/]+/, "").replace(/\/[^/]*\d[^/]*$/, "/*")}`;
            if (!path.endsWith("/token") && !path.includes("/.well-known/")) counted[what] = (counted[what] ?? 0) + 1;
        }
        return counted;
    };
    const begin = (count: number) => {
        stack.program = program(count);
        cloud.clearRequests();
    };

    it("are created with one request each, and a number of other requests that does not grow with them", async () => {
        expect((await stack.up()).ok).to.equal(true);
        begin(COUNT);
        await expectOk(stack.up({ parallel: COUNT }));
        const { "POST /workspaces": posts, "GET /workspaces": lists, ...others } = calls();
        expect(posts).to.equal(COUNT);
        // It lists while it waits: 4 times on a quiet machine, 14 with a load of 20. One list for each would be 60 and more.
        expect(lists).to.be.within(2, COUNT / 2);
        // The last that is waited for alone is asked for alone.
        expect(Object.values(others).reduce((sum, one) => sum + one, 0)).to.be.at.most(8);
    });

    it("take at most 400 bytes of the state each, besides inputs and documented outputs", async () => {
        const given = ["workspaceName", "awsRegion", "credentialsId", "storageConfigurationId", "forceDestroy"];
        const documented = declaredOutputs(
            readFileSync(join(root, "dist", "sdk", "resources", "workspace.d.ts"), "utf8"),
        );
        expect(documented).to.include("workspaceUrl");
        const workspaces = (await stack.state()).resources.filter(({ type }) => type.endsWith(":Workspace"));
        expect(workspaces).to.have.length(COUNT);
        for (const workspace of workspaces) {
            const { bytes, parts } = stateRemainder({ ...workspace }, { given, documented });
            expect(bytes, JSON.stringify([...parts])).to.be.within(1, 400);
        }
    });

    it("are previewed without a request", async () => {
        begin(COUNT);
        const { ok, operations } = await stack.preview();
        expect([ok, operations]).to.deep.equal([true, []]);
        expect(cloud.requests).to.deep.equal([]);
    });

    it("are refreshed with one list", async () => {
        begin(COUNT);
        expect((await stack.refresh()).ok).to.equal(true);
        const { "GET /workspaces": lists, ...others } = calls();
        expect(lists).to.equal(1);
        expect(Object.values(others).reduce((sum, one) => sum + one, 0)).to.be.at.most(3);
    });

    it("are deleted with one request each and few others", async () => {
        begin(COUNT);
        await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([]);
        const { "DELETE /workspaces/*": deletions, ...others } = calls();
        expect(deletions).to.equal(COUNT);
        // It lists while it waits: 9 to 12 times on a quiet machine, 25 with a load of 20. One for each would be 60 and more.
        expect(Object.values(others).reduce((sum, one) => sum + one, 0)).to.be.below(COUNT);
    });
});
