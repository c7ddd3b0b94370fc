import * as pulumi from "@pulumi/pulumi";

import { withCode } from "../provider/contract/coded-message";
import type { Code } from "../provider/contract/codes";

/**
 * An error that ends the program with its message alone, also if it is thrown inside an output.
 *
 * It has no stack. Pulumi shows none, but formats it in colour, and Node.js 20 takes some 20 s of CPU for a stack line whose
 * path ends with a scoped package's file (`node_modules/@pulumi/output.ts`), as the source maps of Pulumi have them.
 */
export function programError(message: string, code: Code): pulumi.RunError {
    const error = new pulumi.RunError(withCode(message, code));
    delete error.stack;
    return error;
}
