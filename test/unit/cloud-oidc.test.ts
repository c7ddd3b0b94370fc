import { generateKeyPairSync, sign } from "node:crypto";

import { expect } from "chai";

import { LocalCloud, type LocalWorkspace } from "../../local-cloud";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

describe("the local cloud's discovery and tokens", () => {
    let now: number;
    let cloud: LocalCloud;
    let workspace: LocalWorkspace;
    let workspaceHost: string;
    beforeEach(async () => {
        now = Date.now();
        cloud = await LocalCloud.start({ now: () => now });
        workspace = await cloud.addWorkspace();
        workspaceHost = await cloud.openWorkspacePort(workspace.id);
    });
    afterEach(() => cloud.stop());

    async function read(url: string, token?: string): Promise<{ status: number; body: Record<string, unknown> }> {
        const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const response = await fetch(url, { headers });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }

    /** What a client does that knows a host alone: it asks for the token endpoint, step by step. */
    async function tokenEndpoint(host: string): Promise<string> {
        const { body: config } = await read(`${host}/.well-known/databricks-config`);
        const endpoint = String(config["oidc_endpoint"]).replace("{account_id}", cloud.accountId);
        const { body } = await read(`${endpoint}/.well-known/oauth-authorization-server`);
        return String(body["token_endpoint"]);
    }

    async function requestToken(host: string, form: Record<string, string>, as?: [string, string]) {
        const basic: Record<string, string> =
            as === undefined ? {} : { authorization: `Basic ${Buffer.from(as.join(":")).toString("base64")}` };
        const response = await fetch(await tokenEndpoint(host), {
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded", ...basic },
            body: new URLSearchParams(form).toString(),
        });
        const body = (await response.json()) as Record<string, unknown>;
        return { status: response.status, body, token: String(body["access_token"]) };
    }
    const signIn = (host: string, as: [string, string] = [cloud.clientId, cloud.clientSecret]) =>
        requestToken(host, { grant_type: "client_credentials", scope: "all-apis" }, as);
    const account = (token: string) => read(`${cloud.host}/api/2.0/accounts/${cloud.accountId}/workspaces`, token);
    const me = (token: string) => read(`${workspaceHost}/api/2.0/preview/scim/v2/Me`, token);

    it("leads a client from the account's host to its token endpoint, with {account_id} for the client to fill in", async () => {
        const { body } = await read(`${cloud.host}/.well-known/databricks-config`);
        expect(body).to.deep.equal({ oidc_endpoint: `${cloud.host}/oidc/accounts/{account_id}`, cloud: "AWS" });
        expect(await tokenEndpoint(cloud.host)).to.equal(`${cloud.host}/oidc/accounts/${cloud.accountId}/v1/token`);
    });

    it("leads a client from a workspace's host to the workspace's token endpoint, and tells both ids as strings", async () => {
        const { body } = await read(`${workspaceHost}/.well-known/databricks-config`);
        expect(body).to.deep.equal({
            oidc_endpoint: `${workspaceHost}/oidc`,
            account_id: cloud.accountId,
            workspace_id: workspace.id,
            cloud: "AWS",
        });
        expect(await tokenEndpoint(workspaceHost)).to.equal(`${workspaceHost}/oidc/v1/token`);
    });

    it("gives the service principal tokens that end when they say", async () => {
        const { token, body } = await signIn(cloud.host);
        expect(body).to.include({ token_type: "Bearer", expires_in: 3600 });
        expect((await account(token)).status).to.equal(200);
        now += 3_599_000;
        expect((await account(token)).status).to.equal(200);
        now += 1_000;
        expect((await account(token)).status).to.equal(401);
        cloud.tokens.lifetimeSeconds = 60;
        expect((await signIn(cloud.host)).body["expires_in"]).to.equal(60);
    });

    it("refuses a wrong secret, a strange grant and another scope in OAuth's words", async () => {
        const wrong = await signIn(cloud.host, [cloud.clientId, "wrong"]);
        expect([wrong.status, wrong.body["error"]]).to.deep.equal([401, "invalid_client"]);
        const grant = await requestToken(cloud.host, { grant_type: "password" });
        expect([grant.status, grant.body["error"]]).to.deep.equal([400, "unsupported_grant_type"]);
        const as: [string, string] = [cloud.clientId, cloud.clientSecret];
        const scope = await requestToken(cloud.host, { grant_type: "client_credentials", scope: "sql" }, as);
        expect([scope.status, scope.body["error"]]).to.deep.equal([400, "invalid_scope"]);
    });

    it("lets a principal into the workspaces where it belongs, and into no other", async () => {
        const { token } = await signIn(cloud.host);
        expect((await me(token)).body["userName"]).to.equal(cloud.clientId);

        const stranger = cloud.tokens.addServicePrincipal();
        const as: [string, string] = [stranger.clientId, stranger.clientSecret];
        const strange = await signIn(cloud.host, as);
        expect((await me(strange.token)).status).to.equal(403);
        expect((await signIn(workspaceHost, as)).status).to.equal(401);
        workspace.principals.addServicePrincipal(stranger.clientId);
        expect((await me(strange.token)).status).to.equal(200);
        expect((await signIn(workspaceHost, as)).status).to.equal(200);
    });

    it("keeps a workspace's tokens out of the account and of other workspaces, and the account's own out of workspaces", async () => {
        const { token } = await signIn(workspaceHost);
        const personal = cloud.tokens.createWorkspaceToken(workspace.id);
        const other = await cloud.openWorkspacePort((await cloud.addWorkspace()).id);
        for (const each of [token, personal]) {
            expect((await me(each)).status).to.equal(200);
            expect((await account(each)).status).to.equal(401);
            expect((await read(`${other}/api/2.0/preview/scim/v2/Me`, each)).status).to.equal(401);
        }
        expect((await account(cloud.token)).status).to.equal(200);
        expect((await me(cloud.token)).status).to.equal(401);
    });

    describe("exchanges id tokens", () => {
        const claims = () => ({ iss: "https://ci.example", sub: "job", aud: cloud.accountId, exp: now / 1000 + 60 });
        const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
        const unsigned = (payload: object) => `${encode({ alg: "none" })}.${encode(payload)}.c2ln`;
        const exchange = (idToken: string, more: Record<string, string> = {}) =>
            requestToken(cloud.host, {
                grant_type: EXCHANGE,
                subject_token_type: JWT,
                subject_token: idToken,
                scope: "all-apis",
                ...more,
            });

        it("of anybody, unless an issuer is set, for the client that is named or the account's principal", async () => {
            const other = cloud.tokens.addServicePrincipal();
            workspace.principals.addServicePrincipal(other.clientId);
            const named = await exchange(unsigned(claims()), { client_id: other.clientId });
            expect((await me(named.token)).body["userName"]).to.equal(other.clientId);
            const federated = await exchange(unsigned(claims()));
            expect((await me(federated.token)).body["userName"]).to.equal(cloud.clientId);
            const unknown = await exchange(unsigned(claims()), { client_id: "nobody" });
            expect([unknown.status, unknown.body["error"]]).to.deep.equal([401, "invalid_client"]);
        });

        it("that are JWTs and have not expired", async () => {
            for (const idToken of ["", "not.jwt", unsigned({ ...claims(), exp: now / 1000 - 1 })]) {
                const { status, body } = await exchange(idToken);
                expect([status, body["error"]], idToken).to.deep.equal([400, "invalid_grant"]);
            }
        });

        for (const [algorithm, pair] of [
            ["RS256", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
            ["ES256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
        ] as const) {
            it(`of the issuer whose keys are set, signed with ${algorithm}, for this account alone`, async () => {
                const { publicKey, privateKey } = pair();
                const signed = (payload: object) => {
                    const content = `${encode({ alg: algorithm })}.${encode(payload)}`;
                    const key = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
                    return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
                };
                cloud.tokens.trustedIssuer = {
                    issuer: "https://ci.example",
                    keys: [publicKey.export({ format: "jwk" })],
                };
                expect((await exchange(signed(claims()))).status).to.equal(200);
                for (const refused of [
                    unsigned(claims()),
                    signed({ ...claims(), aud: "another account" }),
                    signed({ ...claims(), iss: "https://another.example" }),
                ])
                    expect((await exchange(refused)).body["error"]).to.equal("invalid_grant");
            });
        }
    });
});
