import { expect } from "chai";

import { Session } from "../../provider/runtime/session";
import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import { createHandler } from "../../provider/registry";
import { type Handlers, outcome, startProvider, workspaceInputs } from "../helpers/provider-process";

const owner = (name: string, since = 0) => ownerFor(name, { since });

describe("a fresh role or bucket that Databricks cannot use yet", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);

    const fresh = { roleArn: "arn:aws:iam::123456789012:role/fresh", owner: owner("c") };
    const asked = () => cloud.requests.filter(({ method, path }) => method === "POST" && path.includes("/api/")).length;

    for (const [setting, most] of [
        [undefined, 90],
        ["20", 20],
    ] as const) {
        it(`is waited for up to ${most} s (databricks:validationTimeoutSeconds: ${setting ?? "not set"}) and no longer, and the error says why`, async () => {
            await begin();
            const session = new Session(world);
            session.configure((key) => (key === "databricks:validationTimeoutSeconds" ? setting : undefined));
            cloud.account.validationDelay = 3_600_000;
            const began = clock.now();
            const message = await outcome(createHandler("Credentials", session).create(fresh));
            expect(message)
                .to.contain("Failed credential validation checks")
                .and.contain("check its policy")
                .and.contain("databricks:validationTimeoutSeconds");
            expect((clock.now() - began) / 1000).to.equal(most);
            expect(asked()).to.be.within(most / 10, most / 5 + 2);
            expect(world.lines).to.have.length(asked() - 1);
            expect(cloud.account.list("credentials")).to.deep.equal([]);
        });
    }

    for (const [words, format] of [
        ["credential", "json"],
        ["credentials", "text"],
    ] as const) {
        it(`is told from one that lacks permissions, which each refusal names ("Failed ${words} ...", ${format})`, async () => {
            await begin();
            Object.assign(cloud.behavior, {
                validationWords: words,
                validationFormat: format,
                validationCode: "MALFORMED_REQUEST",
            });
            cloud.account.setMissingPermissions(fresh.roleArn, ["Spot Cancellation", "Create Placement Group"]);
            expect(await outcome(handlers.credentials.create(fresh))).to.match(
                /Failed credentials? validation checks: Spot Cancellation, Create Placement Group.*named the same checks.*check its policy for "Spot Cancellation, Create Placement Group"/,
            );
            cloud.account.setMissingPermissions(fresh.roleArn, []);
            expect(await outcome(handlers.credentials.create(fresh))).to.equal("ok");
        });
    }

    it("is waited for by a workspace too, which is then created once", async () => {
        await begin();
        const news = await inputs();
        cloud.clearRequests();
        cloud.account.validationDelay = 30_000;
        await handlers.workspace.create(news);
        expect(world.lines.join("\n")).to.contain("Failed storage configuration validation checks");
        expect(asked()).to.be.within(4, 8);
        expect(cloud.account.list("workspaces")).to.have.length(1);
    });

    it("is waited for, and any other refusal is not", async () => {
        await begin();
        const refusal = { error_code: "INVALID_PARAMETER_VALUE", message: "Failed another check" };
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.includes("/api/"),
            do: { kind: "status", status: 400, body: JSON.stringify(refusal) },
        });
        expect(await outcome(handlers.credentials.create(fresh))).to.contain("Failed another check");
        expect([asked(), clock.sleeps]).to.deep.equal([1, []]);
    });
});
