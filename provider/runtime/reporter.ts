import { AsyncLocalStorage } from "node:async_hooks";

import { engineLog, type LogLine } from "./engine-log";
import { withCode } from "../contract/coded-message";
import type { Code } from "../contract/codes";
import { printableLines } from "../util/printable";
import type { Reporter } from "./session";

/**
 * The URN of the resource whose call is under way. One for the process: each storage that was ever used costs every promise of the
 * process something, for good.
 */
const resourceOfCall = new AsyncLocalStorage<string>();

/** A line without the name of its resource, which is on the row already. */
export function withoutName(line: string, urn: string): string {
    const name = urn.split("::").slice(3).join("::");
    return name !== "" && line.startsWith(`${name}: `) ? line.slice(name.length + 2) : line;
}

/**
 * The reporter of the provider's process: each line is shown on the row of the resource whose call it belongs to, in
 * `pulumi preview` and `pulumi up`, with its severity. A resource whose URN is not known has the stack's line, which then names it.
 */
export class EngineReporter implements Reporter {
    private readonly pending = new Set<Promise<void>>();
    private readonly said = new Set<string>();

    constructor(private readonly send: (line: LogLine) => Promise<void> = engineLog(process.argv[2])) {}

    get urn(): string | undefined {
        const urn = resourceOfCall.getStore();
        return urn === "" ? undefined : urn;
    }

    warn(message: string, code: Code): void {
        this.line("WARNING", withCode(message, code), false);
    }

    info(message: string): void {
        this.line("INFO", message, false);
    }

    progress(message: string): void {
        this.line("INFO", message, true);
    }

    debug(message: string): void {
        this.line("DEBUG", message, false);
    }

    /** Runs a call whose lines stand on this resource's line, and ends once the engine has them. */
    async during<Result>(urn: string, call: () => Promise<Result>): Promise<Result> {
        try {
            return await resourceOfCall.run(urn, call);
        } finally {
            await Promise.all(this.pending);
        }
    }

    private line(severity: LogLine["severity"], given: string, ephemeral: boolean): void {
        const urn = resourceOfCall.getStore() ?? "";
        const message = withoutName(printableLines(given), urn);
        const key = `${urn} ${message}`;
        if (!ephemeral && severity !== "DEBUG") {
            // check and diff may both come to the same warning, and the engine calls each more than once.
            if (this.said.has(key)) return;
            this.said.add(key);
        }
        const sent = this.send({ severity, message, urn, ephemeral }).finally(() => this.pending.delete(sent));
        this.pending.add(sent);
    }
}
