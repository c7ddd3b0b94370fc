// @ts-check
// `npm run package`: assembles in dist/package what is published, and nothing else of this repository: the files that
// package.json lists, and a manifest without workspaces, scripts and development dependencies. `npm publish ./dist/package`
// and `npm pack ./dist/package` take it as it is. An argument names another folder. Record 0028 says why.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, run } from "./processes.mjs";
import { npm, root } from "./project.mjs";

/** Fields of package.json that someone who installs the package, or reads its page, has a use for. */
const PUBLISHED_FIELDS = [
    ...["name", "version", "description", "keywords", "license", "repository", "homepage", "bugs"],
    ...["type", "engines", "main", "types", "typesVersions", "exports", "bin"],
    ...["dependencies", "peerDependencies", "peerDependenciesMeta", "publishConfig"],
];

/**
 * Assembles the published folder from what has been compiled. Where GITHUB_REPOSITORY names the repository (in its own
 * workflows), the manifest does too: npm's page needs it for the README's links, and provenance is checked against it.
 */
export async function assemblePackage(packageFolder = join(root, "dist", "package")) {
    rmSync(packageFolder, { recursive: true, force: true });
    for (const path of await publishedFiles()) {
        const target = join(packageFolder, path);
        mkdirSync(dirname(target), { recursive: true });
        if (/\.d\.ts$/.test(path)) writeFileSync(target, withOptionalTypes(readFileSync(join(root, path), "utf8")));
        else if (/\.js$/.test(path)) writeFileSync(target, withoutSourceMap(readFileSync(join(root, path), "utf8")));
        else copyFileSync(join(root, path), target);
    }
    const manifest = publishedManifest();
    writeFileSync(join(packageFolder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    publishExamples(join(packageFolder, "examples"), manifest.version);
    return packageFolder;
}

/**
 * Makes each example a project that works where its folder is copied to: it names the published package instead of the
 * repository, and the main example gets the project file, which the repository has in its root.
 * @param {string} folder
 * @param {string} version
 */
function publishExamples(folder, version) {
    for (const example of readdirSync(folder)) {
        const path = join(folder, example, "package.json");
        writeFileSync(path, readFileSync(path, "utf8").replace('"file:../.."', `"^${version}"`));
    }
    const project = readFileSync(join(root, "Pulumi.yaml"), "utf8");
    const [line, main] = /^main: examples\/(.+)\n/m.exec(project) ?? [];
    if (line === undefined || main === undefined)
        throw new Problem("Pulumi.yaml does not name an example as its main.");
    writeFileSync(join(folder, main, "Pulumi.yaml"), project.replace(line, ""));
}

/** What npm would pack, by the `files` of package.json. */
async function publishedFiles() {
    const { command, args } = npm("pack", "--dry-run", "--json", "--ignore-scripts");
    const { code, stdout, stderr } = await run(command, args, { cwd: root });
    if (code !== 0) throw new Problem(`npm cannot say which files the package has:\n${stderr.trim()}`);
    const reply = JSON.parse(stdout);
    const [{ files }] = Array.isArray(reply) ? reply : Object.values(reply);
    return files.map((/** @type {{path: string}} */ { path }) => path).filter(hasSource);
}

/**
 * Not what was compiled from a source that is gone since.
 * @param {string} path
 */
function hasSource(path) {
    const [, source] = /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(path) ?? [];
    return source === undefined || existsSync(join(root, `${source}.ts`));
}

function publishedManifest() {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const { GITHUB_SERVER_URL: server = "https://github.com", GITHUB_REPOSITORY: repository } = process.env;
    const links = repository
        ? {
              repository: { type: "git", url: `git+${server}/${repository}.git` },
              homepage: `${server}/${repository}#readme`,
              bugs: `${server}/${repository}/issues`,
          }
        : {};
    const all = { ...manifest, ...links };
    return Object.fromEntries(
        PUBLISHED_FIELDS.filter((field) => all[field] !== undefined).map((field) => [field, all[field]]),
    );
}

/**
 * The maps are not published: with them, Pulumi would map every stack trace that it takes.
 * @param {string} script
 */
function withoutSourceMap(script) {
    return script.replace(/^\/\/# sourceMappingURL=.*\n?/m, "");
}

/**
 * The components' types are those of `@pulumi/aws`, an optional peer. Where it is not installed they are `any`, and a
 * program that uses no component compiles without `skipLibCheck`. (The compiler leaves such a comment out of what it emits.)
 * @param {string} declarations
 */
function withOptionalTypes(declarations) {
    return declarations.replace(/^(?=.*(?:from |import\()"@pulumi\/aws")/gm, "// @ts-ignore\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await assemblePackage(process.argv[2]));
