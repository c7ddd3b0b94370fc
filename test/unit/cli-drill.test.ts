import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { drill } from "../../cli/drill/drill";
import { DrillKey, enableCommand } from "../../cli/drill/key";
import { describeReport, type DrillReport } from "../../cli/drill/report";
import { runDrill } from "../../cli/drill/run";
import { runCommandLine } from "../../cli/run";
import { ApiError, NoResponseError } from "../../provider/api/errors";
import type { ImportContent } from "../../provider/migration/content";
import { LocalCloud, type LocalCloudOptions, type LocalWorkspace } from "../../local-cloud";
import { KmsError } from "../../local-cloud/kms/key";

const DEK_CACHE = 300;
const command = join(__dirname, "../../cli/main.js");

describe("the command drill", () => {
    let cloud: LocalCloud;
    let workspace: LocalWorkspace;
    let keyArn: string;
    let folder: string;
    const before = { ...process.env };
    afterEach(async () => {
        await cloud.stop();
        rmSync(folder, { recursive: true });
        for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
        Object.assign(process.env, before);
    });

    async function start(options: LocalCloudOptions = {}): Promise<void> {
        cloud = await LocalCloud.start({ dekCacheMilliseconds: DEK_CACHE, ...options });
        keyArn = cloud.createKey();
        workspace = await cloud.addWorkspace({ keyArn });
        folder = mkdtempSync(join(tmpdir(), "drill-"));
        // AWS' SDK looks for its credentials in the process's own environment.
        Object.assign(process.env, cloud.environment());
    }

    async function run(...args: string[]) {
        const said = { out: "", err: "" };
        const report = join(folder, "report.json");
        const code = await runCommandLine(
            ["drill", "--interval", "0.1", "--json", report, ...args],
            new Map([["drill", drill]]),
            {
                out: (line) => (said.out += `${line}\n`),
                err: (line) => (said.err += `${line}\n`),
                environment: { ...cloud.environment(), HOME: "/nonexistent" },
                signal: new AbortController().signal,
            },
        );
        return { code, ...said, report: () => JSON.parse(readFileSync(report, "utf8")) as DrillReport };
    }

    const keyState = () => cloud.kms.keys().find(({ arn }) => arn === keyArn)?.enabled;
    const disabled = () => cloud.kms.calls.filter(({ operation }) => operation === "DisableKey").length;
    const canaries = async () =>
        [
            ...(await workspace.snapshot()).map(({ path }) => path),
            ...workspace.secrets.list().map(({ name }) => name),
        ].filter((place) => place.includes("drill"));
    const outcomes = ({ steps }: DrillReport) => steps.map(({ outcome }) => outcome);

    it("passes where revocation works: reads are refused when the cache expires, and work again afterwards", async () => {
        await start();
        const [junit, other] = [join(folder, "report.xml"), await cloud.addWorkspace({ keyArn })];
        const { code, out, err, report } = await run("--workspace", workspace.id, "--key", keyArn, "--junit", junit);
        expect(code, out + err).to.equal(0);
        expect(report()).to.include({ passed: true, workspaceId: workspace.id, keyArn, keyState: "Enabled" });
        expect(report().refusedAfterSeconds).to.be.above(0);
        expect(report().readableAfterSeconds).to.be.a("number");
        expect(report().otherWorkspaces).to.deep.equal([other.id]);
        expect(report().steps.find(({ name }) => name === "reads are refused")?.detail).to.match(
            /notebook: .*CUSTOMER_MANAGED_KEY_INACCESSIBLE.*; dashboard: .*INACCESSIBLE.*; secret: .*INACCESSIBLE/,
        );
        expect(out).to.contain("The drill passed").and.to.contain("s after the key was disabled");
        expect(readFileSync(junit, "utf8")).to.contain('<testsuites tests="7" failures="0" skipped="0">');
        expect(err).to.contain(`aws kms enable-key --region us-east-1 --key-id ${keyArn}`);
        expect([keyState(), disabled(), await canaries()]).to.deep.equal([true, 1, []]);
        expect(out + err + JSON.stringify(report())).not.to.contain(cloud.clientSecret);
    });

    it("takes the URL of the workspace's front page too", async () => {
        await start();
        const { code, out, err } = await run(
            "--workspace",
            `${cloud.workspaceUrl(workspace.id)}/?o=1`,
            "--key",
            keyArn,
        );
        expect(code, out + err).to.equal(0);
    });

    it("fails after the time-out where reads are never refused, and the key is enabled again", async () => {
        await start({ dekCacheMilliseconds: 3_600_000 });
        const junit = join(folder, "report.xml");
        const { code, out, report } = await run(
            ...["--workspace", workspace.id, "--key", keyArn, "--timeout", "1", "--junit", junit],
        );
        expect(code).to.equal(1);
        expect(out).to.contain("reads still worked 1 s after the key was disabled").and.to.contain("The drill FAILED");
        expect(outcomes(report())).to.deep.equal([
            "passed",
            "passed",
            "passed",
            "failed",
            "passed",
            "not reached",
            "passed",
        ]);
        expect(readFileSync(junit, "utf8")).to.contain('tests="7" failures="1" skipped="1"');
        expect([keyState(), disabled(), await canaries()]).to.deep.equal([true, 1, []]);
    });

    it("disables no key that is not the workspace's", async () => {
        await start();
        const { code, err } = await run("--workspace", workspace.id, "--key", cloud.createKey());
        expect(code).to.equal(2);
        expect(err).to.contain(`uses the key ${keyArn}`).and.to.contain("Nothing was disabled");
        const plain = await cloud.addWorkspace();
        expect((await run("--workspace", plain.id, "--key", keyArn)).err).to.contain("no customer-managed key");
        expect([disabled(), await canaries()]).to.deep.equal([0, []]);
    });

    it("names the commands for a key whose deletion is scheduled, and says that such a key closes a workspace in the same way", async () => {
        await start();
        const key = cloud.kms.keys().find(({ arn }) => arn === keyArn);
        if (key !== undefined) key.deletion = Date.now() + 86_400_000;
        const { code, out } = await run("--workspace", workspace.id, "--key", keyArn);
        expect(code).to.equal(1);
        expect(out)
            .to.contain(`aws kms cancel-key-deletion --region us-east-1 --key-id ${keyArn}`)
            .and.contain(`aws kms enable-key --region us-east-1 --key-id ${keyArn}`)
            .and.contain("A KMS key whose deletion is scheduled is refused in the same way, at once");
        expect(disabled()).to.equal(0);
    });

    it("disables no key that is disabled already, and leaves it so", async () => {
        await start();
        const key = cloud.kms.keys().find(({ arn }) => arn === keyArn);
        if (key !== undefined) key.enabled = false;
        const { code, out, err } = await run("--workspace", workspace.id, "--key", keyArn);
        expect(code).to.equal(1);
        expect(out).to.contain("it is Disabled already");
        expect(keyState()).to.equal(false);
        for (const said of [out, err]) expect(said.trimEnd().split("\n").at(-1)).to.equal(enableCommand(keyArn));
    });

    it("asks for --yes-disable-the-key unless the account is a local cloud, before anything is sent", async () => {
        await start();
        const said: string[] = [];
        const code = await runCommandLine(
            ["drill", "--workspace", workspace.id, "--key", keyArn],
            new Map([["drill", drill]]),
            {
                out: (line) => said.push(line),
                err: (line) => said.push(line),
                environment: { ...cloud.environment(), DATABRICKS_HOST: "https://accounts.cloud.databricks.us" },
                signal: new AbortController().signal,
            },
        );
        expect([code, said[0]]).to.satisfy(
            ([exit, line]: [number, string]) => exit === 2 && line.includes("Add --yes-disable-the-key"),
        );
        expect([cloud.requests.length, disabled()]).to.deep.equal([0, 0]);
    });

    it("enables the key again and removes the canary where the key cannot be disabled, or a read fails in the middle", async () => {
        await start();
        const refuse = refusing("DisableKey");
        const first = await run("--workspace", workspace.id, "--key", keyArn);
        refuse.stop();
        expect(first.code).to.equal(1);
        expect(outcomes(first.report()).slice(0, 4)).to.deep.equal(["passed", "passed", "failed", "not reached"]);
        expect(first.out).to.contain("no permission");
        // The canary is gone in the middle.
        cloud.inject({
            when: ({ path }) => path.endsWith("/export") && disabled() > 0,
            do: { kind: "body", body: '{"content": "bm90IHRoZSBjYW5hcnk="}' },
        });
        const second = await run("--workspace", workspace.id, "--key", keyArn);
        expect(second.code).to.equal(1);
        expect(second.out).to.contain("the canary's content is not what was written");
        expect([keyState(), await canaries()]).to.deep.equal([true, []]);
    });

    it("tries again to enable the key where the KMS refuses it at first", async () => {
        await start();
        const refuse = refusing("EnableKey");
        const ended = run("--workspace", workspace.id, "--key", keyArn);
        await refuse.seen;
        refuse.stop();
        expect((await ended).report().keyState).to.equal("Enabled");
        expect(keyState()).to.equal(true);
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        it(`enables the key again and removes the canary after ${signal}, also where it comes twice`, async function () {
            await start({ dekCacheMilliseconds: 3_600_000 });
            const args = ["drill", "--workspace", workspace.id, "--key", keyArn, "--interval", "0.1"];
            const child = spawn(process.execPath, [command, ...args], { env: process.env });
            let out = "";
            child.stdout.on("data", (text) => (out += String(text)));
            child.stderr.on("data", (text) => {
                if (!String(text).includes("reads are refused ...")) return;
                child.kill(signal);
                child.kill(signal);
            });
            const code = await new Promise((done) => child.once("exit", done));
            expect(code, out).to.equal(1);
            expect(out).to.contain("stopped by a signal").and.to.contain("The key is Enabled");
            expect([keyState(), disabled(), await canaries()]).to.deep.equal([true, 1, []]);
        });
    }

    it("enables the key again and removes the canary where nobody reads its output any more", async function () {
        await start({ dekCacheMilliseconds: 3_600_000 });
        const args = ["drill", "--workspace", workspace.id, "--key", keyArn, "--interval", "0.1", "--timeout", "2"];
        const child = spawn(process.execPath, [command, ...args], { env: process.env });
        child.stdout.destroy();
        child.stderr.on("data", (text) => {
            if (String(text).includes("reads are refused ...")) child.stderr.destroy();
        });
        const code = await new Promise((done) => child.once("exit", done));
        expect([code, keyState(), disabled(), await canaries()]).to.deep.equal([1, true, 1, []]);
    });

    it("says how to enable the key by hand where the KMS refuses it to the end", async () => {
        await start();
        const { key, ...target } = fakes();
        const report = await runDrill({
            ...target,
            key: { ...key, enable: () => Promise.reject(new Error("no permission")) },
        });
        expect(report).to.include({ passed: false, keyState: "Disabled" });
        expect(describeReport(report).split("\n").at(-1)).to.equal(enableCommand(keyArn));
    });

    it("takes no outage of the workspace for a revocation: the service has to answer, and to say no", async () => {
        await start();
        const refusals = [
            new NoResponseError("GET", "it took too long", false),
            new ApiError("throttled", 429, "", "slow down", "GET"),
            new ApiError("unavailable", 503, "", "try later", "GET"),
        ];
        for (const refusal of refusals) {
            const report = await runDrill(fakes(refusal));
            expect(report.refusedAfterSeconds).to.equal(undefined);
            expect(report).to.include({ passed: false, keyState: "Enabled" });
        }
    });

    it("takes nothing else for a revocation: a canary that is gone, a refused credential, an access list", async () => {
        await start();
        for (const refusal of [
            new ApiError("missing", 404, "RESOURCE_DOES_NOT_EXIST", "no such path", "GET"),
            new ApiError("denied", 401, "", "who are you", "GET"),
            new ApiError("denied", 403, "", "Unauthorized network access to workspace", "GET"),
        ]) {
            const report = await runDrill(fakes(refusal));
            expect(report.refusedAfterSeconds, refusal.message).to.equal(undefined);
            expect(report).to.include({ passed: false, keyState: "Enabled" });
        }
    });

    it("is not passed by a secret that can be read while the key is disabled", async () => {
        await start();
        const target = fakes(new ApiError("denied", 403, "KEY", "no key", "GET"));
        expect((await runDrill(target)).passed).to.equal(true);
        let kept: Buffer = Buffer.from("");
        const put = async (...[, , value]: [string, string, Buffer]) => void (kept = value);
        const secrets = { ...target.secrets, put, value: async () => kept };
        const report = await runDrill({ ...target, secrets });
        expect(report).to.include({ passed: false, keyState: "Enabled" });
        expect(report.refusedAfterSeconds).to.equal(undefined);
    });

    it("reads no secret that the service gives to notebooks alone, and says so", async () => {
        await start();
        workspace.behavior.secretValues = "notebooks-only";
        const { code, out, err, report } = await run("--workspace", workspace.id, "--key", keyArn);
        expect(code, out + err).to.equal(0);
        expect(report().steps[1]?.detail).to.match(/, secret \S+drill\S+ \(not read: .*400/);
        expect(report().steps[3]?.detail)
            .to.match(/notebook: .*dashboard: /)
            .and.not.contain("secret");
        expect(await canaries()).to.deep.equal([]);
    });

    it("fails, and names the canary, where it cannot be removed; the key is enabled again before that", async () => {
        await start();
        const { key, content, ...target } = fakes(new ApiError("denied", 403, "KEY", "no key", "GET"));
        const states: string[] = [];
        const report = await runDrill({
            ...target,
            key,
            content: {
                ...content,
                delete: async () => void states.push(await key.state()),
                find: async (path) => ({ path, type: "NOTEBOOK", typeName: "NOTEBOOK", id: "1" }),
            },
        });
        expect(report).to.include({ passed: false, keyState: "Enabled" });
        const last = report.steps.at(-1);
        expect(last?.outcome).to.equal("failed");
        expect(last?.detail).to.match(
            /^\/Shared\/\S*drill\S* is still there; \/Shared\/\S*drill\S*json is still there$/,
        );
        expect(new Set(states)).to.deep.equal(new Set(["Enabled"]));
        expect(report.steps.filter(({ outcome }) => outcome === "passed")).to.have.length(6);
    });

    it("enables the key once more where the KMS accepted it but shows it as disabled", async () => {
        await start();
        const { key, ...target } = fakes();
        let asked = 0;
        const enable = async () => {
            if (++asked > 2) await key.enable();
        };
        const report = await runDrill({ ...target, key: { ...key, enable } });
        expect(report).to.include({ passed: false, keyState: "Enabled" });
        expect(asked).to.equal(3);
    });

    it("does not wait without end for a KMS that gives no response", async () => {
        await start();
        const silent = createServer();
        await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
        const { port } = silent.address() as AddressInfo;
        const key = new DrillKey(keyArn, { AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}` }, 100);
        const error: unknown = await key.disable().catch((reason: unknown) => reason);
        silent.close();
        expect(String(error)).to.match(/time/i);
    });

    /**
     * A workspace whose key can be switched, under a clock of its own.
     *
     * @param refusal why reads fail while the key is disabled; `undefined`: they work
     */
    function fakes(refusal?: Error) {
        let [now, state] = [0, "Enabled"];
        let stored: Buffer = Buffer.from("");
        const read = async () => {
            if (state === "Disabled" && refusal !== undefined) throw refusal;
            return stored;
        };
        return {
            workspace: { id: "1", host: "http://workspace" },
            otherWorkspaces: [],
            content: {
                import: async (...[, { bytes }]: [string, ImportContent]) => void (stored = bytes),
                export: read,
                delete: async () => undefined,
                find: async () => undefined,
                list: async () => [],
            },
            secrets: {
                scopes: async () => [],
                keys: async () => undefined,
                createScope: async () => undefined,
                put: async (...[, , value]: [string, string, Buffer]) => void (stored = value),
                value: read,
                deleteScope: async () => undefined,
            },
            key: {
                arn: keyArn,
                state: async () => state,
                disable: async () => void (state = "Disabled"),
                enable: async () => void (state = "Enabled"),
            },
            clock: { now: () => now, sleep: async (time: number) => void (now += time), random: () => 0 },
            signal: new AbortController().signal,
            timeout: 60_000,
            interval: 5000,
            onProgress: () => undefined,
        };
    }

    /** Lets the KMS refuse an operation; `seen` resolves when it was asked for it. */
    function refusing(operation: string): { readonly seen: Promise<void>; readonly stop: () => void } {
        const { kms } = cloud;
        const call = kms.call.bind(kms);
        let see: () => void = () => undefined;
        const seen = new Promise<void>((resolve) => (see = resolve));
        kms.call = (asked, ...rest) => {
            if (asked !== operation) return call(asked, ...rest);
            see();
            throw new KmsError("AccessDeniedException", "no permission");
        };
        return { seen, stop: () => (kms.call = call) };
    }
});
