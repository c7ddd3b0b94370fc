import { z } from "zod";

import type { AccountObject } from "./account-object";
import type { AccountClient, Clock } from "./client/account-client";
import { RefusedError, UnexpectedAnswerError } from "./client/errors";
import { idOf } from "./dialect";
import { isRecord, type Properties } from "./properties";

/** How long a list may serve reads that were asked for after it, in milliseconds; a write of ours ends it at once. */
const LIST_SERVES = 10_000;

/** How long a read waits for company, in milliseconds: reads that come together are answered by one list. */
const GATHER = 5;

/** A list with more than this many objects for each one that is asked for is dearer than single reads. */
const FOREIGN_PER_READ = 50;

interface Listed {
    readonly answers: ReadonlyMap<string, Properties>;
    readonly asked: number;
    readonly writes: number;
}

const listAnswer = z.array(z.unknown()).nullish();

/**
 * One collection of an account: creating, reading, changing and deleting its objects. Reads that come together share
 * one list call, so that calls do not grow with the number of resources; a list never serves a question that a write
 * of this process came before.
 */
export class Collection {
    private listing: { promise: Promise<Listed>; asked: number; writes: number } | undefined;
    private listed: Listed | undefined;
    private first: Promise<ReadonlyMap<string, Properties>> | undefined;
    private gathering: { ids: string[]; answers: Promise<ReadonlyMap<string, Properties | undefined>> } | undefined;
    /** Grows when a write begins and when it ends. */
    private writes = 0;

    constructor(
        private readonly object: AccountObject,
        private readonly client: AccountClient,
        private readonly accountId: string,
        private readonly clock: Clock,
    ) {}

    /** Creates an object and returns what the API answers. */
    async create(body: Properties): Promise<Properties> {
        return this.writing(async () => this.record(await this.client.post(this.object.path, body, this.accountId)));
    }

    /** Changes exactly the fields of the body. */
    async patch(id: string, body: Record<string, unknown>): Promise<void> {
        await this.writing(() => this.client.patch(this.pathOf(id), body, this.accountId));
    }

    /** Gives an object a whole new content. */
    async replace(id: string, body: Properties): Promise<void> {
        await this.writing(() => this.client.put(this.pathOf(id), body, this.accountId));
    }

    /** Deletes an object; one that is gone already is no error. */
    async delete(id: string): Promise<void> {
        await this.writing(async () => {
            try {
                await this.client.delete(this.pathOf(id), this.accountId);
            } catch (error) {
                if (!(error instanceof RefusedError && error.kind === "missing")) throw error;
            }
        });
    }

    /** One object as it is now, asked for alone; `undefined` when it is gone. */
    async get(id: string): Promise<Properties | undefined> {
        try {
            return this.record(await this.client.get(this.pathOf(id), this.accountId), id);
        } catch (error) {
            if (error instanceof RefusedError && error.kind === "missing") return undefined;
            throw error;
        }
    }

    /** One object; asked for together with others it comes out of one list. */
    async read(id: string): Promise<Properties | undefined> {
        const { listed } = this;
        if (listed !== undefined && listed.writes === this.writes && listed.asked >= this.clock.now() - LIST_SERVES) {
            return listed.answers.get(id) ?? this.get(id);
        }
        if (this.gathering === undefined) {
            const ids: string[] = [];
            this.gathering = { ids, answers: this.clock.sleep(GATHER).then(() => this.readTogether(ids)) };
        }
        const { ids, answers } = this.gathering;
        ids.push(id);
        return (await answers).get(id);
    }

    /** Several objects as they are now: one list, or single reads where those are fewer calls or the list fails. */
    async readAll(ids: readonly string[]): Promise<ReadonlyMap<string, Properties | undefined>> {
        const large = this.listed !== undefined && this.listed.answers.size > FOREIGN_PER_READ * ids.length;
        const listed = ids.length > 1 && !large ? await this.list().catch(() => undefined) : undefined;
        const answers = new Map<string, Properties | undefined>();
        await Promise.all(
            ids.map(async (id) => {
                // What a list does not show is asked for by itself before it counts as gone.
                answers.set(id, listed?.get(id) ?? (await this.get(id)));
            }),
        );
        return answers;
    }

    /** Every object of the collection by id, as it is at this moment or later. Those who ask together share one call. */
    async list(): Promise<ReadonlyMap<string, Properties>> {
        const now = this.clock.now();
        if (this.listing === undefined || this.listing.asked < now || this.listing.writes !== this.writes) {
            this.listing = { promise: this.requestList(now, this.writes), asked: now, writes: this.writes };
        }
        return (await this.listing.promise).answers;
    }

    /**
     * Every object as it was when this process first asked: for what was left by an earlier one. What this process makes
     * itself is never in it, so that two resources with the same content are not taken for one.
     */
    async firstList(): Promise<ReadonlyMap<string, Properties>> {
        this.first ??= this.list().catch((error: unknown) => {
            this.first = undefined;
            throw error;
        });
        return this.first;
    }

    private async requestList(asked: number, writes: number): Promise<Listed> {
        const parsed = listAnswer.safeParse(await this.client.get(this.object.path, this.accountId));
        if (!parsed.success) throw new UnexpectedAnswerError(`GET ${this.object.path} is not a list`);
        const answers = new Map(
            (parsed.data ?? []).map((one) => {
                const record = this.record(one);
                return [idOf(this.object, record), record];
            }),
        );
        const listed = { answers, asked, writes };
        this.listed = listed;
        return listed;
    }

    private async readTogether(ids: readonly string[]): Promise<ReadonlyMap<string, Properties | undefined>> {
        this.gathering = undefined;
        return this.readAll([...new Set(ids)]);
    }

    private async writing<Result>(write: () => Promise<Result>): Promise<Result> {
        this.writes++;
        try {
            return await write();
        } finally {
            this.writes++;
        }
    }

    private pathOf(id: string): string {
        return `${this.object.path}/${encodeURIComponent(id)}`;
    }

    private record(answer: unknown, id?: string): Properties {
        if (!isRecord(answer))
            throw new UnexpectedAnswerError(`an answer about a ${this.object.noun} is not an object`);
        const found = idOf(this.object, answer);
        if (id !== undefined && found !== id) {
            throw new UnexpectedAnswerError(`asked for the ${this.object.noun} ${id}, the answer is about ${found}`);
        }
        return answer;
    }
}
