import type { Clock } from "../provider/api/clock";

/** One option of a command. */
export interface CommandOption {
    /** Whether it takes a value, and how the help names it; without it, the option is a switch. */
    readonly value?: string;
    /** Whether it may be given several times. Default: false. */
    readonly multiple?: boolean;
    /** What it does, for the help. */
    readonly help: string;
}

/** The options that were given: a text, several texts, or true for a switch. */
export type CommandValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What a command runs with. */
export interface CommandIo {
    /** Writes a line to standard output. */
    readonly out: (line: string) => void;
    /** Writes a line to standard error. */
    readonly err: (line: string) => void;
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Aborts at SIGINT, SIGTERM and SIGHUP: the command ends what it began, and returns. */
    readonly signal: AbortSignal;
    /** By which the drill waits. Default: this machine's. */
    readonly clock?: Clock;
}

/** One command of the command line, a file each. */
export interface Command {
    /** One line that says what it does. */
    readonly summary: string;
    /** What the help says beyond the options, in paragraphs. */
    readonly description?: string;
    /** The arguments that are not options, as the help names them, such as `<from> <to>`. Default: none are taken. */
    readonly positionals?: string;
    readonly options: Readonly<Record<string, CommandOption>>;
    /** Runs it, and returns the exit code. Throws `UsageError` for arguments that it cannot use. */
    run(values: CommandValues, positionals: readonly string[], io: CommandIo): Promise<number>;
}

/** Arguments that a command cannot use; the message says which, and what to give. */
export class UsageError extends Error {}

/** The text of an option, if it was given. */
export function textOption(values: CommandValues, name: string): string | undefined {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
}

/** The texts of an option that may be given several times. */
export function textsOption(values: CommandValues, name: string): string[] {
    return [values[name] ?? []].flat().filter((value) => typeof value === "string");
}

/** The number of an option, if it was given. Throws `UsageError` for what is not a number within the bounds. */
export function numberOption(
    values: CommandValues,
    name: string,
    { least = 0, most = Number.MAX_SAFE_INTEGER, whole = false } = {},
): number | undefined {
    const given = textOption(values, name);
    if (given === undefined) return undefined;
    const number = Number(given);
    if (given.trim() !== "" && number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`--${name} must be a ${whole ? "whole " : ""}number ${bounds}, not "${given}"`);
}

/** The word of an option, if it was given. Throws `UsageError` for any other word. */
export function wordOption<Word extends string>(
    values: CommandValues,
    name: string,
    words: readonly Word[],
): Word | undefined {
    const given = textOption(values, name);
    if (given === undefined) return undefined;
    const word = words.find((one) => one === given);
    if (word === undefined) throw new UsageError(`--${name} must be one of ${words.join(", ")}, not "${given}"`);
    return word;
}
