/**
 * What a stack program can ask of the account, beside the resources that it makes. It runs in the program's process, on
 * the same client, collections and dialect as the handlers.
 */
import { RunError } from "@pulumi/pulumi";

import type { ObjectDefinition, Failure } from "./resource/definition";
import { type Checked, checkInputs } from "./resource/validation";
import type { Collection } from "./api/collection";
import { ReportedError } from "./api/errors";
import { responseValue } from "./resource/mapping";
import { accountId, name, objectId, oneOf, text } from "./objects/schemas";
import { ObjectHandler } from "./resource/handler";
import { credentialsObject } from "./objects/credentials";
import { customerManagedKeyObject, keyArn } from "./objects/customer-managed-key";
import { networkObject } from "./objects/network";
import { privateAccessSettingsObject } from "./objects/private-access-settings";
import { storageConfigurationObject } from "./objects/storage-configuration";
import { vpcEndpointObject } from "./objects/vpc-endpoint";
import { workspaceObject } from "./objects/workspace/definition";
import { getPath, type Properties, getString } from "./util/property-path";
import { engineReporter } from "./runtime/reporter";
import { realEnvironment, Session } from "./runtime/session";
import { WorkspaceHandler } from "./objects/workspace/handler";

interface Kind {
    readonly object: ObjectDefinition;
    readonly handler: typeof ObjectHandler;
    /** The output that names an object, where people name them. */
    readonly named?: string;
}

/** The kinds of objects that can be listed, as a lookup's result calls them. */
const kinds = {
    workspaces: { object: workspaceObject, handler: WorkspaceHandler, named: "workspaceName" },
    customerManagedKeys: { object: customerManagedKeyObject, handler: ObjectHandler },
    credentials: { object: credentialsObject, handler: ObjectHandler, named: credentialsObject.nameField },
    storageConfigurations: {
        object: storageConfigurationObject,
        handler: ObjectHandler,
        named: storageConfigurationObject.nameField,
    },
    networks: { object: networkObject, handler: ObjectHandler, named: networkObject.nameField },
    vpcEndpoints: { object: vpcEndpointObject, handler: ObjectHandler, named: vpcEndpointObject.nameField },
    privateAccessSettings: {
        object: privateAccessSettingsObject,
        handler: ObjectHandler,
        named: privateAccessSettingsObject.nameField,
    },
} satisfies Record<string, Kind>;

/** The name of a list that can be asked for: `workspaces`. */
export type ListName = keyof typeof kinds;

/** A question for one object. */
interface LookupDefinition {
    readonly kind: ListName;
    readonly arguments: Checked;
    /** The inputs of the object that its arguments ask for; `id` is asked for by itself. */
    readonly inputs: Readonly<Record<string, string>>;
}

const workspaceId = text('"1234567890123456"').superRefine((value, context) => {
    if (/^\d{1,20}$/.test(value)) return;
    const bare = value.split("/").at(-1) ?? "";
    context.addIssue({
        code: "custom",
        message: /^\d{1,20}$/.test(bare)
            ? `must be the bare id "${bare}", without the account in front of it`
            : "must be the id of a workspace: its digits, as a string",
    });
});

const lookupDefinitions = {
    workspace: {
        kind: "workspaces",
        arguments: {
            noun: "lookup of a workspace",
            fields: {
                accountId: { schema: accountId },
                name: { schema: name('"analytics"').optional() },
                id: { schema: workspaceId.optional() },
                deploymentName: { schema: text('"acme-analytics"').optional() },
            },
            check: (given) => exactlyOne(given, ["name", "id", "deploymentName"]),
        },
        inputs: { name: "workspaceName", deploymentName: "deploymentName" },
    },
    customerManagedKey: {
        kind: "customerManagedKeys",
        arguments: {
            noun: "lookup of a customer-managed key",
            fields: {
                accountId: { schema: accountId },
                id: { schema: objectId("a customer-managed key", "customerManagedKeyId").optional() },
                keyArn: { schema: keyArn.optional() },
                useCase: { schema: oneOf(["MANAGED_SERVICES", "STORAGE"]).optional() },
            },
            check: (given) => [
                ...exactlyOne(given, ["id", "keyArn"]),
                ...(getPath(given, "useCase") !== undefined && getPath(given, "keyArn") === undefined
                    ? [{ property: "useCase", reason: "says more about keyArn: give it with keyArn, or leave it out" }]
                    : []),
            ],
        },
        inputs: { keyArn: "awsKeyInfo.keyArn", useCase: "useCases" },
    },
} satisfies Record<string, LookupDefinition>;

/** The name of a question for one object: `workspace`. */
export type LookupName = keyof typeof lookupDefinitions;

const listArguments: Checked = { noun: "lookup", fields: { accountId: { schema: accountId } } };

function exactlyOne(given: Properties, names: readonly string[]): Failure[] {
    const present = names.filter((name) => getPath(given, name) !== undefined);
    if (present.length === 1) return [];
    return [
        {
            property: present.at(-1) ?? names.join(", "),
            reason:
                present.length === 0
                    ? "give one of these"
                    : `is given beside ${present.slice(0, -1).join(" and ")}: keep one of them`,
        },
    ];
}

/** How a program's requests are authenticated, and where they go. */
export interface CurrentConfig {
    readonly accountId: string;
    readonly host: string;
    readonly authType: "oauth-m2m" | "pat";
}

/**
 * The lookups of one stack program: one client, one token, and one list of each kind for all questions between which the
 * program made nothing. What fails is a `RunError`, which Pulumi reports without a stack trace.
 */
export class Lookups {
    private readonly lists = new Map<string, Promise<ReadonlyMap<string, Properties>>>();
    private readonly handlers = new Map<ListName, ObjectHandler>();
    private seen: number;

    /** @param registeredCount how many resources of this package the program has made or changed so far. */
    constructor(
        private readonly session: Session,
        private readonly registeredCount: () => number,
    ) {
        this.seen = registeredCount();
    }

    /** The one object that is asked for. Fails when there is none, or more than one. */
    get(question: LookupName, given: Properties): Promise<Record<string, unknown>> {
        const { kind, ...asked }: LookupDefinition = lookupDefinitions[question];
        const lookup = `get${capital(question)}`;
        return reported(lookup, async () => {
            requireValid(asked.arguments, given);
            const { object } = kinds[kind];
            const account = this.account(given);
            const id = getString(given, "id");
            if (id !== undefined) {
                const answer = await this.collectionFor(kind, account).read(id);
                if (answer !== undefined) return this.handler(kind).toOutputs(answer, account);
                throw new ReportedError(`there is no ${object.noun} with the id "${id}" in the account ${account}.`);
            }
            const wanted = Object.entries(asked.inputs).filter(([argument]) => getPath(given, argument) !== undefined);
            const what = wanted.map(([argument]) => `the ${argument} "${getString(given, argument)}"`).join(" and ");
            const found = [...(await this.cachedList(kind, account))].filter(([, answer]) =>
                wanted.every(([argument, path]) =>
                    matches(responseValue(object, answer, path), getPath(given, argument)),
                ),
            );
            const [first, second] = found;
            if (first === undefined) {
                throw new ReportedError(`there is no ${object.noun} with ${what} in the account ${account}.`);
            }
            if (second !== undefined) {
                const ids = found.map(([one]) => one).sort();
                throw new ReportedError(
                    `more than one ${object.noun} has ${what}: ${ids.join(", ")}. Ask for one of them by id.`,
                );
            }
            return this.handler(kind).toOutputs(first[1], account);
        });
    }

    /** Every object of a kind, and ids by name where they have names. */
    list(kind: ListName, given: Properties): Promise<Record<string, unknown>> {
        return reported(`get${capital(kind)}`, async () => {
            requireValid(listArguments, given);
            const account = this.account(given);
            const { object, named }: Kind = kinds[kind];
            const name = (shown: Properties) => (named === undefined ? "" : (getString(shown, named) ?? ""));
            const id = (shown: Properties) => getString(shown, object.idField) ?? "";
            const answers = [...(await this.cachedList(kind, account)).values()];
            // The API promises no order, and a program's outputs should not change by themselves.
            const objects = answers
                .map((answer) => this.handler(kind).toOutputs(answer, account))
                .sort((left, right) => compare(name(left), name(right)) || compare(id(left), id(right)));
            if (named === undefined) return { [kind]: objects };
            // A name that several bear leads to none of them: which one would be left to chance.
            const once = objects.filter(
                (shown, place) =>
                    name(shown) !== name(objects[place - 1] ?? {}) && name(shown) !== name(objects[place + 1] ?? {}),
            );
            return { [kind]: objects, ids: Object.fromEntries(once.map((shown) => [name(shown), id(shown)])) };
        });
    }

    /** Where requests go, and how they are authenticated; calls nothing. */
    currentConfig(): Promise<CurrentConfig> {
        return reported("getCurrentConfig", async () => {
            const { accountId, host, as } = this.session.credential;
            return { accountId, host, authType: "token" in as ? "pat" : "oauth-m2m" };
        });
    }

    private account(given: Properties): string {
        return getString(given, "accountId") ?? this.session.client.accountId;
    }

    private handler(kind: ListName): ObjectHandler {
        const { object, handler }: Kind = kinds[kind];
        const known = this.handlers.get(kind) ?? new handler(object, this.session);
        this.handlers.set(kind, known);
        return known;
    }

    /** The collection, which knows of everything that the program has made. */
    private collectionFor(kind: ListName, account: string): Collection {
        const made = this.registeredCount();
        if (made !== this.seen) {
            this.seen = made;
            this.lists.clear();
            this.session.invalidateLists();
        }
        return this.session.collectionFor(kinds[kind].object, account);
    }

    /** One list for all who ask before the program makes something more. */
    private cachedList(kind: ListName, account: string): Promise<ReadonlyMap<string, Properties>> {
        const collection = this.collectionFor(kind, account);
        const key = `${account}/${kind}`;
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

/** The lookups of a program with this configuration (`databricks:host` and the like). */
export function createLookups(configuration: Readonly<Record<string, string>>, made: () => number): Lookups {
    const session = new Session(realEnvironment(engineReporter));
    session.configure((key) => configuration[key]);
    return new Lookups(session, made);
}

/** Whether an answer's value is the one that is asked for, or a list that holds it. */
function matches(value: unknown, asked: unknown): boolean {
    return Array.isArray(value) ? value.includes(asked) : value === asked;
}

function requireValid(checked: Checked, given: Properties): void {
    const failures = checkInputs(checked, given, { allowedRegions: [] });
    if (failures.length === 0) return;
    throw new ReportedError(`${failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ")}.`);
}

async function reported<Result>(lookup: string, ask: () => Promise<Result>): Promise<Result> {
    try {
        return await ask();
    } catch (error) {
        throw error instanceof ReportedError ? new RunError(`${lookup}: ${error.message}`) : error;
    }
}

function compare(left: string, right: string): number {
    return left < right ? -1 : left > right ? 1 : 0;
}

function capital(word: string): string {
    return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
