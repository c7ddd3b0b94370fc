import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { ok } from "../../local-cloud/http";
import { below, Router, routesOf } from "../../local-cloud/routes";

describe("a table of routes", () => {
    const table = routesOf<string>()({
        "GET /objects/{id}": (call, { id }) => ok([call, id]),
        "GET /objects/special": (call) => ok([call, "the special one"]),
        "DELETE /objects/{id}/parts/{part}": (call, { id, part }) => ok([call, id, part]),
    });
    const router = new Router(below("/api/{version}", table));
    const answer = async (method: string, path: string) => (await router.find({ method, path })?.run("call"))?.body;

    it("gives a handler the decoded parameters of its path", async () => {
        expect(await answer("DELETE", "/api/1/objects/a%20b/parts/2")).to.deep.equal(["call", "a b", "2"]);
        expect(router.find({ method: "GET", path: "/api/2.0/objects/x" })?.parameters).to.deep.equal({
            version: "2.0",
            id: "x",
        });
    });

    it("prefers a word to a parameter, in whichever order they are written", async () => {
        expect(await answer("GET", "/api/1/objects/special")).to.deep.equal(["call", "the special one"]);
        expect(await answer("GET", "/api/1/objects/other")).to.deep.equal(["call", "other"]);
    });

    it("has nothing for another method, a longer or a shorter path", () => {
        for (const [method, path] of [
            ["POST", "/api/1/objects/x"],
            ["GET", "/api/1/objects/x/y"],
            ["GET", "/api/1/objects"],
            ["GET", "/more/api/1/objects/x"],
        ] as const)
            expect(router.find({ method, path }), `${method} ${path}`).to.equal(undefined);
    });

    it("is asked after the sign-in: an unknown path of the account is 401 without a token, and 404 with one", async () => {
        const cloud = await LocalCloud.start();
        try {
            for (const path of ["constructor", "budgets", "networks/1/2", "workspaces/1/constructor"]) {
                const url = `${cloud.host}/api/2.0/accounts/${cloud.accountId}/${path}`;
                expect((await fetch(url)).status, path).to.equal(401);
                const response = await fetch(url, { headers: { authorization: `Bearer ${cloud.token}` } });
                expect([response.status, await response.text()].join(" ")).to.match(/^404 .*ENDPOINT_NOT_FOUND/);
            }
        } finally {
            await cloud.stop();
        }
    });
});
