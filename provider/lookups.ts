/**
 * The lookups: what a stack program can read from the account beside the resources that it declares. They run in the
 * program's process, with the same client, collections and mapping as the handlers.
 */
import { RunError } from "@pulumi/pulumi";

import type { Collection } from "./api/collection";
import { ReportedError, shownMessageOf } from "./api/errors";
import { kinds, type ObjectType } from "./contract/kinds";
import type { AccountLookups, CurrentConfig, LookupType, WorkspaceInAccount } from "./contract/lookups";
import { listArguments, lookupDefinitions } from "./lookup-definitions";
import { AccountDirectory } from "./migration/account-directory";
import { registry } from "./registry";
import { responseValue, toOutputs } from "./resource/mapping";
import { type Checked, checkInputs } from "./resource/validation";
import { programReporter } from "./runtime/program-reporter";
import { realEnvironment, Session } from "./runtime/session";
import { getPath, getString, type Properties } from "./util/property-path";

/** Creates the lookups of a program from its configuration (`databricks:host` and so on). */
export function createLookups(
    configuration: Readonly<Record<string, string>>,
    registeredCount: () => number,
): AccountLookups {
    const session = new Session(realEnvironment(programReporter, "lookups"));
    session.configure((key) => configuration[key]);
    return new Lookups(session, registeredCount);
}

/**
 * The lookups of one stack program: one client, one token, and one cached list of each kind, which is dropped when the
 * program registers a resource. They reject with a `RunError`, which Pulumi prints without a stack trace.
 */
export class Lookups implements AccountLookups {
    private readonly lists = new Map<string, Promise<ReadonlyMap<string, Properties>>>();
    private seen: number;

    /** @param registeredCount counts the resources of this package that the program has registered so far. */
    constructor(
        private readonly session: Session,
        private readonly registeredCount: () => number,
    ) {
        this.seen = registeredCount();
    }

    get(type: LookupType, args: Properties): Promise<Record<string, unknown>> {
        return reported(this.session, `get${type}`, async () => {
            requireValid(lookupDefinitions[type].arguments, args);
            const account = this.account(args);
            const id = getString(args, "id");
            const response = await (id === undefined ? this.search(type, account, args) : this.read(type, account, id));
            return this.outputsOf(type, response, account);
        });
    }

    list(type: ObjectType, args: Properties): Promise<Record<string, unknown>> {
        const { list } = kinds[type];
        return reported(this.session, `get${list.charAt(0).toUpperCase()}${list.slice(1)}`, async () => {
            requireValid(listArguments, args);
            const account = this.account(args);
            const { definition, nameOutput = definition.nameField } = registry[type];
            const idOf = (object: Properties) => getString(object, definition.idField) ?? "";
            const nameOf = (object: Properties) => getString(object, nameOutput ?? "") ?? "";
            // The API does not promise an order, and without one a program's outputs would change at random.
            const objects = [...(await this.cachedList(type, account)).values()]
                .map((response) => this.outputsOf(type, response, account))
                .sort((left, right) => compare(nameOf(left), nameOf(right)) || compare(idOf(left), idOf(right)));
            if (nameOutput === undefined) return { [list]: objects };
            return { [list]: objects, ids: Object.fromEntries(uniqueNames(objects, nameOf, idOf)) };
        });
    }

    metastoreId({ workspaceId, accountId }: WorkspaceInAccount): Promise<string | undefined> {
        return reported(this.session, "metastoreId", async () => {
            const metastore = await new AccountDirectory(this.session.client, accountId).metastore(workspaceId);
            return metastore?.metastoreId;
        });
    }

    currentConfig(): Promise<CurrentConfig> {
        return reported(this.session, "getCurrentConfig", async () => {
            const { accountId, host, as } = this.session.credential;
            return { accountId, host, authType: as.authType };
        });
    }

    private account(args: Properties): string {
        return getString(args, "accountId") ?? this.session.client.accountId;
    }

    private outputsOf(type: ObjectType, response: Properties, accountId: string): Record<string, unknown> {
        return toOutputs(registry[type].definition, response, { accountId, host: this.session.client.host });
    }

    private async read(type: LookupType, account: string, id: string): Promise<Properties> {
        const response = await this.collectionFor(type, account).read(id);
        if (response !== undefined) return response;
        const { noun } = registry[type].definition;
        throw new ReportedError(`there is no ${noun} with the id "${id}" in the account ${account}.`, "CMK1005");
    }

    /** Finds the one object that has all values of the arguments. */
    private async search(type: LookupType, account: string, args: Properties): Promise<Properties> {
        const { definition } = registry[type];
        const { inputs } = lookupDefinitions[type];
        const wanted = Object.entries(inputs).filter(([argument]) => getPath(args, argument) !== undefined);
        const what = wanted.map(([argument]) => `the ${argument} "${getString(args, argument)}"`).join(" and ");
        const found = [...(await this.cachedList(type, account))].filter(([, response]) =>
            wanted.every(([argument, path]) =>
                matches(responseValue(definition, response, path), getPath(args, argument)),
            ),
        );
        const [first, second] = found;
        if (first === undefined) {
            throw new ReportedError(
                `there is no ${definition.noun} with ${what} in the account ${account}.`,
                "CMK1005",
            );
        }
        if (second === undefined) return first[1];
        const ids = found.map(([id]) => id).sort();
        throw new ReportedError(
            `more than one ${definition.noun} has ${what}: ${ids.join(", ")}. Look one of them up by its id.`,
            "CMK1005",
        );
    }

    private collectionFor(type: ObjectType, account: string): Collection {
        const registered = this.registeredCount();
        if (registered !== this.seen) {
            this.seen = registered;
            this.lists.clear();
            this.session.invalidateLists();
        }
        return this.session.collectionFor(registry[type].definition, account);
    }

    /** Lookups share one cached list, which is dropped whenever the program registers a resource. */
    private cachedList(type: ObjectType, account: string): Promise<ReadonlyMap<string, Properties>> {
        const collection = this.collectionFor(type, account);
        const key = `${account}/${type}`;
        const known = this.lists.get(key);
        if (known !== undefined) return known;
        const list = collection.list();
        this.lists.set(key, list);
        list.catch(() => {
            if (this.lists.get(key) === list) this.lists.delete(key);
        });
        return list;
    }
}

/** Ids by name, without the names that several of the (sorted) objects share: any id for such a name would be arbitrary. */
function uniqueNames(
    sorted: readonly Properties[],
    nameOf: (object: Properties) => string,
    idOf: (object: Properties) => string,
): [string, string][] {
    return sorted.flatMap((object, index): [string, string][] => {
        const name = nameOf(object);
        const shared = [sorted[index - 1], sorted[index + 1]].some((other) => other && nameOf(other) === name);
        return shared ? [] : [[name, idOf(object)]];
    });
}

/** Whether a response's value equals the wanted one, or is a list that contains it. */
function matches(value: unknown, wanted: unknown): boolean {
    return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}

function requireValid(checked: Checked, args: Properties): void {
    const failures = checkInputs(checked, args, { allowedRegions: [] });
    if (failures.length === 0) return;
    throw new ReportedError(
        `${failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ")}.`,
        "CMK1002",
    );
}

async function reported<Result>({ logCauses }: Session, lookup: string, run: () => Promise<Result>): Promise<Result> {
    try {
        return await run();
    } catch (error) {
        logCauses(error);
        throw error instanceof ReportedError ? new RunError(`${lookup}: ${shownMessageOf(error)}`) : error;
    }
}

function compare(left: string, right: string): number {
    return left < right ? -1 : left > right ? 1 : 0;
}
