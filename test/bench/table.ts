import type { ArmName } from "./arms";

/** A goal, and whether it is met. */
export interface Goal {
    readonly text: string;
    readonly met: boolean;
}

/** One line of the table. Each two spaces before `measure` mark a detail of the line above. */
export interface Row {
    readonly measure: string;
    /** Unit of the figures: `s`, `ms`, `MB`, `bytes`, `%`; empty for a count. */
    readonly unit: string;
    /** Decimal places. Default: 0. */
    readonly digits?: number;
    /** The figures of the arms that were measured. */
    readonly figures: Readonly<Partial<Record<ArmName, number>>>;
    /** Whether to show the figures as multiples of the empty provider's, too. */
    readonly toEmpty?: boolean;
    /** The goal for this package. */
    readonly goal?: Goal | undefined;
    /** A remark. */
    readonly note?: string;
}

/** The goal that a figure is at most a limit. `undefined` if the figure was not measured. */
export function atMost(figure: number | undefined, limit: number, text: string): Goal | undefined {
    return figure === undefined ? undefined : { text, met: figure <= limit };
}

/** The goal that a figure is at least a limit. `undefined` if the figure was not measured. */
export function atLeast(figure: number | undefined, limit: number, text: string): Goal | undefined {
    return figure === undefined ? undefined : { text, met: figure >= limit };
}

/** The quotient of two figures. `undefined` if one was not measured. */
export function ratio(figure: number | undefined, to: number | undefined): number | undefined {
    return figure === undefined || to === undefined || to === 0 ? undefined : figure / to;
}

/** The median. `undefined` without figures. */
export function median(figures: readonly number[]): number | undefined {
    const sorted = [...figures].sort((left, right) => left - right);
    const middle = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The rows as a Markdown table with aligned columns. */
export function table(rows: readonly Row[], arms: readonly ArmName[]): string {
    const cells = [
        ["measure", ...arms, "goal", "met"],
        ...rows.map((row) => [
            row.note === undefined ? row.measure : `${row.measure} (${row.note})`,
            ...arms.map((arm) => cell(row, arm)),
            row.goal?.text ?? "",
            row.goal === undefined ? "" : row.goal.met ? "yes" : "NO",
        ]),
    ];
    const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
    const line = (parts: readonly string[]) =>
        `| ${parts.map((part, column) => (column > 0 && column <= arms.length ? part.padStart(widths[column]!) : part.padEnd(widths[column]!))).join(" | ")} |`;
    const rule = `| ${widths.map((width, column) => (column > 0 && column <= arms.length ? `${"-".repeat(width - 1)}:` : "-".repeat(width))).join(" | ")} |`;
    const [head, ...body] = cells;
    return [line(head!), rule, ...body.map(line)].join("\n");
}

function cell({ figures, unit, digits = 0, toEmpty }: Row, arm: ArmName): string {
    const figure = figures[arm];
    if (figure === undefined) return "";
    const written = `${figure.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
    const multiple = toEmpty === true && arm !== "empty" ? ratio(figure, figures.empty) : undefined;
    return multiple === undefined ? written : `${written} (${multiple.toFixed(2)}×)`;
}
