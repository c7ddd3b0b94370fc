import type { ResourceTypes } from "./resource-type";

/**
 * The schema of the fake AWS provider, for a program in YAML, and for what refers to resources of AWS: their names, with values of
 * any type.
 */
export function schemaOf(types: ResourceTypes, version: string): object {
    const any = { $ref: "pulumi.json#/Any" };
    const resources = Object.entries(types).map(([token, { inputs, id }]) => {
        const properties = (names: readonly string[]) =>
            Object.fromEntries(names.filter((name) => name !== "id").map((name) => [name, any]));
        return [token, { inputProperties: properties(inputs), properties: properties([...inputs, id, "arn"]) }];
    });
    return { name: "aws", version, meta: { moduleFormat: "(.*)(?:/[^/]*)" }, resources: Object.fromEntries(resources) };
}
