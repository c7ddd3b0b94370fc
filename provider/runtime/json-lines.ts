import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { messageOf } from "../util/error-message";

/** A file of JSON lines. */
export interface JsonLinesFile {
    /** Empty: nothing is written. */
    readonly file: string;
    /** Whether its folder is created. Default: it has to exist. */
    readonly createsFolder?: boolean;
    /** Told once why it cannot be written; nothing is written from then on. */
    readonly onFailure: (reason: string) => void;
}

/** Appends values to a file, a line of JSON each: whole and at once, because several processes append to one file, and one may be killed. */
export function jsonLines({ file, createsFolder = false, onFailure }: JsonLinesFile): (value: object) => void {
    let isWritable = file !== "";
    return (value) => {
        if (!isWritable) return;
        try {
            if (createsFolder) mkdirSync(dirname(file), { recursive: true });
            appendFileSync(file, `${JSON.stringify(value)}\n`, { mode: 0o600 });
        } catch (error) {
            isWritable = false;
            onFailure(messageOf(error));
        }
    };
}
