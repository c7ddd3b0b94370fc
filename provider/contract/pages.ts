/** A page of the documents, by its file's name in `docs/`. */
export type Page =
    "adopt" | "drill" | "key-changes" | "local-cloud" | "replacing-a-workspace" | "recovery" | "service-behavior";

/** Where the user of a project finds a page: the documents are part of the installed package. */
export function pageInProject(page: Page): string {
    return `node_modules/pulumi-databricks-cmk/docs/${page}.md`;
}
