import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Properties } from "../provider/util/property-path";

/** The plugin's schema, as text. */
export function schemaText(): string {
    return read("plugin/schema.json");
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
