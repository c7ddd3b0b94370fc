import { AccountClient } from "../api/client";
import { type Clock, systemClock } from "../api/clock";
import { type Configuration, type Credential, findCredential } from "../api/credential";
import { ReportedError } from "../api/errors";
import type { ObjectCodec } from "../api/codec";
import type { OwnershipTag } from "../contract/ownership-tag";
import { isEngineAlive } from "./engine";
import { Collection } from "../api/collection";
import type { Properties } from "../util/property-path";
import { readSettings, type Settings } from "./settings";

/** Lines for the person who watches `pulumi up`. */
export interface Reporter {
    /** Something that matters after the deployment too. */
    warn(message: string): void;
    /** Something to know now. */
    info(message: string): void;
    /** How far a wait has come; the next such line takes its place. */
    progress(message: string): void;
}

/** What a session needs of the world around it; tests give their own. */
export interface Environment {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly clock: Clock;
    readonly report: Reporter;
    /** Whether the engine that all this is done for still runs. */
    readonly isEngineAlive: () => Promise<boolean>;
}

/**
 * One deployment's dealings with the Account API. The engine runs every dynamic resource of a deployment in one
 * process, so all handlers share one session: one client, one token, one poll, one list.
 */
export class Session {
    private readonly collections = new Map<string, Collection>();
    /** The resources that have an object, as far as this process has seen: their marks' bearers by the object's key. */
    private readonly held = new Map<string, Map<string, OwnershipTag>>();
    /** When objects were taken over by resources that the program names. */
    private readonly taken = new Map<string, number>();
    private readSettings: Settings | undefined;
    private foundCredential: Credential | undefined;
    private madeClient: AccountClient | undefined;
    private configuration: Configuration | undefined;

    constructor(readonly world: Environment) {}

    /** Takes the stack's configuration over: every handler brings the same one. Nothing is read or looked for yet. */
    configure(configuration: Configuration): void {
        this.configuration ??= configuration;
    }

    get clock(): Clock {
        return this.world.clock;
    }

    get report(): Reporter {
        return this.world.report;
    }

    /** The provider's settings. Fails with `ConfigurationError` on a malformed one. */
    get settings(): Settings {
        return (this.readSettings ??= readSettings((key) => this.configuration?.(key)));
    }

    /** Which account is spoken to, and as whom. Fails with `ConfigurationError` when it is not complete. */
    get credential(): Credential {
        return (this.foundCredential ??= findCredential({
            configuration: (key) => this.configuration?.(key),
            environment: this.world.environment,
        }));
    }

    /** The authenticated client. Fails with `ConfigurationError` when there is no complete credential; calls nothing. */
    get client(): AccountClient {
        return (this.madeClient ??= new AccountClient(this.credential, this.settings, this.clock, () =>
            this.requireEngine(),
        ));
    }

    /** No state would ever hold what is written once the engine is gone. */
    private async requireEngine(): Promise<void> {
        if (await this.world.isEngineAlive()) return;
        throw new ReportedError("The engine is gone, so no state would hold what is written now: it is not sent.");
    }

    /** The objects of one kind in the named account, or in that of the credential. */
    collectionFor(object: ObjectCodec, accountId = this.client.accountId): Collection {
        const key = `${accountId}${object.path}`;
        const known = this.collections.get(key) ?? new Collection(object, this.client, accountId, this.clock);
        this.collections.set(key, known);
        return known;
    }

    /** Another process wrote to the account: no list that was asked for before serves any more. */
    invalidateLists(): void {
        for (const collection of this.collections.values()) collection.invalidate();
    }

    /** Notes that a resource of this stack's state has this id, and what marks it is known by; without one it is only read. */
    claim(object: ObjectCodec, id: string, ...owners: readonly (OwnershipTag | undefined)[]): void {
        const key = `${object.path}/${id}`;
        const holders = this.held.get(key) ?? new Map<string, OwnershipTag>();
        for (const owner of owners) if (owner !== undefined) holders.set(owner.ownerId, owner);
        this.held.set(key, holders);
    }

    /** Notes when a resource of the program, by its state or inputs, took this object over, where it did. */
    recordAdoption(object: ObjectCodec, id: string, properties: Properties): void {
        const time = takenOverAt(properties);
        if (time > 0) this.taken.set(`${object.path}/${id}`, time);
    }

    /** Whether a resource of the program took this object over after the one with this state had it. */
    wasAdoptedLater(object: ObjectCodec, id: string, properties: Properties): boolean {
        return (this.taken.get(`${object.path}/${id}`) ?? 0) > takenOverAt(properties);
    }

    /** Whether a resource of this stack has this id, as far as this process has seen. */
    isClaimed(object: ObjectCodec, id: string): boolean {
        return this.held.has(`${object.path}/${id}`);
    }

    /** The other objects of a kind that the resource of this mark has: what it is being replaced by this one for. */
    others(object: ObjectCodec, id: string, owner: OwnershipTag): string[] {
        return [...this.held].flatMap(([key, holders]) => {
            const other = key.startsWith(`${object.path}/`) ? key.slice(object.path.length + 1) : id;
            return other !== id && holders.has(owner.ownerId) ? [other] : [];
        });
    }

    /** Which resource of this stack has this id, by its marks: this one (`true`), or another one. */
    ownerOf(
        object: ObjectCodec,
        id: string,
        ...owners: readonly (OwnershipTag | undefined)[]
    ): true | OwnershipTag | undefined {
        const holders = this.held.get(`${object.path}/${id}`) ?? new Map<string, OwnershipTag>();
        const known = owners.filter((owner) => owner !== undefined);
        if (known.some(({ ownerId: bearer }) => holders.has(bearer))) return true;
        return known.length === 0 ? undefined : [...holders.values()][0];
    }
}

/** The world of a real deployment. */
export function realEnvironment(report: Reporter): Environment {
    return { environment: process.env, clock: systemClock, report, isEngineAlive: () => isEngineAlive() };
}

function takenOverAt({ takenOver }: Properties): number {
    return typeof takenOver === "number" ? takenOver : 0;
}
