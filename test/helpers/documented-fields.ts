import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The fields that docs/service-behavior.md says the local cloud leaves out, by the model of Databricks' SDKs. */
export function fieldsLeftOut(): ReadonlyMap<string, readonly string[]> {
    const page = readFileSync(resolve(__dirname, "../../../docs/service-behavior.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+\.\w+)` +\|([^|]*)\|/gm)];
    return new Map(
        rows.map(([, model = "", fields = ""]) => [
            model,
            [...fields.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
        ]),
    );
}
