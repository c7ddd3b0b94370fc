import { parseArgs, type ParseArgsConfig } from "node:util";

import { type Command, type CommandIo, UsageError } from "./command";
import { commandHelp, overview } from "./help";
import { shownMessageOf } from "../provider/api/errors";
import { withCode } from "../provider/contract/coded-message";
import { closestName } from "../provider/contract/closest-name";
import { messageOf } from "../provider/util/error-message";
import { printableLines } from "../provider/util/printable";

/**
 * Runs the command line and returns the exit code: that of the command, 1 if it failed, 2 if its arguments cannot be
 * used.
 */
export async function runCommandLine(
    args: readonly string[],
    commands: ReadonlyMap<string, Command>,
    given: CommandIo,
): Promise<number> {
    // Whatever a line repeats of the service's, or of the arguments, a terminal shows it and does not obey it.
    const io: CommandIo = {
        ...given,
        out: (line) => given.out(printableLines(line)),
        err: (line) => given.err(printableLines(line)),
    };
    const [name, ...rest] = args;
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
        (name === undefined ? io.err : io.out)(overview(commands));
        return name === undefined ? 2 : 0;
    }
    const command = commands.get(name);
    if (command === undefined) {
        io.err(withCode(`There is no command "${name}".${didYouMean(name, [...commands.keys()])}`, "CMK1016"));
        io.err(`The commands are ${[...commands.keys()].join(", ")}; --help tells more.`);
        return 2;
    }
    try {
        if (rest.includes("--help") || rest.includes("-h")) {
            io.out(commandHelp(name, command));
            return 0;
        }
        const { values, positionals } = parse(command, rest);
        return await command.run(values, positionals, io);
    } catch (error) {
        io.err(error instanceof UsageError ? withCode(error.message, "CMK1016") : shownMessageOf(error));
        if (!(error instanceof UsageError)) {
            const { causeLog } = await import("../provider/runtime/cause-log.js");
            causeLog({ variables: io.environment, report: { warn: io.err } })(error);
            return 1;
        }
        io.err(`pulumi-databricks-cmk ${name} --help tells what it takes.`);
        return 2;
    }
}

function parse(command: Command, args: readonly string[]) {
    const options: NonNullable<ParseArgsConfig["options"]> = {};
    for (const [name, { value, multiple = false }] of Object.entries(command.options))
        options[name] = { type: value === undefined ? "boolean" : "string", multiple };
    try {
        return parseArgs({ args: [...args], options, allowPositionals: command.positionals !== undefined });
    } catch (error) {
        const message = messageOf(error);
        const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1];
        if (unknown === undefined) throw new UsageError(message);
        throw new UsageError(`There is no option --${unknown}.${didYouMean(unknown, Object.keys(options), "--")}`);
    }
}

function didYouMean(typed: string, names: readonly string[], prefix = ""): string {
    const closest = closestName(typed, names);
    return closest === undefined ? "" : ` Did you mean ${prefix}${closest}?`;
}
