import { sortedResources } from "./order";
import type { Run, Screen } from "./screen";
import { between, stableTable, textOf } from "./stable";

const COLORS: Readonly<Record<string, string>> = {
    "30": "#8b949e",
    "31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
    "34": "#79c0ff",
    "35": "#d2a8ff",
    "36": "#76e3ea",
};

const [CHARACTER, LINE, MARGIN, BAR] = [7.8, 18, 14, 30];

/**
 * A picture of a terminal.
 *
 * @param title what is shown, above the text and for screen readers: the command.
 * @param width the columns of the picture; longer lines go on in the next row.
 */
export function terminalPicture(screen: Screen, title: string, width: number): string {
    const lines = sortedResources(stableTable(screen.lines())).flatMap((runs) => wrapped(runs, width));
    const size = { width: Math.ceil(2 * MARGIN + width * CHARACTER), height: BAR + MARGIN + lines.length * LINE };
    const texts = lines.map((runs, index) => {
        const spans = placed(runs).map(
            ({ text, style, column }) =>
                `<tspan x="${x(column)}" textLength="${length(text)}"${attributes(style)}>${escaped(text)}</tspan>`,
        );
        return `<text y="${BAR + (index + 1) * LINE}">${spans.join("")}</text>`;
    });
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#e6edf3" xml:space="preserve" style="white-space: pre">`,
        `<title>${escaped(title)}</title>`,
        `<rect width="${size.width}" height="${size.height}" rx="8" fill="#0d1117"/>`,
        `<text x="${MARGIN}" y="20" fill="#8b949e">$ ${escaped(title)}</text>`,
        ...texts,
        "</svg>\n",
    ].join("\n");
}

/**
 * The words of a row, each with its column on the screen. The picture places them there itself: a font whose characters, or whose
 * lines of the tree, have another width would move what follows.
 */
function placed(runs: readonly Run[]): (Run & { column: number })[] {
    let column = 0;
    return runs.flatMap(({ text, style }) => {
        const from = column;
        column += text.length;
        // Words with one space between them belong together.
        return [...text.matchAll(/\S+(?: \S+)*/g)].map((words) => ({
            text: words[0],
            style,
            column: from + words.index,
        }));
    });
}

function x(column: number): number {
    return rounded(MARGIN + column * CHARACTER);
}

function length(text: string): number {
    return rounded(text.length * CHARACTER);
}

function rounded(value: number): number {
    return Math.round(value * 10) / 10;
}

/** A line as rows of the picture: where it is longer than that, it goes on in the next row, with the next word, below its beginning. */
function wrapped(runs: readonly Run[], width: number): Run[][] {
    const text = textOf(runs);
    if (text.trimEnd().length <= width) return [[...runs]];
    const indent = " ".repeat(Math.min(text.search(/\S/), width / 2));
    const rows: Run[][] = [];
    for (let start = 0; start < text.trimEnd().length;) {
        const before: Run[] = rows.length === 0 ? [] : [{ text: indent, style: "" }];
        const end = rowEnd(text, start, width - (rows.length === 0 ? 0 : indent.length));
        rows.push([...before, ...between(runs, start, end)].filter((run) => run.text !== ""));
        start = end + text.slice(end).search(/[^ ]|$/);
    }
    return rows;
}

/** Where a row ends that begins at `start`: after its last whole word, or after `width` characters where a word is longer. */
function rowEnd(text: string, start: number, width: number): number {
    if (text.length - start <= width) return text.length;
    const space = text.lastIndexOf(" ", start + width);
    const end = start + text.slice(start, space).trimEnd().length;
    return space > start && end > start ? end : start + width;
}

function attributes(style: string): string {
    const codes = style.split(" ");
    const color = codes.map((code) => COLORS[code.replace(/^9(?=\d$)/, "3")]).findLast((one) => one !== undefined);
    const bold = codes.includes("1") ? ' font-weight="bold"' : "";
    return `${color === undefined ? "" : ` fill="${color}"`}${bold}`;
}

function escaped(text: string): string {
    return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
