import { expect } from "chai";

import { isRefusal, type Leaving, type Look, mayDelete, refusal } from "../../provider/objects/workspace/gate";

const EMPTY: Look = { digest: "0", content: undefined };
const FULL: Look = { digest: "1", content: "/Shared/n" };

/** A workspace that answers the gate's questions, and what it was asked. */
function leaving(answers: Partial<Leaving> & { looks?: Look[] } = {}): Leaving & { asked: string[] } {
    const asked: string[] = [];
    const looks = [...(answers.looks ?? [EMPTY])];
    return {
        id: "1",
        asked,
        word: answers.word,
        exists: answers.exists ?? (async () => true),
        hasNeverRun: answers.hasNeverRun ?? (async () => false),
        look: async () => {
            asked.push("look");
            return (looks.length > 1 ? looks.shift() : looks[0]) ?? EMPTY;
        },
        requireInSuccessor: async (content) => {
            asked.push(`successor for ${content}`);
            await answers.requireInSuccessor?.(content);
        },
    };
}

const refused = async (run: Promise<unknown>): Promise<string> => {
    try {
        await run;
    } catch (error) {
        if (isRefusal(error) && error instanceof Error) return error.message;
        throw error;
    }
    throw new Error("it was not refused");
};

describe("the gate, which decides about each DELETE of a workspace", () => {
    it("sends none, and asks nothing else, if the account no longer has the workspace", async () => {
        const gone = leaving({ exists: async () => false, looks: [FULL] });
        expect([await mayDelete(gone), gone.asked]).to.deep.equal([false, []]);
    });

    it("sends none if the workspace is gone when it is looked at", async () => {
        expect(await mayDelete({ ...leaving(), look: async () => undefined })).to.equal(false);
    });

    it("looks at nothing if somebody gave the word, or if the workspace has certainly never run", async () => {
        for (const answers of [{ word: "forceDestroy: true" }, { hasNeverRun: async () => true }]) {
            const one = leaving({ ...answers, looks: [FULL] });
            expect([await mayDelete(one), one.asked]).to.deep.equal([true, []]);
        }
    });

    it("opens for an empty workspace only if a second look finds the same", async () => {
        const empty = leaving();
        expect([await mayDelete(empty), empty.asked]).to.deep.equal([true, ["look", "look"]]);
    });

    it("asks for a successor that has everything, and looks once more after it has answered", async () => {
        const moved = leaving({ looks: [FULL] });
        expect([await mayDelete(moved), moved.asked]).to.deep.equal([
            true,
            ["look", "successor for /Shared/n", "look"],
        ]);
    });

    it("does not open for what was saved between the two looks before the successor has it too", async () => {
        const saved = leaving({ looks: [EMPTY, FULL] });
        expect(await mayDelete(saved)).to.equal(true);
        expect(saved.asked).to.deep.equal(["look", "look", "successor for /Shared/n", "look"]);
        const late = leaving({
            looks: [EMPTY, FULL],
            requireInSuccessor: async () => Promise.reject(refusal("1", "no.")),
        });
        expect(await refused(mayDelete(late)))
            .to.contain("The workspace 1 is not deleted: no.")
            .and.contain("forceDestroy");
    });

    it("stays shut for a workspace that is changed all the time", async () => {
        let changes = 0;
        const busy: Leaving = { ...leaving(), look: async () => ({ digest: `${++changes}`, content: "/n" }) };
        expect(await refused(mayDelete(busy))).to.contain("its content keeps changing");
        expect(changes).to.equal(6);
    });

    it("stays shut if a look, or the successor, cannot be asked", async () => {
        for (const broken of [
            { ...leaving(), look: async () => Promise.reject(refusal("1", "silent.")) },
            leaving({ looks: [FULL], requireInSuccessor: async () => Promise.reject(refusal("1", "silent.")) }),
        ])
            expect(await refused(mayDelete(broken))).to.contain("silent");
    });
});
