import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { TestStack } from "./harness";

const program =
    (...names: string[]) =>
    async () => {
        for (const name of names)
            new databricks.Credentials(name, { roleArn: `arn:aws:iam::123456789012:role/${name}` });
    };

/** Takes every credential out of the environment that a local cloud gives. */
const nothing = { DATABRICKS_CLIENT_ID: "", DATABRICKS_CLIENT_SECRET: "" };

/** An id token that nothing else holds. */
const jwtOf = (subject: string) =>
    [{ alg: "none", typ: "JWT" }, { sub: subject, exp: 4_102_444_800 }, "signature"]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");

describe("signing in, on the real engine", () => {
    let cloud: LocalCloud;
    let folder: string;
    let github: Server;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-sign-in-"));
        github = createServer((_, response) => response.end(JSON.stringify({ value: jwtOf("canary-github") })));
        await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
    });
    after(async () => {
        github.close();
        rmSync(folder, { recursive: true, force: true });
        await cloud.stop();
    });
    const file = (name: string, text: string) => {
        const path = join(folder, name);
        writeFileSync(path, text);
        return path;
    };

    // With a token and a client secret: secrets.test.ts.
    it("with each other method from the environment, the secret, the id token and every access token are nowhere in state, output and events", async () => {
        const { clientId, token } = cloud;
        const cli = file(
            "databricks",
            `#!/bin/sh\necho '{"access_token": "${token}", "token_type": "Bearer", "expiry": "2040-01-01T00:00:00Z"}'\n`,
        );
        chmodSync(cli, 0o755);
        const methods: Record<string, { environment: Record<string, string>; canary: string }> = {
            "env-oidc": {
                environment: { DATABRICKS_OIDC_TOKEN: jwtOf("canary-env"), DATABRICKS_CLIENT_ID: clientId },
                canary: jwtOf("canary-env"),
            },
            "file-oidc": {
                environment: { DATABRICKS_OIDC_TOKEN_FILEPATH: file("id-token", jwtOf("canary-file")) },
                canary: jwtOf("canary-file"),
            },
            "github-oidc": {
                environment: {
                    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/token?a=b`,
                    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "canary-of-the-job",
                    DATABRICKS_CLIENT_ID: clientId,
                },
                canary: jwtOf("canary-github"),
            },
            "databricks-cli": { environment: { DATABRICKS_CLI_PATH: cli }, canary: token },
        };
        const stack = await TestStack.create(cloud, program(), nothing);
        const names: string[] = [];
        let seen = "";
        for (const [method, { environment }] of Object.entries(methods)) {
            names.push(method);
            stack.program = program(...names);
            Object.assign(stack.environment, environment, { DATABRICKS_AUTH_TYPE: method });
            const run = await stack.up();
            expect(run.ok, `${method}: ${run.output}`).to.equal(true);
            expect(run.operations, method).to.deep.include(`create Credentials ${method}`);
            for (const name of Object.keys(environment)) stack.environment[name] = "";
            seen += `${run.output}${run.events}${(await stack.state()).text}${stack.files()}`;
        }
        const accessTokens = [...cloud.tokens["tokens"].keys()];
        expect(accessTokens.length).to.be.at.least(4);
        stack.remove();
        for (const canary of [...Object.values(methods).map((one) => one.canary), "canary-of-the-job", ...accessTokens])
            expect(seen.includes(canary), canary.slice(0, 12)).to.equal(false);
        for (const one of cloud.account.list("credentials"))
            cloud.account.remove("credentials", String(one["credentials_id"]));
    });

    it("a secret that was rotated in the stack configuration: refresh and destroy say what to do, and take the environment's", async () => {
        const { clientId, clientSecret } = cloud.tokens.addServicePrincipal();
        const stack = await TestStack.create(cloud, program("c"), nothing);
        const configure = (value: string) => stack.stack.setConfig("databricks:clientSecret", { value, secret: true });
        await stack.configure({ "databricks:clientId": clientId });
        await configure(clientSecret);
        await expectOk(stack.up());
        // The engine keeps the stack's configuration with its provider, secrets encrypted.
        expect(stack.files()).to.match(/"databricks:clientSecret":\s*\{[^}]*"ciphertext"/);
        expect(stack.files()).to.not.contain(clientSecret);

        const rotated = cloud.tokens.rotateSecret(clientId);
        await configure(rotated);
        for (const act of [() => stack.refresh(), () => stack.destroy()]) {
            await expectRefused(act(), /401.*rotated.*`pulumi up`.*--run-program/s);
        }
        expect(cloud.account.list("credentials")).to.have.length(1);
        Object.assign(stack.environment, { DATABRICKS_CLIENT_ID: clientId, DATABRICKS_CLIENT_SECRET: rotated });
        for (const act of [() => stack.refresh(), () => stack.destroy()]) {
            const { output } = await expectOk(act());
            expect(output).to.contain("that of the environment (oauth-m2m) is used instead");
            expect(output).to.not.contain(rotated).and.not.contain(clientSecret);
        }
        stack.remove();
        expect(cloud.account.list("credentials")).to.deep.equal([]);
    });
});
