import type { ExportFormat, WorkspaceContent, WorkspaceObject } from "./content";

/** Content over this many bytes is handled by few at a time. */
const LARGE = 1024 * 1024;

/** How many large contents are in memory at once. */
const LARGE_AT_ONCE = 2;

/**
 * Bounds the memory that contents take, however many objects are worked on at once: those over 1 MiB take turns. How large a
 * notebook is says no list, so it is asked for with a bound first.
 */
export class ContentReader {
    private readonly waiting: (() => void)[] = [];
    private busy = 0;

    /** Reads an object's content and hands it to `use`, which is awaited before the next large content is read. */
    async read<Result>(
        workspace: WorkspaceContent,
        object: WorkspaceObject,
        format: ExportFormat,
        use: (bytes: Buffer) => Promise<Result>,
    ): Promise<Result> {
        if ((object.size ?? 0) <= LARGE) {
            const bytes = await workspace.exportUpTo(object, format, LARGE);
            if (bytes !== undefined) return use(bytes);
        }
        return this.inTurn(async () => use(await workspace.export(object, format)));
    }

    private async inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
        if (this.busy >= LARGE_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
        else this.busy++;
        try {
            return await run();
        } finally {
            const next = this.waiting.shift();
            if (next === undefined) this.busy--;
            else next();
        }
    }
}
