import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { readOptions } from "../bench/options";
import { plot } from "../bench/plot";
import { acceptedRate, acceptedShare, countRequests, noticedAfter } from "../bench/requests";
import { selfTimes } from "../bench/self-time";
import { declaredOutputs, stateRemainder } from "../bench/state-remainder";
import { atLeast, atMost, median, type Row, table } from "../bench/table";
import { LocalCloud, type RecordedRequest } from "../../local-cloud";

const account = "/api/2.0/accounts/a";

function request(method: string, path: string, answered: number | undefined, status = 200): RecordedRequest {
    return {
        workspaceId: undefined,
        method,
        path,
        query: {},
        body: undefined,
        ignored: [],
        status,
        time: answered ?? 0,
        answered,
        bytes: 0,
        fault: undefined,
    };
}

describe("the benchmark", () => {
    it("counts as the state's remainder what is neither an input nor a documented output nor the engine's, to the byte", () => {
        const expected = { given: ["workspaceName"], documented: ["workspaceId"] };
        const resource = {
            urn: "urn:pulumi:dev::p::t::w",
            custom: true,
            id: "1",
            inputs: { workspaceName: "w", __provider: "é", owner: "m" },
            outputs: { workspaceName: "w", workspaceId: "1", hasRun: true },
        };
        const without = {
            ...resource,
            inputs: { workspaceName: "w" },
            outputs: { workspaceName: "w", workspaceId: "1" },
        };
        const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
        const { bytes: remainder, parts } = stateRemainder(resource, expected);
        expect(remainder).to.equal(bytes(resource) - bytes(without));
        expect([...parts.keys()]).to.deep.equal(["inputs.__provider", "inputs.owner", "outputs.hasRun"]);
    });

    it("counts the outputs that a class's published types declare as documented", () => {
        const types = readFileSync(
            join(resolve(__dirname, "../../.."), "dist", "sdk", "resources", "workspace.d.ts"),
            "utf8",
        );
        const documented = declaredOutputs(types);
        expect(documented).to.include.members(["workspaceId", "workspaceUrl", "customTags", "creationTime"]);
        expect(documented).not.to.include.members(["onKeyChange", "adopt"]);
    });

    it("counts a workspace as noticed at the first response after it was ready that shows it", () => {
        const requests = [
            request("GET", `${account}/workspaces`, 900),
            request("GET", `${account}/workspaces`, 1100, 503),
            request("GET", `${account}/workspaces/2`, 1200),
            request("GET", `${account}/credentials`, 1250),
            request("GET", `${account}/workspaces`, undefined),
            request("PATCH", `${account}/workspaces/1`, 1270),
            request("GET", `${account}/workspaces`, 1300),
        ];
        const workspaces = [
            { id: "1", ready: 1000 },
            { id: "2", ready: 1000 },
            { id: "3", ready: 1300 },
            { id: "4", ready: 1301 },
        ];
        expect(noticedAfter(workspaces, requests)).to.deep.equal([300, 200, 0, undefined]);
    });

    it("counts each request once, by its kind", () => {
        const requests = [
            request("GET", "/.well-known/databricks-config", 1),
            request("POST", "/oidc/accounts/a/v1/token", 1),
            request("GET", `${account}/workspaces`, 1),
            request("GET", `${account}/workspaces/1`, 1),
            request("POST", `${account}/workspaces`, 1, 201),
            request("POST", `${account}/credentials`, 1, 201),
            request("DELETE", `${account}/workspaces/1`, 1),
        ];
        expect(countRequests(requests)).to.deep.equal({
            workspacePosts: 1,
            signIn: 2,
            lists: 1,
            reads: 1,
            rest: 2,
            others: 6,
        });
    });

    it("counts only accepted workspaces for the rate, from the first to the last", () => {
        const posts = [0, 100, 200, 1000].map((time) => request("POST", `${account}/workspaces`, time, 201));
        const refused = request("POST", `${account}/workspaces`, 5000, 429);
        expect(acceptedRate([...posts, refused])).to.equal(3);
        expect(acceptedRate(posts.slice(1, 2))).to.equal(undefined);
    });

    it("counts every accepted request for the part of the allowed rate, and none that was refused", () => {
        const requests = [
            request("POST", `${account}/workspaces`, 0, 201),
            request("GET", `${account}/workspaces`, 500),
            request("POST", `${account}/workspaces`, 600, 429),
            request("POST", `${account}/workspaces`, 1000, 201),
            request("GET", `${account}/workspaces`, 3000),
        ];
        expect(acceptedShare(requests, 10)).to.equal(0.2);
        expect(acceptedShare(requests.slice(0, 2), 10)).to.equal(undefined);
    });

    it("writes a row with its figures, their multiples of the empty provider, its goal and whether that is met", () => {
        const rows: Row[] = [
            {
                measure: "refresh 10",
                unit: "s",
                digits: 1,
                figures: { ours: 3, empty: 2 },
                toEmpty: true,
                goal: atMost(1.5, 1.2, "≤ 1.2 × empty"),
            },
            { measure: "rate", unit: "%", figures: { ours: 95 }, goal: atLeast(95, 90, "≥ 90 %") },
        ];
        const lines = table(rows, ["ours", "empty"]).split("\n");
        const cells = lines.map((line) => line.split("|").map((cell) => cell.trim()));
        expect(cells[2]).to.deep.equal(["", "refresh 10", "3.0 s (1.50×)", "2.0 s", "≤ 1.2 × empty", "NO", ""]);
        expect(cells[3]).to.deep.equal(["", "rate", "95 %", "", "≥ 90 %", "yes", ""]);
        expect(new Set(lines.map(({ length }) => length)).size).to.equal(1);
    });

    it("draws a bar for each figure, as long as its share of the row's largest, with its goal next to it", () => {
        const rows: Row[] = [
            { measure: "refresh", unit: "s", figures: { ours: 3, empty: 2 }, goal: atMost(1.5, 2, "≤ 2 × <empty>") },
            { measure: "  lists", unit: "", figures: { ours: 4, empty: 0 } },
            { measure: "  calls", unit: "", figures: { ours: 5 }, goal: atMost(5, 4, "≤ 4") },
            { measure: "memory", unit: "MB", figures: {} },
        ];
        const svg = plot(rows, "2 processors");
        const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width));
        expect(widths).to.have.length(3);
        expect(widths[1]! / widths[0]!).to.be.closeTo(2 / 3, 0.01);
        const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
        expect(texts).to.deep.equal([
            ...["refresh", "this package", "3 s (goal ≤ 2 × &lt;empty&gt;: met)", "empty provider", "2 s"],
            ...["refresh › calls", "this package", "5 (goal ≤ 4: missed)", "2 processors"],
        ]);
    });

    it("has no goal for a figure that was not measured", () => {
        expect(atMost(undefined, 1, "≤ 1")).to.equal(undefined);
        expect([median([]), median([3, 1, 2]), median([4, 1, 2, 3])]).to.deep.equal([undefined, 2, 2.5]);
    });

    it("sums a profile's time by package, marks this package and leaves out idle time", () => {
        const node = (id: number, url: string, functionName = "f") => ({
            id,
            callFrame: { url, functionName, scriptId: "0", lineNumber: 0, columnNumber: 0 },
        });
        const profile = {
            nodes: [
                node(1, "", "(idle)"),
                node(2, "file:///p/dist/provider/handler.js"),
                node(3, "/p/node_modules/@grpc/grpc-js/build/index.js"),
                node(4, "file:///p/dist/sdk/index.js"),
            ],
            startTime: 0,
            endTime: 0,
            samples: [1, 2, 3, 4],
            timeDeltas: [9000, 2000, 1000, 1000],
        };
        expect(selfTimes(profile, "/p")).to.deep.equal([
            { module: "pulumi-databricks-cmk", ours: true, milliseconds: 3, share: 0.75 },
            { module: "@grpc/grpc-js", ours: false, milliseconds: 1, share: 0.25 },
        ]);
    });

    it("refuses an unknown measure and an invalid number, and names what it accepts", () => {
        expect(() => readOptions(["--only", "speed"], ["create", "refresh"])).to.throw("create, refresh");
        expect(() => readOptions(["--n", "many"], [])).to.throw("--n many");
        expect(() => readOptions(["--scatter", "101"], [])).to.throw("0 to 100");
        expect(readOptions(["--n", "1000"], [])).to.include({ n: 1000, rateN: 1000, provisioning: 30 });
    });

    it("finds the workspaces of a filled account, and records the size of each response", async () => {
        const cloud = await LocalCloud.start();
        try {
            await cloud.account.fill(20);
            const path = `/api/2.0/accounts/${cloud.accountId}/workspaces`;
            const answer = await fetch(`${cloud.host}${path}`, { headers: { authorization: `Bearer ${cloud.token}` } });
            const text = await answer.text();
            const workspaces = JSON.parse(text) as { workspace_status: string }[];
            expect(workspaces.map(({ workspace_status }) => workspace_status)).to.deep.equal(Array(20).fill("RUNNING"));
            expect(cloud.requests.map(({ bytes }) => bytes)).to.deep.equal([Buffer.byteLength(text)]);
            expect(cloud.requests[0]?.answered).to.be.at.least(cloud.requests[0]?.time ?? Infinity);
        } finally {
            await cloud.stop();
        }
    });

    it("makes workspaces ready at scattered times, never later than the provisioning time", async () => {
        const cloud = await LocalCloud.start({
            provisioningMilliseconds: 1000,
            provisioningScatter: 0.5,
            now: () => 0,
        });
        try {
            await cloud.account.fill(1);
            const [others] = cloud.account.list("workspaces");
            const { workspace_name, aws_region, credentials_id, storage_configuration_id } = others ?? {};
            const asked = { workspace_name, aws_region, credentials_id, storage_configuration_id };
            const made = await Promise.all(Array.from({ length: 10 }, () => cloud.account.create("workspaces", asked)));
            const ready = made.map(({ workspace_id }) => cloud.account.readyAt(String(workspace_id)));
            expect(Math.min(...ready)).to.be.at.least(500);
            expect(Math.max(...ready)).to.be.at.most(1000);
            expect(new Set(ready).size).to.be.above(1);
        } finally {
            await cloud.stop();
        }
    });
});
