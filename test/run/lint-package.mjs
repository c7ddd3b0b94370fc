// @ts-check
// The last part of `npm run lint`: whether the published folder is a good package (publint), with types that every way of
// importing it resolves (Are the types wrong), and whether the links in its documents lead to files that it has.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { assemblePackage } from "./package.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run } from "./processes.mjs";
import { root } from "./project.mjs";

cleanUpOnSignals();
try {
    await lintPackage();
} catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 1;
}
await cleanUp();

async function lintPackage() {
    if (!existsSync(join(root, "dist", "sdk"))) throw new Problem("The package is not compiled yet: npm run build");
    const folder = await assemblePackage();
    await check("publint", "run", folder, "--strict");
    await check("attw", "--pack", folder, "--format", "ascii", "--no-emoji");
    const dead = deadLinks(folder);
    if (dead.length > 0) throw new Problem(`Links that lead nowhere in the published package:\n${dead.join("\n")}`);
}

/**
 * @param {string} tool
 * @param {...string} args
 */
async function check(tool, ...args) {
    const { code, stdout, stderr } = await run(join(root, "node_modules", ".bin", tool), args, { cwd: root });
    if (code !== 0) throw new Problem(`${tool} has found problems:\n${`${stdout}${stderr}`.trim()}`);
}

/**
 * Links in Markdown to files that are not in the folder, with the document that has them.
 * @param {string} folder
 */
function deadLinks(folder) {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .flatMap((file) => {
            const document = readFileSync(join(folder, file), "utf8").replace(/```[\s\S]*?```/g, "");
            const links = [...document.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => String(link));
            return links
                .filter((link) => !/^(https?:|mailto:|#)/.test(link))
                .filter((link) => !existsSync(join(folder, dirname(file), String(link.split("#")[0]))))
                .map((link) => `${relative(folder, join(folder, file))}: ${link}`);
        });
}
