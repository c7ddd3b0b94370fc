import { expect } from "chai";

import { LocalCloud, type LocalWorkspace } from "../../local-cloud";
import { type SendToWorkspace, workspaceRequests } from "../helpers/workspace-requests";

describe("the local cloud's jobs", () => {
    let cloud: LocalCloud;
    let workspace: LocalWorkspace;
    let send: SendToWorkspace;
    before(async () => {
        cloud = await LocalCloud.start();
        workspace = await cloud.addWorkspace();
        send = workspaceRequests(cloud, workspace.id);
    });
    after(() => cloud.stop());

    it("are made, read, replaced but for whom they run as, changed by field, and deleted", async () => {
        const run_as = { user_name: "ada@example.com" };
        const { json } = await send("POST", "/api/2.2/jobs/create", { name: "one", run_as, tags: { a: "1" } });
        const job_id = json["job_id"];
        const settings = async () => (await send("GET", `/api/2.2/jobs/get?job_id=${String(job_id)}`)).json["settings"];
        expect(await settings()).to.deep.equal({ name: "one", run_as, tags: { a: "1" } });
        await send("POST", "/api/2.2/jobs/reset", { job_id, new_settings: { name: "two", tags: {} } });
        expect(await settings()).to.deep.equal({ name: "two", run_as, tags: {} });
        const change = { job_id, new_settings: { name: "three" }, fields_to_remove: ["tags"] };
        await send("POST", "/api/2.2/jobs/update", change);
        expect(await settings()).to.deep.equal({ name: "three", run_as });
        expect((await send("GET", "/api/2.2/jobs/list")).json["jobs"]).to.have.lengthOf(1);
        expect((await send("POST", "/api/2.2/jobs/delete", { job_id })).status).to.equal(200);
        expect(workspace.others.jobs).to.deep.equal([]);
    });

    it("that are not there are refused with 404", async () => {
        for (const [method, path, body] of [
            ["GET", "/api/2.2/jobs/get?job_id=7", undefined],
            ["POST", "/api/2.2/jobs/delete", { job_id: 7 }],
        ] as const)
            expect((await send(method, path, body)).status).to.equal(404);
    });
});
