import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { copy } from "../../cli/copy";
import { runCommandLine } from "../../cli/run";
import { LocalCloud, type LocalWorkspace, seeds } from "../../local-cloud";

describe("the command copy", () => {
    let cloud: LocalCloud;
    let old: LocalWorkspace;
    let replacement: LocalWorkspace;
    before(async () => {
        cloud = await LocalCloud.start();
    });
    after(() => cloud.stop());
    beforeEach(async () => {
        old = await cloud.addWorkspace();
        replacement = await cloud.addWorkspace();
        await old.seed({ "/Shared/n": seeds.notebook("x"), '/Shared/<lib & "more">': seeds.library() });
    });

    const run = (...args: string[]) => runWith(new AbortController().signal, ...args);

    async function runWith(
        signal: AbortSignal,
        ...args: string[]
    ): Promise<{ code: number; out: string; err: string }> {
        const said = { out: "", err: "" };
        const code = await runCommandLine(["copy", ...args], new Map([["copy", copy]]), {
            out: (line) => (said.out += `${line}\n`),
            err: (line) => (said.err += `${line}\n`),
            environment: { ...cloud.environment(), HOME: "/nonexistent" },
            signal,
        });
        return { code, ...said };
    }

    it("says what it would copy and writes nothing, then copies, and ends with 1 until everything is equal or accepted", async () => {
        const both = ["--from", old.id, "--to", cloud.workspaceUrl(replacement.id)];
        const plan = await run(...both, "--dry-run");
        expect(plan.out).to.contain("1 notebook, 0 files and 0 folders would be moved");
        expect(await replacement.read("/Shared/n")).to.equal(undefined);
        expect((await run(...both)).code).to.equal(1);
        expect((await replacement.read("/Shared/n"))?.toString()).to.equal("x");
        const accepted = await run(...both, "--accept", "library");
        expect(accepted.code, accepted.out + accepted.err).to.equal(0);
        expect((await run(...both, "--verify", "--accept", "library")).code).to.equal(0);
    });

    it("brings people along if it is asked to, and compares them", async () => {
        old.principals.addUser("ada@example.com");
        old.principals.addUser("gone@example.com");
        await old.seed({
            "/Users/ada@example.com/n": seeds.notebook("x"),
            "/Users/gone@example.com/n": seeds.notebook("y"),
        });
        cloud.people.remove("gone@example.com");
        const both = ["--from", old.id, "--to", replacement.id, "--accept", "library"];
        expect((await run(...both)).out).to.contain("[no-home]");
        const people = [...both, "--people"];
        const plan = await run(...people, "--dry-run");
        expect(plan.out).to.contain("1 user would be moved").and.to.contain("/Users/gone@example.com [former-home]");
        expect(replacement.principals.find("ada@example.com")).to.equal(undefined);
        expect((await run(...people, "--verify")).out).to.contain("the user ada@example.com [people]");
        const all = [...people, "--former-homes", "/Former homes"];
        expect((await run(...all)).code).to.equal(0);
        expect((await replacement.read("/Users/ada@example.com/n"))?.toString()).to.equal("x");
        expect((await replacement.read("/Former homes/gone@example.com/n"))?.toString()).to.equal("y");
        expect((await run(...all, "--verify")).code).to.equal(0);
        expect((await run(...both, "--former-homes", "/Users/x")).err).to.contain("must be the path of a folder");
    });

    it("copies what is below --path alone, accepts each --accept, and takes a --timeout of a second or more", async () => {
        await old.seed({ "/Shared/part/n": seeds.notebook("y"), "/Shared/part/lib": seeds.library() });
        const both = ["--from", old.id, "--to", replacement.id];
        const part = [...both, "--path", "/Shared/part", "--accept", "/nowhere", "--accept", "library"];
        const { code, out } = await run(...part);
        expect(code, out).to.equal(0);
        const paths = replacement.tree().map(({ path }) => path);
        expect(paths).to.include("/Shared/part/n").and.not.include("/Shared/n");
        expect((await run(...part, "--timeout", "1")).err).to.not.contain("--timeout");
        expect((await run(...part, "--timeout", "0")).err).to.contain("--timeout");
    });

    it("copies the chosen --kinds beside the tree, and names what the new workspace lacks of others", async () => {
        const query = { display_name: "sales", parent_path: "/Shared", query_text: "select 1" };
        await old.seedBeyondTree({ secretScopes: { etl: { secrets: { key: "v" } } }, queries: [query] });
        const both = ["--from", old.id, "--to", replacement.id, "--accept", "library"];
        const { code, out } = await run(...both, "--kinds", "queries", "--kinds", "git-folders");
        expect([code, out.includes("secret scope etl [secret-scopes]")], out).to.deep.equal([1, true]);
        const { queries, secretScopes } = await replacement.beyondTree();
        expect([queries.length, secretScopes]).to.deep.equal([1, {}]);
        expect((await run(...both)).code).to.equal(0);
        expect((await run(...both, "--kinds", "jobs")).err)
            .to.contain("git-folders, dashboards, queries")
            .and.contain("jobs");
    });

    it("writes the full report as JSON and as JUnit", async () => {
        const folder = mkdtempSync(join(tmpdir(), "copy-"));
        const [json, junit] = [join(folder, "report.json"), join(folder, "report.xml")];
        await run("--from", old.id, "--to", replacement.id, "--json", json, "--junit", junit);
        const report = JSON.parse(readFileSync(json, "utf8")) as Record<string, unknown>;
        expect(report["findings"]).to.have.lengthOf(1);
        const xml = readFileSync(junit, "utf8");
        expect(xml).to.contain('<testsuites tests="2" failures="1" skipped="0">');
        expect(xml).to.contain("/Shared/&#60;lib &#38; &#34;more&#34;&#62;");
    });

    it("prints what paths and groups are called without letting them reach the terminal", async () => {
        await old.seed({ "/Shared/\u001b[2Jn": seeds.library(), "/Shared/\u009b2Jm": seeds.library() });
        const { out, err } = await run("--from", old.id, "--to", replacement.id);
        expect(out).to.contain("/Shared/\\u001b[2Jn [library]").and.to.contain("/Shared/\\u009b2Jm [library]");
        expect(out + err).not.to.match(/[^\P{C}\n]/u);
        const odd = await run("--from", "\u001b[2J", "--to", replacement.id);
        expect(odd.err).not.to.match(/[^\P{C}\n]/u);
    });

    it("refuses to copy a workspace into itself, named by its id and by its URL", async () => {
        const { code, err } = await run("--from", old.id, "--to", `${cloud.workspaceUrl(old.id)}/?o=${old.id}`);
        expect([code, err]).to.satisfy(
            ([exit, said]: [number, string]) => exit === 1 && said.includes("the same workspace"),
        );
    });

    it("copies nothing if a report cannot be written, and leaves no file and an earlier report as it was", async () => {
        const folder = mkdtempSync(join(tmpdir(), "copy-"));
        const [earlier, made] = [join(folder, "earlier.json"), join(folder, "made.xml")];
        writeFileSync(earlier, "of last year");
        const both = ["--from", old.id, "--to", replacement.id];
        cloud.clearRequests();
        for (const place of [join(folder, "missing", "report"), folder, "/dev/full"]) {
            const { code, err } = await run(...both, "--json", place, "--junit", made);
            expect([code, err]).to.satisfy(
                ([exit, said]: [number, string]) => exit === 2 && said.startsWith(`--json: ${place} cannot be written`),
            );
        }
        expect(cloud.requests).to.deep.equal([]);
        expect((await run("--from", old.id, "--to", "12", "--json", earlier, "--junit", made)).code).to.equal(2);
        expect([readFileSync(earlier, "utf8"), existsSync(made)]).to.deep.equal(["of last year", false]);
        expect(await replacement.read("/Shared/n")).to.equal(undefined);
    });

    it("is not a success if its report could not be written in the end", async () => {
        const pipe = join(mkdtempSync(join(tmpdir(), "copy-")), "pipe");
        execFileSync("mkfifo", [pipe]);
        const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/import"),
            times: 1,
            do: { kind: "call", when: "before", run: async () => closeSync(reader) },
        });
        const { code, out, err } = await run(
            ...["--from", old.id, "--to", replacement.id, "--accept", "library", "--json", pipe],
        );
        expect(out).to.contain("1 notebook, 0 files and 0 folders equal in both workspaces");
        expect([code, err]).to.satisfy(
            ([exit, said]: [number, string]) => exit === 1 && said.includes("could not be written (EPIPE"),
        );
    });

    it("sends its credential to no host that the account's list of workspaces does not have", async () => {
        const asked: string[] = [];
        const stranger = createServer((request, response) => {
            asked.push(String(request.url));
            response.end("{}");
        });
        await new Promise<void>((done) => stranger.listen(0, "127.0.0.1", done));
        const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
        for (const pair of [
            ["--from", url, "--to", replacement.id],
            ["--from", old.id, "--to", `${url}/?o=${replacement.id}`],
        ]) {
            const { code, err } = await run(...pair);
            expect([code, err.split("\n")[0]]).to.deep.equal([
                2,
                `The account has no workspace at ${url}, so its credential is not sent there. Name the workspace by its id [CMK1016]`,
            ]);
        }
        stranger.close();
        expect(asked).to.deep.equal([]);
        expect(await replacement.read("/Shared/n")).to.equal(undefined);
    });

    it("takes the URL that the account itself shows for a workspace", async () => {
        const shown = await cloud.openWorkspacePort(old.id);
        cloud.account.change("workspaces", old.id, { workspace_url: shown });
        const { out } = await run("--from", `${shown}/?o=${old.id}`, "--to", cloud.workspaceUrl(replacement.id));
        expect(out).to.contain("1 notebook, 0 files and 0 folders equal in both workspaces");
    });

    it("ends at a signal, also where it only reads", async () => {
        for (const mode of ["--verify", "--dry-run"]) {
            const stop = new AbortController();
            const unhook = cloud.inject({
                when: ({ path }) => path.endsWith("/workspace/list"),
                do: { kind: "call", when: "before", run: async () => stop.abort() },
            });
            const { code, err } = await runWith(stop.signal, "--from", old.id, "--to", replacement.id, mode);
            unhook();
            expect([code, err], mode).to.deep.equal([
                1,
                "It was stopped. What was copied stays; run the command again to go on. [CMK1017]\n",
            ]);
        }
    });

    it("refuses what it cannot use before anything is sent", async () => {
        cloud.clearRequests();
        expect((await run("--from", old.id)).err).to.contain("--to is missing");
        const wrong = await run("--from", old.id, "--to", replacement.id, "--accept", "libraries");
        expect([wrong.code, wrong.err.split("\n")[0]]).to.deep.equal([
            2,
            '--accept takes a path that begins with /, or a kind, not "libraries" [CMK1016]',
        ]);
        expect(cloud.requests).to.deep.equal([]);
        const unknown = await run("--from", "12", "--to", replacement.id);
        expect([unknown.code, unknown.err]).to.satisfy(
            ([code, err]: [number, string]) =>
                code === 2 && err.startsWith("The account has no workspace with the id 12 [CMK1016]\n"),
        );
    });
});
