// @ts-check
// Mocha's spec reporter. It also writes the counts and the seconds of each file for test.mjs, and ends a run that an open handle keeps alive.
import { writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import Mocha from "mocha";

const PATIENCE = 20_000;

export default class CountingReporter extends Mocha.reporters.Spec {
    /**
     * @param {Mocha.Runner} runner
     * @param {Mocha.MochaOptions} options
     */
    constructor(runner, options) {
        super(runner, options);
        /** @type {Record<string, number>} */
        const seconds = {};
        /** @type {string[]} */
        const failed = [];
        runner.on("fail", (test) => failed.push(test.fullTitle()));
        let last = Date.now();
        runner.on("test end", ({ file }) => {
            const [, , ...name] = relative("dist", file ?? "").split(sep);
            seconds[name.join("/")] = (seconds[name.join("/")] ?? 0) + (Date.now() - last) / 1000;
            last = Date.now();
        });
        runner.once("end", () => {
            const { passes, failures, pending } = this.stats;
            const notRun = Math.max(0, runner.total - passes - failures - pending);
            writeFileSync(
                options.reporterOptions.counts,
                JSON.stringify({ passes, failures, pending, notRun, failed, seconds }),
            );
            setTimeout(() => {
                console.error(
                    `The tests have ended, but a handle that they opened is still open ${PATIENCE / 1000} s later.`,
                );
                process.exit(1);
            }, PATIENCE).unref();
        });
    }
}
