import { expect } from "chai";

import type { WorkspaceBehavior } from "../../local-cloud/workspace-api/behavior";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { workspace, workspaceProgram } from "../helpers/programs";

const NODE_TYPES = "/api/2.0/clusters/list-node-types";

describe("waitUntilReady", () => {
    afterEach(endEngines);
    const w = (more: Inputs = {}) => workspace("w", { waitUntilReady: true, ...more });
    /** A stack whose workspaces behave like this. */
    const begin = (workspaces: Partial<WorkspaceBehavior> = {}, more?: Inputs) =>
        engine(workspaceProgram(w(more)), { workspaces });
    const reads = ({ cloud }: EngineStack, path: string) =>
        cloud.requests.filter((one) => one.path === path && one.method === "GET");

    it("ends after five good rounds in a row, each with the credential", async () => {
        const stack = await begin();
        await expectOk(stack.up());
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING", waitUntilReady: true });
        expect(stack.entry().outputs).to.not.have.property("unreachable");
        expect(reads(stack, NODE_TYPES).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
        expect(reads(stack, "/api/2.0/workspace/get-status")).to.have.length(5);
        expect(JSON.stringify(stack.cloud.requests.map(({ body }) => body ?? ""))).to.not.contain("eady");
    });

    it("a read that succeeds now and then does not end it, and the line says what is missing", async () => {
        const stack = await begin({ servicesAfterMilliseconds: 180_000 });
        const began = stack.clock.now();
        await expectOk(stack.up());
        expect(stack.clock.now() - began).to.be.within(210_000, 260_000);
        const early = reads(stack, NODE_TYPES).slice(0, -5);
        expect(new Set(early.map(({ status }) => status))).to.deep.equal(new Set([200, 400]));
        expect(stack.engine.progress.find((line) => line.includes("not ready"))).to.match(
            /^w: RUNNING, but after \d+ s it is not ready: Delegate .*Unknown worker environment .* \(INVALID_PARAMETER_VALUE, HTTP 400\)$/,
        );
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("includes the wait for the host", async () => {
        const stack = await begin({ reachableAfterMilliseconds: 90_000 });
        await expectOk(stack.up());
        expect(stack.engine.progress.join("\n")).to.include("cannot be reached yet");
        expect(reads(stack, NODE_TYPES)).to.have.length(5);
    });

    it("that ends without success keeps the workspace, and the next up goes on", async () => {
        const never = { servicesAfterMilliseconds: Number.MAX_SAFE_INTEGER };
        const stack = await begin(never, { provisioningTimeoutSeconds: 100 });
        const began = stack.clock.now();
        await expectRefused(
            stack.up(),
            /is RUNNING, but not ready after 100 s: .*worker environment.*next `pulumi up`/,
        );
        expect(stack.clock.now() - began).to.be.within(100_000, 115_000);
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING", unreachable: true });
        await expectOk(stack.refresh());
        stack.cloud.workspace(stack.id()).behavior.servicesAfterMilliseconds = 0;
        expect(await stack.changes()).to.deep.equal(["update w"]);
        expect(stack.entry().outputs).to.not.have.property("unreachable");
        expect(await stack.changes()).to.deep.equal([]);
        expect(stack.writes().filter((one) => /^(PATCH|DELETE)/.test(one))).to.deep.equal([]);
    });

    it("who may not enter the workspace is told so at the end of the wait", async () => {
        const stack = await begin({ frontEnd: "forbidden" }, { provisioningTimeoutSeconds: 60 });
        await expectRefused(
            stack.up(),
            /not ready after 60 s: .*403.*use waitUntilReachable instead of waitUntilReady/,
        );
    });

    it("of a serverless workspace asks for no node types", async () => {
        const without = { credentialsId: undefined, storageConfigurationId: undefined };
        const stack = await begin({}, { computeMode: "SERVERLESS", ...without });
        await expectOk(stack.up());
        expect(reads(stack, NODE_TYPES)).to.deep.equal([]);
        expect(reads(stack, "/api/2.0/workspace/get-status")).to.have.length(5);
    });

    it("with a token of the account is refused at preview, for a new workspace alone", async () => {
        const stack = await begin();
        Object.assign(stack.environment, {
            DATABRICKS_CLIENT_ID: undefined,
            DATABRICKS_CLIENT_SECRET: undefined,
            DATABRICKS_TOKEN: stack.cloud.token,
        });
        await expectRefused(stack.preview(), /account token.*clientId.*waitUntilReachable/);
        await expectOk(stack.change({ w: w({ waitUntilReady: false }) }).up());
        expect(await stack.change({ w: w() }).plan()).to.deep.equal([]);
    });
});
