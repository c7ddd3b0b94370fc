import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

import { expect } from "chai";

import { type Page, pageInProject } from "../../provider/contract/pages";
import { rules } from "../../sdk/policy/rules";

const root = resolve(__dirname, "../../..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

/** The repository's documents, as paths from its root. */
const documents = [".", "docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".md"))
        .map((file) => join(folder, file)),
);

const records = documents.filter((document) => /^docs\/decisions\/\d/.test(document));

/** A document's text without its code. */
const prose = (document: string) => read(document).replace(/^ *```[\s\S]*?^ *```$/gm, "");

/** The files below a folder, as paths from the root. */
const filesIn = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));

/** The code of a file without its comments. */
const codeOf = (file: string) => read(file).replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, "");

/** Paths in the documents that are not of this repository: packages, what is generated, a stack's full name, the Go SDK's files. */
const ofOthers = /^(@|node_modules\/|dist\/|pulumi-databricks-cmk\/|organization\/project\/|config\/auth_)/;

/** The anchors that a document's headings have on GitHub. */
function anchors(document: string): string[] {
    return [...prose(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

describe("the documents", () => {
    it("link only to files and headings that exist", () => {
        const dead = documents.flatMap((document) =>
            [...prose(document).matchAll(/\]\(([^)\s]+)\)/g)]
                .map(([, link = ""]) => link)
                .filter((link) => !/^(https?|mailto):/.test(link))
                .filter((link) => {
                    const [path = "", anchor] = link.split("#");
                    const target = path === "" ? document : relative(root, join(root, dirname(document), path));
                    if (!existsSync(join(root, target))) return true;
                    return anchor !== undefined && !anchors(target).includes(anchor);
                })
                .map((link) => `${document}: ${link}`),
        );
        expect(documents.length).to.be.above(20);
        expect(dead).to.deep.equal([]);
    });

    it("are reached from the README, each page of docs/", () => {
        const readme = read("README.md");
        const pages = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
        expect(pages.filter((page) => !readme.includes(`docs/${page}`))).to.deep.equal([]);
    });

    it("begin with a README of at most 150 lines", () => {
        expect(read("README.md").split("\n").length).to.be.at.most(151);
    });

    it("have lines of at most 140 characters, but for tables, code and pictures", () => {
        const long = documents
            .filter((document) => document !== "CHANGELOG.md")
            .flatMap((document) =>
                prose(document)
                    .split("\n")
                    .filter((line) => line.length > 140 && !/^\s*(\||!\[)/.test(line))
                    .map((line) => `${document}: ${line}`),
            );
        expect(long).to.deep.equal([]);
    });

    it("have each command of the command line in the README's table, with its page", () => {
        const commands = [...read("cli", "main.ts").matchAll(/^    \["([a-z-]+)", \w+\],$/gm)].map(([, name]) => name);
        const rows = [...read("README.md").matchAll(/^\| \[`([a-z-]+)`\]\(docs\/[a-z-]+\.md\) /gm)].map(
            ([, name]) => name,
        );
        expect(commands.length).to.be.above(3);
        expect(rows.sort()).to.deep.equal(commands.sort());
    });

    it("let a stranger find orphans, throttling, the cache, backoff and retries in ARCHITECTURE", () => {
        const architecture = read("ARCHITECTURE.md");
        for (const word of ["orphan", "throttle", "cache", "backoff", "retry"]) expect(architecture).to.contain(word);
    });

    it("list every decision record, with its title", () => {
        const index = read("docs", "decisions", "README.md");
        const records = readdirSync(join(root, "docs", "decisions")).filter((file) => file !== "README.md");
        for (const record of records) {
            const title = /^# (.+)$/m.exec(read("docs", "decisions", record))?.[1] ?? "no title";
            expect(index).to.contain(`- [${basename(record).slice(0, 4)}](${record}) ${title}`);
        }
    });

    it("say of every decision its date, status, files and consequences", () => {
        const form =
            /^# .+\n\nDate: \d{4}-\d\d-\d\d\. Status: (accepted|(accepted, in part )?replaced by record \d{4})\. Implemented\s+in\s+`[^`]+`/;
        const unlike = records.filter(
            (record) => !form.test(read(record)) || !read(record).includes("\n**Consequences.** "),
        );
        expect(unlike).to.deep.equal([]);
    });

    it("name every setting of the stack configuration that the provider reads", () => {
        const page = read("docs", "configuration.md");
        const settings = read("provider", "runtime", "settings.ts").match(/databricks:[a-zA-Z]+/g) ?? [];
        expect(settings.length).to.be.above(4);
        for (const setting of settings) expect(page).to.contain(`\`${setting}\``);
    });

    it("name every rule for policy packs", () => {
        const page = read("docs", "policy-pack.md");
        for (const { name } of Object.values(rules)) expect(page).to.contain(`\`${name}\``);
    });

    it("have an API reference of each part of the package, which is published and which the README links", () => {
        const { exports, files, scripts } = JSON.parse(read("package.json")) as {
            exports: Record<string, string | { types: string }>;
            files: string[];
            scripts: Record<string, string>;
        };
        const parts = Object.values(exports).flatMap((part) =>
            typeof part === "string" ? [] : [part.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, "$1.ts")],
        );
        const reference = JSON.parse(read("typedoc.reference.json")) as {
            entryPoints: string[];
            out: string;
            readme: string;
        };
        expect(reference.entryPoints).to.have.members(parts);
        expect(files).to.include(reference.out);
        expect(scripts["package"]).to.contain("npm run docs");
        expect(read("README.md")).to.contain(`(${reference.readme})`);
        for (const name of Object.keys(exports).filter((one) => one !== "./package.json"))
            expect(read(reference.readme)).to.contain(`\`pulumi-databricks-cmk${name.slice(1)}\``);
    });

    it("name every example", () => {
        const page = read("docs", "examples.md");
        const examples = readdirSync(join(root, "examples"));
        expect(examples.filter((example) => !page.includes(`../examples/${example})`))).to.deep.equal([]);
    });
});

describe("what ARCHITECTURE, CONTRIBUTING and the decision records name in code marks", () => {
    const pages = ["ARCHITECTURE.md", "CONTRIBUTING.md", ...records];
    const generated = ["node_modules", "dist", ".git"];
    const tree = readdirSync(root)
        .filter((name) => !generated.includes(name))
        .flatMap((name) => (statSync(join(root, name)).isDirectory() ? filesIn(name) : [name]))
        .filter((path) => !path.includes("/node_modules/") && statSync(join(root, path)).isFile());

    /** The files that a path means: from the root, or by its end, as in "`handover.ts` beside it". */
    const filesOf = (path: string) => {
        const escaped = path.replace(/\/$/, "").replace(/[.+]/g, "\\$&");
        const pattern = new RegExp(`^(.*/)?${escaped.replace(/\*|<\w+>/g, "[^/]*")}(/|$)`);
        return tree.filter((file) => pattern.test(file));
    };
    const wordsOf = (files: readonly string[]) => new Set(files.flatMap((file) => codeOf(file).match(/[\w$]+/g) ?? []));
    const sources = wordsOf(
        tree.filter((file) => /\.(ts|mjs|json)$/.test(file) && !file.endsWith("documents.test.ts")),
    );

    const isPath = (mark: string) => /^[\w.@*<>-]+(\/[\w.@*<>-]*)+$|^[\w*<>-]+\.(ts|mjs|json|md|py)$/.test(mark);
    /** camelCase and PascalCase words. */
    const namesIn = (mark: string) => mark.match(/(?<![\w$-])([a-z]+\d*[A-Z]\w*|[A-Z][a-z]\w*)(?![\w-])/g) ?? [];

    /** Each text in code marks; with its path in "`name` in `path`" and "`path` (`name`, `name`)". */
    const marksOf = (page: string) => {
        const text = prose(page);
        const list = "(?:`[^`]+`(?:, | and )?)+";
        const before = [...text.matchAll(new RegExp(`(?<marks>${list}) in \`(?<path>[^\`]+)\``, "g"))];
        const after = [...text.matchAll(new RegExp(`\`(?<path>[^\`]+)\` \\((?<marks>${list})\\)`, "g"))];
        const groups = [...before, ...after].map(({ groups: found }) => found ?? {});
        return [...groups, { marks: text, path: "" }].flatMap(({ marks = "", path = "" }) =>
            [...marks.matchAll(/`([^`]+)`/g)].map(([, mark = ""]) => ({ mark, path: isPath(path) ? path : "" })),
        );
    };
    const goneIn = (find: (mark: string, path: string) => readonly string[]) =>
        pages.flatMap((page) =>
            marksOf(page).flatMap(({ mark, path }) => find(mark, path).map((one) => `${page}: ${one}`)),
        );

    it("exists: each record that a comment names, by its number", () => {
        const code = tree.filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith("documents.test.ts"));
        const named = code.flatMap((file) =>
            [...read(file).matchAll(/\brecords? (\d{4})\b|docs\/decisions\/\d{4}/gi)].map(([text, number]) => ({
                file,
                text,
                number,
            })),
        );
        const isRecord = (number = "by its path") => records.some((record) => basename(record).startsWith(number));
        expect(named.length).to.be.above(0);
        expect(named.filter(({ number }) => !isRecord(number))).to.deep.equal([]);
    });

    it("exists: each path", () => {
        const gone = goneIn((mark, path) => {
            if (!isPath(mark) || ofOthers.test(mark)) return [];
            const whole = path.endsWith("/") ? `${path}${mark}` : mark;
            return filesOf(whole).length === 0 ? [whole] : [];
        });
        expect(gone).to.deep.equal([]);
    });

    it("exists: each name of the code, in the file that is said to have it", () => {
        const gone = goneIn((mark, path) => {
            if (isPath(mark)) return [];
            if (path === "" || ofOthers.test(path) || !/^[\w$.]+$/.test(mark))
                return namesIn(mark).filter((name) => !sources.has(name));
            const there = wordsOf(filesOf(path));
            return mark.split(".").flatMap((name) => (there.has(name) ? [] : [`${name} in ${path}`]));
        });
        expect(gone).to.deep.equal([]);
    });
});

describe("a message that names a page of the documents", () => {
    const sources = ["sdk", "provider", "cli", "local-cloud"].flatMap(filesIn).filter((file) => file.endsWith(".ts"));

    it("names the file that the project of its reader has", () => {
        const { files } = JSON.parse(read("package.json")) as { files: string[] };
        expect(files).to.include("docs");
        const named = sources.flatMap((file) =>
            [...codeOf(file).matchAll(/pageInProject\("([\w-]+)"\)/g)].map(([, page]) => `${page}`),
        );
        expect(named.length).to.be.at.least(6);
        for (const page of named) {
            const path = pageInProject(page as Page);
            expect(path).to.match(/^node_modules\/pulumi-databricks-cmk\/docs\//);
            expect(existsSync(join(root, path.replace("node_modules/pulumi-databricks-cmk/", ""))), path).to.equal(
                true,
            );
        }
    });

    it("names none of the repository, which its reader does not have", () => {
        const relative = sources
            .filter((file) => !file.endsWith("contract/pages.ts"))
            .filter((file) => /\bdocs\/[\w/-]+\.md/.test(codeOf(file)));
        expect(relative).to.deep.equal([]);
    });
});
