// @ts-check
// `npm start`: runs the main example on the local cloud with the real Pulumi engine, then shows what its key does, step by
// step. Each step checks what it shows. `npm start -- --keep` stops after `pulumi up` and leaves everything running.
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cleanUp, cleanUpOnSignals, Problem } from "./processes.mjs";
import { root } from "./project.mjs";
import { setUp } from "./setup.mjs";
import { expect, Stack } from "./stack.mjs";

/** How long the control plane caches a data encryption key before it asks the KMS again, in milliseconds. */
const CACHE = 4000;
const NOTEBOOK = "/Shared/first";
const SOURCE = "print('only for those who may use the key')";

/** @typedef {import("../../local-cloud/index.js").LocalCloud} LocalCloud */

/** @type {LocalCloud | undefined} */
let cloud;
cleanUpOnSignals(() => cloud?.stop());
try {
    await main(process.argv.slice(2));
} catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
}
await cloud?.stop();
await cleanUp();

/** @param {string[]} args */
async function main(args) {
    const keep = args.includes("--keep");
    const strange = args.find((arg) => arg !== "--keep");
    if (strange !== undefined) throw new Problem(`npm start does not know ${strange}; it only takes --keep.`);
    const { pulumi } = await setUp({ log: console.log });
    const { LocalCloud } = createRequire(import.meta.url)("../../dist/local-cloud/index.js");
    cloud = /** @type {LocalCloud} */ (
        await LocalCloud.start({ provisioningMilliseconds: 5000, dekCacheMilliseconds: CACHE })
    );
    const stack = await Stack.create(cloud, pulumi);

    heading("pulumi up: a KMS key, its registration, and a workspace under it");
    await stack.show("up", "--yes", "--skip-preview");
    const outputs = JSON.parse((await stack.read("stack", "output", "--json")).stdout);
    if (keep) return leaveRunning(cloud, stack, outputs);

    await showEncryption(cloud, outputs);
    await showRevocation(cloud, outputs);
    await showKeyChange(cloud, stack, outputs);

    heading("pulumi destroy refuses: the workspace holds a notebook");
    const code = await stack.attempt("destroy", "--yes", "--skip-preview");
    expect(code !== 0, "The workspace was deleted with its notebook.");
    say(
        `pulumi destroy ended with exit code ${code}: what is not empty goes only if the program says forceDestroy: true.`,
    );

    heading("With forceDestroy: true, pulumi up and then pulumi destroy: nothing is left but the KMS keys");
    await stack.show("up", "--yes", "--skip-preview", "-c", "forceDestroy=true");
    await stack.show("destroy", "--yes", "--skip-preview");
    const left = cloud.contents().filter((line) => !line.startsWith("KMS key "));
    expect(left.length === 0, `The local cloud still contains:\n${left.join("\n")}`);
    say(
        "The account is empty. Both KMS keys are left: the stack's own, which it keeps, and the one that it did not make.",
    );
    console.log("\nEach step was checked. To try it yourself: npm start -- --keep");
}

/**
 * @param {LocalCloud} cloud
 * @param {{workspaceUrl: string, workspaceId: string}} outputs
 */
async function showEncryption(cloud, { workspaceUrl, workspaceId }) {
    heading("A notebook is written, and stored encrypted");
    await written(cloud, workspaceUrl);
    say(`written:  ${SOURCE}`);
    const stored = cloud.workspace(workspaceId).storedBytes(NOTEBOOK);
    expect(!stored.includes(SOURCE.slice(0, 12)), "The stored bytes contain the notebook's text.");
    say(`stored:   ${stored.subarray(0, 40).toString("hex")}… (${stored.length} bytes)`);
    say(`read:     ${await readNotebook(cloud, workspaceUrl)}`);
}

/**
 * @param {LocalCloud} cloud
 * @param {{workspaceUrl: string, keyArn: string}} outputs
 */
async function showRevocation(cloud, { workspaceUrl, keyArn }) {
    heading("The key is disabled: reads fail when the cache expires, and work again when the key is enabled");
    const { KMSClient, DisableKeyCommand, EnableKeyCommand } = createRequire(import.meta.url)("@aws-sdk/client-kms");
    const environment = cloud.environment();
    const kms = new KMSClient({
        region: keyArn.split(":")[3],
        endpoint: environment.AWS_ENDPOINT_URL_KMS,
        credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
    });
    // Fetch the data encryption key now, so that it stays cached during the next lines on a slow machine.
    await delay(CACHE);
    await readNotebook(cloud, workspaceUrl);
    await kms.send(new DisableKeyCommand({ KeyId: keyArn }));
    say(`disabled, read at once:            ${await readNotebook(cloud, workspaceUrl)}`);
    await delay(CACHE);
    const refusal = await readNotebook(cloud, workspaceUrl).then(
        () => undefined,
        (/** @type {Error} */ error) => error.message,
    );
    expect(
        refusal !== undefined && refusal.includes("DisabledException"),
        "A read after the cache expired was not refused.",
    );
    say(`read after ${CACHE / 1000} s:                   refused: ${refusal}`);
    await kms.send(new EnableKeyCommand({ KeyId: keyArn }));
    say(`enabled again, read:               ${await readNotebook(cloud, workspaceUrl)}`);
    kms.destroy();
}

/**
 * @param {LocalCloud} cloud
 * @param {Stack} stack
 * @param {{keyArn: string, workspaceId: string}} outputs
 */
async function showKeyChange(cloud, stack, { keyArn, workspaceId }) {
    heading("A preview with another key says: replace");
    const newKeyArn = cloud.createKey();
    await stack.show("preview", "-c", `keyArn=${newKeyArn}`);
    const { stdout } = await stack.read("preview", "--json", "-c", `keyArn=${newKeyArn}`);
    /** @type {{op: string, urn: string}[]} */
    const steps = JSON.parse(stdout).steps;
    const replaced = steps.some(({ op, urn }) => op === "replace" && urn.includes("databricks-cmk:Workspace::"));
    expect(replaced, "The preview does not replace the workspace.");

    heading("A policy pack refuses it");
    const pack = join(root, "examples", "policy-pack");
    const code = await stack.attempt("preview", "--policy-pack", pack, "-c", `keyArn=${newKeyArn}`);
    expect(code !== 0, "The preview passed the policy pack.");
    say(
        `pulumi preview --policy-pack examples/policy-pack ended with exit code ${code}: this change cannot be deployed.`,
    );

    heading(
        "Without the policy pack, pulumi up replaces the workspace: its notebook moves into the new one, then the old one goes",
    );
    await stack.show("up", "--yes", "--skip-preview", "-c", `keyArn=${newKeyArn}`);
    const outputs = JSON.parse((await stack.read("stack", "output", "--json")).stdout);
    const left = cloud.account.list("workspaces").map((one) => String(one.workspace_id));
    expect(outputs.workspaceId !== workspaceId, "The workspace was not replaced.");
    expect(left.length === 1 && left[0] === outputs.workspaceId, `The account has the workspaces ${left.join(", ")}.`);
    expect(outputs.keyArn === newKeyArn && newKeyArn !== keyArn, "The new workspace is not under the new key.");
    const oldKey = cloud.kms.keys().find(({ arn }) => arn === keyArn);
    expect(oldKey?.enabled === true && oldKey.deletion === undefined, "The old KMS key was not kept.");
    say(`workspace ${workspaceId} under ${keyArn}: deleted`);
    say(`KMS key   ${keyArn}: kept and enabled, although the program no longer has it`);
    say(`workspace ${outputs.workspaceId} under ${newKeyArn}: the only one`);
    say(`read:     ${await readNotebook(cloud, outputs.workspaceUrl)}`);
}

/**
 * @param {LocalCloud} cloud
 * @param {Stack} stack
 * @param {Record<string, string>} outputs
 */
async function leaveRunning(cloud, stack, outputs) {
    heading("Left running, until Ctrl-C");
    const settings = { ...cloud.environment(), ...stack.own };
    const { exportLines } = createRequire(import.meta.url)("../../dist/cli/local-cloud.js");
    for (const line of exportLines(settings)) console.log(line);
    console.log(`\ncd '${stack.folder}' && pulumi stack --stack dev    # the stack`);
    console.log(
        `curl --connect-to ::${new URL(cloud.host).host} -H "Authorization: Bearer ${cloud.tokens.createWorkspaceToken(outputs.workspaceId)}" '${outputs.workspaceUrl}/api/2.0/workspace/list?path=/'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
}

/**
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 */
async function written(cloud, workspaceUrl) {
    const content = Buffer.from(SOURCE).toString("base64");
    const body = { path: NOTEBOOK, format: "SOURCE", language: "PYTHON", content, overwrite: true };
    await call(cloud, workspaceUrl, "POST", "/api/2.0/workspace/import", body);
}

/**
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 */
async function readNotebook(cloud, workspaceUrl) {
    const path = `/api/2.0/workspace/export?format=SOURCE&path=${encodeURIComponent(NOTEBOOK)}`;
    const { content } = await call(cloud, workspaceUrl, "GET", path);
    // The service adds a first line to a notebook's source.
    const source = Buffer.from(content, "base64").toString().replace("# Databricks notebook source\n", "");
    expect(source === SOURCE, "What was read is not what was written.");
    return source;
}

/**
 * Sends a request to a workspace's host. Not every machine resolves names below localhost, so the name goes in the header.
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
function call(cloud, workspaceUrl, method, path, body) {
    const headers = {
        host: new URL(workspaceUrl).host,
        authorization: `Bearer ${workspaceToken(cloud, workspaceUrl)}`,
        "content-type": "application/json",
    };
    return new Promise((resolve, reject) => {
        const asked = request(`${cloud.host}${path}`, { method, headers }, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (part) => (text += part));
            response.on("end", () => {
                const answer = JSON.parse(text);
                if (response.statusCode === 200) resolve(answer);
                else reject(new Error(`HTTP ${response.statusCode} ${answer.error_code}: ${answer.message}`));
            });
        });
        asked.on("error", reject);
        asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/**
 * A token for the workspace; the account's own is not valid there.
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 */
function workspaceToken(cloud, workspaceUrl) {
    const workspace = cloud.account.deployed(new URL(workspaceUrl).host.split(".")[0] ?? "");
    return cloud.tokens.createWorkspaceToken(String(workspace?.workspace_id));
}

/** @param {string} title */
function heading(title) {
    console.log(`\n── ${title}\n`);
}

/** @param {string} line */
function say(line) {
    console.log(`  ${line}`);
}
