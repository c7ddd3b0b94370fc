import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { type SendToWorkspace, workspaceRequests } from "../helpers/workspace-requests";

describe("workspace-files/import-file of the local cloud", () => {
    let cloud: LocalCloud;
    let send: SendToWorkspace;
    before(async () => {
        cloud = await LocalCloud.start();
        send = workspaceRequests(cloud, (await cloud.addWorkspace()).id);
    });
    after(() => cloud.stop());

    const write = (path: string, text: string, overwrite = false) => {
        const url = `/api/2.0/workspace-files/import-file/${encodeURIComponent(path)}?overwrite=${overwrite}`;
        return send("POST", url, Buffer.from(text), { "content-type": "application/octet-stream" });
    };
    const read = async (path: string) =>
        (await send("GET", `/api/2.0/workspace/export?direct_download=true&path=${path}`)).bytes.toString();

    it("writes a file of any bytes, and a notebook without the extension of its source file", async () => {
        const notebook = "# Databricks notebook source\nprint(1)";
        expect((await write("Shared/a.txt", "one")).status).to.equal(200);
        expect((await write("Workspace/Shared/n.py", notebook)).status).to.equal(200);
        expect(await read("/Shared/a.txt")).to.equal("one");
        expect(await read("/Shared/n")).to.equal(notebook);
    });

    it("refuses what is there by 409 for a file, and by 400 and words for a notebook, unless it is to be overwritten", async () => {
        const file = await write("Shared/a.txt", "two");
        expect([file.status, file.json["message"]]).to.deep.equal([409, "File already exists at (/Shared/a.txt)."]);
        const notebook = await write("Shared/n.py", "# Databricks notebook source\nprint(2)");
        expect(notebook.status).to.equal(400);
        expect(notebook.json).to.deep.equal({ error_code: "", message: "Path (/Shared/n) already exists." });
        expect((await write("Shared/a.txt", "two", true)).status).to.equal(200);
        expect(await read("/Shared/a.txt")).to.equal("two");
    });

    it("says 404 if the folder is missing, as clients expect who then make it", async () => {
        const { status, json } = await write("Shared/none/a.txt", "one");
        expect([status, json["error_code"]]).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("takes two slashes in a path as one, as the service does", async () => {
        expect(await read("//Shared//a.txt")).to.equal("two");
    });
});
