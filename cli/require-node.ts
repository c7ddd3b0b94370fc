/** Imported first by the command line, which ends on an old Node.js with one line. */
import { oldNodeProblem } from "../provider/contract/node-version";

const problem = oldNodeProblem();
if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
}
