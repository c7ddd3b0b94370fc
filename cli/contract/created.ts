import type { Clock } from "../../provider/api/clock";
import { NoResponseError } from "../../provider/api/errors";
import { messageOf } from "../../provider/util/error-message";
import { getString, type Properties } from "../../provider/util/property-path";
import type { Answer, Asker } from "./answer";

/** Objects of the account of one kind. */
export interface Collection {
    /** Below the account. */
    readonly path: string;
    readonly noun: string;
    readonly id: string;
    /** The field with its name, which begins with the prefix of the run. Default: none. */
    readonly name?: string;
}

/** What the contract makes in an account, in the order in which it is deleted. */
export const collections = {
    workspaces: { path: "/workspaces", noun: "workspace", id: "workspace_id", name: "workspace_name" },
    networks: { path: "/networks", noun: "network", id: "network_id", name: "network_name" },
    storage: {
        path: "/storage-configurations",
        noun: "storage configuration",
        id: "storage_configuration_id",
        name: "storage_configuration_name",
    },
    credentials: { path: "/credentials", noun: "credentials", id: "credentials_id", name: "credentials_name" },
    keys: { path: "/customer-managed-keys", noun: "registration of a key", id: "customer_managed_key_id" },
    groups: { path: "/scim/v2/Groups", noun: "group", id: "id", name: "displayName" },
    servicePrincipals: { path: "/scim/v2/ServicePrincipals", noun: "service principal", id: "id", name: "displayName" },
} as const satisfies Readonly<Record<string, Collection>>;

/** How long a list may take to show what was made, and the pause between two rounds, in milliseconds. */
const [LATE, PAUSE] = [60_000, 10_000];
/** How long it is tried to delete everything, with a workspace and without, in milliseconds. */
const [WITH_WORKSPACE, WITHOUT] = [30 * 60_000, 5 * 60_000];

interface Made {
    readonly ids: Set<string>;
    /** Ids of those without a name that were there before. */
    readonly before: ReadonlySet<string>;
    /** Since when a POST without a response may have made one, in milliseconds since 1970. */
    lostAt: number | undefined;
}

/** Everything that a run makes in the account, and its end. */
export class Created {
    private readonly made = new Map<Collection, Made>();

    /**
     * @param prefix with which every name begins.
     * @param asker sends what deletes; no signal stops it.
     * @param keyArns the keys that the run registers.
     */
    constructor(
        readonly prefix: string,
        private readonly asker: Asker,
        private readonly account: string,
        private readonly clock: Clock,
        private readonly keyArns: readonly string[],
    ) {}

    /** Makes an object, and keeps in mind that it may be there whatever the response says. */
    async make(collection: Collection, post: () => Promise<Answer>): Promise<Answer> {
        const made = this.made.get(collection) ?? (await this.begin(collection));
        try {
            const answer = await post();
            const id = answer.isSuccess ? idOf(answer.record, collection) : undefined;
            if (id !== undefined) made.ids.add(id);
            else if (answer.isSuccess) made.lostAt = this.clock.now();
            return answer;
        } catch (error) {
            if (!(error instanceof NoResponseError) || error.mayHaveApplied) made.lostAt = this.clock.now();
            throw error;
        }
    }

    /** Deletes everything that was made, and returns what is left: a line each. */
    async deleteAll(): Promise<string[]> {
        const limit = this.made.has(collections.workspaces) ? WITH_WORKSPACE : WITHOUT;
        for (const end = this.clock.now() + limit; ;) {
            const left: string[] = [];
            // Read anew each time: what uses an object has to be gone before it.
            for (const collection of Object.values(collections)) left.push(...(await this.deleteOf(collection)));
            if (left.length === 0 || this.clock.now() >= end) return left;
            await this.clock.sleep(PAUSE);
        }
    }

    /** Names of what other runs have made and not deleted, of the kinds that this one made. */
    async ofOthers(anyRun: string): Promise<string[]> {
        const names: string[] = [];
        for (const collection of this.made.keys()) {
            const { name } = collection;
            if (name === undefined) continue;
            const all = (await this.list(collection, anyRun)).map((record) => getString(record, name) ?? "");
            names.push(...all.filter((one) => one.startsWith(anyRun) && !one.startsWith(this.prefix)));
        }
        return names;
    }

    private async begin(collection: Collection): Promise<Made> {
        const before = collection.name === undefined ? await this.list(collection) : [];
        const ids = before.flatMap((record) => idOf(record, collection) ?? []);
        const made: Made = { ids: new Set(), before: new Set(ids), lostAt: undefined };
        this.made.set(collection, made);
        return made;
    }

    /** One round: what may still be there after it. */
    private async deleteOf(collection: Collection): Promise<string[]> {
        const made = this.made.get(collection);
        if (made === undefined) return [];
        const left: string[] = [];
        try {
            if (made.lostAt !== undefined) await this.find(collection, made, made.lostAt);
        } catch (error) {
            left.push(`${collection.noun}: perhaps one, which no response named (${messageOf(error)})`);
        }
        if (made.lostAt !== undefined && left.length === 0) left.push(`${collection.noun}: perhaps one, not found yet`);
        for (const id of made.ids) {
            const problem = await this.deleteOne(collection, id);
            if (problem === undefined) made.ids.delete(id);
            else left.push(`${collection.noun}, ${this.named(collection)}: ${problem}`);
        }
        return left;
    }

    /** Looks for what a POST without a response may have made. */
    private async find(collection: Collection, made: Made, lostAt: number): Promise<void> {
        const found = (await this.list(collection)).filter((record) => this.isOwn(record, collection, made));
        for (const record of found) made.ids.add(idOf(record, collection) ?? "");
        if (this.clock.now() >= lostAt + LATE) made.lostAt = undefined;
    }

    private isOwn(record: Properties, { name, id }: Collection, { before }: Made): boolean {
        if (name !== undefined) return getString(record, name)?.startsWith(this.prefix) === true;
        const arn = getString(record, "aws_key_info.key_arn") ?? "";
        return this.keyArns.includes(arn) && !before.has(String(record[id]));
    }

    /** Why it may still be there; `undefined`: it is gone. */
    private async deleteOne({ path }: Collection, id: string): Promise<string | undefined> {
        try {
            const answer = await this.asker.send("DELETE", `${this.account}${path}/${id}`);
            if (answer.status === 404) return undefined;
            if (!answer.isSuccess) return answer.refusal;
            const after = await this.asker.send("GET", `${this.account}${path}/${id}`);
            return after.status === 404 ? undefined : "its deletion has not ended";
        } catch (error) {
            return messageOf(error);
        }
    }

    private async list({ path, name }: Collection, prefix = this.prefix): Promise<readonly Properties[]> {
        const filter = name === "displayName" ? `?filter=displayName%20sw%20%22${prefix}%22` : "";
        const answer = await this.asker.send("GET", `${this.account}${path}${filter}`);
        if (!answer.isSuccess) throw new Error(`its list was refused: ${answer.refusal}`);
        return answer.list;
    }

    private named({ name }: Collection): string {
        return name === undefined ? "of a key that was given" : `whose name begins with ${this.prefix}`;
    }
}

function idOf(record: Properties, { id }: Collection): string | undefined {
    const value = record[id];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
