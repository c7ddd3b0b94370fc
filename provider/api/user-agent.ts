/** What sends requests: the resources of a deployment, a program's lookups, or a command of the command line. */
export type Sender = "resources" | "lookups" | "copy" | "adopt" | "drill" | "contract";

/**
 * As what requests present themselves, in the form that Databricks' SDKs give the header: `name/version` of the product and of
 * what it runs on, then what sends them. A product that runs this package is named by `DATABRICKS_SDK_UPSTREAM` and
 * `DATABRICKS_SDK_UPSTREAM_VERSION`, as in those SDKs.
 */
export function userAgent(
    sender?: Sender,
    environment: Readonly<Record<string, string | undefined>> = {},
    versions: { readonly product: string; readonly pulumi: string | undefined } = installed(),
): string {
    const { DATABRICKS_SDK_UPSTREAM: upstream = "", DATABRICKS_SDK_UPSTREAM_VERSION: upstreamVersion = "" } =
        environment;
    const hasUpstream = upstream !== "" && upstreamVersion !== "";
    const parts: readonly (readonly [string, string | undefined])[] = [
        ["pulumi-databricks-cmk", versions.product],
        ["pulumi", versions.pulumi],
        ["node", process.versions.node],
        ["os", process.platform],
        ["cmd", sender],
        ["upstream", hasUpstream ? upstream : undefined],
        ["upstream-version", hasUpstream ? upstreamVersion : undefined],
    ];
    return parts
        .flatMap(([name, value]) => (value === undefined ? [] : [`${name}/${value.replace(/[^\w.+-]/g, "-")}`]))
        .join(" ");
}

/** The version of this package. */
export function packageVersion(): string {
    return versionIn("../../../package.json") ?? "0.0.0";
}

/** The versions of this package and of Pulumi, which the command line may run without. */
function installed(): { product: string; pulumi: string | undefined } {
    return { product: packageVersion(), pulumi: versionIn("@pulumi/pulumi/package.json") };
}

function versionIn(manifest: string): string | undefined {
    try {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- a manifest is no module
        const { version }: { version: string } = require(manifest);
        return version;
    } catch {
        return undefined;
    }
}
