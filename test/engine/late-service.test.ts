import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, manyNotebooks } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

// What comes late is in test/unit/late-service.test.ts.
describe("a service whose lists and responses are divided or odd, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let keys: string[];
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        keys = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
    });
    afterEach(async () => {
        stack.end();
        await cloud.stop();
    });

    const underKey = (key: number) => (needs: Needs) => {
        const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        return new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId: ids[key] });
    };
    it("folders whose lists have pages are copied whole", async () => {
        await stack.done(underKey(0));
        const [old = ""] = stack.workspaces();
        cloud.workspace(old).behavior.listPage = 3;
        await cloud.workspace(old).seed(manyNotebooks(60));
        await stack.done(underKey(1));
        const [now = ""] = stack.workspaces();
        expect(now).to.not.equal(old);
        const notebooks = cloud
            .workspace(now)
            .tree()
            .filter(({ type }) => type === "NOTEBOOK");
        expect(notebooks).to.have.lengthOf(60);
    });

    it("a page that names itself ends the copy with an error that says so, and both workspaces stay", async () => {
        await stack.done(underKey(0));
        const [old = ""] = stack.workspaces();
        await cloud.workspace(old).seed(manyNotebooks(3));
        cloud.inject({
            when: ({ path, query, workspaceId }) =>
                workspaceId === old && path.endsWith("/workspace/list") && query["path"] === "/Shared",
            do: { kind: "body", body: '{"objects": [], "has_more": true, "next_page_token": "again"}' },
        });
        await stack.refused(["names a page again that was read already"], underKey(1));
        expect(stack.workspaces()).to.have.lengthOf(2).and.include(old);
    });

    it("a refusal with the status 200 is one, in the service's words; a secret that it repeats is in no output, state or report", async () => {
        await stack.done(underKey(0));
        const [old = ""] = stack.workspaces();
        await cloud.workspace(old).seed(manyNotebooks(3));
        const reports = mkdtempSync(join(tmpdir(), "databricks-cmk-reports-"));
        stack.stack.environment["PULUMI_DATABRICKS_REPORT"] = reports;
        const message = `no room for ${cloud.clientSecret}`;
        const body = JSON.stringify({ error_code: "QUOTA_EXCEEDED", message });
        for (const call of ["mkdirs", "import", "export"]) {
            const stop = cloud.inject({
                when: ({ path }) => path.endsWith(`/workspace/${call}`),
                do: { kind: "status", status: 200, body },
            });
            const { output } = await stack.refused(["no room for [secret]"], underKey(1));
            stop();
            expect(output).to.not.contain("changed faster");
            const written = readdirSync(reports).map((file) => readFileSync(join(reports, file), "utf8"));
            expect(written.join()).to.contain("no room for [secret]");
            for (const text of [output, (await stack.stack.state()).text, ...written])
                expect(text.includes(cloud.clientSecret), call).to.equal(false);
        }
        rmSync(reports, { recursive: true });
        expect(stack.workspaces()).to.have.lengthOf(2).and.include(old);
        await stack.done();
        expect(stack.workspaces()).to.have.lengthOf(1).and.not.include(old);
    });
});
