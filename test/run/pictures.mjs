// @ts-check
// `npm run pictures`: draws docs/pictures/ from real runs of the main example on the local cloud. What differs from run to run
// (uuids, ports, seconds) is replaced, so that a picture changes only where what it shows has changed. Linux: `script` gives
// the CLI a terminal.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cleanUp, cleanUpOnSignals, Problem } from "./processes.mjs";
import { root } from "./project.mjs";
import { setUp } from "./setup.mjs";
import { expect, Stack } from "./stack.mjs";

const WIDTH = 156;
const pictures = join(root, "docs", "pictures");

/** @type {import("../cloud/index.js").LocalCloud | undefined} */
let cloud;
cleanUpOnSignals(() => cloud?.stop());
try {
    await main();
} catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
}
await cloud?.stop();
await cleanUp();

async function main() {
    const { pulumi } = await setUp({ log: console.log });
    const require = createRequire(import.meta.url);
    const { LocalCloud } = require("../../dist/test/cloud/index.js");
    const { stableText } = require("../../dist/test/pictures/stable.js");
    /** @type {string[]} */
    const log = [];
    cloud = await LocalCloud.start({
        provisioningMilliseconds: 14_000,
        onRequest: (/** @type {string} */ line) => log.push(line),
    });
    if (cloud === undefined) return;
    const stable = stableText();
    const stack = await Stack.create(cloud, pulumi);
    mkdirSync(pictures, { recursive: true });

    const up = await inTerminal(stack, "up --yes --skip-preview", (text) => /PROVISIONING for 1\d/.test(text));
    draw("up-waits", "pulumi up", stable(up.snapshot));
    // Signing in is left out, and polls in a row are one line: how many there are differs from run to run.
    const shown = log.filter((line, index) => !/ \/(oidc|\.well-known)/.test(line) && line !== log[index - 1]);
    draw("request-log", "npx pulumi-databricks-cmk local-cloud --verbose", stable(shown.join("\r\n")));

    const { KeyMetadata } = /** @type {{KeyMetadata: {Arn: string}}} */ (
        cloud.kms.call("CreateKey", {}, { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" })
    );
    const preview = await inTerminal(stack, `preview --suppress-outputs -c keyArn=${KeyMetadata.Arn}`, () => false);
    draw("key-change-preview", "pulumi preview", stable(preview.whole));
}

/**
 * Runs the CLI in a terminal, and returns what it had printed when it was first ready, and all of it.
 * @param {Stack} stack
 * @param {string} command
 * @param {(text: string) => boolean} isReady
 * @returns {Promise<{snapshot: string, whole: string}>}
 */
async function inTerminal(stack, command, isReady) {
    const line = `stty cols ${WIDTH} rows 60; exec pulumi ${command} --color always`;
    const child = spawn("script", ["--quiet", "--return", "--flush", "--command", line, "/dev/null"], {
        cwd: stack.folder,
        env: { ...stack.environment, TERM: "xterm-256color" },
        stdio: ["ignore", "pipe", "inherit"],
    });
    let whole = "";
    let snapshot = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
        whole += text;
        // A moment later the display has been drawn to its end.
        if (isReady(whole)) setTimeout(() => (snapshot ||= whole), 300);
    });
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    expect(code === 0, `pulumi ${command} ended with exit code ${code}:\n${whole}`);
    return { snapshot, whole };
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} output
 */
function draw(name, title, output) {
    const require = createRequire(import.meta.url);
    const { Screen } = require("../../dist/test/pictures/screen.js");
    const { terminalPicture } = require("../../dist/test/pictures/svg.js");
    const screen = new Screen();
    screen.write(output);
    writeFileSync(join(pictures, `${name}.svg`), terminalPicture(screen, title, WIDTH));
    console.log(`docs/pictures/${name}.svg`);
}
