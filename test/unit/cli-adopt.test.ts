import { spawn } from "node:child_process";
import { once } from "node:events";
import {
    closeSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";
import ts from "typescript";

import { adopt } from "../../cli/adopt/adopt";
import { Names } from "../../cli/adopt/names";
import { writeProgram } from "../../cli/adopt/program";
import { runCommandLine } from "../../cli/run";
import { fillMixedAccount } from "../cli/mixed-account";
import { fillTerraformAccount, PREFIXES } from "../cli/terraform-account";
import { LocalCloud } from "../../local-cloud";
import { forgetParsed, problemsOf, programOf } from "../helpers/compile";
import { sampleOf } from "../helpers/sample";

const root = join(__dirname, "../../..");

/** What the compiler says of a program that is in memory, by the rules of Pulumi's template for TypeScript, and stricter. */
function typeProblems(files: ReadonlyMap<string, string>): string[] {
    const options = {
        ...{ strict: true, noEmit: true, skipLibCheck: true, types: ["node"], target: ts.ScriptTarget.ES2022 },
        ...{ module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
    };
    const texts = new Map([...files].map(([name, text]) => [join(root, "examples", "adopt", name), text]));
    return problemsOf(programOf([], options, { texts, withoutAws: true }));
}

function syntaxProblems(text: string): string[] {
    const { diagnostics = [] } = ts.transpileModule(text, {
        reportDiagnostics: true,
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the command adopt", () => {
    after(forgetParsed);

    let cloud: LocalCloud;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 0 });
    });
    afterEach(() => cloud.stop());

    async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
        const said = { out: "", err: "" };
        const code = await runCommandLine(["adopt", ...args], new Map([["adopt", adopt]]), {
            out: (line) => (said.out += `${line}\n`),
            err: (line) => (said.err += `${line}\n`),
            environment: { ...cloud.environment(), HOME: "/nonexistent" },
            signal: new AbortController().signal,
        });
        return { code, ...said };
    }

    it("writes a program that compiles for 40 objects of every kind with names in other tools' styles, and writes nothing to the account", async function () {
        await fillMixedAccount(cloud);
        cloud.clearRequests();
        const { code, out, err } = await run();
        expect(code, err).to.equal(0);
        expect(cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"))).to.be.empty;
        expect(err).to.contain("40 objects of the account");
        expect(out.match(/\bnew databricks\.\w+\(/g)).to.have.lengthOf(40);
        expect(out.match(/\badopt: "/g)).to.have.lengthOf(40);
        expect(out.match(/\{ protect: true \}/g)).to.have.lengthOf(40);
        expect(typeProblems(new Map([["adopted.ts", out]]))).to.deep.equal([]);
    });

    it("writes objects by reference, keys by ARN, and neither defaults nor what only the service knows", async () => {
        await fillMixedAccount(cloud);
        const { out } = await run("--workspace", "Analytics Prod (EU)");
        expect(out).to.equal("");
        const [id] = cloud.account
            .list("workspaces")
            .filter(({ deployment_name }) => deployment_name === "acme-analytics")
            .map(({ workspace_id }) => String(workspace_id));
        const program = (await run("--workspace", String(id))).out;
        const uuid = /"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g;
        expect(program.match(uuid)?.length, "each object's id stands beside adopt alone").to.equal(8);
        expect(program.split("databricks.Workspace(")[1]).to.equal(
            `
    "analytics-prod-eu",
    {
        adopt: "${id}",
        workspaceName: "Analytics Prod (EU)",
        deploymentName: "acme-analytics",
        awsRegion: "us-east-1",
        credentialsId: analyticsProdEu.credentialsId,
        storageConfigurationId: analyticsProdEuStorageConfiguration.storageConfigurationId,
        networkId: analyticsProdEuNetwork.networkId,
        privateAccessSettingsId: analyticsProdEuPrivateAccessSettings.privateAccessSettingsId,
        managedServicesCustomerManagedKeyId: keyCUSTOM.customerManagedKeyId,
        storageCustomerManagedKeyId: keySTORAGE.customerManagedKeyId,
        pricingTier: "ENTERPRISE",
    },
    { protect: true },
);

export const workspaceUrls = {
    "analytics-prod-eu": analyticsProdEuWorkspace.workspaceUrl,
};
`
                .replace("keyCUSTOM", /managedServicesCustomerManagedKeyId: (\w+)/.exec(program)?.[1] ?? "")
                .replace("keySTORAGE", /storageCustomerManagedKeyId: (\w+)/.exec(program)?.[1] ?? ""),
        );
        expect(program).to.match(
            /awsKeyInfo: \{\n\s+keyArn: "arn:aws:kms:us-east-1:\d+:key\/[^"]+",\n\s+\},\n\s+useCases: \["STORAGE"\]/,
        );
        expect(program).to.contain("restApis: [restApiUsEast1.vpcEndpointId]");
        expect(program).not.to.match(/2024|creationTime|externalId|keyRegion|publicAccessEnabled/);
    });

    it("names the objects of another tool's modules as that tool does, and finds a workspace by its name", async () => {
        await fillTerraformAccount(cloud);
        const all = (await run()).out;
        const named = [...all.matchAll(/^const (\w+) = new databricks\.(\w+)\(\n {4}"(.*)",$/gm)].map(
            ([, ...one]) => one,
        );
        expect(named).to.have.lengthOf(18);
        const [prefix] = PREFIXES;
        expect(named).to.deep.include.members([
            ["demoX7k2p1Creds", "Credentials", `${prefix}-creds`],
            ["demoX7k2p1Storage", "CustomerManagedKey", `${prefix}-storage`],
            ["demoX7k2p1StorageStorageConfiguration", "StorageConfiguration", `${prefix}-storage`],
            ["demoX7k2p1", "Workspace", prefix],
        ]);
        const one = await run("--workspace", prefix);
        expect(one.err).to.contain("9 objects of the account");
        expect(one.out).to.contain(`workspaceName: "${prefix}"`).and.not.to.contain(PREFIXES[1]);
    });

    it("writes a file for each kind that compile together, and replaces none without --force", async function () {
        await fillMixedAccount(cloud);
        const folder = mkdtempSync(join(tmpdir(), "adopt-"));
        try {
            expect((await run("--out", folder)).code).to.equal(0);
            const files = new Map(
                readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const),
            );
            expect([...files.keys()].sort()).to.deep.equal([
                "credentials.ts",
                "customer-managed-keys.ts",
                "index.ts",
                "networks.ts",
                "private-access-settings.ts",
                "storage-configurations.ts",
                "vpc-endpoints.ts",
                "workspaces.ts",
            ]);
            const renamed = new Map([...files].map(([file, text]) => [file === "index.ts" ? "all.ts" : file, text]));
            expect(typeProblems(renamed)).to.deep.equal([]);
            expect(files.get("index.ts")).not.to.contain("new databricks");
            const again = await run("--out", folder);
            expect([again.code, again.err]).to.satisfy(
                ([code, err]: [number, string]) => code === 2 && err.includes("exists already"),
            );
            expect((await run("--out", folder, "--force")).code).to.equal(0);
            expect(existsSync(join(folder, "index.ts"))).to.equal(true);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    describe("into a folder", () => {
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "adopt-"));
        });
        afterEach(() => rmSync(folder, { recursive: true }));

        it("is refused before anything is sent if nothing can be written into it", async () => {
            writeFileSync(join(folder, "file"), "");
            symlinkSync(join(folder, "nowhere"), join(folder, "link"));
            for (const name of ["file", "file/below", "link"]) {
                const { code, err } = await run("--out", join(folder, name));
                expect([code, err.split(" (")[0]]).to.deep.equal([2, `--out: ${join(folder, name)} cannot be written`]);
            }
            expect(cloud.requests).to.deep.equal([]);
            expect(existsSync(join(folder, "nowhere"))).to.equal(false);
        });

        it("follows no link that leads to nothing, and with --force replaces links and not what they lead to", async () => {
            await cloud.addWorkspace();
            const [elsewhere, mine] = [join(folder, "elsewhere.ts"), join(folder, "mine.ts")];
            writeFileSync(mine, "mine");
            const out = join(folder, "program");
            mkdirSync(out);
            symlinkSync(elsewhere, join(out, "index.ts"));
            symlinkSync(mine, join(out, "workspaces.ts"));
            const refused = await run("--out", out);
            expect([refused.code, refused.err]).to.satisfy(
                ([code, err]: [number, string]) => code === 2 && err.includes("exists already"),
            );
            expect([existsSync(elsewhere), readFileSync(mine, "utf8")]).to.deep.equal([false, "mine"]);
            expect((await run("--out", out, "--force")).code).to.equal(0);
            expect([existsSync(elsewhere), readFileSync(mine, "utf8")]).to.deep.equal([false, "mine"]);
            expect(readFileSync(join(out, "workspaces.ts"), "utf8")).to.contain("new databricks.Workspace");
            expect(readdirSync(out).filter((name) => !name.endsWith(".ts"))).to.deep.equal([]);
        });
    });

    it("keeps a tag named __proto__, and says what becomes of it", async () => {
        const { id } = await cloud.addWorkspace();
        for (const tags of ['{"__proto__": "x", "b": "c"}', '{"__proto__": "x"}']) {
            cloud.account.change("workspaces", id, { custom_tags: JSON.parse(tags) as object });
            const { out, err } = await run();
            expect(out).to.contain('["__proto__"]: "x",');
            if (tags.includes("b")) expect(out).to.contain('b: "c",');
            for (const said of [out, err]) expect(said).to.contain(`The workspace ${id} has a tag named __proto__`);
        }
    });

    it("leaves out, in a clear line, what Pulumi cannot carry: a tag named toString, a half of a surrogate pair", async () => {
        const { id } = await cloud.addWorkspace();
        for (const [changes, reason] of [
            [{ custom_tags: { toString: "x" } }, "its customTags have one named toString"],
            [{ custom_tags: { a: "\ud800" } }, 'its customTags is not valid text, "\\ud800"'],
            [{ custom_tags: { "\udc00": "a" } }, 'its customTags is not valid text, "\\udc00"'],
            [{ custom_tags: {}, workspace_name: "w\ud800" }, 'its workspaceName is not valid text, "w\\ud800"'],
        ] as const) {
            cloud.account.change("workspaces", id, changes);
            const { code, out, err } = await run();
            expect(code).to.equal(0);
            expect(out).not.to.contain("new databricks.Workspace");
            const line = err.split("\n").find((one) => one.startsWith(`Left out: the workspace ${id}`));
            expect(line).to.contain(`cannot be written as a resource: ${reason}`);
            expect(out).to.contain(reason);
        }
    });

    it("is not a success if its program could not be written", async () => {
        const full = openSync("/dev/full", "w");
        const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "adopt"], {
            env: { ...process.env, ...cloud.environment() },
            stdio: ["ignore", full, "pipe"],
        });
        let err = "";
        child.stderr?.on("data", (text) => (err += String(text)));
        expect(await once(child, "close")).to.deep.equal([1, null]);
        closeSync(full);
        expect(err).to.contain("Standard output could not be written (ENOSPC");
    });

    it("leaves out what no program can adopt unchanged, and says why in the program too", async () => {
        const [failed, owned] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
        cloud.account.change("workspaces", owned.id, { custom_tags: { "pulumi-databricks-cmk": "another/stack" } });
        cloud.account.setStatus(failed.id, "FAILED", "no route\nto \u2028host");
        const { out, err } = await run();
        expect(out).not.to.contain("new databricks.Workspace");
        for (const said of [out, err]) {
            expect(said).to.contain(`the workspace ${failed.id}`).and.to.contain("is FAILED");
            expect(said).to.contain(`the workspace ${owned.id}`).and.to.contain("--from-other-stacks");
        }
        const both = await run("--from-other-stacks");
        expect(both.out).to.contain("adoptFromOtherStack: true").and.not.to.contain("custom");
        expect(syntaxProblems(out)).to.deep.equal([]);
    });

    it("names the regions that the configuration has to allow", async () => {
        const workspace = await cloud.addWorkspace();
        cloud.account.change("workspaces", workspace.id, { aws_region: "eu-west-1" });
        const line = `pulumi config set databricks:allowedRegions '["us-east-1","us-east-2","us-west-2","eu-west-1"]'`;
        const { out, err } = await run();
        expect(out).to.contain(line);
        expect(err).to.contain(line);
        expect(out).to.contain('awsRegion: "eu-west-1"');
    });

    it("goes on without the objects of private links where the account refuses to list them", async () => {
        await cloud.addWorkspace();
        cloud.inject({
            when: ({ path }) => path.endsWith("/vpc-endpoints"),
            do: { kind: "status", status: 403, body: '{"error_code": "FEATURE_DISABLED", "message": "no plan"}' },
        });
        const { code, err, out } = await run();
        expect(code, err).to.equal(0);
        expect(err).to.contain("refuses to list its vpcEndpoints (no plan)");
        expect(out).to.contain("new databricks.Workspace");
    });

    it("says of a workspace that there is none, or several", async () => {
        const [one, other] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
        for (const { id } of [one, other]) cloud.account.change("workspaces", id, { workspace_name: "same" });
        expect((await run("--workspace", "same")).err).to.contain("Several workspaces");
        expect((await run("--workspace", "else")).err).to.contain("There is no workspace");
    });

    it("makes valid names that are used once of any texts, and the same ones again", () => {
        const type = fc.constantFrom("Workspace", "Credentials", "Network");
        const text = fc.oneof(
            fc.string({ unit: "binary" }),
            fc.constantFrom(
                "a",
                "A",
                "a b",
                "a-b",
                "class",
                "let",
                "1",
                "",
                "é",
                "e\u0301",
                "workspace",
                "Workspace 2",
                "İ",
                "ǆ",
                "‿",
                "_",
                "x".repeat(300),
            ),
        );
        fc.assert(
            fc.property(fc.array(fc.tuple(type, text), { maxLength: 30 }), (objects) => {
                const make = () => {
                    const names = new Names();
                    return objects.map(([kind, name]) => ({ kind, ...names.add(kind, name) }));
                };
                const made = make();
                expect(make()).to.deep.equal(made);
                expect(new Set(made.map(({ variable }) => variable)).size).to.equal(made.length);
                expect(new Set(made.map(({ kind, resource }) => `${kind} ${resource}`)).size).to.equal(made.length);
                const program = made.map(({ variable }) => `const ${variable} = 1;`).join("\n");
                expect(syntaxProblems(`export {};\n${program}`)).to.deep.equal([]);
                for (const { resource } of made) expect(resource).to.match(/^[\p{ID_Continue}-]+$/u);
            }),
            { numRuns: sampleOf(60) },
        );
    });

    it("writes any text as itself: the program means what the account says", () => {
        fc.assert(
            fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (tags) => {
                const program = writeProgram(
                    {
                        accountId: "a",
                        objects: [
                            {
                                type: "Workspace",
                                id: "1",
                                name: "w",
                                inputs: { customTags: tags },
                                state: {},
                                ownershipTag: undefined,
                            },
                        ],
                        leftOut: [{ what: "x", reason: Object.values(tags).join("*/ \n") }],
                        notes: [],
                    },
                    "one file",
                );
                const { outputText } = ts.transpileModule(program.get("index.ts") ?? "", {
                    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
                });
                const seen: Record<string, unknown>[] = [];
                const Workspace = function (_name: string, args: Record<string, unknown>) {
                    seen.push(args);
                };
                new Function("require", "exports", outputText)(() => ({ Workspace }), {});
                expect(Object.entries(seen[0]?.["customTags"] as object)).to.deep.equal(Object.entries(tags));
            }),
            {
                numRuns: sampleOf(60),
                examples: [[JSON.parse('{"__proto__": "`${x}", "constructor": "\\\\"}') as Record<string, string>]],
            },
        );
    });
});
