import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Properties } from "../provider/util/property-path";

/** The plugin's schema, as text. An SDK that `pulumi package add` makes takes its version from it, and is not made without one. */
export function schemaText(): string {
    const { name, ...rest }: Properties = JSON.parse(read("plugin/schema.json"));
    return JSON.stringify({ name, version: packageVersion(), ...rest });
}

/** The names of the outputs of a component. */
export function outputsOf(token: string): string[] {
    const schema: { resources: Record<string, { properties: object }> } = JSON.parse(schemaText());
    return Object.keys(schema.resources[token]?.properties ?? {});
}

/** The version of the package. */
export function packageVersion(): string {
    const { version }: Properties = JSON.parse(read("package.json"));
    return String(version);
}

/** A file of the installed package. */
function read(path: string): string {
    return readFileSync(join(__dirname, "..", "..", path), "utf8");
}
