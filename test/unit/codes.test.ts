import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { codesInMarkdown, explain } from "../../cli/explain";
import { ApiError, ReportedError, shownMessageOf } from "../../provider/api/errors";
import { codes, withCode } from "../../provider/contract/codes";
import { EngineCalls } from "../../provider/runtime/engine-calls";
import { EngineReporter } from "../../provider/runtime/reporter";
import { between } from "../helpers/made-documents";
const root = resolve(__dirname, "../../..");

describe("the codes of errors and warnings", () => {
    const sources = ["provider", "cli"].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts") && !file.endsWith("contract/codes.ts"))
            .map((file) => readFileSync(join(root, folder, file), "utf8")),
    );

    it("are all used, and what is used exists", () => {
        const used = new Set(
            sources.flatMap((source) => [...source.matchAll(/"(CMK\d{4})"/g)].map(([, code]) => code)),
        );
        expect([...used].sort()).to.deep.equal(Object.keys(codes));
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

    it("are explained by the command line, in capitals or not; another word is none", async () => {
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
        for (const words of [["CMK3999"], [], ["CMK3001", "CMK3002"]])
            expect(await explain.run({}, words, io).then(String, String)).to.match(/There is no code|takes one code/);
    });
});
