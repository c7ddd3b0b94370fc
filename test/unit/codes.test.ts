import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { codesInMarkdown, explain, meaningOf } from "../../cli/explain";
import { ApiError, ReportedError, shownMessageOf } from "../../provider/api/errors";
import { withCode } from "../../provider/contract/coded-message";
import { codes } from "../../provider/contract/codes";
import { findingKinds } from "../../provider/contract/finding-kinds";
import { EngineCalls } from "../../provider/runtime/engine-calls";
import { EngineReporter } from "../../provider/runtime/reporter";
import { between } from "../helpers/made-documents";
const root = resolve(__dirname, "../../..");

describe("the codes of errors and warnings", () => {
    const sources = ["provider", "sdk", "cli", "plugin"].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
            .map((file) => join(folder, file))
            .filter((file) => file.endsWith(".ts") && !file.endsWith("contract/codes.ts"))
            .map((file) => ({ file, source: readFileSync(join(root, file), "utf8") })),
    );

    it("are all used, and what is used exists", () => {
        const used = new Set(
            sources.flatMap(({ source }) => [...source.matchAll(/"(CMK\d{4})"/g)].map(([, code]) => code)),
        );
        expect([...used].sort()).to.deep.equal(Object.keys(codes));
    });

    /** What is made without a code where the compiler does not ask for one, how often, and why. */
    const withoutCode: Readonly<Record<string, readonly [number, string]>> = {
        "cli/contract/answer.ts": [1, "a defect"],
        "cli/contract/created.ts": [1, "a part of a line in the report"],
        "cli/report-files.ts": [2, "a part of a UsageError"],
        "plugin/component-process.ts": [2, "an error of the other process, which has one; a defect"],
        "plugin/components.ts": [1, "a defect: the engine asks for what the schema has"],
        "plugin/package-provider.ts": [1, "a defect: the engine asks for what the schema has"],
        "plugin/words.ts": [1, "a defect: the engine asks for what the schema has"],
        "provider/api/http.ts": [1, "a cause, for the debug log"],
        "provider/api/poller.ts": [1, "something that was thrown and is no error"],
        "provider/contract/require-node.ts": [1, "its message has one"],
        "provider/lookups.ts": [1, "its message has one"],
        "provider/migration/tree-listing.ts": [1, "a part of a refusal"],
        "provider/objects/workspace/orphan.ts": [2, "a part of a refusal"],
        "provider/runtime/engine-log.ts": [1, "a line that has one is handed on"],
    };

    it("end each error and warning that the sources make without a class of this package", () => {
        const made =
            /\b(?:new (?:\w+\.)?(?:Error|RangeError|TypeError|RunError)|log\.(?:warn|error))\((?!\s*withCode\()/g;
        const bare = sources.flatMap(({ file, source }) => {
            const count = [...source.matchAll(made)].length;
            return count === 0 ? [] : [[file, count] as const];
        });
        const expected = Object.entries(withoutCode).map(([file, [count]]) => [file, count] as const);
        expect(Object.fromEntries(bare)).to.deep.equal(Object.fromEntries(expected));
    });

    it("have their paragraphs in docs/troubleshooting.md (`npm run docs:service`)", () => {
        const document = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
        expect(document).to.equal(between(document, "codes", codesInMarkdown()));
    });

    it("end a message once, however often it is handed on", () => {
        const error = new ApiError("denied", 403, "PERMISSION_DENIED", "no", "GET /workspaces");
        const shown = shownMessageOf(error);
        expect(shown).to.match(/ \[CMK2005\]$/);
        expect(withCode(shown, error.code)).to.equal(shown);
        expect(withCode("the key is gone [CMK3010]", "CMK1002")).to.equal("the key is gone [CMK3010]");
        expect(shownMessageOf(new Error("a defect"))).to.equal("a defect");
    });

    it("end what the engine is told: errors, warnings, problems of inputs, and reasons that stay in the state", async () => {
        const lines: string[] = [];
        const reporter = new EngineReporter(async ({ message }) => void lines.push(message));
        const failing = (error: Error) => ({ create: () => Promise.reject(error) });
        const calls = new EngineCalls(reporter);
        const thrown = (handler: object) =>
            calls
                .wrap(handler as Parameters<EngineCalls["wrap"]>[0])
                .create({})
                .then(undefined, (error: Error & { reasons?: string[] }) => error);
        const kept = Object.assign(new ReportedError("it is FAILED.", "CMK3002"), {
            id: "1",
            reasons: ["it is FAILED."],
        });
        expect(await thrown(failing(kept))).to.deep.include({ id: "1", reasons: ["it is FAILED. [CMK3002]"] });
        expect(await thrown(failing(new Error("a defect")))).to.include({ message: "a defect" });
        const checked = await calls
            .wrap({
                create: () => Promise.resolve({ id: "1" }),
                check: (_, inputs) => {
                    reporter.warn("look.", "CMK1010");
                    return Promise.resolve({ inputs, failures: [{ property: "name", reason: "is too long." }] });
                },
            })
            .check({}, {});
        expect(checked.failures).to.deep.equal([{ property: "", reason: "name is too long. [CMK1002]" }]);
        expect(lines).to.deep.equal(["look. [CMK1010]"]);
    });

    it("are explained by the command line, in capitals or not, and kinds of findings; another word is none", async () => {
        const said: string[] = [];
        const io = {
            out: (line: string) => void said.push(line),
            err: () => undefined,
            environment: {},
            signal: new AbortController().signal,
        };
        expect(await explain.run({}, ["[cmk3001]"], io)).to.equal(0);
        expect(said.join("\n"))
            .to.match(/^CMK3001: A workspace is not deleted\n/)
            .and.to.contain("forceDestroy");
        said.length = 0;
        expect(await explain.run({}, ["[too-large]"], io)).to.equal(0);
        expect(said.join(" "))
            .to.match(/^too-large: a kind of finding/)
            .and.to.contain("200 MB")
            .and.to.contain("split it");
        for (const kind of findingKinds.filter((one) => one !== "others"))
            expect(meaningOf(kind), kind).to.not.equal("");
        for (const words of [["CMK3999"], [], ["CMK3001", "CMK3002"]])
            expect(await explain.run({}, words, io).then(String, String)).to.match(/There is no code|takes one code/);
    });
});
