import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { type Run, TestStack } from "./harness";

/** The lines of the engine's log with these words, each with the name of its resource. */
function linesOf({ events }: Run, words: RegExp) {
    return (JSON.parse(events) as EngineEvent[]).flatMap(({ diagnosticEvent: line }) =>
        line !== undefined && words.test(line.message) ? [{ ...line, resource: line.urn?.split("::").at(-1) }] : [],
    );
}

const role = (name: string) => `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/${name}`;

/** Makes and removes the local cloud and the stack of a `describe`. */
function eachDescribe(options: Parameters<typeof LocalCloud.start>[0] = {}) {
    const made = {} as { cloud: LocalCloud; stack: TestStack };
    before(async () => {
        made.cloud = await LocalCloud.start({ provisioningMilliseconds: 200, ...options });
        made.stack = await TestStack.create(made.cloud, async () => {});
    });
    after(async () => {
        await made.cloud.stop();
        made.stack.remove();
    });
    return made;
}

async function upOf({ cloud, stack }: { cloud: LocalCloud; stack: TestStack }, program: () => Promise<unknown>) {
    stack.program = program as () => Promise<Record<string, unknown>>;
    cloud.clearRequests();
    const run = await expectOk(stack.up());
    return run;
}

// What updates and odd responses come to is in test/unit/workspace-updates.test.ts and service-stack.test.ts.
describe("a role and a host that are not there yet, on the real engine", () => {
    const made = eachDescribe({
        workspaces: { reachableAfterMilliseconds: 2_500, servicesAfterMilliseconds: 5_000 },
    });
    const wordings: [string, string][] = [
        [
            "json",
            "INVALID_PARAMETER_VALUE: Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly",
        ],
        ["json", "MALFORMED_REQUEST: Failed credentials validation checks: Spot Cancellation, Create Placement Group"],
        ["text", "MALFORMED_REQUEST: Failed credential validation checks: please use a valid cross account IAM role"],
        ["text", "INVALID_STATE: Failed storage configuration validation checks: List, Put"],
    ];
    const program = async () => {
        const [first] = wordings.map(
            (_, index) => new databricks.Credentials(`c${index}`, { roleArn: role(`r${index}`) }),
        );
        const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        new databricks.Workspace("w", {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: first!.credentialsId,
            storageConfigurationId: storage.storageConfigurationId,
            waitUntilReady: true,
        });
    };

    it("a fresh role is waited for in each of the service's words, as JSON and as text, and the workspace until its services are ready", async () => {
        for (const [format, refusal] of wordings) {
            const [code, message] = refusal.split(/: (.*)/) as [string, string];
            made.cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/credentials"),
                times: 1,
                do: {
                    kind: "status",
                    status: 400,
                    body: format === "text" ? refusal : JSON.stringify({ error_code: code, message }),
                },
            });
        }
        const run = await upOf(made, program);
        const waits = linesOf(run, /waiting until Databricks can use the fresh role or bucket/);
        expect(waits).to.have.length(wordings.length);
        for (const [, refusal] of wordings)
            expect(
                waits.filter(({ message }) => message.includes(refusal.split(/: (.*)/)[1]!.slice(0, 60))),
            ).to.not.deep.equal([]);
        const reaching = linesOf(run, /cannot be reached yet/);
        expect(reaching.map(({ resource, ephemeral }) => [resource, ephemeral])).to.deep.include(["w", true]);
        const late = linesOf(run, /it is not ready: .*Unknown worker environment/);
        expect(late.map(({ resource, ephemeral }) => [resource, ephemeral])).to.deep.include(["w", true]);
        expect(run.output.split("Diagnostics:")[1] ?? "").to.not.match(/waiting until|cannot be reached yet|not ready/);
        const reads = (path: string) => made.cloud.requests.filter((one) => one.method === "GET" && one.path === path);
        expect(reads("/").length).to.be.at.least(2);
        const statuses = reads("/api/2.0/clusters/list-node-types").map(({ status }) => status);
        expect([statuses[0], ...statuses.slice(-5)]).to.deep.equal([400, 200, 200, 200, 200, 200]);
        expect(made.cloud.account.list("credentials")).to.have.length(wordings.length);
    });
});

describe("serverless workspaces, on the real engine", () => {
    const made = eachDescribe();

    it("an EncryptedWorkspace can be serverless: it makes the keys and no role, bucket or network", async () => {
        const before = process.env["DATABRICKS_ACCOUNT_ID"];
        process.env["DATABRICKS_ACCOUNT_ID"] = made.cloud.accountId;
        const program = async () => {
            new databricks.EncryptedWorkspace("e", {
                awsRegion: "us-east-1",
                computeMode: "SERVERLESS",
                waitUntilReachable: true,
            });
        };
        try {
            const { operations } = await upOf(made, program);
            const probes = made.cloud.requests.filter(({ method, path }) => method === "GET" && path === "/");
            expect(probes).to.not.deep.equal([]);
            expect(
                operations.filter((one) => /Role|Bucket|Credentials|StorageConfiguration|Network/.test(one)),
            ).to.deep.equal([]);
            expect((await upOf(made, program)).operations).to.deep.equal([]);
        } finally {
            if (before === undefined) delete process.env["DATABRICKS_ACCOUNT_ID"];
            else process.env["DATABRICKS_ACCOUNT_ID"] = before;
        }
        expect(made.cloud.account.list("workspaces")[0]).to.include({ compute_mode: "SERVERLESS" });
    });
});
