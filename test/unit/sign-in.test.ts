import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { findCredential } from "../../provider/api/credential";
import { FakeClock } from "../helpers/environment";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const options = { retryTimeout: 2_000, requestTimeout: 5_000 };

interface Request {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly form: URLSearchParams;
}

describe("signing in", () => {
    let folder: string;
    let asked: Request[];
    let respond: (request: Request, response: ServerResponse) => void;
    const server = createServer((incoming: IncomingMessage, response) => {
        let body = "";
        incoming.on("data", (chunk) => (body += String(chunk)));
        incoming.on("end", () => {
            const { authorization } = incoming.headers;
            const request = { url: incoming.url ?? "", authorization, form: new URLSearchParams(body) };
            asked.push(request);
            respond(request, response);
        });
    });
    const host = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const json = (response: ServerResponse, body: object) => void response.end(JSON.stringify(body));

    before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "sign-in-"));
        asked = [];
        respond = ({ url, form }, response) => {
            if (url.endsWith("/token")) {
                return json(response, { access_token: `for-${form.get("subject_token")}`, expires_in: 3600 });
            }
            if (url.startsWith("/github")) return json(response, { value: "of-github" });
            return url.startsWith("/api/") ? json(response, []) : void response.writeHead(404).end("{}");
        };
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const sources = (environment: Record<string, string>, configuration: Record<string, string> = {}) => ({
        configuration: (key: string) => configuration[key],
        environment: {
            HOME: folder,
            DATABRICKS_HOST: host(),
            DATABRICKS_ACCOUNT_ID: accountId,
            ...environment,
        } as Record<string, string | undefined>,
    });
    const clientFor = (environment: Record<string, string>, clock = new FakeClock()) =>
        new AccountClient(findCredential(sources(environment)), options, clock);
    const file = (name: string, text: string) => {
        const path = join(folder, name);
        writeFileSync(path, text);
        return path;
    };
    const tokenRequests = () => asked.filter(({ url }) => url.endsWith("/token"));
    const lastBearer = () => asked.filter(({ url }) => url.startsWith("/api/")).at(-1)?.authorization;

    it("env-oidc exchanges the variable's id token, with the client id and without a secret", async () => {
        await clientFor({ DATABRICKS_OIDC_TOKEN: "ey-id", DATABRICKS_CLIENT_ID: "principal" }).get("/workspaces");
        const [{ url, authorization, form } = { url: "", authorization: "", form: new URLSearchParams() }] =
            tokenRequests();
        expect(url).to.equal(`/oidc/accounts/${accountId}/v1/token`);
        expect(authorization).to.equal(undefined);
        expect(Object.fromEntries(form)).to.deep.equal({
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
            subject_token: "ey-id",
            client_id: "principal",
            scope: "all-apis",
        });
        expect(lastBearer()).to.equal("Bearer for-ey-id");
    });

    it("env-oidc reads another variable where DATABRICKS_OIDC_TOKEN_ENV names one, and needs no client id", async () => {
        await clientFor({ DATABRICKS_OIDC_TOKEN_ENV: "CI_TOKEN", CI_TOKEN: "ey-ci" }).get("/workspaces");
        expect(lastBearer()).to.equal("Bearer for-ey-ci");
        expect(tokenRequests()[0]?.form.has("client_id")).to.equal(false);
    });

    it("file-oidc reads the file anew for each exchange", async () => {
        const path = file("token", "first\n");
        const clock = new FakeClock();
        const client = clientFor({ DATABRICKS_OIDC_TOKEN_FILEPATH: path }, clock);
        await client.get("/workspaces");
        writeFileSync(path, "second");
        await client.get("/workspaces");
        expect(lastBearer()).to.equal("Bearer for-first");
        await clock.sleep(3_600_000);
        await client.get("/workspaces");
        expect(lastBearer()).to.equal("Bearer for-second");
    });

    it("github-oidc asks GitHub for an id token whose audience is the account", async () => {
        const github = {
            ACTIONS_ID_TOKEN_REQUEST_URL: `${host()}/github?api-version=2`,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-job",
        };
        await clientFor({ ...github, DATABRICKS_CLIENT_ID: "principal" }).get("/workspaces");
        const [request] = asked.filter(({ url }) => url.startsWith("/github"));
        expect(request).to.include({
            url: `/github?api-version=2&audience=${accountId}`,
            authorization: "Bearer of-job",
        });
        expect(lastBearer()).to.equal("Bearer for-of-github");
        await clientFor({ ...github, DATABRICKS_AUTH_TYPE: "github-oidc", DATABRICKS_TOKEN_AUDIENCE: "mine" }).get(
            "/a",
        );
        expect(asked.some(({ url }) => url.endsWith("audience=mine"))).to.equal(true);
        // A job's request token is there whether it is meant or not.
        expect(() => findCredential(sources(github))).to.throw(/No complete Databricks credential/);
    });

    it("databricks-cli takes the token of whoever logged in, and says what the program says otherwise", async () => {
        const program = file(
            "databricks",
            `#!/bin/sh\nif [ "$6" = "${accountId}" ]; then echo '{"access_token": "of-cli '"$*"'", "token_type": "Bearer", "expiry": "2030-01-01T00:00:00.123456789Z"}'; else echo 'Error: no login here' >&2; exit 1; fi\n`,
        );
        chmodSync(program, 0o755);
        const PATH = [folder, process.env["PATH"]].join(delimiter);
        const { as, source } = findCredential(sources({ PATH }));
        expect([as.authType, source]).to.deep.equal(["databricks-cli", "the Databricks command line"]);
        await clientFor({ DATABRICKS_AUTH_TYPE: "databricks-cli", DATABRICKS_CLI_PATH: program }).get("/workspaces");
        expect(lastBearer()).to.equal(`Bearer of-cli auth token --host ${host()} --account-id ${accountId}`);
        const config = file(".databrickscfg", "[prod.eu]\nauth_type = databricks-cli\n");
        const other = clientFor({
            DATABRICKS_CLI_PATH: program,
            DATABRICKS_CONFIG_FILE: config,
            DATABRICKS_CONFIG_PROFILE: "prod.eu",
        });
        const error = await other.get("/workspaces").then(String, String);
        expect(error).to.match(
            /--profile prod\.eu.*Error: no login here\. Sign in with `databricks auth login --profile/,
        );
    });

    it("the token endpoint is discovered only if there is none at the known path, and never on another host", async () => {
        const environment = { DATABRICKS_OIDC_TOKEN: "ey" };
        const fixed = respond;
        let endpoint = `${host()}/elsewhere/token`;
        respond = (request, response) => {
            if (request.url === "/.well-known/databricks-config") {
                return json(response, { oidc_endpoint: `${host()}/oidc/accounts/{account_id}`, news: 1 });
            }
            if (request.url === `/oidc/accounts/${accountId}/.well-known/oauth-authorization-server`) {
                return json(response, { token_endpoint: endpoint });
            }
            if (request.url === known && isMissing) return void response.writeHead(404).end();
            return fixed(request, response);
        };
        const known = `/oidc/accounts/${accountId}/v1/token`;
        let isMissing = false;
        await clientFor(environment).get("/workspaces");
        expect(tokenRequests().map(({ url }) => url)).to.deep.equal([known]);
        isMissing = true;
        await clientFor(environment).get("/workspaces");
        expect(tokenRequests().map(({ url }) => url)).to.deep.equal([known, known, "/elsewhere/token"]);
        endpoint = "https://evil.example/token";
        const error = await clientFor(environment).get("/workspaces").then(String, String);
        expect(error).to.contain("HTTP 404");
        expect(tokenRequests()).to.have.lengthOf(4);
    });

    it("authType picks one method and leaves the others out", () => {
        const both = { DATABRICKS_TOKEN: "t", DATABRICKS_CLIENT_ID: "c", DATABRICKS_CLIENT_SECRET: "s" };
        expect(findCredential(sources(both)).as.authType).to.equal("oauth-m2m");
        expect(findCredential(sources({ ...both, DATABRICKS_AUTH_TYPE: "pat" })).as.authType).to.equal("pat");
        expect(findCredential(sources(both, { "databricks:authType": "pat" })).as.authType).to.equal("pat");
    });

    it("an authType that is unknown, or lacks what it needs, is said with what to do", () => {
        expect(() => findCredential(sources({ DATABRICKS_AUTH_TYPE: "azure-cli" }))).to.throw(
            /"azure-cli", which this package does not know. Use one of pat, oauth-m2m, env-oidc/,
        );
        expect(() => findCredential(sources({}, { "databricks:authType": "file-oidc" }))).to.throw(
            /databricks:authType .*needs .*DATABRICKS_OIDC_TOKEN_FILEPATH/,
        );
    });

    it("an id token appears in no error, whoever repeats it", async () => {
        respond = ({ form }, response) =>
            void response
                .writeHead(401)
                .end(JSON.stringify({ error: "invalid_grant", error_description: `bad ${form.get("subject_token")}` }));
        const error = await clientFor({ DATABRICKS_OIDC_TOKEN: "ey-canary" }).get("/workspaces").then(String, String);
        expect(error).to.contain("bad [secret]").and.not.contain("canary");
    });

    describe("with a profile", () => {
        const find = (text: string, environment: Record<string, string> = {}) =>
            findCredential(sources({ DATABRICKS_CONFIG_FILE: file("cfg", text), ...environment }));

        it("takes the default one where its name is empty", () => {
            expect(find("[DEFAULT]\ntoken = t\n", { DATABRICKS_CONFIG_PROFILE: "" }).source).to.match(
                /profile DEFAULT/,
            );
        });

        it("finds a name with dots, after a byte order mark, with CRLF, and secrets with any sign", () => {
            const text = "\uFEFF[prod.eu]\r\nclient_id = c ; the principal\r\nclient_secret = a#b;c=d\r\n";
            expect(find(text, { DATABRICKS_CONFIG_PROFILE: "prod.eu" }).as).to.deep.equal({
                authType: "oauth-m2m",
                clientId: "c",
                clientSecret: "a#b;c=d",
            });
        });

        it("takes the one that the command line made its default", () => {
            const text = "[__settings__]\ndefault_profile = mine\n[mine]\ntoken = t\n";
            expect(find(text).source).to.match(/profile mine/);
        });
    });

    it("a proxy of the environment never sees a request to this machine", async () => {
        const before = process.env["HTTP_PROXY"];
        process.env["HTTP_PROXY"] = "http://127.0.0.1:9";
        try {
            expect(await clientFor({ DATABRICKS_TOKEN: "t" }).get("/workspaces")).to.deep.equal([]);
        } finally {
            if (before === undefined) delete process.env["HTTP_PROXY"];
            else process.env["HTTP_PROXY"] = before;
        }
    });
});
