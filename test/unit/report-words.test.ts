import { expect } from "chai";

import { describeReport, joined, type MigrationReport } from "../../provider/migration/report";
import { ShownNames } from "../../provider/migration/shown-names";

const none = { notebooks: 0, files: 0, dashboards: 0, folders: 0 };

/** A report about this many objects that are missing. */
const reportOf = (missing: number, more: Partial<MigrationReport> = {}): MigrationReport => ({
    ...{ from: "https://old.example.com", to: "https://new.example.com", path: "/", mode: "copy", digest: "" },
    ...{ startedAt: "", finishedAt: "", asOf: "", found: none, written: none, equal: none, complete: false },
    findings: Array.from({ length: missing }, (_, index) => ({
        path: `/Shared/${index}`,
        type: "NOTEBOOK",
        kind: "missing",
        reason: "it is not there.",
        accepted: false,
    })),
    ...more,
});

describe("a report of a copy, in words", () => {
    const linesOf = (report: MigrationReport) => describeReport(report).split("\n");

    it("shows ten objects to look at, and how many more there are", () => {
        expect(linesOf(reportOf(10))).to.have.length(12);
        const lines = linesOf(reportOf(11));
        expect(lines.slice(1, 3)).to.deep.equal(["11 to look at:", "  /Shared/0 [missing]: it is not there."]);
        expect(lines.slice(11)).to.deep.equal([
            "  /Shared/9 [missing]: it is not there.",
            "  and 1 more, in the full report.",
        ]);
    });

    it("says what was written only of a copy, and of a plan what would be moved", () => {
        const counts = { equal: { ...none, notebooks: 2 }, written: { ...none, notebooks: 1, dashboards: 1 } };
        const firstOf = (mode: MigrationReport["mode"]) => linesOf(reportOf(0, { mode, ...counts }))[0];
        const [equal, written] = [
            "2 notebooks, 0 files and 0 folders",
            "1 notebook, 0 files, 1 dashboard and 0 folders",
        ];
        expect(firstOf("copy")).to.equal(`${equal} equal in both workspaces (${written} written now).`);
        expect(firstOf("verify")).to.equal(`${equal} equal in both workspaces.`);
        expect(firstOf("plan")).to.equal(`${written} would be moved.`);
    });

    it("joins what it names", () => {
        const parts = ["alerts", "dashboards", "queries"];
        expect([0, 1, 2, 3].map((count) => joined(parts.slice(0, count)))).to.deep.equal([
            ...["", "alerts", "alerts and dashboards", "alerts, dashboards and queries"],
        ]);
    });

    it("names one schedule that is paused, and several", () => {
        expect(linesOf(reportOf(0, { paused: 1 }))[1]).to.match(/, 1 schedule is paused until .*, start it there\.$/);
        expect(linesOf(reportOf(0, { paused: 2 }))[1]).to.match(
            /, 2 schedules are paused until .*, start them there\.$/,
        );
    });
});

describe("what lists have shown", () => {
    it("is nothing of a list that was not shown yet, of which one may be taken out", async () => {
        const shown = new ShownNames();
        shown.forget("scopes", "etl");
        const find = () => Promise.reject(new Error("nothing is to be asked for"));
        expect(await shown.completed("scopes", ["ml"], (name) => name, find)).to.deep.equal(["ml"]);
    });
});
