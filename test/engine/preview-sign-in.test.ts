import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { accountRequests, TestStack } from "./harness";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const otherAccount = "0ac0ffee-9999-4abc-8def-00c0ffee1234";

describe("the first preview of a workspace, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, async () => {
            new databricks.EncryptedWorkspace("w", { awsRegion: "us-east-1", accountId });
        });
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    /** A preview with these settings in the place of the right ones. */
    const previewWith = async (environment: Record<string, string>) => {
        const before = { ...stack.environment };
        Object.assign(stack.environment, environment);
        cloud.clearRequests();
        const run = await stack.preview();
        Object.assign(stack.environment, before);
        return run;
    };

    it("fails with one error on one row if the secret is wrong", async () => {
        const { ok, output } = await previewWith({ DATABRICKS_CLIENT_SECRET: "wrong" });
        expect(ok).to.equal(false);
        const rows = [...output.matchAll(/resource '(\w+)' has a problem: Databricks would refuse `pulumi up`.*/g)];
        expect(new Set(rows.map(([, name]) => name)).size, output).to.equal(1);
        expect(rows[0]?.[0]).to.match(/HTTP 401.*The credential \(oauth-m2m, from environment\) is wrong/);
    });

    it("fails and names databricks:accountId if the account id is wrong", async () => {
        const { ok, output } = await previewWith({ DATABRICKS_ACCOUNT_ID: otherAccount });
        expect(ok).to.equal(false);
        expect(output)
            .to.match(/would refuse `pulumi up`.*databricks:accountId/)
            .and.not.contain("outside Pulumi");
    });

    it("succeeds with one warning if nothing listens on the host's port", async () => {
        // A port that was free a moment ago may be another process' by now; this one no process is given.
        const { output, events } = await expectOk(previewWith({ DATABRICKS_HOST: "http://127.0.0.1:1" }));
        const warnings = [...events.matchAll(/Nothing is known about the credential[^"]*ECONNREFUSED/g)];
        expect(new Set(warnings.map(([text]) => text)).size, output).to.equal(1);
    });

    it("fails with what is missing, once and without a request, if there is no credential", async () => {
        const { ok, output } = await previewWith({ DATABRICKS_CLIENT_ID: "", DATABRICKS_CLIENT_SECRET: "" });
        expect(ok).to.equal(false);
        const rows = [...output.matchAll(/resource '([\w-]+)' has a problem: No complete Databricks credential/g)];
        expect(new Set(rows.map(([, name]) => name))).to.deep.equal(new Set(["databricks-cmk"]));
        expect(output).to.not.contain("would refuse");
        expect(cloud.requests).to.deep.equal([]);
    });

    it("succeeds with one request if the credential is right, and a preview without changes sends none", async () => {
        await expectOk(previewWith({}));
        expect(accountRequests(cloud)).to.deep.equal(["GET /credentials"]);
        await expectOk(stack.up());
        await expectOk(previewWith({ DATABRICKS_CLIENT_SECRET: "wrong" }));
        expect(cloud.requests).to.deep.equal([]);
    });

    it("leaves no trace of the preview in the state", async () => {
        expect((await stack.state()).text).to.not.contain("isPreview");
    });
});
