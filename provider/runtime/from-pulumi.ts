import { createRequire } from "node:module";

/** Loads what Pulumi's SDK depends on (gRPC, its messages) from where the SDK finds it, so that there is one of each. */
export const fromPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
