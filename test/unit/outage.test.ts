import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { findCredential, findOtherCredential } from "../../provider/api/credential";
import { connectionError } from "../../provider/api/http";
import { shouldRetry } from "../../provider/api/retry";
import { FakeClock } from "../helpers/environment";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const options = { retryTimeout: 300_000, requestTimeout: 5_000 };

describe("a service that cannot be reached", () => {
    const clientFor = (host: string, clock: FakeClock, lines: string[] = []) =>
        new AccountClient({ host, accountId, as: { authType: "pat", token: "t" } }, options, clock, {
            onWait: (line) => void lines.push(`${clock.now()} ${line}`),
        });
    const failure = (promise: Promise<unknown>) => promise.then(() => "no error", String);

    it("is waited for once by all requests of a process, and not again by those that come later", async () => {
        const clock = new FakeClock();
        const client = clientFor("http://127.0.0.1:9", clock);
        const began = clock.now();
        expect(await failure(client.get("/workspaces"))).to.contain("ECONNREFUSED");
        const first = clock.now() - began;
        expect(first).to.be.within(200_000, 300_000);
        for (const path of ["/networks", "/credentials", "/workspaces"]) {
            expect(await failure(client.get(path))).to.contain("ECONNREFUSED");
        }
        expect(clock.now() - began).to.be.at.most(300_000);
    });

    it("is reported after 5 s: what is retried, why, and until when", async () => {
        const clock = new FakeClock();
        const lines: string[] = [];
        const began = clock.now();
        await failure(clientFor("http://127.0.0.1:9", clock, lines).get("/workspaces"));
        expect(lines[0]).to.match(
            /GET \/workspaces is retried until \d\d:\d\d:\d\d: the connection failed \(ECONNREFUSED\)/,
        );
        expect(Number(lines[0]?.split(" ")[0]) - began).to.equal(5_000);
    });

    it("because its name does not resolve fails at once, with the name", async () => {
        const clock = new FakeClock();
        const error = await failure(clientFor("https://accounts.nowhere.invalid", clock).get("/workspaces"));
        expect(error).to.match(/accounts\.nowhere\.invalid does not resolve.*databricks:host/);
        expect(clock.sleeps).to.deep.equal([]);
    });
});

describe("a service that limits the rate of requests", () => {
    it("is waited for with a line that says until when", async () => {
        let asked = 0;
        const server = createServer((_, response) => {
            if (asked++ === 0) response.writeHead(429, { "retry-after": "60" });
            response.end("[]");
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const lines: string[] = [];
        const credential = { host, accountId, as: { authType: "pat" as const, token: "t" } };
        const client = new AccountClient(credential, options, new FakeClock(), {
            onWait: (line) => void lines.push(line),
        });
        expect(await client.get("/workspaces")).to.deep.equal([]);
        server.closeAllConnections();
        server.close();
        expect(lines).to.have.lengthOf(1);
        expect(lines[0]).to.match(/limits the rate of requests: 1 waiting, 1 sent a second, from \d\d:\d\d:\d\d on$/);
    });
});

describe("a connection that fails", () => {
    it("for a certificate that is not trusted cannot pass, and the error names NODE_EXTRA_CA_CERTS", () => {
        for (const code of [
            "SELF_SIGNED_CERT_IN_CHAIN",
            "CERT_HAS_EXPIRED",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "ERR_TLS_CERT_ALTNAME_INVALID",
        ]) {
            const error = connectionError("GET /workspaces", "accounts.example.com", code, 1000);
            expect(shouldRetry(error, true), code).to.equal(false);
            expect(error.message).to.match(/certificate of accounts\.example\.com is not trusted.*NODE_EXTRA_CA_CERTS/);
        }
        expect(shouldRetry(connectionError("GET /workspaces", "h", "ECONNRESET", 1000), true)).to.equal(true);
    });
});

describe("a credential that is refused", () => {
    let server: Server;
    let listener: RequestListener;
    let bearers: (string | undefined)[];
    beforeEach(async () => {
        bearers = [];
        server = createServer((request, response) => {
            bearers.push(request.headers.authorization);
            listener(request, response);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        listener = (request, response) =>
            request.headers.authorization === "Bearer new"
                ? response.end("[]")
                : response.writeHead(401).end('{"error_code": "PERMISSION_DENIED", "message": "Invalid token"}');
    });
    afterEach(() => {
        server.closeAllConnections();
        server.close();
    });
    const host = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clientFor = (environment: Record<string, string>) => {
        const kept: Record<string, string> = {
            "databricks:host": host(),
            "databricks:accountId": accountId,
            "databricks:token": "old",
        };
        const sources = {
            configuration: (key: string) => kept[key],
            environment: { HOME: "/nowhere", ...environment } as Record<string, string | undefined>,
        };
        return new AccountClient(findCredential(sources), options, new FakeClock(), {
            otherCredential: (refused) => findOtherCredential(sources, refused),
        });
    };

    it("in the stack configuration that the engine kept gives way to the environment's", async () => {
        const client = clientFor({ DATABRICKS_TOKEN: "new" });
        expect(await client.get("/workspaces")).to.deep.equal([]);
        expect(await client.get("/workspaces")).to.deep.equal([]);
        expect(bearers).to.deep.equal(["Bearer old", "Bearer new", "Bearer new"]);
    });

    it("says so and names `pulumi up` and --run-program where there is no other", async () => {
        const error = await clientFor({}).get("/workspaces").then(String, String);
        expect(error).to.match(/HTTP 401.*stack configuration.*rotated.*`pulumi up`.*--run-program/);
        expect(bearers).to.have.lengthOf(1);
    });
});
