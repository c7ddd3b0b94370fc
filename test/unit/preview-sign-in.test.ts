import type { dynamic } from "@pulumi/pulumi";
import { expect } from "chai";

import { EngineCalls } from "../../provider/runtime/engine-calls";
import type { LogLine } from "../../provider/runtime/engine-log";
import { EngineReporter } from "../../provider/runtime/reporter";
import { Session } from "../../provider/runtime/session";
import { SignIn } from "../../provider/runtime/sign-in";
import { type Properties, UNKNOWN } from "../../provider/util/property-path";
import { type FaultEffect, LocalCloud } from "../../local-cloud";
import { FakeClock } from "../helpers/environment";
import { createHandler } from "../../provider/registry";
import { endEngines, engine } from "../helpers/engine";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { identity, resource, ROLE_ARN } from "../helpers/programs";

const otherAccount = "0ac0ffee-9999-4abc-8def-00c0ffee1234";

// By hand: what is around the check and the diff of every handler, which the small engine calls without it.
describe("a preview", () => {
    let cloud: LocalCloud;
    let lines: LogLine[];
    let clock: FakeClock;
    beforeEach(async () => {
        cloud = await LocalCloud.start();
        clock = new FakeClock();
        lines = [];
    });
    afterEach(() => cloud.stop());

    /** The handler of credentials in a provider process of its own, as the engine calls it. */
    const processWith = (environment: Record<string, string> = {}): dynamic.ResourceProvider => {
        const report = new EngineReporter(async (line) => {
            // The requests are in the debug log.
            if (line.severity !== "DEBUG") lines.push(line);
        });
        const session = new Session({
            variables: { HOME: "/nowhere", ...cloud.environment(), ...environment },
            clock,
            report,
            isEngineAlive: async () => true,
        });
        return new EngineCalls(report, new SignIn(session)).wrap(createHandler("Credentials", session));
    };
    /** What a check of a new resource fails with. */
    const reasons = async (process: dynamic.ResourceProvider, more: Properties = {}, isPreview = true) => {
        const news = { roleArn: ROLE_ARN, ...(isPreview ? { isPreview } : {}), ...more };
        return ((await process.check?.({}, news))?.failures ?? []).map(({ reason }) => reason);
    };
    const sent = () => cloud.requests.map(({ method, path }) => `${method} ${path.split("/").slice(-1).join("")}`);
    const accountReads = () => cloud.requests.filter(({ path }) => path.startsWith("/api/"));
    const warnings = () => lines.filter(({ severity }) => severity === "WARNING").map(({ message }) => message);

    it("that creates something reads the account once, and is told nothing if the credential is accepted", async () => {
        const process = processWith();
        for (const name of ["a", "b", "c"]) expect(await reasons(process, { credentialsName: name })).to.deep.equal([]);
        expect(accountReads().map(({ method }) => method)).to.deep.equal(["GET"]);
        expect(lines.filter(({ severity }) => severity !== "DEBUG")).to.deep.equal([]);
    });

    it("takes what the class tells of the call out of the inputs", async () => {
        const { inputs } = (await processWith().check?.({}, { roleArn: ROLE_ARN, isPreview: true })) ?? {};
        expect(inputs).to.deep.equal({ roleArn: ROLE_ARN });
    });

    it("fails once, with what to correct, if the secret is wrong", async () => {
        const process = processWith({ DATABRICKS_CLIENT_SECRET: "wrong" });
        const [reason, ...more] = await reasons(process);
        expect(reason)
            .to.match(/^Databricks would refuse `pulumi up`, and nothing was created\. .*HTTP 401/)
            .and.match(/The credential \(oauth-m2m, from environment\) is wrong/);
        expect([more, await reasons(process)]).to.deep.equal([[], []]);
    });

    for (const [what, authType] of [
        ["an account id that the sign-in does not know", "oauth-m2m"],
        ["an account that the token is not for", "pat"],
    ] as const) {
        it(`names databricks:accountId for ${what}, and no object`, async () => {
            const token = { DATABRICKS_AUTH_TYPE: authType, DATABRICKS_TOKEN: cloud.token };
            const [reason] = await reasons(processWith({ DATABRICKS_ACCOUNT_ID: otherAccount, ...token }));
            expect(reason).to.match(/databricks:accountId .*it is 0ac0ffee-9999/);
            expect(reason).to.not.contain("outside Pulumi");
        });
    }

    for (const status of [401, 403, 404]) {
        it(`fails if the account's list is refused with HTTP ${status}`, async () => {
            const body = '{"error_code": "REFUSED", "message": "no"}';
            cloud.inject({ when: ({ path }) => path.startsWith("/api/"), do: { kind: "status", status, body } });
            const [reason] = await reasons(processWith());
            expect(reason).to.match(new RegExp(`GET /credentials was refused: no \\(REFUSED, HTTP ${status}\\)`));
            expect(reason).to.contain("databricks:accountId");
            expect(warnings()).to.deep.equal([]);
        });
    }

    it("fails if the host is not one of the Account API", async () => {
        const page: FaultEffect = { kind: "status", status: 404, body: "<html><title>Not here</title></html>" };
        cloud.inject({ when: ({ path }) => path.startsWith("/api/"), do: page });
        expect((await reasons(processWith()))[0]).to.contain("databricks:host");
    });

    for (const [what, effect] of [
        ["connection", { kind: "drop", when: "before" }],
        ["response before the end of the outage", { kind: "status", status: 503 }],
    ] as const satisfies readonly [string, FaultEffect][]) {
        it(`warns once, and does not fail, if there is no ${what}, after at most ten seconds`, async () => {
            cloud.inject({ when: () => true, do: effect });
            const [process, began] = [processWith(), clock.now()];
            expect([await reasons(process), await reasons(process)]).to.deep.equal([[], []]);
            expect(warnings()).to.have.length(1);
            expect(warnings()[0]).to.match(/^Nothing is known about the credential .* could not be tried: /);
            expect(clock.now() - began).to.be.at.most(10_000);
        });
    }

    for (const [what, environment] of [
        ["no credential", { DATABRICKS_CLIENT_ID: "", DATABRICKS_CLIENT_SECRET: "" }],
        ["no secret", { DATABRICKS_CLIENT_SECRET: "" }],
        ["no account", { DATABRICKS_ACCOUNT_ID: "" }],
        ["no id token for the method that is asked for", { DATABRICKS_AUTH_TYPE: "env-oidc" }],
        ["no such profile", { DATABRICKS_CONFIG_PROFILE: "ci" }],
        ["an account id that is not a uuid", { DATABRICKS_ACCOUNT_ID: "1234" }],
    ] as const) {
        it(`leaves it to the stack's identity if there is ${what}, and sends nothing`, async () => {
            expect(await reasons(processWith({ PATH: "", ...environment }))).to.deep.equal([]);
            expect([sent(), lines]).to.deep.equal([[], []]);
        });
    }

    it("sends nothing for inputs that are refused, and for an account that is not known yet", async () => {
        expect(await reasons(processWith(), { roleArn: 5 })).to.have.length(1);
        expect(await reasons(processWith(), { accountId: UNKNOWN })).to.deep.equal([]);
        expect(sent()).to.deep.equal([]);
    });

    it("reads each account once, if resources name several", async () => {
        const process = processWith();
        expect(await reasons(process)).to.deep.equal([]);
        expect((await reasons(process, { accountId: otherAccount }))[0]).to.match(/HTTP 403.*it is 0ac0ffee-9999/);
        expect(accountReads()).to.have.length(2);
    });

    it("of a change reads the account, and of no change sends nothing", async () => {
        const made = await processWith().create({ roleArn: ROLE_ARN });
        const unchanged = async (news: Properties) => {
            cloud.clearRequests();
            const process = processWith();
            await process.check?.(made.outs, { ...news, isPreview: true });
            await process.diff?.(made.id, made.outs, news);
            return accountReads().length;
        };
        expect(await unchanged({ roleArn: ROLE_ARN })).to.equal(0);
        expect(await unchanged({ roleArn: `${ROLE_ARN}2` })).to.equal(1);
    });

    it("alone reads the account: `pulumi up` is refused by its own first request", async () => {
        expect(await reasons(processWith({ DATABRICKS_CLIENT_SECRET: "wrong" }), {}, false)).to.deep.equal([]);
        expect(sent()).to.deep.equal([]);
    });
});

describe("a wrong account id", () => {
    afterEach(endEngines);

    it("is not taken for a deleted object: a refresh, a delete and a create fail, and say what to correct", async () => {
        const credentials = (name: string) => resource("Credentials", name, { roleArn: ROLE_ARN });
        const stack = await engine([identity, credentials("c")]);
        await expectOk(stack.up());
        stack.environment["DATABRICKS_ACCOUNT_ID"] = otherAccount;
        stack.change({ d: credentials("d") });
        for (const run of [() => stack.refresh(), () => stack.destroy(), () => stack.up({ target: ["d"] })]) {
            const { error } = await expectRefused(run(), /HTTP 404.*databricks:accountId .*it is 0ac0ffee-9999/);
            expect(error).to.not.contain("outside Pulumi");
        }
        expect(stack.cloud.account.list("credentials")).to.have.length(1);
        expect(Object.keys(stack.held("Credentials"))).to.deep.equal(["c"]);
    });
});
