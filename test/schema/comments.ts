import ts from "typescript";

import { inWordsOfPlugin } from "../../plugin/words";
import { componentTypes, objectTypes } from "../../provider/contract/kinds";

/** What a doc comment says, in the members of a Pulumi schema. */
export interface Comment {
    readonly description?: string;
    readonly deprecationMessage?: string;
}

/** The doc comment of a declaration. An example is taken over if it needs nothing that the schema lacks. */
export function commentOf(node: ts.Node): Comment {
    const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = docs.map(({ comment }) => plain(comment)).join("\n\n");
    const tags = docs.flatMap(({ tags: all }) => [...(all ?? [])]);
    const tag = (name: string) =>
        tags.filter(({ tagName }) => tagName.text === name).map(({ comment }) => plain(comment));
    const [standard] = tag("default");
    const [deprecated] = tag("deprecated");
    const parts = [
        text,
        ...(standard === undefined ? [] : [`Default: ${standard}.`]),
        ...tag("example").flatMap(example),
    ];
    const description = parts.filter((part) => part !== "").join("\n\n");
    return {
        ...(description === "" ? {} : { description }),
        ...(deprecated === undefined ? {} : { deprecationMessage: deprecated }),
    };
}

/** Sentences about the classes of the npm package that are not true of the plugin: `import` works there. */
const OF_CLASSES = / \(Pulumi's\s+option `import` does not work for dynamic\s+resources;[^)]*\)/g;

function plain(comment: ts.JSDoc["comment"]): string {
    const text = ts.getTextOfJSDocComment(comment) ?? "";
    return inWordsOfPlugin(
        text
            .replaceAll(/\{@link (\w+)\}/g, "`$1`")
            .replaceAll(OF_CLASSES, "")
            .replaceAll(/(\S)\n(?=\S)/g, (all, before: string) => (text.includes("```") ? all : `${before} `)),
    ).trim();
}

function example(text: string): string[] {
    const used = [...text.matchAll(/databricks\.(\w+)/g)].map(([, name]) => name);
    if (!used.every((name) => [...objectTypes, ...componentTypes].some((type) => type === name))) return [];
    const code = text.replaceAll("```ts", "```typescript").replace("pulumi-databricks-cmk", "@pulumi/databricks-cmk");
    return [`## Example Usage\n\n${code}`];
}
