/** A character on the screen, with the numbers of its SGR attributes: `1` is bold, `31` to `36` and `91` to `96` are colors. */
interface Cell {
    readonly character: string;
    readonly style: string;
}

/** A text of one style. */
export interface Run {
    readonly text: string;
    readonly style: string;
}

/** The screen of a terminal, as far as Pulumi uses one: text, colors, and a cursor that moves over what was written. */
export class Screen {
    private readonly rows: Cell[][] = [[]];
    private row = 0;
    private column = 0;
    private style = "";

    /** Writes what a program prints to a terminal. */
    write(output: string): void {
        // Escape sequences: control (CSI), operating system (OSC), and any other of two characters.
        const parts = /\x1b\[([\d;?]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.|([\s\S])/gu;
        for (const [, parameters = "", command, character] of output.matchAll(parts)) {
            if (command !== undefined) this.control(command, parameters);
            else if (character === "\n") this.moveTo(this.row + 1, 0);
            else if (character === "\r") this.column = 0;
            else if (character !== undefined && character >= " ") this.put(character);
        }
    }

    /** The lines from the first to the last that is not empty. */
    lines(): Run[][] {
        const lines = this.rows.map((row) => {
            const runs: { text: string; style: string }[] = [];
            for (const cell of row) {
                const { character, style } = cell ?? { character: " ", style: "" };
                const last = runs.at(-1);
                if (last?.style === style) last.text += character;
                else runs.push({ text: character, style });
            }
            return runs;
        });
        while (lines.length > 0 && lines.at(-1)?.every(({ text }) => text.trim() === "") === true) lines.pop();
        return lines;
    }

    private put(character: string): void {
        const row = (this.rows[this.row] ??= []);
        while (row.length < this.column) row.push({ character: " ", style: "" });
        row[this.column++] = { character, style: this.style };
    }

    private control(command: string, parameters: string): void {
        const count = Math.max(1, Number(parameters) || 1);
        if (command === "m") this.style = styleAfter(this.style, parameters);
        else if (command === "A") this.moveTo(this.row - count, this.column);
        else if (command === "B") this.moveTo(this.row + count, this.column);
        else if (command === "C") this.column += count;
        else if (command === "D") this.column = Math.max(0, this.column - count);
        else if (command === "G") this.column = count - 1;
        else if (command === "K") this.rows[this.row]?.splice(parameters === "2" ? 0 : this.column);
        else if (command === "J") this.rows.splice(this.row + 1);
    }

    private moveTo(row: number, column: number): void {
        this.row = Math.max(0, row);
        this.column = column;
        while (this.rows.length <= this.row) this.rows.push([]);
    }
}

function styleAfter(before: string, parameters: string): string {
    let style = before;
    // A color of 256 (38;5;n) counts as the one of 16 that it is, where it is one.
    for (const code of parameters
        .replace(/38;5;(\d+)/g, (_, color) => (Number(color) < 8 ? `3${color}` : `9${Number(color) % 8}`))
        .split(";")) {
        if (code === "" || code === "0") style = "";
        else style = `${style} ${code}`.trim();
    }
    return style;
}
