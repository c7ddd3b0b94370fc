import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { ApiError } from "../../provider/api/errors";
import { Acceptance } from "../../provider/migration/acceptance";
import { Findings } from "../../provider/migration/findings";
import { describeReport, type MigrationReport } from "../../provider/migration/report";
import { writeReport } from "../../provider/migration/report-file";
import { EngineReporter } from "../../provider/runtime/reporter";
import { junitXml } from "../../provider/util/junit";
import { printable, printableLines } from "../../provider/util/printable";

/** Clears a screen, sets a title, moves the cursor by one C1 character, turns the direction, and forges a line. */
const NAME = "a\u001b[2J\u001b]0;t\u0007\u009b1A\u202eb\u2028\nx\ud800";

/** Whether a terminal shows every character of the text, but for line feeds. */
const isPrinted = (text: string) => !/[^\P{C}\n]|[\u2028\u2029]/u.test(text);

describe("names from the service", () => {
    it("are printed with control characters, invisible ones and line breaks as escapes", () => {
        expect(printable(NAME)).to.equal("a\\u001b[2J\\u001b]0;t\\u0007\\u009b1A\\u202eb\\u2028\\u000ax\\ud800");
        expect(printable("Ünïcode 名前 🚀")).to.equal("Ünïcode 名前 🚀");
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                expect(isPrinted(printable(text)) && !printable(text).includes("\n")).to.equal(true);
                expect(isPrinted(printableLines(text))).to.equal(true);
                // JSON with escapes is the same JSON.
                expect(JSON.parse(printableLines(JSON.stringify({ [text]: text })))).to.deep.equal({ [text]: text });
            }),
        );
    });

    it("forge no line of a report and reach no terminal by it, in words, JSON or JUnit; JSON has them as they are", () => {
        const findings = new Findings(new Acceptance());
        const object = { path: `/Shared/${NAME}`, type: "NOTEBOOK", typeName: "NOTEBOOK", id: "1" } as const;
        findings.add(object, "unknown-principal", `the group ${NAME} does not belong to the new workspace`);
        const none = { notebooks: 0, files: 0, dashboards: 0, folders: 0 };
        const report: MigrationReport = {
            ...{ from: "a", to: "b", path: "/", mode: "copy", asOf: "", digest: "" },
            ...{ startedAt: "2024-01-01T00:00:00.000Z", finishedAt: "2024-01-01T00:00:00.000Z", complete: false },
            ...{ found: none, written: none, equal: none, findings: findings.all() },
        };
        const text = describeReport(report);
        expect(isPrinted(text), text).to.equal(true);
        expect(text.split("\n")).to.have.lengthOf(3);
        const file = join(mkdtempSync(join(tmpdir(), "printable-")), "report");
        writeReport(report, `${file}.json`);
        const json = readFileSync(`${file}.json`, "utf8");
        expect(isPrinted(json), json).to.equal(true);
        expect(JSON.parse(json)).to.deep.equal(report);
        writeReport(report, `${file}.xml`);
        const xml = readFileSync(`${file}.xml`, "utf8");
        expect(isPrinted(xml), xml).to.equal(true);
        expect(xml).to.contain("a\\u001b[2J");
    });

    it("are escaped in the service's own words, and in lines for the engine", async () => {
        const { message, detail } = new ApiError("invalid", 400, "BAD", `no ${NAME}`, "GET");
        expect(isPrinted(message), message).to.equal(true);
        expect(detail, "what is compared stays as it came").to.equal(`no ${NAME}`);
        const lines: string[] = [];
        const reporter = new EngineReporter(async ({ message: line }) => void lines.push(line));
        await reporter.during("urn", async () => {
            reporter.progress(NAME);
            reporter.warn(NAME, "CMK3007");
        });
        expect(lines).to.have.lengthOf(2);
        expect(lines.every(isPrinted)).to.equal(true);
    });

    it("stay several lines in a message of JUnit", () => {
        const failure = { type: "x", message: "one\ntwo" };
        const suite = { name: "s", seconds: 0, startedAt: "", cases: [{ group: "g", name: "n", failure }] };
        expect(junitXml(suite)).to.contain('message="one&#10;two"');
    });
});
