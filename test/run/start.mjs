// @ts-check
// `npm start`: the main example on the real Pulumi engine against the local cloud, and what a customer-managed key does
// there, step by step. Every step checks what it says. `npm start -- --keep` leaves it all running after `pulumi up`.
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { localEnvironment, root } from "./project.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { setUp } from "./setup.mjs";

/** @typedef {import("../cloud/index.js").LocalCloud} LocalCloud */
/** @typedef {{workspaceUrl: string, workspaceId: string, keyArn: string}} Outputs */

const PROVISIONING = 4_000;
const DEK_CACHE = 5_000;

const NOTEBOOK = "/Shared/revenue";
const SOURCE = "# Databricks notebook source\nprint('Revenue of the third quarter, not yet published')\n";

cleanUpOnSignals();
try {
    await start(process.argv.slice(2));
} catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Problem ? `\nnpm start failed: ${error.message}` : error);
}
await cleanUp();

/** @param {string[]} args */
async function start(args) {
    const unknown = args.filter((arg) => arg !== "--keep");
    if (unknown.length > 0) throw new Problem(`unknown argument ${unknown.join(" ")}; the only one is --keep.`);

    const { pulumi } = await setUp({ log: console.log });
    const { LocalCloud } = await import(pathToFileURL(join(root, "dist", "test", "cloud", "index.js")).href);
    /** @type {LocalCloud} */
    const cloud = await LocalCloud.start({ provisioningMilliseconds: PROVISIONING, dekCacheMilliseconds: DEK_CACHE });
    try {
        const stack = await Stack.create(cloud, pulumi);
        heading("pulumi up: a KMS key, its registration with Databricks, a workspace under it");
        await stack.pulumi("up", "--yes");
        const outputs = await stack.outputs();
        if (args.includes("--keep")) return await keep(cloud, stack, outputs);
        await showNotebooks(cloud, outputs);
        await showKeyChange(cloud, stack, outputs);
        await showDestroy(cloud, stack);
        console.log(bold("\nAll of this was seen and checked, on this machine alone."));
    } finally {
        await cloud.stop();
    }
}

/** The main example as a stack whose state, configuration and CLI settings are in a temporary folder. */
class Stack {
    /**
     * @param {string} folder
     * @param {Record<string, string>} environment
     */
    constructor(folder, environment) {
        this.folder = folder;
        this.environment = environment;
        this.configFile = join(folder, "project", "Pulumi.dev.yaml");
    }

    /**
     * @param {LocalCloud} cloud
     * @param {string} pulumi the folder that holds the CLI
     */
    static async create(cloud, pulumi) {
        const folder = temporaryFolder("databricks-cmk-");
        for (const name of ["state", "project"]) mkdirSync(join(folder, name));
        const stack = new Stack(folder, {
            ...localEnvironment({ pulumi, pulumiHome: join(folder, "pulumi-home") }),
            ...cloud.environment(),
            PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
            PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
            PULUMI_STACK: "dev",
        });
        // Made in a project of the same name in the temporary folder: a new stack's configuration file, with its salt,
        // goes beside the project file, and in this repository it could take the place of one's own.
        const [name] = /^name:.*$/m.exec(readFileSync(join(root, "Pulumi.yaml"), "utf8")) ?? [];
        writeFileSync(join(folder, "project", "Pulumi.yaml"), `${name}\nruntime: nodejs\n`);
        await stack.quietly(["stack", "init", "dev"], join(folder, "project"));
        return stack;
    }

    /**
     * Runs a command of the CLI on the stack; its output is seen.
     * @param {"up" | "preview" | "destroy"} command
     * @param {...string} args
     */
    async pulumi(command, ...args) {
        const file = args.includes("--config-file") ? [] : ["--config-file", this.configFile];
        const { code } = await run("pulumi", [command, ...file, ...args], {
            cwd: root,
            env: this.environment,
            show: true,
        });
        check(code === 0, `\`pulumi ${command}\` ended with exit code ${code}: see its messages above.`);
    }

    /**
     * Runs a command of the CLI and returns what it prints.
     * @param {string[]} args
     */
    async quietly(args, cwd = root) {
        const { code, stdout, stderr } = await run("pulumi", args, { cwd, env: this.environment });
        check(
            code === 0,
            `\`pulumi ${args.join(" ")}\` ended with exit code ${code}:\n${stderr.trim() || stdout.trim()}`,
        );
        return stdout;
    }

    /** @returns {Promise<Outputs>} */
    async outputs() {
        const outputs = JSON.parse(await this.quietly(["stack", "output", "--json"]));
        for (const name of ["workspaceUrl", "workspaceId", "keyArn"]) {
            check(typeof outputs[name] === "string", `the stack has no output ${name}.`);
        }
        return outputs;
    }
}

/**
 * @param {LocalCloud} cloud
 * @param {Outputs} outputs
 */
async function showNotebooks(cloud, { workspaceUrl, workspaceId, keyArn }) {
    heading("A notebook, as the workspace's API shows it and as it is stored");
    const written = await ask(cloud, workspaceUrl, "POST", "/api/2.0/workspace/import", {
        path: NOTEBOOK,
        format: "SOURCE",
        language: "PYTHON",
        content: Buffer.from(SOURCE).toString("base64"),
    });
    check(written.status === 200, `the notebook could not be written: ${written.status} ${written.text}`);
    check((await read(cloud, workspaceUrl)).source === SOURCE, "the notebook does not read as it was written.");
    console.log(`Written to ${workspaceUrl} and read back:\n${indented(SOURCE)}\n`);

    const stored = cloud.notebooks.storedBytes(workspaceId, NOTEBOOK);
    const words = SOURCE.split(/\W+/).filter((word) => word.length > 3);
    check(!words.some((word) => stored.includes(word)), "the stored bytes show words of the notebook.");
    console.log(`Stored, ${stored.length} bytes (nonce, tag, ciphertext):\n${indented(hex(stored))}`);

    heading("The key disabled: Databricks goes on with the key it has in its cache, and only until the interval ends");
    const { KMSClient, DisableKeyCommand, EnableKeyCommand } = await import("@aws-sdk/client-kms");
    const kms = new KMSClient(kmsSettings(cloud));
    const calls = cloud.notebooks.kmsCalls;
    await kms.send(new DisableKeyCommand({ KeyId: keyArn }));
    const disabled = Date.now();
    console.log(`${seconds(disabled)} disabled ${keyArn}`);
    const cached = await read(cloud, workspaceUrl);
    check(cached.source === SOURCE, `the read from the cache failed: ${cached.status} ${cached.text}`);
    check(cloud.notebooks.kmsCalls === calls, "the read asked the KMS, it was not served from the cache.");
    console.log(`${seconds(disabled)} read: ${cached.status}, from the cache, the KMS was not asked`);

    let refused = cached;
    while (refused.status === 200) {
        check(Date.now() < disabled + DEK_CACHE + 5_000, "reads are still served after the cache's interval.");
        await delay(200);
        refused = await read(cloud, workspaceUrl);
    }
    check(refused.status === 403, `a read without the key was answered with ${refused.status} ${refused.text}`);
    console.log(`${seconds(disabled)} read: ${refused.status} ${message(refused.text)}`);

    await kms.send(new EnableKeyCommand({ KeyId: keyArn }));
    console.log(`${seconds(disabled)} enabled again`);
    const restored = await read(cloud, workspaceUrl);
    check(
        restored.source === SOURCE,
        `the read with the key enabled again failed: ${restored.status} ${restored.text}`,
    );
    console.log(`${seconds(disabled)} read: ${restored.status}, the notebook is as it was`);
    kms.destroy();
}

/**
 * @param {LocalCloud} cloud
 * @param {Stack} stack
 * @param {Outputs} outputs
 */
async function showKeyChange(cloud, stack, { workspaceId }) {
    heading("pulumi preview with another key: the workspace would be replaced");
    const { KMSClient, CreateKeyCommand, ScheduleKeyDeletionCommand } = await import("@aws-sdk/client-kms");
    const kms = new KMSClient(kmsSettings(cloud));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "another key" }));
    const otherKey = String(KeyMetadata?.Arn);

    // A configuration file of its own: the other key is not to be there at `pulumi destroy`.
    const configFile = join(stack.folder, "other-key.yaml");
    copyFileSync(stack.configFile, configFile);
    await stack.quietly(["config", "set", "keyArn", otherKey, "--config-file", configFile]);
    await stack.pulumi("preview", "--config-file", configFile);

    const { steps } = JSON.parse(await stack.quietly(["preview", "--json", "--config-file", configFile]));
    const ops = steps
        .filter((/** @type {{urn: string}} */ { urn }) => urn.split("::")[2]?.endsWith(":Workspace"))
        .map((/** @type {{op: string}} */ { op }) => op);
    check(
        ops.includes("replace"),
        `the preview does not replace the workspace, but says: ${ops.join(", ") || "nothing"}.`,
    );
    const workspaces = cloud.account.list("workspaces").map((workspace) => workspace["workspace_id"]);
    check(workspaces.join() === workspaceId, `the preview changed the workspaces: ${workspaces.join(", ") || "none"}.`);
    console.log("Only a preview: the workspace and its notebooks are still there.");

    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: otherKey, PendingWindowInDays: 7 }));
    kms.destroy();
}

/**
 * @param {LocalCloud} cloud
 * @param {Stack} stack
 */
async function showDestroy(cloud, stack) {
    heading("pulumi destroy: nothing is left");
    await stack.pulumi("destroy", "--yes");
    const left = cloud.contents();
    check(left.length === 0, `something is left in the local cloud:\n${indented(left.join("\n"))}`);
    console.log("The local cloud is empty; what is left of the KMS keys is their deletion, for which AWS waits.");
}

/**
 * Prints how to use the stack by hand and waits for Ctrl-C.
 * @param {LocalCloud} cloud
 * @param {Stack} stack
 * @param {Outputs} outputs
 */
async function keep(cloud, stack, { workspaceUrl }) {
    heading("The local cloud and the stack stay, until Ctrl-C. In another terminal:");
    const inherited = Object.entries(stack.environment).filter(([name, value]) => process.env[name] !== value);
    for (const [name, value] of inherited) console.log(`export ${name}=${quoted(value)}`);
    console.log(
        [
            `cd ${quoted(root)}`,
            "",
            `pulumi preview --config-file ${quoted(stack.configFile)}`,
            `pulumi stack output`,
            `curl -H ${quoted(`Host: ${new URL(workspaceUrl).host}`)} -H ${quoted(`Authorization: Bearer ${cloud.token}`)} \\`,
            `    ${quoted(`${cloud.host}/api/2.0/workspace/list?path=/`)}`,
        ].join("\n"),
    );
    await new Promise(() => {});
}

/**
 * Asks a workspace's own API.
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{status: number, text: string}>}
 */
function ask(cloud, workspaceUrl, method, path, body) {
    return new Promise((resolve, reject) => {
        // Not every machine knows names below "localhost", so the name goes into the Host header alone.
        const headers = { host: new URL(workspaceUrl).host, authorization: `Bearer ${cloud.token}` };
        const sent = request(cloud.host + path, { method, headers, agent: false }, (answer) => {
            let text = "";
            answer.setEncoding("utf8");
            answer.on("data", (part) => (text += part));
            answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
            answer.once("error", reject);
        });
        sent.once("error", reject);
        sent.end(body && JSON.stringify(body));
    });
}

/**
 * @param {LocalCloud} cloud
 * @param {string} workspaceUrl
 */
async function read(cloud, workspaceUrl) {
    const query = new URLSearchParams({ path: NOTEBOOK, format: "SOURCE" });
    const answer = await ask(cloud, workspaceUrl, "GET", `/api/2.0/workspace/export?${query}`);
    const source =
        answer.status === 200 ? Buffer.from(JSON.parse(answer.text).content, "base64").toString() : undefined;
    return { ...answer, source };
}

/** @param {LocalCloud} cloud */
function kmsSettings(cloud) {
    const environment = cloud.environment();
    return {
        region: environment.AWS_REGION,
        endpoint: environment.AWS_ENDPOINT_URL_KMS,
        credentials: {
            accessKeyId: String(environment.AWS_ACCESS_KEY_ID),
            secretAccessKey: String(environment.AWS_SECRET_ACCESS_KEY),
        },
    };
}

/**
 * @param {unknown} condition
 * @param {string} problem
 * @returns {asserts condition}
 */
function check(condition, problem) {
    if (!condition) throw new Problem(problem);
}

/** @param {string} title */
function heading(title) {
    console.log(bold(`\n── ${title}\n`));
}

/** @param {string} text */
function bold(text) {
    return process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[22m` : text;
}

/** @param {number} since */
function seconds(since) {
    return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(6);
}

/** @param {string} text */
function indented(text) {
    return text.trimEnd().replace(/^/gm, "    ");
}

/** @param {Buffer} bytes */
function hex(bytes) {
    return bytes
        .toString("hex")
        .replace(/(..)(?!$)/g, "$1 ")
        .replace(/(.{95}) /g, "$1\n");
}

/** @param {string} answer */
function message(answer) {
    try {
        const { error_code, message } = JSON.parse(answer);
        return `${error_code}: ${message}`;
    } catch {
        return answer;
    }
}

/** @param {string} text */
function quoted(text) {
    return /^[\w./:@=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
