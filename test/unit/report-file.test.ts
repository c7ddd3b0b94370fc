import { expect } from "chai";

import type { MigrationReport } from "../../provider/migration/report";
import { toJson, toJunit } from "../../provider/migration/report-file";

const counts = { notebooks: 2, files: 1, dashboards: 0, folders: 3 };
const report: MigrationReport = {
    ...{ from: "https://old.example.com", to: "https://new.example.com", path: "/Shared", mode: "copy" },
    ...{ startedAt: "2026-01-01T00:00:10.000Z", finishedAt: "2026-01-01T00:01:40.500Z", asOf: "", digest: "" },
    ...{ found: counts, written: counts, equal: counts, complete: false },
    findings: [
        { path: "/Shared/jar", type: "LIBRARY", kind: "library", reason: "a library", accepted: true },
        { path: "/Shared/n", type: "NOTEBOOK", kind: "different", reason: "it differs", accepted: false },
    ],
};

describe("the file of a migration's report", () => {
    it("has, as JUnit XML, a test of all that is equal and one of each finding, skipped if it is accepted; its time is in seconds", () => {
        expect(toJunit(report).split("\n").slice(2)).to.deep.equal([
            '  <testsuite name="copy of /Shared from https://old.example.com to https://new.example.com" tests="3" failures="1" skipped="1" time="90.5" timestamp="2026-01-01T00:00:10.000Z">',
            '    <testcase classname="content" name="2 notebooks, 1 file and 3 folders are equal"/>',
            '    <testcase classname="library" name="/Shared/jar"><skipped message="accepted: a library"/></testcase>',
            '    <testcase classname="different" name="/Shared/n"><failure type="different" message="it differs"/></testcase>',
            "  </testsuite>",
            "</testsuites>",
            "",
        ]);
    });

    it("has a failed test more if the copy ended early", () => {
        expect(
            toJunit({ ...report, findings: [], stopped: "it took too long" })
                .split("\n")
                .slice(3, 5),
        ).to.deep.equal([
            '    <testcase classname="content" name="2 notebooks, 1 file and 3 folders are equal"/>',
            '    <testcase classname="content" name="ends in its time"><failure type="stopped" message="it took too long"/></testcase>',
        ]);
    });

    it("is indented JSON with a line feed at its end", () => {
        expect(toJson({ complete: true })).to.equal('{\n  "complete": true\n}\n');
    });
});
