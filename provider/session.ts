import { AccountClient } from "./client/account-client";
import { type Clock, systemClock } from "./client/clock";
import { type Credential, findCredential } from "./client/credential";
import { ReportedError } from "./client/errors";
import type { AccountObject } from "./account-object";
import type { Mark } from "./mark";
import { engineRuns } from "./engine";
import { Collection } from "./collection";
import type { Properties } from "./properties";
import { type Configuration, readSettings, type Settings } from "./settings";
import { Watch } from "./watch";

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
export interface World {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly clock: Clock;
    readonly report: Reporter;
    /** Whether the engine that all this is done for still runs. */
    readonly engineRuns: () => Promise<boolean>;
}

/** A collection and the wait that all its resources share. */
export interface Place {
    readonly collection: Collection;
    readonly watch: Watch;
}

/**
 * One deployment's dealings with the Account API. The engine runs every dynamic resource of a deployment in one
 * process, so all handlers share one session: one client, one token, one poll, one list.
 */
export class Session {
    private readonly places = new Map<string, Place>();
    /** The resources that have an object, as far as this process has seen: their marks' bearers by the object's key. */
    private readonly held = new Map<string, Map<string, Mark>>();
    /** When objects were taken over by resources that the program names. */
    private readonly taken = new Map<string, number>();
    private readSettings: Settings | undefined;
    private foundCredential: Credential | undefined;
    private madeClient: AccountClient | undefined;
    private configuration: Configuration | undefined;

    constructor(readonly world: World) {}

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
        if (await this.world.engineRuns()) return;
        throw new ReportedError("The engine is gone, so no state would hold what is written now: it is not sent.");
    }

    /** Where the objects of one kind live, in the named account or in that of the credential. */
    place(object: AccountObject, accountId = this.client.accountId): Place {
        const key = `${accountId}${object.path}`;
        const known = this.places.get(key);
        if (known !== undefined) return known;
        const collection = new Collection(object, this.client, accountId, this.clock);
        const place = { collection, watch: new Watch(collection, this.clock) };
        this.places.set(key, place);
        return place;
    }

    /** Another process wrote to the account: no list that was asked for before serves any more. */
    changedElsewhere(): void {
        for (const { collection } of this.places.values()) collection.changed();
    }

    /** Notes that a resource of this stack's state has this id, and what marks it is known by; without one it is only read. */
    hold(object: AccountObject, id: string, ...marks: readonly (Mark | undefined)[]): void {
        const key = `${object.path}/${id}`;
        const holders = this.held.get(key) ?? new Map<string, Mark>();
        for (const mark of marks) if (mark !== undefined) holders.set(mark.bearer, mark);
        this.held.set(key, holders);
    }

    /** Notes when a resource of the program, by its state or inputs, took this object over, where it did. */
    take(object: AccountObject, id: string, properties: Properties): void {
        const time = takenOverAt(properties);
        if (time > 0) this.taken.set(`${object.path}/${id}`, time);
    }

    /** Whether a resource of the program took this object over after the one with this state had it. */
    tookLater(object: AccountObject, id: string, properties: Properties): boolean {
        return (this.taken.get(`${object.path}/${id}`) ?? 0) > takenOverAt(properties);
    }

    /** Whether a resource of this stack has this id, as far as this process has seen. */
    holds(object: AccountObject, id: string): boolean {
        return this.held.has(`${object.path}/${id}`);
    }

    /** The other objects of a kind that the resource of this mark has: what it is being replaced by this one for. */
    others(object: AccountObject, id: string, mark: Mark): string[] {
        return [...this.held].flatMap(([key, holders]) => {
            const other = key.startsWith(`${object.path}/`) ? key.slice(object.path.length + 1) : id;
            return other !== id && holders.has(mark.bearer) ? [other] : [];
        });
    }

    /** Which resource of this stack has this id, by its marks: this one (`true`), or another one. */
    holder(object: AccountObject, id: string, ...marks: readonly (Mark | undefined)[]): true | Mark | undefined {
        const holders = this.held.get(`${object.path}/${id}`) ?? new Map<string, Mark>();
        const known = marks.filter((mark) => mark !== undefined);
        if (known.some(({ bearer }) => holders.has(bearer))) return true;
        return known.length === 0 ? undefined : [...holders.values()][0];
    }
}

/** The world of a real deployment. */
export function realWorld(report: Reporter): World {
    return { environment: process.env, clock: systemClock, report, engineRuns: () => engineRuns() };
}

function takenOverAt({ takenOver }: Properties): number {
    return typeof takenOver === "number" ? takenOver : 0;
}
