import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { expect } from "chai";

import { adopt } from "../../cli/adopt/adopt";
import { runCommandLine } from "../../cli/run";
import { fillMixedAccount } from "../cli/mixed-account";
import { fillTerraformAccount, PREFIXES } from "../cli/terraform-account";
import { isNewEnough } from "../../cli/adopt/import-file";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
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

/** The version of the engine, which decides what can be tried with it. */
const version = execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim().replace(/^v/, "");

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

    /** What the command said on standard error. */
    let said = "";

    /** Writes the program, and makes a stack of it. */
    async function adopted(...args: string[]): Promise<TestStack> {
        let program = "";
        said = "";
        const code = await runCommandLine(["adopt", ...args], new Map([["adopt", adopt]]), {
            out: (line) => (program += `${line}\n`),
            err: (line) => (said += `${line}\n`),
            environment: { ...cloud.environment(), HOME: "/nonexistent", PATH: process.env["PATH"] },
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
        await expectOk(stack.up());
        const { resources } = await stack.state();
        const taken = resources.filter(({ type }) => type.includes("databricks-cmk:") && !type.endsWith("Identity"));
        expect(new Set(taken.map(({ id }) => id)).size).to.equal(40);
        const second = await expectOk(stack.up());
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
        await expectOk(stack.up());
        const { resources } = await stack.state();
        const taken = resources.filter(({ type }) => type.includes("databricks-cmk:") && !type.endsWith("Identity"));
        expect(taken).to.have.lengthOf(9);
        const second = await stack.preview();
        expect(second.operations, second.output).to.deep.equal([]);
        expect(writes()).to.deep.equal([]);
        expect(account()).to.equal(before);
    });

    /** Adopts 40 objects with an import file beside the program. */
    async function withImportFile() {
        await fillMixedAccount(cloud);
        const file = join(folder, "..", `${basename(folder)}.json`);
        try {
            stack = await adopted("--import-file", file);
            return { made: stack, text: readFileSync(file, "utf8") };
        } finally {
            rmSync(file, { force: true });
        }
    }

    /** The stack has the objects: its next deployments change nothing but the name in its identity. */
    async function expectAdopted(made: TestStack) {
        const before = account();
        cloud.clearRequests();
        const first = await expectOk(made.up());
        const ours = first.operations.filter((one) => !/^create (Stack tests-test|pulumi default)/.test(one));
        expect(ours, first.output).to.deep.equal(["update StackIdentity databricks-cmk"]);
        const second = await expectOk(made.up({ refresh: true }));
        expect(second.operations, second.output).to.deep.equal([]);
        expect(writes()).to.deep.equal([]);
        expect(account()).to.equal(before);
    }

    it("has an import file whose entries, as a state, are what the program asks for", async () => {
        const { made, text } = await withImportFile();
        const { resources } = JSON.parse(text) as { resources: { type: string; name: string }[] };
        const urnOf = (type: string, name: string) => `urn:pulumi:test::tests::${type}::${name}`;
        const provider = urnOf("pulumi:providers:pulumi-nodejs", "default");
        const deployment = await made.stack.exportStack();
        await made.stack.importStack({
            ...deployment,
            deployment: {
                ...(deployment.deployment as object),
                resources: [
                    { urn: provider, custom: true, id: "p", type: "pulumi:providers:pulumi-nodejs" },
                    ...resources.map(({ name, ...entry }) => ({
                        ...entry,
                        urn: urnOf(entry.type, name),
                        custom: true,
                        provider: `${provider}::p`,
                        protect: !entry.type.endsWith("Identity"),
                    })),
                ],
            },
        });
        await expectAdopted(made);
    });

    if (isNewEnough(version))
        it(`has a file that \`pulumi import\` of this engine (${version}) takes without a request that writes`, async () => {
            const { made, text } = await withImportFile();
            expect(said).to.contain("Now run: pulumi import");
            writeFileSync(join(made.folder, "import.json"), text);
            const args = ["import", "--file", "import.json", "--generate-code=false", "--yes", "--stack", "test"];
            cloud.clearRequests();
            execFileSync("pulumi", args, { cwd: made.folder, env: { ...process.env, ...made.environment } });
            expect(writes()).to.deep.equal([]);
            await expectAdopted(made);
        });
    else
        it(`has a file that is not tried with \`pulumi import\` here, because this engine is ${version} and 3.254 is needed: adopt says so`, async () => {
            await withImportFile();
            expect(said).to.contain(`The Pulumi CLI is ${version}, which cannot import this file`);
        });
});
