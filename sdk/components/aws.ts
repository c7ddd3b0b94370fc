import { requirePeers } from "../peers";

/**
 * `@pulumi/aws`, loaded when a component needs it: a program that uses only this package's resources neither pays for it nor
 * needs to have it installed.
 *
 * @throws an error with the command that installs it, if it is not.
 */
export function aws(): typeof import("@pulumi/aws") {
    requirePeers({ part: "A component of pulumi-databricks-cmk", peers: ["@pulumi/aws"] });
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with this package
    return require("@pulumi/aws");
}
