import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, manyNotebooks } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

describe("a service whose lists and responses are late, divided or odd, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let keys: string[];
    /** How far the service's clock is ahead. */
    let ahead = 0;
    beforeEach(async () => {
        ahead = 0;
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200, now: () => Date.now() + ahead });
        keys = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
    });
    afterEach(async () => {
        stack.end();
        await cloud.stop();
    });

    const one =
        (args: Partial<databricks.WorkspaceArgs> = {}) =>
        (needs: Needs) =>
            new databricks.Workspace("w", { ...needs, ...args });
    const underKey = (key: number) => (needs: Needs) => {
        const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        return new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId: ids[key] });
    };
    const isPost = ({ method, path }: { method: string; path: string }) =>
        method === "POST" && path.endsWith("/workspaces");

    it("a list that comes 15 s late after a POST that answered 500: a warning names the second workspace", async () => {
        cloud.behavior.listMilliseconds = 15_000;
        cloud.inject({ when: isPost, times: 1, do: { kind: "status", status: 500, afterEffect: true } });
        const { output } = await stack.done(one());
        const { w } = await stack.held();
        const [other, ...more] = stack.workspaces().filter((id) => id !== w);
        expect(more).to.deep.equal([]);
        expect(output).to.contain(`The workspace ${other} appeared while "w" of this stack was created`);
    });

    it("an update in place that timed out and comes late is noticed by the next up, and taken back", async () => {
        await stack.done(one({ customTags: { team: "a" } }));
        Object.assign(cloud.behavior, { updates: "late", updateMilliseconds: 600_000, updateStatus: "running" });
        await stack.stack.configure({ "databricks:updateTimeoutSeconds": 1 });
        await stack.refused(["does not show it: customTags"], one({ customTags: { team: "b" } }));
        await stack.done(one({ customTags: { team: "a" } }));
        ahead = 600_000;
        const [id = ""] = stack.workspaces();
        const tags = () => cloud.account.find("workspaces", id)?.["custom_tags"];
        expect(tags()).to.include({ team: "b" });
        cloud.behavior.updates = "at-once";
        const { operations, output } = await stack.done();
        expect(operations).to.deep.equal(["update Workspace w"]);
        expect(output).to.contain("was asked earlier to change customTags");
        expect(tags()).to.include({ team: "a" });
        expect((await stack.done()).operations).to.deep.equal([]);
    });

    it("a registration that a workspace of the account still names is not asked to go, and the error names the workspace", async () => {
        await stack.done(underKey(0));
        const { k1 = "" } = await stack.held("CustomerManagedKey");
        const other = await cloud.addWorkspace();
        cloud.account.change("workspaces", other.id, { managed_services_customer_managed_key_id: k1 });
        const { ok, output } = await stack.stack.destroy();
        expect(ok).to.equal(false);
        expect(output).to.contain(`The customer-managed key ${k1} is not deleted: the workspace ${other.id}`);
        const deletions = cloud.requests.filter(({ method, path }) => method === "DELETE" && path.endsWith(`/${k1}`));
        expect(deletions).to.deep.equal([]);
        cloud.account.remove("workspaces", other.id);
        expect((await stack.stack.destroy()).ok).to.equal(true);
    });

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
