import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { python, sayMissing } from "../clients/clients";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const REMOTE = "https://github.com/acme/etl.git";
const client = python();

if ("missing" in client) sayMissing("a workspace that Databricks' SDK for Python fills, on the real engine", client);
else {
    describe("a workspace that Databricks' SDK for Python has filled, on the real engine", () => {
        let cloud: LocalCloud;
        let stack: LiveStack;
        beforeEach(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 200, workspacePorts: true });
            const branches = { main: { "a.txt": "a" }, dev: { "job.py": "# Databricks notebook source\nprint(1)" } };
            cloud.gitRemotes.add(REMOTE, { branches });
            stack = await LiveStack.create(cloud);
        });
        afterEach(async () => {
            stack.end();
            await cloud.stop();
        });

        const run = (what: "fill" | "read", id: string) =>
            client.run("everything.py", what)({ ...cloud.environment(), WORKSPACE_ID: id, REMOTE });

        it("is read by the same SDK as it was, when another key has replaced it", async () => {
            const keys = [cloud.createKey(), cloud.createKey()];
            const program = (key: number) => (needs: Needs) => {
                const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
                return new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId: ids[key] });
            };
            await stack.done(program(0));
            const [old = ""] = stack.workspaces();
            cloud.workspace(old).principals.addUser("ada@example.com");
            await run("fill", old);
            const before = await run("read", old);
            for (const [kind, all] of Object.entries(before)) expect(all, kind).to.have.length.greaterThan(0);
            const running = Object.keys(cloud.schedules.now());
            await stack.done(program(1));
            const [now = "", ...others] = stack.workspaces();
            expect([others, now === old]).to.deep.equal([[], false]);
            expect(await run("read", now)).to.deep.equal(before);
            expect(running).to.have.length(2);
            expect(cloud.schedules.now()).to.deep.equal(Object.fromEntries(running.map((name) => [name, [now]])));
            expect(cloud.schedules.overlaps).to.deep.equal([]);
        });
    });
}
