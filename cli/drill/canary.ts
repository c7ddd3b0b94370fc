import { randomUUID } from "node:crypto";

import type { Clock } from "../../provider/api/clock";
import { ApiError, NoResponseError } from "../../provider/api/errors";
import type { WorkspaceContent, WorkspaceObject } from "../../provider/migration/content";
import { messageOf } from "../../provider/util/error-message";
import { retryUntilSuccess, StepFailure } from "./wait";

/** The workspace's own API, as far as the drill uses it. */
export type CanaryContent = Pick<WorkspaceContent, "import" | "export" | "delete" | "find" | "list">;

const FOLDER = "/Shared";
const NAME = "pulumi-databricks-cmk-drill-";
const EARLIER = new RegExp(`^${FOLDER}/${NAME}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`);
const MARK = "Written by `pulumi-databricks-cmk drill`; may be deleted.";

/** The notebook that a drill writes, reads while the key is disabled and afterwards, and removes. */
export class Canary {
    private readonly path = `${FOLDER}/${NAME}${randomUUID()}`;
    private readonly token = randomUUID();
    /** Whether there may be something to remove. */
    mayExist = false;

    constructor(
        private readonly content: CanaryContent,
        private readonly clock: Clock,
    ) {}

    /** Removes the canaries of drills that were killed, and returns a line for each: it is gone, or why it is not. */
    async removeEarlier(): Promise<string[]> {
        try {
            const isCanary = ({ type, path }: WorkspaceObject) => type === "NOTEBOOK" && EARLIER.test(path);
            const found = ((await this.content.list(FOLDER)) ?? []).filter(isCanary);
            return await Promise.all(found.map((earlier) => this.removeOne(earlier)));
        } catch (error) {
            return [`whether an earlier drill left a canary is not known: ${messageOf(error)}`];
        }
    }

    /** The name alone does not prove that nobody needs it. */
    private async removeOne(earlier: WorkspaceObject): Promise<string> {
        const { path } = earlier;
        try {
            const content = await this.content.export(earlier, "SOURCE");
            if (!content.includes(MARK))
                return `${path} looks like a canary of an earlier drill, but holds something else: it stays`;
            await this.content.delete(path);
            return `the canary of an earlier drill is removed: ${path}`;
        } catch (error) {
            return `the canary of an earlier drill, ${path}, could not be removed: ${messageOf(error)}`;
        }
    }

    /** Writes it, reads it, and returns its path. */
    async write(): Promise<string> {
        this.mayExist = true;
        const bytes = Buffer.from(`# ${MARK}\n# ${this.token}\n`);
        await this.content.import(this.path, { format: "SOURCE", language: "PYTHON", bytes });
        await this.read();
        return this.path;
    }

    /** The service's refusal to read it; `undefined` if it can be read, and in an outage. */
    async refusal(): Promise<string | undefined> {
        try {
            await this.read();
            return undefined;
        } catch (error) {
            if (isOutage(error)) return undefined;
            if (error instanceof ApiError && isRevocation(error)) return error.message;
            throw error;
        }
    }

    /** Why it cannot be read at the moment; `undefined` if it can. */
    async obstacle(): Promise<string | undefined> {
        try {
            await this.read();
            return undefined;
        } catch (error) {
            if (error instanceof ApiError || error instanceof NoResponseError) return error.message;
            throw error;
        }
    }

    /** Removes it, and looks whether it is gone. */
    async remove(): Promise<undefined> {
        await retryUntilSuccess(this.clock, async () => {
            await this.content.delete(this.path);
            if ((await this.content.find(this.path)) !== undefined)
                throw new StepFailure(`${this.path} is still there`);
        });
        return undefined;
    }

    /** Reads it; rejects if the read is refused, or its content is another one. */
    private async read(): Promise<void> {
        const object = { path: this.path, type: "NOTEBOOK", typeName: "NOTEBOOK", id: "0" } as const;
        const content = await this.content.export(object, "SOURCE");
        if (!content.includes(this.token)) throw new StepFailure("the canary's content is not what was written");
    }
}

/** An outage is not a revocation: the service has to respond, and to refuse. */
function isOutage(error: unknown): boolean {
    if (error instanceof NoResponseError) return true;
    return (
        error instanceof ApiError &&
        (error.kind === "throttled" || (error.kind === "unavailable" && !/key/i.test(error.detail)))
    );
}

/** Not if the canary is gone, the credential was refused, or an access list keeps this machine out. */
function isRevocation({ kind, status, errorCode }: ApiError): boolean {
    return kind !== "missing" && status !== 401 && !(status === 403 && errorCode === "");
}
