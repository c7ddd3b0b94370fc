import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

import { expect } from "chai";

import { DrillKey, enableCommand } from "../../cli/drill/key";
import { describeReport, type DrillReport } from "../../cli/drill/report";
import { runDrill } from "../../cli/drill/run";
import { ApiError, NoResponseError } from "../../provider/api/errors";
import type { ImportContent } from "../../provider/migration/content";
import { KmsError } from "../../local-cloud/kms/key";
import { DrillScene } from "../helpers/drill-scene";

describe("the command drill", () => {
    const scene = DrillScene.ofEach();
    const run = (...args: string[]) => scene.run(...args);
    const disabled = () => scene.calls("DisableKey");
    const outcomes = ({ steps }: DrillReport) => steps.map(({ outcome }) => outcome);

    it("passes where revocation works: reads are refused when the cache expires, and work again afterwards", async () => {
        const [junit, other] = [
            join(scene.folder, "report.xml"),
            await scene.cloud.addWorkspace({ keyArn: scene.keyArn }),
        ];
        const { code, out, err, report } = await run("--junit", junit);
        expect(code, out + err).to.equal(0);
        expect(report()).to.include({
            passed: true,
            workspaceId: scene.workspace.id,
            keyArn: scene.keyArn,
            keyState: "Enabled",
        });
        expect(report().refusedAfterSeconds).to.be.above(0);
        expect(report().readableAfterSeconds).to.be.a("number");
        expect(report().otherWorkspaces).to.deep.equal([other.id]);
        expect(report().steps.find(({ name }) => name === "reads are refused")?.detail).to.match(
            /notebook: .*CUSTOMER_MANAGED_KEY_INACCESSIBLE.*; dashboard: .*INACCESSIBLE.*; secret: .*INACCESSIBLE/,
        );
        expect(out).to.contain("The drill passed").and.to.contain("s after the key was disabled");
        expect(readFileSync(junit, "utf8")).to.contain('<testsuites tests="7" failures="0" skipped="0">');
        expect(err).to.contain(`aws kms enable-key --region us-east-1 --key-id ${scene.keyArn}`);
        expect([scene.key.enabled, disabled(), await scene.canaries()]).to.deep.equal([true, 1, []]);
        expect(out + err + JSON.stringify(report())).not.to.contain(scene.cloud.clientSecret);
    });

    it("takes the URL of the workspace's front page too", async () => {
        const url = `${scene.cloud.workspaceUrl(scene.workspace.id)}/?o=1`;
        const { code, out, err } = await run("--workspace", url);
        expect(code, out + err).to.equal(0);
    });

    it("fails after the time-out where reads are never refused, and the key is enabled again", async () => {
        await scene.start({ dekCacheMilliseconds: 3_600_000 });
        const junit = join(scene.folder, "report.xml");
        const { code, out, report } = await run("--timeout", "1", "--junit", junit);
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
        expect([scene.key.enabled, disabled(), await scene.canaries()]).to.deep.equal([true, 1, []]);
    });

    it("disables no key that is not the workspace's", async () => {
        const { code, err } = await run("--key", scene.cloud.createKey());
        expect(code).to.equal(2);
        expect(err).to.contain(`uses the key ${scene.keyArn}`).and.to.contain("Nothing was disabled");
        const plain = await scene.cloud.addWorkspace();
        expect((await run("--workspace", plain.id)).err).to.contain("no customer-managed key");
        expect([disabled(), await scene.canaries()]).to.deep.equal([0, []]);
    });

    it("names the commands for a key whose deletion is scheduled, and says that such a key closes a workspace in the same way", async () => {
        scene.key.deletion = Date.now() + 86_400_000;
        const { code, out } = await run();
        expect(code).to.equal(1);
        expect(out)
            .to.contain(`aws kms cancel-key-deletion --region us-east-1 --key-id ${scene.keyArn}`)
            .and.contain(`aws kms enable-key --region us-east-1 --key-id ${scene.keyArn}`)
            .and.contain("A KMS key whose deletion is scheduled is refused in the same way, at once");
        expect(disabled()).to.equal(0);
    });

    it("disables no key that is disabled already, and leaves it so", async () => {
        scene.key.enabled = false;
        const { code, out, err } = await run();
        expect(code).to.equal(1);
        expect(out).to.contain("it is Disabled already");
        expect(scene.key.enabled).to.equal(false);
        for (const said of [out, err]) expect(said.trimEnd().split("\n").at(-1)).to.equal(enableCommand(scene.keyArn));
    });

    it("asks for --yes-disable-the-key unless the account is a local cloud, before anything is sent", async () => {
        const host = { DATABRICKS_HOST: "https://accounts.cloud.databricks.us" };
        const { code, err } = await scene.runIn(host);
        expect(code).to.equal(2);
        expect(err).to.contain("Add --yes-disable-the-key");
        expect([scene.cloud.requests.length, disabled()]).to.deep.equal([0, 0]);
    });

    it("names what is missing or out of bounds, before anything is sent", async () => {
        for (const [option, value, said] of [
            ["--workspace", "", "--workspace is missing: the id or URL of a workspace"],
            ["--key", "", "--key is missing: the ARN of its KMS key"],
            ["--timeout", "0", "--timeout must be a number from 1 to 86400"],
            ["--timeout", "86401", "--timeout must be a number from 1 to 86400"],
            ["--interval", "0.05", "--interval must be a number from 0.1 to 3600"],
            ["--interval", "3601", "--interval must be a number from 0.1 to 3600"],
        ] as const) {
            const { code, err } = await run(option, value);
            expect([code, err.includes(said)], err).to.deep.equal([2, true]);
        }
        expect([scene.cloud.requests.length, disabled()]).to.deep.equal([0, 0]);
    });

    it("enables the key again and removes the canary where the key cannot be disabled, or a read fails in the middle", async () => {
        const refuse = refusing("DisableKey");
        const first = await run();
        refuse.stop();
        expect(first.code).to.equal(1);
        expect(outcomes(first.report()).slice(0, 4)).to.deep.equal(["passed", "passed", "failed", "not reached"]);
        expect(first.out).to.contain("no permission");
        // The canary is gone in the middle.
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/export") && disabled() > 0,
            do: { kind: "body", body: '{"content": "bm90IHRoZSBjYW5hcnk="}' },
        });
        const second = await run();
        expect(second.code).to.equal(1);
        expect(second.out).to.contain("the canary's content is not what was written");
        expect([scene.key.enabled, await scene.canaries()]).to.deep.equal([true, []]);
    });

    it("tries again to enable the key where the KMS refuses it at first", async () => {
        const refuse = refusing("EnableKey");
        const ended = run();
        await refuse.seen;
        refuse.stop();
        expect((await ended).report().keyState).to.equal("Enabled");
        expect(scene.key.enabled).to.equal(true);
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        it(`enables the key again and removes the canary after ${signal}, also where it comes twice`, async function () {
            await scene.start({ dekCacheMilliseconds: 3_600_000 });
            // Whatever it waits for then is over.
            const kill = (child: ChildProcess) => [signal, signal].forEach((each) => child.kill(each));
            const child = scene.spawn(kill, "--interval", "3600");
            let out = "";
            child.stdout.on("data", (text) => (out += String(text)));
            const [code] = (await once(child, "exit")) as [number];
            expect(code, out).to.equal(1);
            expect(out).to.contain("stopped by a signal").and.to.contain("The key is Enabled");
            expect([scene.key.enabled, disabled(), await scene.canaries()]).to.deep.equal([true, 1, []]);
        });
    }

    it("enables the key again and removes the canary where nobody reads its output any more", async function () {
        await scene.start({ dekCacheMilliseconds: 3_600_000 });
        const child = scene.spawn((one) => one.stderr?.destroy(), "--timeout", "1");
        child.stdout.destroy();
        const [code] = (await once(child, "exit")) as [number];
        expect([code, scene.key.enabled, disabled(), await scene.canaries()]).to.deep.equal([1, true, 1, []]);
    });

    it("says how to enable the key by hand where the KMS refuses it to the end", async () => {
        const { key, ...target } = fakes();
        const report = await runDrill({
            ...target,
            key: { ...key, enable: () => Promise.reject(new Error("no permission")) },
        });
        expect(report).to.include({ passed: false, keyState: "Disabled" });
        expect(describeReport(report).split("\n").at(-1)).to.equal(enableCommand(scene.keyArn));
    });

    it("takes no outage of the workspace for a revocation: the service has to answer, and to say no", async () => {
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
        scene.workspace.behavior.secretValues = "notebooks-only";
        const { code, out, err, report } = await run();
        expect(code, out + err).to.equal(0);
        expect(report().steps[1]?.detail).to.match(/, secret \S+drill\S+ \(not read: .*400/);
        expect(report().steps[3]?.detail)
            .to.match(/notebook: .*dashboard: /)
            .and.not.contain("secret");
        expect(await scene.canaries()).to.deep.equal([]);
    });

    it("fails, and names the canary, where it cannot be removed; the key is enabled again before that", async () => {
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
        const silent = createServer();
        await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
        const { port } = silent.address() as AddressInfo;
        const key = new DrillKey(scene.keyArn, { AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}` }, 100);
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
                arn: scene.keyArn,
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
        let see: () => void = () => undefined;
        const seen = new Promise<void>((resolve) => (see = resolve));
        const stop = scene.beforeCall(operation, () => {
            see();
            throw new KmsError("AccessDeniedException", "no permission");
        });
        return { seen, stop };
    }
});
