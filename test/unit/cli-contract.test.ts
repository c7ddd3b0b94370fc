import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { contract } from "../../cli/contract/contract";
import type { ContractReport } from "../../cli/contract/report";
import { localCloud } from "../../cli/local-cloud";
import { runCommandLine } from "../../cli/run";
import { LocalCloud } from "../../local-cloud";

describe("the command contract", () => {
    let folder: string;
    let clouds: LocalCloud[];
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "contract-"));
        clouds = [];
    });
    afterEach(async () => {
        rmSync(folder, { recursive: true });
        for (const cloud of clouds) await cloud.stop();
    });

    async function start(...options: Parameters<typeof LocalCloud.start>): Promise<LocalCloud> {
        const cloud = await LocalCloud.start(...options);
        clouds.push(cloud);
        return cloud;
    }

    async function run(environment: Record<string, string>, ...args: string[]) {
        const said = { out: "", err: "" };
        const ended = new AbortController();
        const commands = new Map([
            ["contract", contract],
            ["local-cloud", localCloud],
        ]);
        const code = await runCommandLine(args, commands, {
            out: (line) => {
                said.out += `${line}\n`;
                if (args[0] === "local-cloud") ended.abort();
            },
            err: (line) => (said.err += `${line}\n`),
            environment: { HOME: folder, ...environment },
            signal: ended.signal,
        });
        return { code, ...said };
    }

    it("says what it costs, what agrees and what differs, writes it to a file, and a local cloud is then like it", async () => {
        const cloud = await start({ behavior: { lists: "object", subnets: "shared" } });
        const file = join(folder, "report.json");
        const args = ["--level", "objects", "--key", cloud.createKey(), "--json", file];
        const { code, out, err } = await run(cloud.environment(), "contract", ...args);
        expect(code).to.equal(1);
        expect(err).to.contain("which costs nothing");
        expect(out).to.match(/level objects: 15 agree, 2 differ, \d+ not tried/);
        expect(out).to.contain('differs    list-form: expected "array", found "object" (lists)');
        expect(out).to.match(/not tried {2}.*home.*: it needs --level workspace/);
        const report = JSON.parse(readFileSync(file, "utf8")) as ContractReport;
        expect(report).to.include({ service: "local", level: "objects" });

        const odd = { id: "new-network", outcome: "differs", found: "VALID" };
        writeFileSync(file, JSON.stringify({ ...report, results: [...report.results, odd] }));
        const like = await run({}, "local-cloud", "--as", file, "--json");
        expect(like.err).to.contain("The local cloud has no option for what the report found of new-network.");
    });

    it("deletes what it has made at SIGTERM, writes its report, and ends", async () => {
        const cloud = await start({ provisioningMilliseconds: 3_600_000 });
        const file = join(folder, "report.json");
        const args = [join(__dirname, "../../cli/main.js"), "contract", "--level", "workspace", "--json", file];
        const child = spawn(process.execPath, args, {
            env: { ...cloud.environment(), PATH: process.env["PATH"], HOME: folder },
            stdio: "ignore",
        });
        const stop = async () => void child.kill("SIGTERM");
        cloud.inject({
            when: ({ method, path }) => method === "GET" && /\/workspaces\/\d+$/.test(path),
            do: { kind: "call", when: "after", run: stop },
            times: 1,
        });
        const [code] = (await once(child, "exit")) as [number];
        expect(code).to.equal(1);
        expect(cloud.contents()).to.deep.equal([]);
        const { results } = JSON.parse(readFileSync(file, "utf8")) as ContractReport;
        expect(results.filter(({ why }) => why === "it was stopped")).to.not.be.empty;
    });

    it("makes nothing in an account that is not local without --yes-create-objects", async () => {
        const environment = {
            DATABRICKS_HOST: "https://accounts.cloud.databricks.com",
            DATABRICKS_ACCOUNT_ID: "00000000-0000-4000-8000-000000000001",
            DATABRICKS_TOKEN: "x",
        };
        for (const level of ["objects", "workspace"]) {
            const { code, err } = await run(environment, "contract", "--level", level);
            expect(code).to.equal(2);
            expect(err).to.contain("Add --yes-create-objects if that is what you want");
        }
        expect((await run(environment, "contract", "--level", "workspace")).err).to.contain("a NAT gateway");
    });

    it("says what of its arguments does not go together, before it asks anything", async () => {
        const cloud = await start();
        const wrong = [
            ["--role", "arn:aws:iam::123456789012:role/x"],
            ["--vpc", "vpc-1", "--subnet", "subnet-1"],
            ["--vpc", "vpc-1", "--subnet", "s-1", "--subnet", "s-2", "--security-group", "sg-1"],
            ["--level", "all"],
        ];
        for (const args of wrong) expect((await run(cloud.environment(), "contract", ...args)).code).to.equal(2);
        expect((await run({}, "local-cloud", "--as", join(folder, "none.json"))).code).to.equal(2);
        writeFileSync(join(folder, "other.json"), "[]");
        const other = await run({}, "local-cloud", "--as", join(folder, "other.json"));
        expect(other.err).to.contain("is not a report of the command contract");
        expect(cloud.requests).to.deep.equal([]);
    });
});
