import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { noteNames, notesOf, writeNotes } from "../../provider/contract/state-notes";

describe("the notes of a state", () => {
    it("of another form count as missing, each for itself", () => {
        const wrong = {
            setInputs: "7",
            adoption: 7,
            unseenChanges: [],
            neverRan: "1",
            unreachable: "true",
            sources: {},
        };
        expect(notesOf(wrong)).to.deep.equal(notesOf({}));
        expect(notesOf({ ...wrong, adoption: "a1" })).to.deep.equal({ ...notesOf({}), adoption: "a1" });
    });

    it("keep a source as it was, without what says nothing", () => {
        const source = {
            from: "1",
            adoption: undefined,
            named: true,
            inUse: false,
            via: "2",
            at: 5,
            digest: undefined,
        };
        const written = writeNotes({}, { sources: [{ ...source, abandoned: false }] });
        const note = { from: "1", named: true, via: "2", at: 5 };
        expect(written).to.deep.equal({ sources: [note] });
        expect(notesOf({ sources: [note, { from: 1 }, "x"] }).sources).to.deep.equal([{ ...source, abandoned: false }]);
    });

    it("are written beside all else, and taken out if they say nothing", () => {
        const state = { toString: "mine", adoption: "a1", unreachable: true, sources: [{ from: "1" }] };
        expect(writeNotes(state, { neverRan: 0, setInputs: 0 })).to.deep.equal({ ...state, neverRan: 0, setInputs: 0 });
        const none = { adoption: undefined, unreachable: false, sources: [], unseenChanges: {} };
        expect(writeNotes(state, none)).to.deep.equal({ toString: "mine" });
    });

    it("are read by name in one file alone", () => {
        const files = readdirSync("provider", { recursive: true, encoding: "utf8" }).filter((file) =>
            /\.ts$/.test(file),
        );
        const readers = files.filter((file) => {
            const text = readFileSync(join("provider", file), "utf8");
            const reads = (name: string) =>
                text.includes(`["${name}"]`) ||
                new RegExp(`\\b(state|olds|inputs|properties)\\.${name}\\b`).test(text) ||
                new RegExp(`\\{[^{}]*\\b${name}\\b[^{}]*\\}: (Properties|Record<)`).test(text);
            return file !== join("contract", "state-notes.ts") && noteNames.some(reads);
        });
        expect(readers).to.deep.equal([]);
    });
});
