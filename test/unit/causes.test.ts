import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { ConfigurationError, NoResponseError, ReportedError } from "../../provider/api/errors";
import { asInitializationError } from "../../provider/resource/errors";
import { EngineCalls } from "../../provider/runtime/engine-calls";
import { EngineReporter } from "../../provider/runtime/reporter";
import { Session } from "../../provider/runtime/session";
import { runCommandLine } from "../../cli/run";
import { FakeClock, fakeEnvironment } from "../helpers/environment";

const TOKEN = "aTokenThatNobodyMaySee";

describe("what an error hides", () => {
    const urn = "urn:pulumi:s::p::t::w";
    const newFile = () => join(mkdtempSync(join(tmpdir(), "causes-")), "log.jsonl");

    /** What the debug log and the file have after a create that fails so. */
    async function logged(error: Error): Promise<{ debug: string; file: string }> {
        const debug: string[] = [];
        const file = newFile();
        const reporter = new EngineReporter(async ({ severity, urn: of, message }) => {
            if (severity === "DEBUG") debug.push(`${of} ${message}`);
        });
        const environment = {
            DATABRICKS_HOST: "https://accounts.cloud.databricks.com",
            DATABRICKS_ACCOUNT_ID: "0ac0ffee-1234-4abc-8def-00c0ffee1234",
            DATABRICKS_TOKEN: TOKEN,
            PULUMI_DATABRICKS_LOG: file,
        };
        const session = new Session({ ...fakeEnvironment(environment), report: reporter });
        expect(session.credential.accountId).to.be.a("string");
        const handler = new EngineCalls(reporter, undefined, session).wrap({ create: () => Promise.reject(error) });
        const inputs = { resourceUrn: urn, owner: "s/w" };
        expect(await handler.create(inputs).catch((thrown: Error) => thrown.message)).to.contain(error.message);
        try {
            return { debug: debug.join("\n"), file: readFileSync(file, "utf8") };
        } catch {
            return { debug: debug.join("\n"), file: "" };
        }
    }

    it("is in the debug log, on the row of the resource, and in the file of requests: where a defect is", async () => {
        const defect = new TypeError(`undefined is not a function, ${TOKEN}`);
        const error = asInitializationError("1", {}, {}, defect);
        expect([error.code, error.cause]).to.deep.equal(["CMK1015", defect]);
        const { debug, file } = await logged(error);
        expect(debug)
            .to.match(new RegExp(`^${urn} Behind the error`))
            .and.to.contain("causes.test.");
        const line = JSON.parse(file) as { resource: string; error: string; behind: string[] };
        expect(line.resource).to.equal(urn);
        expect(line.error).to.match(/\[CMK1015\]$/);
        expect(line.behind.join()).to.contain("TypeError: undefined is not a function, [secret]\n");
        expect(debug + line.behind.join()).to.not.contain(TOKEN);
    });

    it("is each error behind the first whose words are not said yet", async () => {
        const causes = [new ReportedError("its words", "CMK2005"), new ConfigurationError("a secret is missing")];
        const [said, unsaid] = causes;
        const error = new ReportedError("It failed: its words", "CMK3005").causedBy(said?.causedBy(unsaid));
        const { debug } = await logged(error);
        expect(debug.split("\n").slice(1)).to.deep.equal(["a secret is missing [CMK1001]"]);
        expect(await logged(new ReportedError("It failed: no.", "CMK3005"))).to.deep.equal({ debug: "", file: "" });
    });

    it("of a connection is what Node.js says of it, and nothing of the request", async () => {
        const credential = {
            host: "http://127.0.0.1:9",
            accountId: "a",
            as: { authType: "pat", token: TOKEN },
        } as const;
        const client = new AccountClient(credential, { retryTimeout: 0, requestTimeout: 1000 }, new FakeClock());
        const error: unknown = await client.get("/workspaces").catch((thrown: unknown) => thrown);
        if (!(error instanceof NoResponseError) || !(error.cause instanceof Error)) return expect.fail(String(error));
        expect(error.cause.message).to.contain("ECONNREFUSED");
        expect(Object.keys(error.cause)).to.deep.equal([]);
        return undefined;
    });

    it("of a command is in its file too", async () => {
        const file = newFile();
        const io = { out: () => undefined, err: () => undefined, environment: { PULUMI_DATABRICKS_LOG: file } };
        const failing = { summary: "", options: {}, run: () => Promise.reject(new Error("a defect")) };
        const { signal } = new AbortController();
        expect(await runCommandLine(["x"], new Map([["x", failing]]), { ...io, signal })).to.equal(1);
        expect(readFileSync(file, "utf8")).to.contain("causes.test.");
    });
});
