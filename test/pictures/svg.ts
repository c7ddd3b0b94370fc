import type { Screen } from "./screen";

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
 * @param width the columns of the picture; longer lines are cut.
 */
export function terminalPicture(screen: Screen, title: string, width: number): string {
    const lines = screen.lines();
    const size = { width: Math.ceil(2 * MARGIN + width * CHARACTER), height: BAR + MARGIN + lines.length * LINE };
    const texts = lines.map((runs, index) => {
        let left = width;
        const spans = runs.flatMap(({ text, style }) => {
            const shown = text.slice(0, left);
            left -= shown.length;
            return shown === "" ? [] : [`<tspan${attributes(style)}>${escaped(shown)}</tspan>`];
        });
        return `<text x="${MARGIN}" y="${BAR + (index + 1) * LINE}">${spans.join("")}</text>`;
    });
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#e6edf3" xml:space="preserve">`,
        `<title>${escaped(title)}</title>`,
        `<rect width="${size.width}" height="${size.height}" rx="8" fill="#0d1117"/>`,
        `<text x="${MARGIN}" y="20" fill="#8b949e">$ ${escaped(title)}</text>`,
        ...texts,
        "</svg>\n",
    ].join("\n");
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
