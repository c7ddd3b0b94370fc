import type { Check, Row } from "./row";

/** The table of docs/service-behavior.md, as prettier has it. */
export function table(rows: readonly Row[]): string {
    const cells = [
        ["the service", "source", "this package", "`behavior`", "checks"],
        ...rows.map((row) => [row.service, row.source, row.package, row.behavior ?? "", checksOf(row)]),
    ].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
    const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
    const line = (row: readonly string[], fill = " ") =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
    const [head = [], ...body] = cells;
    return [
        line(head),
        line(
            head.map(() => ""),
            "-",
        ),
        ...body.map((row) => line(row)),
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
