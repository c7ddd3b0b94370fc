import {
    closeSync,
    constants,
    fstatSync,
    ftruncateSync,
    openSync,
    rmSync,
    type Stats,
    writeFileSync,
    writeSync,
} from "node:fs";
import { isatty } from "node:tty";

import { withCode } from "../provider/contract/coded-message";
import { messageOf } from "../provider/util/error-message";
import { type CommandValues, textOption, UsageError } from "./command";

/** Space that a report is known to have, in bytes. */
const RESERVED = 64 * 1024;

/** Opens without looking at what is there, and without changing it. */
const OPEN = constants.O_WRONLY | constants.O_CREAT;

interface ReportFile {
    readonly option: string;
    readonly path: string;
    readonly descriptor: number;
    /** Whether it is there for this report alone, which is not written yet. */
    isPlaceholder: boolean;
}

/** The files that a command writes its report to. They are opened before it changes anything. */
export class ReportFiles {
    private constructor(private readonly files: readonly ReportFile[]) {}

    /**
     * Opens the files that these options name. What is in them stays until a report is written.
     *
     * @throws UsageError for one that cannot be written.
     */
    static open(values: CommandValues, options: readonly string[]): ReportFiles {
        const files: ReportFile[] = [];
        const opened = new ReportFiles(files);
        try {
            for (const option of options) {
                const path = textOption(values, option);
                if (path !== undefined) files.push(openReport(option, path, files));
            }
        } catch (error) {
            opened.close();
            throw error;
        }
        return opened;
    }

    /** Writes each report to the file of its option, and returns why one could not be written: a line for each. */
    write(reports: Readonly<Record<string, () => string>>): string[] {
        return this.files.flatMap((file) => {
            const { option, path, descriptor } = file;
            try {
                file.isPlaceholder = false;
                if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor);
                writeFileSync(descriptor, reports[option]?.() ?? "");
                return [];
            } catch (error) {
                return [withCode(`--${option}: ${path} could not be written (${messageOf(error)})`, "CMK3012")];
            }
        });
    }

    /** Closes them, and removes those that were made for a report that did not come. */
    close(): void {
        for (const file of this.files) closeReport(file);
    }
}

function openReport(option: string, path: string, others: readonly ReportFile[]): ReportFile {
    let file: ReportFile | undefined;
    try {
        file = { option, path, ...open(path) };
        const about = fstatSync(file.descriptor);
        const same = others.find((other) => isSame(fstatSync(other.descriptor), about));
        if (same !== undefined) throw new Error(`it is the file of --${same.option} too`);
        tryToWrite(file.descriptor, about);
        return file;
    } catch (error) {
        if (file !== undefined) closeReport(file);
        throw new UsageError(
            `--${option}: ${path} cannot be written (${messageOf(error)}). Name another file; nothing was changed`,
        );
    }
}

function closeReport({ path, descriptor, isPlaceholder }: ReportFile): void {
    closeSync(descriptor);
    if (isPlaceholder) rmSync(path, { force: true });
}

function open(path: string): Pick<ReportFile, "descriptor" | "isPlaceholder"> {
    try {
        return { descriptor: openSync(path, OPEN | constants.O_EXCL), isPlaceholder: true };
    } catch {
        return { descriptor: openSync(path, OPEN), isPlaceholder: false };
    }
}

/** A full disk refuses no opening: only writing shows it. Nothing of it stays. A pipe is spared: its reader would get it. */
function tryToWrite(descriptor: number, about: Stats): void {
    if (about.isCharacterDevice() && !isatty(descriptor)) writeSync(descriptor, "\n");
    if (!about.isFile()) return;
    try {
        const written = writeSync(descriptor, Buffer.alloc(RESERVED, " "), 0, RESERVED, about.size);
        if (written < RESERVED) throw new Error("there is no space left for it");
    } finally {
        ftruncateSync(descriptor, about.size);
    }
}

function isSame(one: Stats, other: Stats): boolean {
    return one.isFile() && one.dev === other.dev && one.ino === other.ino;
}
