import { isObjectType, type ObjectType, PLUGIN_PACKAGE, tokenOf } from "../provider/contract/kinds";

/** The kind of object of such a type. Fails if this package has none. */
export function kindOf(token: string): ObjectType {
    const type = token.split(":").at(-1) ?? "";
    if (isObjectType(type) && tokenOf(type) === token) return type;
    throw new Error(`The package ${PLUGIN_PACKAGE} has no resource ${token}.`);
}

/**
 * A line of the handlers in the words of a program with the plugin: the engine gives a plugin the configuration of its own package
 * alone, and no program in another language has the documents of the npm package.
 */
export function inWordsOfPlugin(line: string): string {
    return line
        .replace(/\bdatabricks:(?=[a-z])/g, `${PLUGIN_PACKAGE}:`)
        .replaceAll("node_modules/pulumi-databricks-cmk/docs/", "docs/");
}
