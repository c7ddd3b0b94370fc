import { lstatSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { messageOf } from "../../provider/util/error-message";
import { UsageError } from "../command";

/** What the name of a folder begins with that is there only while something is written. */
const TEMPORARY = ".adopt-";

/** The folder that a program is written into. No link in it is followed: what it leads to is not the program's. */
export class AdoptFolder {
    private constructor(private readonly path: string) {}

    /** Makes it if it is missing, for the option that names it. Throws `UsageError` if nothing can be written into it. */
    static open(path: string, option = "--out"): AdoptFolder {
        try {
            mkdirSync(path, { recursive: true });
            rmdirSync(mkdtempSync(join(path, TEMPORARY)));
        } catch (error) {
            throw new UsageError(`${option}: ${path} cannot be written (${messageOf(error)}). Name another folder`);
        }
        return new AdoptFolder(path);
    }

    /** Writes the files. Throws `UsageError` if one is there already, unless it is to be replaced. */
    write(files: ReadonlyMap<string, string>, replace: boolean): void {
        const paths = [...files].map(([name, text]) => ({ path: join(this.path, name), text }));
        const taken = paths.find(({ path }) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
        if (taken !== undefined && !replace)
            throw new UsageError(`${taken.path} exists already: name another folder, or add --force to replace it`);
        if (!replace) for (const { path, text } of paths) writeFileSync(path, text, { flag: "wx" });
        else this.replace(files);
    }

    /** Each file is put in its place when all are written. A link is replaced, and not what it leads to. */
    private replace(files: ReadonlyMap<string, string>): void {
        const made = mkdtempSync(join(this.path, TEMPORARY));
        try {
            for (const [name, text] of files) writeFileSync(join(made, name), text);
            for (const name of files.keys()) renameSync(join(made, name), join(this.path, name));
        } finally {
            rmSync(made, { recursive: true });
        }
    }
}
