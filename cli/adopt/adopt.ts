import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

import { pageInProject } from "../../provider/contract/pages";
import { plural } from "../../provider/migration/report";
import { messageOf } from "../../provider/util/error-message";
import type { AccountContent, AdoptionOptions } from "./account";
import { type Command, type CommandIo, textOption, UsageError } from "../command";

/** `adopt`: a program for what an account already has. */
export const adopt: Command = {
    summary: "Writes a TypeScript program for what the account already has, whose `pulumi up` changes nothing.",
    description:
        "Reads every object of the account and writes it as a resource with `adopt` and `protect`; objects name each other by\n" +
        "variable. Changes nothing. Signs in as the provider does (DATABRICKS_* variables or a profile). What cannot be\n" +
        "adopted is left out, and the program's first lines and standard error say why.\n" +
        `More: ${pageInProject("adopt")}`,
    options: {
        out: {
            value: "DIR",
            help: "Writes index.ts and a file for each kind of object into this folder. Default: one file, to standard output.",
        },
        workspace: {
            value: "NAME|ID",
            help: "Only this workspace, and everything that it uses. Default: the whole account.",
        },
        "from-other-stacks": {
            help: "Also workspaces that another stack created; the first `pulumi up` then changes their ownership tag.",
        },
        "import-file": {
            value: "FILE",
            help: "Also writes a file for `pulumi import --file`, which Pulumi 3.254 and newer take: the objects are then in the state before the first `pulumi up`.",
        },
        "from-state": {
            value: "FILE",
            help: "Instead of all that: writes the state in this file (`pulumi stack export`) for the plugin, or for the classes if it is the plugin's, to standard output.",
        },
        force: { help: "Replaces files that are there already." },
    },
    async run(values, _positionals, io) {
        const state = textOption(values, "from-state");
        if (state !== undefined) return writeState(state, io);
        const { readAccount } = await import("./account.js");
        const { writeProgram } = await import("./program.js");
        const { AdoptFolder } = await import("./folder.js");
        const out = textOption(values, "out");
        const folder = out === undefined ? undefined : AdoptFolder.open(out);
        const imports = await importsOf(textOption(values, "import-file"), values["force"] === true);
        const workspace = textOption(values, "workspace");
        const options: AdoptionOptions = {
            ...(workspace === undefined ? {} : { workspace }),
            fromOtherStacks: values["from-other-stacks"] === true,
        };
        const content = await readAccount(session(io, await import("../../provider/runtime/session.js")), options);
        const files = writeProgram(content, folder === undefined ? "one file" : "a file for each kind");
        if (folder === undefined) io.out([...files.values()].join("").trimEnd());
        else folder.write(files, values["force"] === true);
        const importLines = (await imports?.write(content, io)) ?? [];
        for (const { what, reason } of content.leftOut) io.err(`Left out: ${what} ${reason}.`);
        for (const note of content.notes) io.err(note);
        const where = folder === undefined ? "" : ` in ${plural(files.size, "file")}`;
        const { objects, accountId } = content;
        const written = `${plural(objects.length, "object")} of the account ${accountId}`;
        io.err(`${written} ${objects.length === 1 ? "is" : "are"} written${where}.`);
        for (const line of importLines) io.err(line);
        return 0;
    },
};

/** The state in a file, written for the other host of its resources. */
async function writeState(file: string, io: CommandIo): Promise<number> {
    const { writeOtherState } = await import("./state.js");
    const { text, to, count } = writeOtherState(readText(file));
    io.out(text.trimEnd());
    const host = to === "plugin" ? "the plugin" : "the classes of the npm package";
    io.err(
        `${plural(count, "resource")} ${count === 1 ? "is" : "are"} written for ${host}. Now run: pulumi stack import --file <the new file>`,
    );
    return 0;
}

function readText(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new UsageError(`--from-state: ${file} cannot be read (${messageOf(error)})`);
    }
}

/** Where the import file goes, known to be writable before anything is read; `undefined` if none is asked for. */
async function importsOf(file: string | undefined, force: boolean) {
    if (file === undefined) return undefined;
    const { AdoptFolder } = await import("./folder.js");
    const { askPulumi, importNotes, writeImportFile } = await import("./import-file.js");
    const folder = AdoptFolder.open(dirname(file), "--import-file");
    return {
        /** Writes it, and returns what to do next. */
        async write(content: AccountContent, { environment }: CommandIo): Promise<string[]> {
            const cli = await askPulumi(environment);
            folder.write(new Map([[basename(file), writeImportFile(content, cli.stackUuid)]]), force);
            return importNotes(cli, file);
        },
    };
}

function session(io: CommandIo, { realEnvironment, Session }: typeof import("../../provider/runtime/session.js")) {
    const report = { warn: io.err, info: io.err, progress: () => undefined };
    const made = new Session({ ...realEnvironment(report, "adopt"), variables: io.environment });
    made.configure(() => undefined);
    return made;
}
