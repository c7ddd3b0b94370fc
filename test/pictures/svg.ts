import type { Run, Screen } from "./screen";

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
    const lines = screen.lines().flatMap((runs) => wrapped(runs, width));
    const size = { width: Math.ceil(2 * MARGIN + width * CHARACTER), height: BAR + MARGIN + lines.length * LINE };
    const texts = lines.map((runs, index) => {
        const spans = runs.map(({ text, style }) => `<tspan${attributes(style)}>${escaped(text)}</tspan>`);
        return `<text x="${MARGIN}" y="${BAR + (index + 1) * LINE}">${spans.join("")}</text>`;
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

/** A line as rows of the screen: it goes on in the next row where it is longer than that. */
function wrapped(runs: readonly Run[], width: number): Run[][] {
    const rows: Run[][] = [[]];
    let left = width;
    for (const { text, style } of runs) {
        for (let rest = text; rest !== "";) {
            if (left === 0) [left] = [width, rows.push([])];
            const part = rest.slice(0, left);
            rows.at(-1)?.push({ text: part, style });
            left -= part.length;
            rest = rest.slice(part.length);
        }
    }
    return rows;
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
