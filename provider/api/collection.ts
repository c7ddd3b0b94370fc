import type { AccountClient } from "./account-client";
import type { Clock } from "./clock";
import { listOf, type ObjectCodec, recordOf } from "./codec";
import { NoResponseError, orMissing, UnexpectedResponseError } from "./errors";
import type { Properties } from "../util/property-path";
import { Poller } from "./poller";

/**
 * How long a list may serve reads that were asked for after it, in milliseconds; a write of ours ends it at once. As long
 * is a list that failed not asked for again to save reads.
 */
const LIST_TTL = 60_000;

/** How long a read waits for company, in milliseconds: reads that come together are answered by one list. */
const BATCH_WINDOW = 5;

/** How many objects in a list cost as much as one read by itself: with more of them for each that is asked for, it is dearer. */
const LISTED_PER_READ = 500;

/** How many reads make a list worth while whose size is not known yet. */
const LIST_FROM = 2;

/** The objects of a list by their ids. */
export type Listed = ReadonlyMap<string, Properties>;

interface Listing {
    readonly answers: Promise<Listed>;
    /** When it was asked for, and what `writes` was then. */
    readonly asked: number;
    readonly writes: number;
}

/**
 * One collection of an account: creating, reading, changing and deleting its objects. Reads that come together share
 * one list call, so that calls do not grow with the number of resources; a list never serves a question that a write
 * of this process came before.
 */
export class Collection {
    /** The wait that all who wait for an object of the collection share. */
    readonly poller: Poller;
    /** The latest list, under way or answered, and the one that follows it. */
    private latest: Listing | undefined;
    private following: Promise<Listed> | undefined;
    /** How many objects the latest list that was answered held. */
    private size = 0;
    private first: Promise<Listed> | undefined;
    private pendingBatch: { ids: string[]; answers: Promise<ReadonlyMap<string, Properties | undefined>> } | undefined;
    /** How many reads found no list that serves, since the last write. */
    private reads = 0;
    /** From when on a list may save reads again: later, if one failed. */
    private listFrom = 0;
    /** Grows when a write begins and when it ends. */
    private writes = 0;

    constructor(
        private readonly codec: ObjectCodec,
        private readonly client: AccountClient,
        private readonly accountId: string,
        private readonly clock: Clock,
    ) {
        this.poller = new Poller(this, clock);
    }

    /** Creates an object and returns what the API answers. */
    async create(body: Properties): Promise<Properties> {
        return this.writing(async () => {
            const [, answer] = recordOf(this.codec, await this.client.post(this.codec.path, body, this.accountId));
            return answer;
        });
    }

    /** Changes exactly the fields of the body. */
    async patch(id: string, body: Record<string, unknown>): Promise<void> {
        await this.writing(() => this.client.patch(this.pathOf(id), body, this.accountId));
    }

    /** Gives an object a whole new content. */
    async replace(id: string, body: Properties): Promise<void> {
        await this.writing(() => this.client.put(this.pathOf(id), body, this.accountId));
    }

    /** Deletes an object; one that is gone already is no error. After a lost response it is looked for, and deleted again if it exists. */
    async delete(id: string): Promise<void> {
        await this.writing(async () => {
            try {
                await this.deleteOnce(id);
            } catch (error) {
                if (!(error instanceof NoResponseError) || !error.mayHaveApplied) throw error;
                // An id is never used again, so a second request can only delete the same object.
                if ((await this.get(id)) !== undefined) await this.deleteOnce(id);
            }
        });
    }

    private async deleteOnce(id: string): Promise<void> {
        await orMissing(() => this.client.delete(this.pathOf(id), this.accountId));
    }

    /**
     * One object as it is now, asked for alone; `undefined` when it is gone.
     *
     * @param began since when the answer is waited for, in milliseconds since 1970, if a list has failed meanwhile.
     */
    async get(id: string, began?: number): Promise<Properties | undefined> {
        return orMissing(async () => {
            const [found, answer] = recordOf(this.codec, await this.client.get(this.pathOf(id), this.accountId, began));
            if (found === id) return answer;
            throw new UnexpectedResponseError(`asked for the ${this.codec.noun} ${id}, the answer is about ${found}`);
        });
    }

    /** One object; asked for together with others it comes out of one list, which may be a minute old. */
    async read(id: string): Promise<Properties | undefined> {
        const { latest } = this;
        if (this.isRecent(latest)) {
            const began = this.clock.now();
            const listed = await latest.answers.catch(() => undefined);
            return listed?.get(id) ?? this.get(id, began);
        }
        if (this.pendingBatch === undefined) {
            const ids: string[] = [];
            this.pendingBatch = { ids, answers: this.clock.sleep(BATCH_WINDOW).then(() => this.readTogether(ids)) };
        }
        const { ids, answers } = this.pendingBatch;
        ids.push(id);
        return (await answers).get(id);
    }

    /**
     * Several objects as they are now: one list, or single reads if those are cheaper or the list fails. What the list
     * took is part of the time for which they are tried: an outage is not waited out twice.
     *
     * @param absence what it means that a list does not show an object: it is `asked` for by itself before it counts as
     * gone, or the list is `believed`, which is enough where it was deleted by us.
     * @param worth how many reads the list would save.
     */
    async getMany(
        ids: readonly string[],
        absence: "asked" | "believed" = "asked",
        worth = ids.length,
    ): Promise<ReadonlyMap<string, Properties | undefined>> {
        const began = this.clock.now();
        const cheaper = worth >= LIST_FROM && this.size <= LISTED_PER_READ * worth && this.listFrom <= began;
        const listed = cheaper ? await this.listOrNothing() : undefined;
        const believed = listed !== undefined && absence === "believed";
        const answers = new Map<string, Properties | undefined>();
        await Promise.all(
            ids.map(async (id) => {
                answers.set(id, listed?.get(id) ?? (believed ? undefined : await this.get(id, began)));
            }),
        );
        return answers;
    }

    /**
     * Every object of the collection by id, as it is at this moment or later: those who ask while a list is under way
     * share the next one.
     */
    async list(): Promise<Listed> {
        this.following ??= this.listAfter(this.latest);
        return this.following;
    }

    /** Every object as it was at some moment after this time: the latest list if that is young enough. */
    async listSince(time: number): Promise<Listed> {
        const { latest } = this;
        return latest !== undefined && latest.asked > time ? latest.answers : this.list();
    }

    /** Every object as it was after the latest write of this process, and at most a minute ago. */
    async recentList(): Promise<Listed> {
        return this.isRecent(this.latest) ? this.latest.answers : this.list();
    }

    /**
     * Every object as it was when this process first asked: for what was left by an earlier one. What this process makes
     * itself is never in it, so that two resources with the same content are not taken for one.
     */
    async firstList(): Promise<Listed> {
        this.first ??= this.list().catch((error: unknown) => {
            this.first = undefined;
            throw error;
        });
        return this.first;
    }

    /** Somebody wrote to the collection, this process or another: what was asked for before serves no more. */
    invalidate(): void {
        this.writes++;
        this.reads = 0;
    }

    private isRecent(listing: Listing | undefined): listing is Listing {
        return listing !== undefined && listing.writes === this.writes && listing.asked >= this.clock.now() - LIST_TTL;
    }

    private async listOrNothing(): Promise<Listed | undefined> {
        try {
            return await this.list();
        } catch {
            this.listFrom = this.clock.now() + LIST_TTL;
            return undefined;
        }
    }

    private async listAfter(before: Listing | undefined): Promise<Listed> {
        await before?.answers.catch(() => undefined);
        this.following = undefined;
        const answers = this.requestList();
        this.latest = { answers, asked: this.clock.now(), writes: this.writes };
        return answers;
    }

    private async requestList(): Promise<Listed> {
        const { path } = this.codec;
        const listed = listOf(this.codec, await this.client.get(path, this.accountId));
        this.size = listed.size;
        return listed;
    }

    private async readTogether(ids: readonly string[]): Promise<ReadonlyMap<string, Properties | undefined>> {
        this.pendingBatch = undefined;
        const distinct = [...new Set(ids)];
        this.reads += distinct.length;
        return this.getMany(distinct, "asked", this.reads);
    }

    private async writing<Result>(write: () => Promise<Result>): Promise<Result> {
        this.invalidate();
        try {
            return await write();
        } finally {
            this.invalidate();
        }
    }

    private pathOf(id: string): string {
        return `${this.codec.path}/${encodeURIComponent(id)}`;
    }
}
