import { expect } from "chai";

/** How a deployment ended, on the real engine or the small one. */
interface Ended {
    readonly ok: boolean;
    readonly output?: string;
    readonly error?: string | undefined;
    readonly lines?: readonly string[];
}

/** All that was told of a deployment. */
export const textOf = ({ output = "", error = "", lines = [] }: Ended) => [...lines, error, output].join("\n");

/** The deployment succeeded; if it did not, what it printed is shown. */
export async function expectOk<Run extends Ended>(run: Run | Promise<Run>): Promise<Run> {
    const ended = await run;
    expect(ended.ok, textOf(ended)).to.equal(true);
    return ended;
}

/** The deployment failed, and said each of these. */
export async function expectRefused<Run extends Ended>(
    run: Run | Promise<Run>,
    ...says: readonly (string | RegExp)[]
): Promise<Run> {
    const ended = await run;
    const text = textOf(ended);
    expect(ended.ok, `this was not refused:\n${text}`).to.equal(false);
    for (const words of says)
        expect(text).to[typeof words === "string" ? "contain" : "match"](words as RegExp & string);
    return ended;
}
