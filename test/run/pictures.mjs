// @ts-check
// `npm run pictures`: draws docs/pictures/ from real runs of the main example on the local cloud. What differs from run to run
// (uuids, ports, seconds) is replaced, and what has no order is sorted, so that a picture changes only where what it
// shows has changed. `npm run pictures -- --check` writes nothing and fails where a picture would change. Linux: `script`
// gives the CLI a terminal.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cleanUp, cleanUpOnSignals, Problem } from "./processes.mjs";
import { root } from "./project.mjs";
import { setUp } from "./setup.mjs";
import { expect, Stack } from "./stack.mjs";

/** Columns of the pictures and of the terminals: the last column of Pulumi's table ends with a whole word in each. */
const WIDTH = 140;
const UP_WIDTH = 137;
const pictures = join(root, "docs", "pictures");

/** @type {import("../../local-cloud/index.js").LocalCloud | undefined} */
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
    const strange = args.find((arg) => arg !== "--check");
    if (strange !== undefined) throw new Problem(`npm run pictures does not know ${strange}; it only takes --check.`);
    const put = args.includes("--check") ? compare : write;
    const { pulumi } = await setUp({ log: console.log });
    const require = createRequire(import.meta.url);
    const { LocalCloud, seeds } = require("../../dist/local-cloud/index.js");
    const { sortedRequests } = require("../../dist/test/pictures/order.js");
    const { stableText } = require("../../dist/test/pictures/stable.js");
    /** @type {string[]} */
    const log = [];
    cloud = await LocalCloud.start({
        provisioningMilliseconds: 14_000,
        onRequest: (/** @type {string} */ line) => log.push(line),
    });
    if (cloud === undefined) return;
    const stable = stableText();
    // A short name leaves more room for what the table says.
    const stack = await Stack.create(cloud, pulumi, "notebooks");

    const up = await inTerminal(stack, UP_WIDTH, "up --yes --skip-preview", (text) =>
        /PROVISIONING for 1\d/.test(text),
    );
    put("up-waits", drawn("pulumi up", stable(up.snapshot)));
    // Signing in is left out, and polls in a row are one line: how many there are differs from run to run.
    const shown = log.filter((line, index) => !/ \/(oidc|\.well-known)/.test(line) && line !== log[index - 1]);
    put(
        "request-log",
        drawn("npx pulumi-databricks-cmk local-cloud --verbose", stable(sortedRequests(shown).join("\r\n"))),
    );

    const id = (await stack.read("stack", "output", "workspaceId")).stdout.trim();
    for (const name of ["load", "clean", "report"])
        await cloud.workspace(id).import(`/Shared/etl/${name}`, seeds.notebook(`print("${name}")`));

    const command = `preview --suppress-outputs -c keyArn=${cloud.createKey()}`;
    const preview = await inTerminal(stack, WIDTH, command, () => false);
    put("key-change-preview", drawn("pulumi preview", stable(preview.whole)));
}

/**
 * Runs the CLI in a terminal, and returns what it had printed when it was first ready, and all of it.
 * @param {Stack} stack
 * @param {number} width its columns
 * @param {string} command
 * @param {(text: string) => boolean} isReady
 * @returns {Promise<{snapshot: string, whole: string}>}
 */
async function inTerminal(stack, width, command, isReady) {
    const line = `stty cols ${width} rows 60; exec pulumi ${command} --color always`;
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
 * @param {string} title
 * @param {string} output
 * @returns {string} the picture
 */
function drawn(title, output) {
    const require = createRequire(import.meta.url);
    const { Screen } = require("../../dist/test/pictures/screen.js");
    const { terminalPicture } = require("../../dist/test/pictures/svg.js");
    const screen = new Screen();
    screen.write(output);
    return terminalPicture(screen, title, WIDTH);
}

/**
 * @param {string} name
 * @param {string} picture
 */
function write(name, picture) {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${name}.svg`), picture);
    console.log(`docs/pictures/${name}.svg`);
}

/**
 * @param {string} name
 * @param {string} picture
 */
function compare(name, picture) {
    const file = join(pictures, `${name}.svg`);
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    const differing = picture.split("\n").findIndex((line, index) => line !== lines[index]);
    expect(
        differing === -1,
        `docs/pictures/${name}.svg differs from what a run shows, first in line ${differing + 1}:\n` +
            `  ${lines[differing]}\n  ${picture.split("\n")[differing]}\nDraw it again: npm run pictures`,
    );
    console.log(`docs/pictures/${name}.svg is what a run shows`);
}
