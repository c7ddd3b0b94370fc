import type { Command, CommandOption } from "./command";

const PROGRAM = "pulumi-databricks-cmk";

/** The help of the whole command line. */
export function overview(commands: ReadonlyMap<string, Command>): string {
    return [
        `Usage: ${PROGRAM} <command> [options]`,
        "",
        "Commands:",
        ...columns([...commands].map(([name, { summary }]) => [name, summary])),
        "",
        `${PROGRAM} <command> --help tells a command's options.`,
    ].join("\n");
}

/** The help of one command. */
export function commandHelp(name: string, command: Command): string {
    const usage = ["Usage:", PROGRAM, name, command.positionals, "[options]"].filter(Boolean).join(" ");
    const options = Object.entries(command.options).map(([option, about]): [string, string] => [
        spelled(option, about),
        about.help,
    ]);
    return [
        usage,
        "",
        command.summary,
        ...(command.description === undefined ? [] : ["", command.description]),
        "",
        "Options:",
        ...columns([...options, ["--help", "Shows this."]]),
    ].join("\n");
}

function spelled(option: string, { value, multiple }: CommandOption): string {
    return `--${option}${value === undefined ? "" : ` ${value}`}${multiple === true ? " ..." : ""}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
    const width = Math.max(...rows.map(([left]) => left.length)) + 2;
    return rows.map(
        ([left, right]) => `  ${left.padEnd(width)}${right.replaceAll("\n", `\n${" ".repeat(width + 2)}`)}`,
    );
}
