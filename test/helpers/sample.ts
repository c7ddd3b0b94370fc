/** Whether everything is tried: `SAMPLES=whole npm run test:unit`, which `.ci/run` does. Otherwise it is a sample, always the same one. */
const isWhole = process.env["SAMPLES"] === "whole";

/** How many random cases a test tries: of these, a fifth, unless everything is to be tried. */
export function sampleOf(whole: number): number {
    return isWhole ? whole : Math.ceil(whole / 5);
}

/** The ways to fail that are tried on a row of a matrix: on each second row one, which is another one each time, unless everything is to be tried. */
export function waysOf<Way>(ways: readonly Way[], row: number): readonly Way[] {
    return isWhole ? ways : ways.filter((_, column) => 2 * column === row % (2 * ways.length));
}

/** Whether a cell of a matrix is tried: of each row and of each column a fifth, unless everything is to be tried. */
export function isTried(row: number, column: number): boolean {
    return isWhole || (row + column) % 5 === 0;
}
