import type { Run } from "./screen";

/** What happens to a resource in Pulumi's table, for how long, and the dots that move meanwhile. */
const STATUS = /^(creating|created) \([\d.]+s\)\.*$/;
const STABLE: Readonly<Record<string, string>> = { creating: "creating (13s)...", created: "created (0.05s)" };

/**
 * The lines of a screen whose times and moving dots in Pulumi's table are replaced. Each cell keeps the column and the width
 * that it has on the screen, which differ with the width of the terminal; what is too long for its cell is left as it is.
 */
export function stableTable(lines: readonly Run[][]): Run[][] {
    const texts = lines.map(textOf);
    const header = texts.findIndex((text) => /^ *Type +Name +Status\b/.test(text));
    if (header < 0) return [...lines.map((line) => [...line])];
    const heading = texts[header] ?? "";
    const start = heading.indexOf("Status");
    const next = heading.indexOf("Info", start);
    const end = texts.findIndex((text, index) => index > header && text.trim() === "");
    return lines.map((line, index) => {
        if (index <= header || (end >= 0 && index >= end)) return [...line];
        return stableCell(line, start, next < 0 ? Number.POSITIVE_INFINITY : next);
    });
}

/** A row with the cell between two columns replaced. */
function stableCell(line: readonly Run[], start: number, next: number): Run[] {
    const cell = textOf(line).slice(start, next);
    const text = STABLE[STATUS.exec(cell.trimEnd())?.[1] ?? ""];
    if (text === undefined || text.length > next - start) return [...line];
    const style = between(line, start, start + 1)[0]?.style ?? "";
    const rest = between(line, next, Number.POSITIVE_INFINITY);
    const padding = " ".repeat(Math.max(0, Math.min(next - start, cell.length) - text.length));
    return [...between(line, 0, start), { text, style }, { text: padding, style: "" }, ...rest].filter(
        (run) => run.text !== "",
    );
}

/** The part of a line from one column up to another. */
export function between(line: readonly Run[], start: number, end: number): Run[] {
    let column = 0;
    return line
        .map(({ text, style }) => {
            const from = column;
            column += text.length;
            return { text: text.slice(Math.max(0, start - from), Math.max(0, end - from)), style };
        })
        .filter(({ text }) => text !== "");
}

export function textOf(line: readonly Run[]): string {
    return line.map(({ text }) => text).join("");
}

/**
 * A function that replaces what differs between two runs of the same program: uuids, other ids, ports, times. Equal values
 * are replaced by equal ones, in each text that it is given.
 */
export function stableText(): (text: string) => string {
    const known = new Map<string, string>();
    const nth = (value: string, format: (count: number) => string) => {
        const replacement = known.get(value) ?? format(known.size + 1);
        known.set(value, replacement);
        return replacement;
    };
    return (text) =>
        text
            .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (uuid) =>
                nth(uuid, (count) => `${String(count).padStart(8, "0")}-1111-4222-8333-444455556666`),
            )
            .replace(/\bdbc-[0-9a-f]{8}-[0-9a-f]{4}\b/g, "dbc-0a1b2c3d-4e5f")
            .replace(/\b\d{15,19}\b/g, (id) => nth(id, (count) => String(1_234_567_890_123_400 + count)))
            .replace(/(localhost|127\.0\.0\.1):\d+/g, "$1:8443")
            .replace(/-[0-9a-f]{7,10}(?=\b)/g, "-0a1b2c3")
            .replace(/(\d+(?:\.\d+)?) ?ms\b/g, "5 ms")
            .replace(/PROVISIONING for \d+/g, "PROVISIONING for 13")
            .replace(/(Duration: )\S+/g, "$14s");
}
