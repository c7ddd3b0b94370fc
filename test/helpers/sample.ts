/** Whether random tests are run at their whole size: `SAMPLES=whole npm run test:unit`. */
const isWhole = process.env["SAMPLES"] === "whole";

/** How many random cases a test tries: of these, a third, unless everything is to be tried. */
export function sampleOf(whole: number): number {
    return isWhole ? whole : Math.ceil(whole / 3);
}
