import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { adopt } from "../../cli/adopt/adopt";
import { runCommandLine } from "../../cli/run";
import { fillMixedAccount } from "../cli/mixed-account";
import { fillTerraformAccount, PREFIXES } from "../cli/terraform-account";
import { LocalCloud } from "../../local-cloud";
import { TestStack } from "./harness";

/** The kinds of objects of an account, as its paths name them. */
const KINDS = [
    "customer-managed-keys",
    "credentials",
    "storage-configurations",
    "networks",
    "vpc-endpoints",
    "private-access-settings",
    "workspaces",
];

describe("a program that the command adopt wrote, on the real engine", () => {
    let cloud: LocalCloud;
    let folder: string;
    let stack: TestStack | undefined;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 0 });
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-adopted-"));
    });
    afterEach(async () => {
        stack?.remove();
        rmSync(folder, { recursive: true });
        await cloud.stop();
    });

    /** Writes the program, and makes a stack of it. */
    async function adopted(...args: string[]): Promise<TestStack> {
        let program = "";
        const code = await runCommandLine(["adopt", ...args], new Map([["adopt", adopt]]), {
            out: (line) => (program += `${line}\n`),
            err: () => undefined,
            environment: { ...cloud.environment(), HOME: "/nonexistent" },
            signal: new AbortController().signal,
        });
        expect(code).to.equal(0);
        const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
        return TestStack.ofFiles(cloud, files.length > 0 ? new Map(files) : new Map([["index.ts", program]]));
    }

    const account = () => JSON.stringify(KINDS.map((kind) => cloud.account.list(kind)));
    const writes = () =>
        cloud.requests
            .filter(({ method, path }) => method !== "GET" && !path.startsWith("/oidc/"))
            .map(({ method, path }) => `${method} ${path}`);

    it("takes 40 mixed objects over without a write request, protects them, and is clean the second time", async () => {
        await fillMixedAccount(cloud);
        stack = await adopted();
        const before = account();
        cloud.clearRequests();
        const first = await stack.up();
        expect(first.ok, first.output).to.equal(true);
        const { resources } = await stack.state();
        const taken = resources.filter(({ type }) => type.includes("databricks-cmk:") && !type.endsWith("Identity"));
        expect(new Set(taken.map(({ id }) => id)).size).to.equal(40);
        const second = await stack.up();
        expect(second.ok, second.output).to.equal(true);
        expect(second.operations).to.deep.equal([]);
        expect(second.output).not.to.contain("warning");
        expect(writes()).to.deep.equal([]);
        expect(account()).to.equal(before);
        expect((await stack.destroy()).output).to.contain("protected");
        expect(account()).to.equal(before);
    });

    it("takes one workspace and the eight objects that it needs over, named as a Terraform module does, from a file for each kind", async () => {
        await fillTerraformAccount(cloud);
        stack = await adopted("--workspace", PREFIXES[0], "--out", folder);
        const before = account();
        cloud.clearRequests();
        const first = await stack.up();
        expect(first.ok, first.output).to.equal(true);
        const { resources } = await stack.state();
        const taken = resources.filter(({ type }) => type.includes("databricks-cmk:") && !type.endsWith("Identity"));
        expect(taken).to.have.lengthOf(9);
        const second = await stack.preview();
        expect(second.operations, second.output).to.deep.equal([]);
        expect(writes()).to.deep.equal([]);
        expect(account()).to.equal(before);
    });
});
