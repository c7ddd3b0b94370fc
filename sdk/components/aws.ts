/**
 * `@pulumi/aws`, loaded when a component needs it: a program that uses only this package's resources does not pay for it.
 */
export function aws(): typeof import("@pulumi/aws") {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with this package
    return require("@pulumi/aws");
}
