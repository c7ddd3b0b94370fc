import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { ReportedError } from "../provider/api/errors";
import { systemClock } from "../provider/api/clock";
import { isEngineAlive } from "../provider/runtime/engine";
import type { ObjectQuestion, Others, Told } from "../provider/runtime/others";
import { messageOf } from "../provider/util/error-message";
import { isRecord } from "../provider/util/property-path";
import { grpc } from "./messages";

/** The call by which one process of the plugin asks another one of the same run. Its messages are JSON. */
const TELL = "/databricks_cmk.Peer/Tell";

/** How long a process may take to answer, and how long one waits before it tries again to be alone, in milliseconds. */
const ANSWER = 30_000;
const AGAIN = 50;

/** What says that no process of this plugin has the port (any more). */
const NOBODY = new Set<number>([grpc.status.UNAVAILABLE, grpc.status.UNIMPLEMENTED]);

/** A question, and the engine whose run the asking process serves: a port may have come to a process of another run. */
interface Asked extends ObjectQuestion {
    readonly engine: string;
}

/**
 * The processes of this plugin that serve one run of the engine: one for each provider resource, and for each version of an SDK. They
 * find each other by empty files in a folder of this user, which name the engine's port and their own.
 */
export class Peers implements Others {
    private port = 0;
    private problem: string | undefined;

    /**
     * @param engine the engine's address.
     * @param folder where the processes of this user's runs find each other.
     */
    constructor(
        private readonly engine: string,
        private readonly folder = join(tmpdir(), `pulumi-databricks-cmk-${userInfo().uid}`),
    ) {}

    /** What serves the others: what this process has heard of objects. */
    serve(server: InstanceType<typeof grpc.Server>, tell: (question: ObjectQuestion) => Told): void {
        server.addService(
            { tell: { path: TELL, ...encoding } },
            {
                tell: (
                    { request }: { request: Asked },
                    callback: (error: null, response: { engine: string; told: Told }) => void,
                ) => callback(null, { engine: this.engine, told: tell(request) }),
            },
        );
    }

    /** Says that this process serves the run, on this port. What cannot be said is an error of `requireKnown`. */
    announce(port: number): void {
        this.port = port;
        try {
            this.problem = problemOf(this.folder);
            if (this.problem !== undefined) return;
            writeFileSync(join(this.folder, `${this.run}-${port}`), "");
            void this.removeEnded().catch(() => undefined);
        } catch (error) {
            this.problem = messageOf(error);
        }
    }

    /** Fails if the others cannot know of this process: they would decide about what it has made without asking it. */
    requireKnown(): void {
        if (this.problem === undefined) return;
        throw new ReportedError(
            `The folder ${this.folder}, by which the processes of one run of Pulumi find each other, cannot be used: ${this.problem} Remove it, or let TMPDIR name a folder in which this user may write.`,
            "CMK1001",
        );
    }

    async ask(question: ObjectQuestion): Promise<readonly Told[]> {
        const answers = await Promise.all(this.others().map((port) => this.askOne(port, question)));
        return answers.filter((one) => one !== undefined);
    }

    async alone<Result>(run: () => Promise<Result>): Promise<Result> {
        const lock = join(this.folder, `${this.run}.lock`);
        while (!this.take(lock)) {
            await this.requireHeld(lock);
            await systemClock.sleep(AGAIN);
        }
        try {
            return await run();
        } finally {
            rmSync(lock, { force: true });
        }
    }

    /** The engine, as the names of files have it. */
    private get run(): string {
        return this.engine.replace(/\W+/g, "_");
    }

    private others(): number[] {
        const prefix = `${this.run}-`;
        return readdirSync(this.folder)
            .filter((name) => name.startsWith(prefix))
            .map((name) => Number(name.slice(prefix.length)))
            .filter((port) => port !== this.port);
    }

    /** Makes the lock and says whose it is in one step, so that none is ever without its process. */
    private take(lock: string): boolean {
        const own = join(this.folder, `${this.run}.${this.port}`);
        writeFileSync(own, String(this.port));
        try {
            linkSync(own, lock);
            return true;
        } catch (error) {
            if (isRecord(error) && error["code"] === "EEXIST") return false;
            throw error;
        } finally {
            rmSync(own);
        }
    }

    /**
     * Fails if the process that has the lock is over: nobody knows how far it came, and of two that take the lock away at once both might go
     * on. The next run has a lock of its own.
     */
    private async requireHeld(lock: string): Promise<void> {
        try {
            const port = Number(readFileSync(lock, "utf8"));
            if (port === this.port || (await this.askOne(port, { kind: "", ids: [] })) !== undefined) return;
            // It may have given the lock back, and ended then.
            if (Number(readFileSync(lock, "utf8")) !== port) return;
        } catch (error) {
            if (isRecord(error) && error["code"] === "ENOENT") return;
            throw error;
        }
        throw new ReportedError(
            "Nothing is deleted: another process of the plugin, which serves the same run, ended while it deleted a workspace. Run the command again.",
            "CMK3001",
        );
    }

    /** What one process has heard; `undefined` if there is none of this run on that port. */
    private askOne(port: number, question: ObjectQuestion): Promise<Told | undefined> {
        const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": -1,
        });
        const asked: Asked = { ...question, engine: this.engine };
        const { requestSerialize, responseDeserialize } = encoding;
        return new Promise<Told | undefined>((resolve, reject) => {
            const options = { deadline: Date.now() + ANSWER };
            client.makeUnaryRequest(TELL, requestSerialize, responseDeserialize, asked, options, (error, response) => {
                if (error !== null && !NOBODY.has(error.code))
                    return reject(
                        new ReportedError(
                            `Nothing is deleted: another process of the plugin, which serves the same run, does not say what it has made (${error.details}). Run the command again.`,
                            "CMK3001",
                        ),
                    );
                resolve(response?.engine === this.engine ? response.told : undefined);
            });
        }).finally(() => client.close());
    }

    /** Removes what the processes of runs have left that are over: the engine ends them without a word. */
    private async removeEnded(): Promise<void> {
        for (const name of readdirSync(this.folder)) {
            const [, port] = /^127_0_0_1_(\d+)[-.]/.exec(name) ?? [];
            if (port === undefined || name.startsWith(this.run) || (await isEngineAlive(`127.0.0.1:${port}`))) continue;
            rmSync(join(this.folder, name), { force: true });
        }
    }
}

const toBytes = (message: unknown): Buffer => Buffer.from(JSON.stringify(message));
const encoding = {
    requestStream: false,
    responseStream: false,
    requestSerialize: toBytes,
    requestDeserialize: (bytes: Buffer): Asked => JSON.parse(bytes.toString()),
    responseSerialize: toBytes,
    responseDeserialize: (bytes: Buffer): { engine: string; told: Told } => JSON.parse(bytes.toString()),
} as const;

/** Makes a folder that only this user can read and write. The problem, if there is one that others can. */
function problemOf(folder: string): string | undefined {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid } = userInfo();
    const found = lstatSync(folder);
    const isOwn = uid === -1 || (found.uid === uid && (found.mode & 0o077) === 0);
    return found.isDirectory() && isOwn ? undefined : "it is not a folder of this user alone.";
}
