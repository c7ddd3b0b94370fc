/** Imported first by each entry point of the package: on an old Node.js it fails before another file fails in its own way. */
import { oldNodeProblem } from "./node-version";

const problem = oldNodeProblem();
if (problem !== undefined) {
    const error = new Error(problem);
    // The stack says nothing to a user.
    error.stack = `Error: ${problem}`;
    throw error;
}
