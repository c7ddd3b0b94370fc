import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { TestStack } from "./harness";

// Nothing in it that JSON writes in another way, so that it is found wherever it is.
const clientSecret = "dose-very/secret+=%";
const program = async () => {
    const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
    const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
    new databricks.Workspace("w", {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
    });
};

/** The command lines of every process of this machine that can be seen; none where there is no /proc. */
function commandLines(): string {
    let names: string[] = [];
    try {
        names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    } catch {
        return "";
    }
    return names
        .map((name) => {
            try {
                return readFileSync(`/proc/${name}/cmdline`, "latin1");
            } catch {
                return "";
            }
        })
        .join("\n");
}

describe("secrets on the real engine, with --logflow --logtostderr -v=9", () => {
    for (const [where, asToken] of [
        ["stack configuration", false],
        ["stack configuration", true],
        ["environment", false],
        ["environment", true],
    ] as const) {
        it(`${asToken ? "a token" : "a client secret"} from the ${where} is in no output, log, state, file or command line, whether the run succeeds or fails`, async () => {
            const cloud = await LocalCloud.start({ provisioningMilliseconds: 200, clientSecret });
            const value = asToken ? cloud.token : clientSecret;
            const inEnvironment = where === "environment" ? value : "";
            const stack = await TestStack.create(cloud, program, {
                DATABRICKS_CLIENT_ID: asToken ? "" : cloud.clientId,
                DATABRICKS_CLIENT_SECRET: asToken ? "" : inEnvironment,
                DATABRICKS_TOKEN: asToken ? inEnvironment : "",
            });
            if (where === "stack configuration") {
                await stack.stack.setConfig(asToken ? "databricks:token" : "databricks:clientSecret", {
                    value,
                    secret: true,
                });
            }
            const log = join(stack.folder, "requests.jsonl");
            stack.environment["PULUMI_DATABRICKS_LOG"] = log;
            const seen: string[] = [];
            cloud.inject({
                when: ({ method, path }) => method === "POST" && !path.endsWith("/workspaces"),
                do: { kind: "call", when: "after", run: async () => void seen.push(commandLines()) },
            });
            const basic = Buffer.from(`${cloud.clientId}:${clientSecret}`).toString("base64");
            const message = asToken ? `Bearer ${value}` : `Basic ${basic} of ${value}`;
            const repeats = JSON.stringify({ error_code: "X", message });
            const mend = cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
                do: { kind: "status", status: 400, body: repeats },
            });
            const verbose = { debug: true, logFlow: true, logToStdErr: true, logVerbosity: 9 };
            const failed = await stack.up(verbose);
            expect(failed.ok).to.equal(false);
            expect(failed.output).to.contain("POST /workspaces was refused").and.contain("[secret]");
            mend();
            const good = await stack.up(verbose);
            expect(good.ok, good.output.slice(-2000)).to.equal(true);
            // The engine's log of version 9 is there, and says much.
            expect(good.output).to.match(/eventSink|step_generator|Marshaling|rpc/i);

            const secrets = [value, encodeURIComponent(value), basic];
            const places = {
                "the output of the failing run": failed.output + failed.events,
                "the output of the good run": good.output + good.events,
                "the state and the backend's other files": stack.files(),
                "the log of requests": readFileSync(log, "utf8"),
                "command lines": seen.join("\n"),
            };
            for (const [place, text] of Object.entries(places)) {
                for (const secret of [...secrets, ...cloud.tokens["tokens"].keys()]) {
                    const found = text.indexOf(secret);
                    expect(found, `${place}: …${text.slice(Math.max(found - 200, 0), found)}`).to.equal(-1);
                }
            }
            expect(seen).to.not.deep.equal([]);
            await cloud.stop();
            stack.remove();
        });
    }
});
