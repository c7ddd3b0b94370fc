import type { Check, Row } from "../../cli/contract/row";

/** The table of docs/service-behavior.md. It is not aligned, so that a new row changes no other line. */
export function table(rows: readonly Row[]): string {
    const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    const head = ["the service", "source", "this package", "`behavior`", "checks"];
    return [
        "<!-- prettier-ignore-start -->",
        line(head),
        line(head.map(() => "---")),
        ...rows.map((row) => line([row.service, row.source, row.package, row.behavior ?? "", checksOf(row)])),
        "<!-- prettier-ignore-end -->",
    ].join("\n");
}

function checksOf({ checks }: Row): string {
    if (typeof checks === "string") return `none: ${checks}`;
    return checks.map(describe).join(", ");
}

function describe({ id, level, needs }: Check): string {
    return `\`${id}\` (${needs === undefined ? level : `${level}, ${needs}`})`;
}

/** Puts a text between the lines of a document that say where a made part begins and ends. */
export function between(document: string, name: string, text: string): string {
    const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
    const [from, to] = [document.indexOf(begin), document.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the document has no lines ${begin} and ${end}`);
    return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`;
}
