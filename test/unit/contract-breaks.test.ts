import { expect } from "chai";

import type { Fault, FaultEffect } from "../../local-cloud";
import { timeOutsBy } from "../helpers/calm-clock";
import { ContractRun } from "../helpers/contract";

/** POSTs that make an object of the account. */
const makes: Fault["when"] = ({ method, path }) =>
    method === "POST" && /\/accounts\/[^/]+\/(scim\/v2\/)?[\w-]+$/.test(path);
const makesWorkspace: Fault["when"] = (request) => makes(request) && request.path.endsWith("/workspaces");

describe("the contract with a service that breaks in the middle", () => {
    let run: ContractRun;
    let end: () => void;
    afterEach(async () => {
        end();
        await run.cloud.stop();
    });

    async function start(): Promise<void> {
        run = await ContractRun.start({ provisioningMilliseconds: 60_000, deletionMilliseconds: 60_000 });
        end = timeOutsBy(run.clock);
    }

    /** Every object that was made is gone, and none is said to be left. */
    async function expectNothingLeft(report: Awaited<ReturnType<ContractRun["run"]>>): Promise<void> {
        expect(run.cloud.requests.some((request) => makes({ ...request, query: {}, index: 0 }))).to.equal(true);
        expect(report.left).to.deep.equal([]);
        expect(run.contents()).to.deep.equal([]);
        expect(run.cloud.people.list("group_name")).to.deep.equal([]);
        expect(run.cloud.people.list("service_principal_name")).to.have.lengthOf(1);
    }

    const lost: readonly [string, FaultEffect][] = [
        ["is lost", { kind: "drop", when: "after" }],
        ["is cut off", { kind: "truncate" }],
        ["is a 500 after it was done", { kind: "status", status: 500, afterEffect: true }],
        ["is not the API's", { kind: "body", body: "<html></html>", contentType: "text/html" }],
    ];
    for (const [what, effect] of lost) {
        it(`finds every registration whose response ${what}, and deletes it`, async () => {
            await start();
            run.cloud.inject({ when: makes, do: effect });
            await expectNothingLeft(await run.run("objects"));
        });

        it(`finds a workspace whose response ${what}, and deletes it`, async () => {
            await start();
            run.cloud.inject({ when: makesWorkspace, do: effect, times: 1 });
            await expectNothingLeft(await run.run("workspace"));
        });
    }

    it("deletes what lists show late", async () => {
        await start();
        run.cloud.behavior.listMilliseconds = 45_000;
        run.cloud.inject({ when: makes, do: { kind: "drop", when: "after" } });
        await expectNothingLeft(await run.run("objects"));
    });

    for (const index of [10, 20, 30, 45, 60, 75, 90, 105])
        it(`deletes everything when the service is out for ten minutes from request ${index} on`, async () => {
            await start();
            let until: number | undefined;
            run.cloud.inject({
                when: (request) => {
                    if (request.index >= index) until ??= run.clock.now() + 600_000;
                    return until !== undefined && run.clock.now() < until;
                },
                do: { kind: "status", status: 503 },
            });
            await expectNothingLeft(await run.run("workspace"));
            expect(until).to.be.a("number");
        });

    for (const [when, what] of [
        [makesWorkspace, "the workspace is being made"],
        [({ path }: { path: string }) => path.endsWith("/permissionassignments"), "it looks at people"],
    ] as const)
        it(`deletes everything when it is stopped while ${what}`, async () => {
            await start();
            const stop = async () => run.controller.abort();
            run.cloud.inject({ when, do: { kind: "call", when: "after", run: stop }, times: 1 });
            const report = await run.run("workspace");
            expect(report.results.filter(({ why }) => why === "it was stopped")).to.not.be.empty;
            await expectNothingLeft(report);
        });

    it("names what a run has left that was killed, and lets it be", async () => {
        await start();
        const name = "pulumi-databricks-cmk-contract-00000000-storage";
        await run.cloud.account.create("storage-configurations", {
            storage_configuration_name: name,
            root_bucket_info: { bucket_name: "b" },
        });
        const { left } = await run.run("objects");
        expect(left).to.deep.equal([]);
        expect(run.contents()).to.have.lengthOf(1);
        expect(run.lines.at(-1)).to.contain(`was killed before it could: ${name}`);
    });

    it("names what the service does not delete, without its id", async () => {
        await start();
        run.cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.includes("/networks/"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        const { left } = await run.run("objects");
        expect(left).to.have.lengthOf(run.contents().length);
        expect(left[0]).to.equal("network, whose name begins with this run's prefix: 403 PERMISSION_DENIED");
    });
});
