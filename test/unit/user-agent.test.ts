import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { userAgent } from "../../provider/api/user-agent";
import { Session } from "../../provider/runtime/session";
import { fakeEnvironment } from "../helpers/environment";

const versions = { product: "1.2.3", pulumi: "3.4.5" };
const base = `pulumi-databricks-cmk/1.2.3 pulumi/3.4.5 node/${process.versions.node} os/${process.platform}`;

describe("the User-Agent of a request", () => {
    it("names the package, what it runs on and what sends it", () => {
        expect(userAgent("copy", {}, versions)).to.equal(`${base} cmd/copy`);
        expect(userAgent(undefined, {}, { ...versions, pulumi: undefined })).to.equal(
            base.replace(" pulumi/3.4.5", ""),
        );
    });

    it("names the product that runs the package if its version is given too", () => {
        const upstream = { DATABRICKS_SDK_UPSTREAM: "a tool/1\r\nx", DATABRICKS_SDK_UPSTREAM_VERSION: "0.1" };
        expect(userAgent("adopt", upstream, versions)).to.equal(
            `${base} cmd/adopt upstream/a-tool-1--x upstream-version/0.1`,
        );
        const half = { DATABRICKS_SDK_UPSTREAM: "tool", DATABRICKS_SDK_UPSTREAM_VERSION: "" };
        expect(userAgent("adopt", half, versions)).to.equal(`${base} cmd/adopt`);
    });

    it("is sent with every request, those for a token too, with the installed versions", async () => {
        const agents = new Map<string, string | undefined>();
        const server = createServer(({ url = "", headers }, response) => {
            agents.set(url.replace(/.*\//, ""), headers["user-agent"]);
            response.end(url.endsWith("/token") ? '{ "access_token": "t", "expires_in": 3600 }' : "[]");
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const world = fakeEnvironment({
            DATABRICKS_HOST: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            DATABRICKS_ACCOUNT_ID: "0ac0ffee-1234-4abc-8def-00c0ffee1234",
            DATABRICKS_CLIENT_ID: "mover",
            DATABRICKS_CLIENT_SECRET: "secret",
        });
        await new Session({ ...world, sender: "resources" }).client.get("/workspaces");
        server.closeAllConnections();
        server.close();
        expect([...agents.keys()]).to.have.members(["token", "workspaces"]);
        for (const agent of agents.values())
            expect(agent).to.match(
                /^pulumi-databricks-cmk\/\d+\.\d+\.\d+ pulumi\/3\.\d+\.\d+ node\/\S+ os\/\w+ cmd\/resources$/,
            );
    });
});
