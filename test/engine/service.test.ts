import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";
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
    const run = await stack.up();
    expect(run.ok, run.output).to.equal(true);
    return run;
}

describe("a role and a host that are not there yet, and odd answers, on the real engine", () => {
    const made = eachDescribe({
        workspaces: { reachableAfterMilliseconds: 2_500, servicesAfterMilliseconds: 5_000 },
        behavior: { lists: "object", numbers: "string", absentFields: "null" },
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

    it("whose numbers are texts, whose lists are objects and that are full of null are no difference and no drift", async () => {
        expect((await upOf(made, program)).operations).to.deep.equal([]);
        expect((await made.stack.refresh()).ok).to.equal(true);
        expect((await upOf(made, program)).operations).to.deep.equal([]);
        const { resources } = await made.stack.state();
        const outputs = resources.find(({ type }) => type.endsWith(":Workspace"))?.outputs;
        expect(outputs?.["creationTime"]).to.be.a("number");
        expect(outputs?.["workspaceId"]).to.be.a("string");
    });

    it("a role that lacks permissions, and refusals as text and as a page: each error has the service's words and the remedy", async () => {
        made.cloud.account.setMissingPermissions(role("poor"), ["Spot Cancellation", "Create Placement Group"]);
        const refuse = (end: string, body: string) =>
            made.cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith(end),
                times: 1,
                do: { kind: "status", status: 400, body },
            });
        refuse("/networks", "INVALID_PARAMETER_VALUE: VPC vpc-0123456789abcdef0 has no DNS hostnames");
        refuse("/vpc-endpoints", "<html><head><title>Blocked by policy 4711</title></head><body>long</body></html>");
        await made.stack.configure({ "databricks:validationTimeoutSeconds": 3 });
        made.stack.program = async () => {
            await program();
            new databricks.Credentials("poor", { roleArn: role("poor") });
            new databricks.Network("n", {
                vpcId: "vpc-0123456789abcdef0",
                subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                securityGroupIds: ["sg-0123456789abcdef0"],
            });
            new databricks.VpcEndpoint("e", { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" });
        };
        const { ok, output } = await made.stack.up({ continueOnError: true });
        expect(ok).to.equal(false);
        expect(output)
            .to.match(
                /Failed credential validation checks: Spot Cancellation, Create Placement Group.*named the same checks.*check its policy/,
            )
            .and.match(/VPC vpc-0123456789abcdef0 has no DNS hostnames \(INVALID_PARAMETER_VALUE, HTTP 400\)/)
            .and.contain("Blocked by policy 4711 (HTTP 400)")
            .and.not.contain("<html>");
    });
});

describe("updates of a workspace, on the real engine", () => {
    const made = eachDescribe({ behavior: { keyChange: "updatable", updateStatus: "running" } });
    interface Shape {
        tags?: Record<string, string>;
        ncc?: string;
        access?: boolean;
        storageKey?: string;
        reuse?: boolean;
    }
    const ncc = "11111111-2222-4333-8444-555555555555";
    const arns: Record<string, string> = {};
    const program =
        ({ tags, ncc: connectivity, access = true, storageKey, reuse }: Shape) =>
        async () => {
            const credentials = new databricks.Credentials("c", { roleArn: role("r") });
            const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
            const settings = new databricks.PrivateAccessSettings("p", { region: "us-east-1" });
            const keys = ["k", "other"].map(
                (name) =>
                    new databricks.CustomerManagedKey(name, {
                        awsKeyInfo: { keyArn: arns[name]!, reuseKeyForClusterVolumes: reuse },
                        useCases: ["STORAGE"],
                    }),
            );
            new databricks.Workspace("w", {
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: credentials.credentialsId,
                storageConfigurationId: storage.storageConfigurationId,
                networkConnectivityConfigId: connectivity,
                privateAccessSettingsId: access ? settings.privateAccessSettingsId : undefined,
                storageCustomerManagedKeyId: keys[["k", "other"].indexOf(storageKey ?? "")]?.customerManagedKeyId,
                customTags: tags,
            });
        };
    before(() => {
        for (const name of ["k", "other"]) arns[name] = made.cloud.createKey();
    });
    const workspace = () => made.cloud.account.list("workspaces")[0]!;
    const tags = () => Object.keys((workspace()["custom_tags"] ?? {}) as object).filter((key) => key === "team");

    it("reuseKeyForClusterVolumes left out and true are the same to a stack, whatever the service shows", async () => {
        await upOf(made, program({}));
        expect(made.cloud.account.list("customer-managed-keys")[0]?.["aws_key_info"]).to.deep.include({
            reuse_key_for_cluster_volumes: true,
        });
        expect((await upOf(made, program({ reuse: true }))).operations).to.deep.equal([]);
        expect((await made.stack.refresh()).ok).to.equal(true);
        expect((await upOf(made, program({}))).operations).to.deep.equal([]);
    });

    it("an update that GET shows later is waited for, and its end says that clusters cannot start", async () => {
        Object.assign(made.cloud.behavior, { updates: "late", updateMilliseconds: 1_500 });
        const run = await upOf(made, program({ tags: { team: "a" } }));
        expect(run.operations).to.deep.equal(["update Workspace w"]);
        expect(tags()).to.deep.equal(["team"]);
        const [progress] = linesOf(run, /waiting until the service shows the changed customTags/);
        expect([progress?.resource, progress?.ephemeral]).to.deep.equal(["w", true]);
        const after = linesOf(run, /Clusters cannot start for 20 minutes/);
        expect(after.map(({ resource, severity }) => [resource, severity])).to.deep.equal([["w", "info"]]);
        expect((await upOf(made, program({ tags: { team: "a" } }))).operations).to.deep.equal([]);
    });

    it("an update that is dropped fails with the field's name, stays to do, and is done by the next up", async () => {
        made.cloud.behavior.updates = "dropped";
        await made.stack.configure({ "databricks:updateTimeoutSeconds": 2 });
        made.stack.program = program({ tags: { team: "a" }, ncc });
        const { ok, output } = await made.stack.up();
        expect(ok).to.equal(false);
        expect(output).to.contain('does not show it: networkConnectivityConfigId (it shows "nothing")');
        made.cloud.behavior.updates = "at-once";
        expect((await upOf(made, program({ tags: { team: "a" }, ncc }))).operations).to.deep.equal([
            "update Workspace w",
        ]);
        expect(workspace()["network_connectivity_config_id"]).to.equal(ncc);
    });

    it("an update while compute runs is refused and says what to stop; a removed tag map converges afterwards", async () => {
        const id = String(workspace()["workspace_id"]);
        made.cloud.account.setCompute(id, "cluster 0101-1");
        made.stack.program = program({ ncc });
        const { ok, output } = await made.stack.up();
        expect(ok).to.equal(false);
        expect(output).to.match(/cluster 0101-1.*Nothing was changed.*terminate its clusters/);
        made.cloud.account.setCompute(id, undefined);
        expect((await upOf(made, program({ ncc }))).operations).to.deep.equal(["update Workspace w"]);
        expect(tags()).to.deep.equal([]);
        expect((await upOf(made, program({ ncc }))).operations).to.deep.equal([]);
    });

    it("what the service never takes back is refused at preview for each property, and costs no workspace; a storage key is added in place", async () => {
        const id = workspace()["workspace_id"];
        const { operations } = await upOf(made, program({ ncc, storageKey: "k" }));
        expect(operations).to.deep.equal(["update Workspace w"]);
        made.stack.program = program({ access: false, storageKey: "other" });
        const { ok, output } = await made.stack.preview();
        expect(ok).to.equal(false);
        for (const property of [
            "networkConnectivityConfigId",
            "privateAccessSettingsId",
            "storageCustomerManagedKeyId",
        ])
            expect(output).to.match(new RegExp(`'w' has a problem: ${property} .*replaceOn: \\["${property}"\\]`));
        expect(workspace()["workspace_id"]).to.equal(id);
    });
});

describe("serverless workspaces, on the real engine", () => {
    const made = eachDescribe();
    const serverless =
        (more: Partial<databricks.WorkspaceArgs> = {}) =>
        async () => {
            const workspace = new databricks.Workspace("w", {
                workspaceName: "w",
                awsRegion: "us-east-1",
                computeMode: "SERVERLESS",
                ...more,
            });
            return { mode: workspace.effectiveComputeMode, storage: workspace.storageMode };
        };

    it("a serverless workspace takes no credentials, storage or network, and every other one needs the first two: at preview", async () => {
        const uuid = "11111111-2222-4333-8444-555555555555";
        made.stack.program = serverless({ credentialsId: uuid, storageConfigurationId: uuid, networkId: uuid });
        const refused = await made.stack.preview();
        expect(refused.ok).to.equal(false);
        for (const property of ["credentialsId", "storageConfigurationId", "networkId"])
            expect(refused.output).to.contain(
                `'w' has a problem: ${property} is not allowed if computeMode is "SERVERLESS"`,
            );
        made.stack.program = serverless({ computeMode: "HYBRID" });
        const without = await made.stack.preview();
        for (const property of ["credentialsId", "storageConfigurationId"])
            expect(without.output).to.contain(`'w' has a problem: ${property} is required unless computeMode`);
        expect(made.cloud.requests).to.deep.equal([]);
    });

    it("is created with what the service shows of it as outputs, and is clean afterwards", async () => {
        await upOf(made, serverless());
        const outputs = await made.stack.stack.outputs();
        expect([outputs["mode"]?.value, outputs["storage"]?.value]).to.deep.equal(["SERVERLESS", "DEFAULT_STORAGE"]);
        expect((await upOf(made, serverless())).operations).to.deep.equal([]);
    });

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
