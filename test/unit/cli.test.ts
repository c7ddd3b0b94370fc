import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { expect } from "chai";

import type { Command } from "../../cli/command";
import { localCloud } from "../../cli/local-cloud";
import { runCommandLine } from "../../cli/run";

const main = resolve(__dirname, "../../cli/main.js");

describe("the command line", () => {
    async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
        const said = { out: "", err: "" };
        const ended = new AbortController();
        ended.abort();
        const commands = new Map<string, Command>([["local-cloud", localCloud]]);
        const code = await runCommandLine(args, commands, {
            out: (line) => (said.out += `${line}\n`),
            err: (line) => (said.err += `${line}\n`),
            environment: {},
            signal: ended.signal,
        });
        return { code, ...said };
    }

    it("lists its commands, and tells each command's options", async () => {
        expect((await run("--help")).out).to.match(/^ {2}local-cloud {2,}\w/m);
        const { code, out } = await run("local-cloud", "--help");
        expect(code).to.equal(0);
        for (const name of Object.keys(localCloud.options)) expect(out).to.contain(`  --${name}`);
    });

    it("refuses a command or an option that it does not know, and says which was probably meant", async () => {
        const command = await run("local-clud");
        expect([command.code, command.err.split("\n")[0]]).to.deep.equal([
            2,
            'There is no command "local-clud". Did you mean local-cloud? [CMK1016]',
        ]);
        expect((await run("quite-different")).err).to.not.contain("Did you mean");
        const option = await run("local-cloud", "--prot", "1");
        expect([option.code, option.err.split("\n")[0]]).to.deep.equal([
            2,
            "There is no option --prot. Did you mean --port? [CMK1016]",
        ]);
    });

    for (const [args, expected] of [
        [["--port", "99999"], '--port must be a whole number from 0 to 65535, not "99999"'],
        [["--provisioning", "soon"], '--provisioning must be a number of at least 0, not "soon"'],
        [["--key-change", "maybe"], '--key-change must be one of immutable, updatable, not "maybe"'],
        [["--behavior", "errors=xml"], '--behavior errors must be one of json, text, html, not "xml"'],
        [["--behavior", "moods=good"], "--behavior must be one of unknownFields, "],
        [["--aws-account", "12345"], '--aws-account must be 12 digits other than 123456789012, each once, not "12345"'],
        [["--aws-account", "123456789012"], 'each once, not "123456789012"'],
        [["--account-id", "mine"], '--account-id must be a uuid, each once, not "mine"'],
        [["--id-token-keys", "/nowhere"], "--id-token-keys: /nowhere cannot be read"],
    ] as const) {
        it(`says what is wrong with ${args.join(" ")}, and starts nothing`, async () => {
            const { code, err, out } = await run("local-cloud", ...args);
            expect([code, out]).to.deep.equal([2, ""]);
            expect(err).to.contain(expected);
        });
    }

    it("prints what a shell exports, and ends the cloud when it is told to", async () => {
        const { code, out } = await run("local-cloud");
        expect(code).to.equal(0);
        const [, host] = /^export DATABRICKS_HOST='(.+)'$/m.exec(out) ?? [];
        expect(out).to.contain("export AWS_ENDPOINT_URL_KMS='http://127.0.0.1:");
        expect(await fetch(String(host)).catch(() => "ended")).to.equal("ended");
    });

    it("runs several Databricks accounts and several AWS accounts on one KMS, as LocalCloud does", async () => {
        const ids = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;
        const asked = ["local-cloud", "--account-id", ids[0], "--account-id", ids[1], "--aws-account", "111122223333"];
        const { code, out } = await run(...asked);
        expect(code).to.equal(0);
        for (const id of ids) expect(out).to.contain(`export DATABRICKS_ACCOUNT_ID='${id}'`);
        const key = "AWS_ACCESS_KEY_ID=AKIA0000111122223333 AWS_SECRET_ACCESS_KEY=local";
        expect(out).to.contain(`# The AWS account 111122223333: ${key}`);
        const { others, ...first } = JSON.parse((await run(...asked, "--json")).out) as Record<string, unknown> & {
            others: Record<string, Record<string, string>>[];
        };
        expect(first["accountId"]).to.equal(ids[0]);
        expect(first["awsAccounts"]).to.have.lengthOf(2);
        expect(others.map(({ accountId }) => accountId)).to.deep.equal([ids[1]]);
        const environment = first["environment"] as Record<string, string>;
        expect(others[0]?.["environment"]?.["PULUMI_DEBUG_PROVIDERS"]).to.equal(environment["PULUMI_DEBUG_PROVIDERS"]);
        expect(others[0]?.["host"]).not.to.equal(first["host"]);
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`local-cloud serves as it was asked to until ${signal}, and then ends without a trace`, async () => {
            const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-cli-"));
            const keys = join(folder, "keys.json");
            writeFileSync(keys, '{"keys": []}');
            const args = ["--json", "--verbose", "--behavior", "errors=text", "--id-token-keys", keys];
            const child = spawn(process.execPath, [main, "local-cloud", ...args], {
                stdio: ["ignore", "pipe", "pipe"],
            });
            let verbose = "";
            child.stderr.on("data", (chunk: Buffer) => (verbose += String(chunk)));
            const exit = once(child, "exit");
            const [line] = (await once(createInterface(child.stdout), "line")) as [string];
            const cloud = JSON.parse(line) as Record<string, string>;
            expect(cloud["idTokens"]).to.equal("keys");

            const path = `/api/2.0/accounts/${cloud["accountId"]}/networks/x`;
            const headers = { authorization: `Bearer ${cloud["token"]}` };
            const response = await fetch(`${cloud["host"]}${path}`, { headers });
            expect(await response.text()).to.equal("MALFORMED_REQUEST: Invalid networkId: x");
            child.kill(signal);
            expect(await exit).to.deep.equal([0, null]);
            expect(verbose).to.contain(`account GET ${path} 400\n`);
        });
    }

    it("is not a success if its output could not be written, or not to its end", () => {
        for (const limited of [`"$0" "$1" --help > /dev/full`, `ulimit -f 1; "$0" "$1" copy --help > "$2"`]) {
            const file = join(mkdtempSync(join(tmpdir(), "databricks-cmk-cli-")), "output");
            const { status, stderr } = spawnSync("bash", ["-c", limited, process.execPath, main, file], {
                encoding: "utf8",
            });
            expect([status, stderr]).to.satisfy(
                ([code, said]: [number, string]) =>
                    code === 1 && said.startsWith("Standard output could not be written"),
            );
        }
    });
});
