import type { ArmName } from "./arms";
import type { Row } from "./table";

/** How each arm is named and coloured. The colours stay distinguishable with colour blindness and in print. */
const arms: Readonly<Record<ArmName, { readonly label: string; readonly colour: string }>> = {
    ours: { label: "this package", colour: "#0072b2" },
    empty: { label: "empty provider", colour: "#999999" },
    plain: { label: "plain provider", colour: "#e69f00" },
    peer: { label: "@pulumi/databricks", colour: "#009e73" },
    carrier: { label: "empty, same outputs", colour: "#cc79a7" },
    plugin: { label: "the plugin", colour: "#f0e442" },
};

const WIDTH = 960;
const MARGIN = 16;
/** Left end of the bars: the arms' names stand before it. */
const BARS = 150;
/** Width of the longest bar of a row. Its figure and goal stand behind it. */
const LONGEST = 430;
const LINE = 18;

/** Part of a drawing, and its height in pixels. */
interface Block {
    readonly height: number;
    readonly draw: (top: number) => string;
}

/**
 * Draws the rows as horizontal bars, a group for each row and a bar for each arm that has a figure. Bars are comparable
 * within their group only, because units differ between rows. Details (indented rows without a goal) are left out: the
 * table has them.
 *
 * @param machine what was measured on; it is written below the bars.
 * @returns a complete SVG document.
 */
export function plot(rows: readonly Row[], machine: string): string {
    const blocks = [...titled(rows).map(([title, row]) => group(title, row)), caption(machine)];
    const height = blocks.reduce((sum, block) => sum + block.height, 2 * MARGIN);
    let top = MARGIN;
    const drawn = blocks.map(({ height: own, draw }) => draw((top += own) - own));
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" role="img">`,
        "<title>What npm run bench measured</title>",
        `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
        ...drawn,
        "</svg>\n",
    ].join("\n");
}

/** The rows that are drawn. An indented row is a detail of the rows above it, so its title begins with theirs. */
function titled(rows: readonly Row[]): [string, Row][] {
    const above: string[] = [];
    return rows.flatMap((row): [string, Row][] => {
        const name = row.measure.trimStart();
        const depth = (row.measure.length - name.length) / 2;
        above.splice(depth, Infinity, name);
        const isDrawn = (depth === 0 || row.goal !== undefined) && Object.keys(row.figures).length > 0;
        return isDrawn ? [[above.join(" › "), row]] : [];
    });
}

function group(title: string, { figures, unit, digits = 0, goal }: Row): Block {
    const names = (Object.keys(arms) as ArmName[]).filter((name) => figures[name] !== undefined);
    const longest = Math.max(...names.map((name) => figures[name] ?? 0)) || 1;
    const bar = (name: ArmName, top: number) => {
        const width = (((figures[name] ?? 0) / longest) * LONGEST).toFixed(1);
        const figure = `${(figures[name] ?? 0).toFixed(digits)} ${unit}`.trimEnd();
        const judged =
            name === "ours" && goal !== undefined ? ` (goal ${goal.text}: ${goal.met ? "met" : "missed"})` : "";
        return [
            text(BARS - 8, top + 13, arms[name].label, 'text-anchor="end" fill="#555555"'),
            `<rect x="${BARS}" y="${top + 2}" width="${width}" height="${LINE - 4}" fill="${arms[name].colour}"/>`,
            text(BARS + Number(width) + 6, top + 13, figure + judged),
        ];
    };
    return {
        height: (names.length + 1) * LINE + 10,
        draw: (top) =>
            [
                text(MARGIN, top + 13, title, 'font-weight="bold"'),
                ...names.flatMap((name, index) => bar(name, top + (index + 1) * LINE)),
            ].join("\n"),
    };
}

function caption(machine: string): Block {
    return { height: LINE, draw: (top) => text(MARGIN, top + 13, machine, 'fill="#555555"') };
}

function text(x: number, y: number, content: string, attributes = ""): string {
    const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
