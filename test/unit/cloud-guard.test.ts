import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

import { expect } from "chai";
import fc from "fast-check";

import { LocalCloud, type LocalWorkspace } from "../../local-cloud";
import { parseJson } from "../../local-cloud/json";
import { customer } from "../../local-cloud/parts";

describe("what reaches the local cloud", () => {
    let cloud: LocalCloud;
    let workspace: LocalWorkspace;
    let kms: string;
    let account: string;
    before(async () => {
        cloud = await LocalCloud.start();
        workspace = await cloud.addWorkspace();
        kms = String(cloud.environment()["AWS_ENDPOINT_URL_KMS"]);
        account = `/api/2.0/accounts/${cloud.accountId}`;
    });
    after(() => cloud.stop());

    const forAccount = () => ({ authorization: `Bearer ${cloud.token}` });
    const forWorkspace = () => ({
        authorization: `Bearer ${cloud.tokens.createWorkspaceToken(workspace.id)}`,
        "x-databricks-workspace-id": workspace.id,
    });
    const forKms = (operation: string) => ({
        authorization: `AWS4-HMAC-SHA256 Credential=${customer.accessKeyId}/20240101/us-east-1/kms/aws4_request`,
        "x-amz-target": `TrentService.${operation}`,
    });

    async function send(url: string, headers: Record<string, string>, body?: string | Buffer) {
        const method = body === undefined ? "GET" : "POST";
        const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
        return { status: response.status, text: await response.text() };
    }

    /** A request with this Host header, which `fetch` does not let a program choose. */
    async function sendTo(origin: string, host: string, headers: Record<string, string>, path = "/") {
        const sent = request(`${origin}${path}`, {
            headers: { ...headers, host },
            method: path === "/" ? "POST" : "GET",
        });
        sent.end(path === "/" ? "{}" : undefined);
        const [response] = (await once(sent, "response")) as [IncomingMessage];
        response.resume();
        return response.statusCode;
    }

    it("may come on a connection that was idle for a minute, so that no client finds it closed in that moment", async () => {
        for (const origin of [cloud.host, kms]) {
            const headers = { connection: "keep-alive" };
            const sent = request(origin, { headers, agent: new Agent({ keepAlive: true }) });
            sent.end();
            const [response] = (await once(sent, "response")) as [IncomingMessage];
            response.resume();
            const [, seconds] = /timeout=(\d+)/.exec(String(response.headers["keep-alive"])) ?? [];
            expect(Number(seconds), origin).to.be.at.least(60);
        }
    });

    it("is addressed to a name of its own: a web page whose name leads to this machine reaches nothing", async () => {
        const port = await cloud.openWorkspacePort(workspace.id);
        const keys = forKms("ListKeys");
        cloud.clearRequests();
        for (const host of [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "evil.example:80",
        ])
            for (const status of [
                sendTo(cloud.host, host, forAccount(), `${account}/workspaces`),
                sendTo(cloud.host, host, forWorkspace(), "/api/2.0/workspace/list?path=/"),
                sendTo(port, host, forWorkspace(), "/api/2.0/workspace/list?path=/"),
                sendTo(kms, host, keys),
            ])
                expect(await status, host).to.equal(421);
        const name = new URL(cloud.workspaceUrl(workspace.id)).hostname.split(".")[0] ?? "";
        expect(
            await sendTo(cloud.host, `${name}.evil.example`, forWorkspace(), "/api/2.0/workspace/list?path=/"),
        ).to.equal(421);
        expect(cloud.requests).to.deep.equal([]);
        for (const host of ["127.0.0.1", "localhost:1", "accounts.cloud.databricks.com", "[::1]:8080"])
            expect(await sendTo(cloud.host, host, forAccount(), `${account}/workspaces`), host).to.equal(200);
        const { authorization } = forWorkspace();
        for (const host of [`${name}.localhost`, `${name}.cloud.databricks.com`])
            expect(await sendTo(cloud.host, host, { authorization }, "/api/2.0/workspace/list?path=/"), host).to.equal(
                200,
            );
        expect(await sendTo(kms, "localhost", keys)).to.equal(200);
    });

    it("has a limit: a larger body is a 413 in the words of each service", async () => {
        const large = Buffer.alloc(1024 * 1024 + 1, " ");
        const huge = Buffer.alloc(64 * 1024 * 1024 + 1, " ");
        for (const { status, text } of [
            await send(`${cloud.host}${account}/credentials`, forAccount(), large),
            await send(`${cloud.host}${account}/credentials`, forAccount(), huge),
            await send(`${cloud.host}/api/2.0/workspace/import`, forWorkspace(), huge),
        ]) {
            expect([status, JSON.parse(text)]).to.satisfy(
                ([code, body]: [number, Record<string, string>]) =>
                    code === 413 &&
                    body["error_code"] === "REQUEST_TOO_LARGE" &&
                    /larger than \d+ bytes/.test(body["message"]!),
            );
        }
        const { status, text } = await send(kms, forKms("ListKeys"), large);
        expect([status, JSON.parse(text)]).to.deep.equal([
            413,
            { __type: "REQUEST_TOO_LARGE", message: "The body of the request is larger than 1048576 bytes." },
        ]);
    });

    it("is JSON that is not nested without end: deep JSON is a 400 without a stack", async () => {
        const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
        const jupyter = Buffer.from(`{"cells": [{"outputs": [${deep}]}]}`).toString("base64");
        const token = ["{}", `{"iss": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "x"]
            .map((part) => Buffer.from(part).toString("base64url"))
            .join(".");
        const exchange = new URLSearchParams({
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
            subject_token: token,
        });
        const form = { "content-type": "application/x-www-form-urlencoded" };
        for (const [name, { status, text }] of Object.entries({
            account: await send(`${cloud.host}${account}/credentials`, forAccount(), `{"credentials_name": ${deep}}`),
            workspace: await send(
                `${cloud.host}/api/2.0/workspace/mkdirs`,
                forWorkspace(),
                `{"path": "/a", "b": ${deep}}`,
            ),
            notebook: await send(
                `${cloud.host}/api/2.0/workspace/import`,
                forWorkspace(),
                JSON.stringify({ path: "/Shared/n", format: "JUPYTER", content: jupyter }),
            ),
            list: await send(
                `${cloud.host}/api/2.0/mlflow/experiments/search`,
                forWorkspace(),
                `{"page_token": ${deep}}`,
            ),
            token: await send(`${cloud.host}/oidc/accounts/${cloud.accountId}/v1/token`, form, exchange.toString()),
            kms: await send(kms, forKms("CreateKey"), `{"Description": ${deep}}`),
            broken: await send(kms, forKms("CreateKey"), "{"),
        })) {
            expect(status, `${name}: ${text}`).to.equal(400);
            expect(text, name).not.to.match(/\\n {4}at |RangeError|\.js/);
        }
    });

    it("is read as any JSON otherwise, whatever strings hold", () => {
        fc.assert(
            fc.property(fc.jsonValue(), (value) => {
                const text = JSON.stringify({ value, ']}\\"[[': ["[{".repeat(500), '\\"['.repeat(500)] });
                expect(parseJson(text)).to.deep.equal(JSON.parse(text));
            }),
        );
        expect(parseJson(`${"[".repeat(200)}${"]".repeat(200)}`)).to.be.an("array");
        expect(() => parseJson(`${"[".repeat(201)}${"]".repeat(201)}`)).to.throw(SyntaxError, "deeper than 200");
        expect(() => parseJson('"\\')).to.throw(SyntaxError);
    });
});
