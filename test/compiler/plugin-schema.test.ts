import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { componentTypes, objectTypes, tokenOf } from "../../provider/contract/kinds";
import { registry } from "../../provider/registry";
import { makeSchema, root } from "../schema/schema";

interface Schema {
    readonly resources: Record<string, Record<"inputProperties" | "properties", Record<string, unknown>>>;
    readonly types: Record<string, unknown>;
}

describe("the plugin's schema", () => {
    const text = readFileSync(join(root, "plugin", "schema.json"), "utf8");
    const { resources, types } = JSON.parse(text) as Schema;

    it("is made from the classes and the definitions: `npm run schema` writes it", () => {
        expect(makeSchema() === text, "plugin/schema.json is stale: npm run schema").to.equal(true);
    });

    it("has every input and output of every kind that a program may use", () => {
        for (const type of objectTypes) {
            const { fields, outputs } = registry[type].definition;
            const { inputProperties = {}, properties = {} } = resources[`databricks-cmk:index:${type}`] ?? {};
            const top = (paths: string[]) => [...new Set(paths.map((path) => path.split(".")[0] ?? ""))];
            const inputs = Object.entries(fields).flatMap(([path, { internal }]) => (internal === true ? [] : [path]));
            expect(Object.keys(inputProperties), type).to.include.members(top(inputs));
            expect(Object.keys(properties), type).to.include.members(top(Object.keys(outputs)));
        }
    });

    it("refers only to types that it has, and says nothing of what only the classes of the npm package do", () => {
        const references = [...text.matchAll(/"#\/types\/([^"]+)"/g)].map(([, token = ""]) => token);
        expect(references).to.not.be.empty;
        expect(Object.keys(types)).to.include.members(references);
        const made = [...text.matchAll(/"#\/resources\/([^"]+)"/g)].map(([, token = ""]) => token);
        expect(Object.keys(resources)).to.include.members(made).and.include.members(componentTypes.map(tokenOf));
        expect(text).to.not.match(/dynamic\s+resource|[^-]databricks:[a-z]|\{@link/);
    });
});
