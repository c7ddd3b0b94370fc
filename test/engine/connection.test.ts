import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { type Run, TestStack } from "./harness";
import { selfSigned } from "./self-signed";

function linesOf({ events }: Run, words: RegExp) {
    return (JSON.parse(events) as EngineEvent[]).flatMap(({ diagnosticEvent: line }) =>
        line !== undefined && words.test(line.message) ? [line] : [],
    );
}

/** What a file of `PULUMI_DATABRICKS_LOG` holds. */
function requestsIn(file: string): Record<string, unknown>[] {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Three levels of dependencies. */
const program = async () => {
    const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
    const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
    new databricks.Workspace("w", {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
    });
};

describe("a host that cannot be reached, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    let state: unknown;
    let created: Run;
    let log: string;
    let asked: string[];
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, program);
        // A refresh takes the stack's configuration of the last up. However the pauses are scattered, one of them lasts beyond the 5 s after
        // which a wait is reported, and none beyond the 15 s after which it would be reported again.
        await stack.configure({ "databricks:retryTimeoutSeconds": 14 });
        log = join(stack.folder, "requests.jsonl");
        stack.environment["PULUMI_DATABRICKS_LOG"] = log;
        created = await stack.up({ debug: true });
        delete stack.environment["PULUMI_DATABRICKS_LOG"];
        expect(created.ok, created.output).to.equal(true);
        asked = cloud.requests.map(({ path }) => path);
        state = await objects();
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const objects = async () =>
        (await stack.state()).resources.map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs }));
    const refresh = async (host: string) => {
        stack.environment["DATABRICKS_HOST"] = host;
        const run = await stack.refresh();
        stack.environment["DATABRICKS_HOST"] = cloud.host;
        expect(run.ok).to.equal(false);
        expect(await objects()).to.deep.equal(state);
        return run;
    };

    it("each request is in the engine's debug log, on the row of its resource, and in the file of PULUMI_DATABRICKS_LOG", async () => {
        const request = /POST http:\S+\/workspaces: HTTP 201 \(\d+ ms\)/;
        const [line] = linesOf(created, request);
        expect(line?.severity).to.equal("debug");
        expect(line?.urn).to.match(/::w$/);
        expect(created.output).to.match(request);
        const logged = requestsIn(log);
        const [post] = logged.filter(({ method, path }) => method === "POST" && /\/workspaces$/.test(String(path)));
        expect(post).to.include({ status: 201, resource: line?.urn });
        expect(logged.map(({ path }) => path)).to.have.members(asked);
    });

    it("a closed port: a progress line says what is retried, why and until when, and one wait is enough for all", async () => {
        const port = await new Promise<number>((resolve) => {
            const server: Server = createHttpServer().listen(0, "127.0.0.1", () => {
                const { port: free } = server.address() as AddressInfo;
                server.close(() => resolve(free));
            });
        });
        const run = await refresh(`http://127.0.0.1:${port}`);
        const lines = linesOf(run, /is retried until/);
        expect(lines.map(({ ephemeral }) => ephemeral)).to.deep.equal([true]);
        expect(lines[0]?.message).to.match(/ is retried until \d\d:\d\d:\d\d: the connection failed \(ECONNREFUSED\)/);
        expect(run.output).to.contain("ECONNREFUSED").and.not.contain("[runtime]");
    });

    it("a name that does not resolve fails at once and says so", async () => {
        const run = await refresh("https://accounts-dod.cloud.databricks.mil");
        expect(run.output).to.match(/the name accounts-dod\.cloud\.databricks\.mil does not resolve.*databricks:host/);
        expect(linesOf(run, /is retried until/)).to.deep.equal([]);
    });

    it("a certificate that is not trusted fails at once and names NODE_EXTRA_CA_CERTS", async () => {
        let requests = 0;
        const server = createHttpsServer(selfSigned(), (_, response) => {
            requests++;
            response.end();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const run = await refresh(`https://localhost:${(server.address() as AddressInfo).port}`);
        server.close();
        expect(run.output).to.match(/the certificate of localhost is not trusted \(\w+\).*NODE_EXTRA_CA_CERTS/);
        expect(linesOf(run, /is retried until/)).to.deep.equal([]);
        expect(requests).to.equal(0);
    });

    it("works again once it can be reached", async () => {
        expect((await stack.refresh()).ok).to.equal(true);
        expect((await stack.up()).operations).to.deep.equal([]);
    });
});

describe("a credential that is missing, on the real engine", () => {
    it("is said once in a stack of five objects", async () => {
        const cloud = await LocalCloud.start();
        const stack = await TestStack.create(
            cloud,
            async () => {
                for (const name of ["a", "b", "c", "d", "e"])
                    new databricks.Credentials(name, { roleArn: `arn:aws:iam::123456789012:role/${name}` });
            },
            { DATABRICKS_CLIENT_ID: "", DATABRICKS_CLIENT_SECRET: "", HOME: "/nowhere" },
        );
        const run = await stack.up();
        await cloud.stop();
        stack.remove();
        expect(run.ok).to.equal(false);
        expect(linesOf(run, /No complete Databricks credential was found/)).to.have.length(1);
        expect(run.output)
            .to.not.contain("[runtime]")
            .and.not.match(/^\s+Error: /m);
    });
});
