import { writeFileSync } from "node:fs";
import { Socket } from "node:net";

import { withCode } from "../provider/contract/coded-message";

type Stream = typeof process.stdout | typeof process.stderr;

/**
 * Standard output and error of the process. Whoever read them may be gone (a pipe, a closed terminal), or a disk full: a
 * command still ends what it began, and enables a key. But it is known that something was lost.
 */
export class StandardStreams {
    /** Whether something could not be written. */
    hasLost = false;

    constructor() {
        for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => this.lose(stream, error));
    }

    readonly out = (line: string): void => this.write(process.stdout, line);

    readonly err = (line: string): void => this.write(process.stderr, line);

    /** Ends when everything is written, or lost. */
    async flush(): Promise<void> {
        for (const stream of [process.stdout, process.stderr])
            await new Promise<void>((resolve) => stream.write("", () => resolve()));
    }

    private write(stream: Stream, line: string): void {
        const isFile: boolean = !(stream instanceof Socket);
        if (!isFile) return void stream.write(`${line}\n`);
        try {
            // If the disk is full, a file takes a part of a text, which is not an error to Node.js' own stream.
            writeFileSync(stream.fd, `${line}\n`);
        } catch (error) {
            this.lose(stream, error);
        }
    }

    private lose(stream: Stream, error: unknown): void {
        const isFirst = !this.hasLost;
        this.hasLost = true;
        if (!isFirst || stream === process.stderr) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.err(withCode(`Standard output could not be written (${reason})`, "CMK3012"));
    }
}
