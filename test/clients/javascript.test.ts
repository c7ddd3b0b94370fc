import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { environmentOf, javaScript, sayMissing } from "./clients";

const client = javaScript();

if ("missing" in client) sayMissing("Databricks' SDK for JavaScript", client);
else
    describe("Databricks' SDK for JavaScript against the local cloud", () => {
        let cloud: LocalCloud;
        let found: Record<string, unknown>;
        before(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 100 });
            found = await client.run("javascript.mjs")(environmentOf(cloud));
        });
        after(() => cloud.stop());

        it("signs in as a service principal of the account, and of the workspace at its own host", () => {
            const endpoints = cloud.requests.filter(({ path }) => path.endsWith("/v1/token")).map(({ path }) => path);
            expect(endpoints).to.include.members([`/oidc/accounts/${cloud.accountId}/v1/token`, "/oidc/v1/token"]);
            expect(found["me"]).to.equal(cloud.clientId);
        });

        it("creates, reads, lists, replaces and deletes every kind of object", () => {
            const listed = { workspaces: 1, keys: 1, credentials: 1, storage: 1, networks: 1, endpoints: 2, access: 1 };
            expect(found).to.deep.include({ created: "RUNNING", replaced: true, listed });
            expect(cloud.contents().filter((line) => !line.startsWith("KMS "))).to.deep.equal([]);
        });

        it("writes a notebook, and reads refusals by their error codes", () => {
            expect(found).to.include({
                again: "RESOURCE_ALREADY_EXISTS",
                notEmpty: "DIRECTORY_NOT_EMPTY",
                gone: "RESOURCE_DOES_NOT_EXIST",
            });
        });
    });
