import { kinds } from "./kinds";
import type { AccountRecord } from "./records";

/** The account's objects: as they are stored, and as the API shows them. */
export class ObjectStore {
    private readonly collections = new Map<string, Map<string, AccountRecord>>(
        Object.keys(kinds).map((kind) => [kind, new Map()]),
    );

    /** `show` makes what the API shows of a stored object; `undefined` if the object is gone by now. */
    constructor(
        private readonly show: (kind: string, id: string, stored: AccountRecord) => AccountRecord | undefined,
    ) {}

    /** The objects of a collection as the API shows them. */
    list(kind: string): AccountRecord[] {
        return [...this.stored(kind).keys()].map((id) => this.find(kind, id)).filter((record) => record !== undefined);
    }

    /** One object as the API shows it. */
    find(kind: string, id: string): AccountRecord | undefined {
        const stored = this.stored(kind).get(id);
        return stored && this.show(kind, id, stored);
    }

    /** The objects of a collection as they are stored, by their ids. */
    stored(kind: string): Map<string, AccountRecord> {
        const collection = this.collections.get(kind);
        if (collection === undefined) throw new Error(`no collection ${kind}`);
        return collection;
    }
}
