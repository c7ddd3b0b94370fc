import { withCode } from "./coded-message";

/** What a Node.js is told that is older than this package takes; `undefined` if it is new enough. */
export function oldNodeProblem(): string | undefined {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the one place that names the version
    const { engines }: { engines: { node: string } } = require("../../../package.json");
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const [minMajor = 0, minMinor = 0] = engines.node.replace(">=", "").split(".").map(Number);
    if (major > minMajor || (major === minMajor && minor >= minMinor)) return undefined;
    const told = `pulumi-databricks-cmk needs Node.js ${minMajor}.${minMinor} or later, and this is Node.js ${process.versions.node}: install a newer one, and run the command again.`;
    return withCode(told, "CMK1022");
}
