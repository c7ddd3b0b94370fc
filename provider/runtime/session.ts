import type { Code } from "../contract/codes";
import { AccountClient } from "../api/account-client";
import type { ClientHooks } from "../api/client";
import { type Clock, systemClock } from "../api/clock";
import {
    type Configuration,
    type Credential,
    type CredentialSources,
    findCredential,
    findOtherCredential,
} from "../api/credential";
import { secretsOf } from "../api/auth-method";
import { ConfigurationError, ReportedError } from "../api/errors";
import { partitionOf } from "../api/host";
import { Secrets } from "../api/secrets";
import { type Partition, partitions } from "../contract/partitions";
import type { ObjectCodec } from "../api/codec";
import type { SentRequest } from "../api/sent-request";
import { causeLog } from "./cause-log";
import { Claims } from "./claims";
import { isEngineAlive } from "./engine";
import { type Sender, userAgent } from "../api/user-agent";
import { Collection } from "../api/collection";
import type { Properties } from "../util/property-path";
import type { Others } from "./others";
import { type Decision, decisionLog } from "./decisions";
import { requestLog } from "./request-log";
import { readSettings, type Settings } from "./settings";

/** Lines for the person who watches `pulumi up`. */
export interface Reporter {
    /** Something that matters after the deployment too. */
    warn(message: string, code: Code): void;
    /** Something to know now. */
    info(message: string): void;
    /** How far a wait has come; the next such line takes its place. */
    progress(message: string): void;
    /** A line of the debug log, which is shown with `--debug`. Default: it is not kept. */
    debug?(message: string): void;
    /** The URN of the resource whose call is under way; `undefined` if it is not known. */
    readonly urn?: string | undefined;
}

/** What a session needs from the process around it; tests give their own. */
export interface Environment {
    /** The variables of the process. */
    readonly variables: Readonly<Record<string, string | undefined>>;
    readonly clock: Clock;
    readonly report: Reporter;
    /** What sends the requests, as they say themselves. */
    readonly sender?: Sender;
    /** Whether the engine that all this is done for still runs. */
    readonly isEngineAlive: () => Promise<boolean>;
    /** Aborted once the engine's operation is cancelled. Default: it never is. */
    readonly cancelled?: AbortSignal;
    /** The other processes that serve this run. Default: this is the only one. */
    readonly others?: Others;
}

/**
 * One deployment's dealings with the Account API. The engine runs every dynamic resource of a deployment in one
 * process, so all handlers share one session: one client, one token, one poll, one list.
 */
export class Session {
    private readonly collections = new Map<string, Collection>();
    /** Which resource of this stack has which object. */
    readonly claims = new Claims();
    /** What the program asks for, as far as it is checked, by account and kind and by resource. */
    readonly programInputs = new Map<string, Map<string, Properties>>();
    /** ARNs of the KMS keys in the stack's state whose deletion is scheduled when the program no longer has them. */
    readonly kmsKeysOfStack = new Set<string>();
    private readSettings: Settings | undefined;
    private foundCredential: Credential | undefined;
    private madeClient: AccountClient | undefined;
    private configuration: Configuration | undefined;

    /** Notes a decision for the report of the run. */
    readonly decide: (decision: Decision) => void;
    private readonly logRequest: (sent: SentRequest) => void;
    /** Keeps in the debug log what the message of an error does not say. */
    readonly logCauses: (error: unknown) => void;
    private readonly userAgent: string;

    constructor(readonly environment: Environment) {
        this.decide = decisionLog(environment);
        this.logRequest = requestLog(environment);
        this.logCauses = causeLog(environment, (text) =>
            this.foundCredential === undefined ? text : new Secrets(secretsOf(this.foundCredential.as)).redact(text),
        );
        this.userAgent = userAgent(environment.sender, environment.variables);
    }

    /** Takes the stack's configuration over: every handler brings the same one. Nothing is read or looked for yet. */
    configure(configuration: Configuration): void {
        this.configuration ??= configuration;
    }

    get clock(): Clock {
        return this.environment.clock;
    }

    /** Aborted once the operation is cancelled: what can go on in a later run ends at the next point that it can go on from. */
    get cancelled(): AbortSignal | undefined {
        return this.environment.cancelled;
    }

    /** The other processes that serve this run; `undefined` if there can be none. */
    get others(): Others | undefined {
        return this.environment.others;
    }

    get report(): Reporter {
        return this.environment.report;
    }

    /** The provider's settings. Fails with `ConfigurationError` on a malformed one. */
    get settings(): Settings {
        return (this.readSettings ??= readSettings((key) => this.configuration?.(key), this.partition.regions));
    }

    /** Which account is spoken to, and as whom. Fails with `ConfigurationError` when it is not complete. */
    get credential(): Credential {
        return (this.foundCredential ??= findCredential(this.credentialSources));
    }

    /** The part of AWS in which the account is; the commercial one if the credential is incomplete, which is reported elsewhere. */
    get partition(): Partition {
        try {
            return partitionOf(this.credential.host);
        } catch (error) {
            if (error instanceof ConfigurationError) return partitions.aws;
            throw error;
        }
    }

    private get credentialSources(): CredentialSources {
        return { configuration: (key) => this.configuration?.(key), environment: this.environment.variables };
    }

    /** The authenticated client. Fails with `ConfigurationError` when there is no complete credential; calls nothing. */
    get client(): AccountClient {
        return (this.madeClient ??= new AccountClient(this.credential, this.settings, this.clock, {
            ...this.clientHooks,
            otherCredential: (refused) => this.otherCredential(refused),
        }));
    }

    /** What each client of this deployment asks before a write, and tells of an outage and of each request. */
    get clientHooks(): Pick<ClientHooks, "beforeSend" | "onWait" | "onRequest" | "userAgent"> {
        return {
            beforeSend: async (isWrite) => {
                if (isWrite) await this.requireEngine();
            },
            onWait: (line) => this.report.progress(line),
            onRequest: this.logRequest,
            userAgent: this.userAgent,
        };
    }

    private otherCredential(refused: Credential): Credential | undefined {
        const other = findOtherCredential(this.credentialSources, refused);
        if (other !== undefined) {
            const { source = "credential found", as } = other;
            const from = source.startsWith("the ") ? source : `the ${source}`;
            this.report.info(
                `Databricks refused the credential of the stack configuration, which the engine keeps from the last \`pulumi up\`: that of ${from} (${as.authType}) is used instead.`,
            );
        }
        return other;
    }

    /** Fails once the engine is gone: no state would ever hold what is written then. */
    private async requireEngine(): Promise<void> {
        if (await this.environment.isEngineAlive()) return;
        throw new ReportedError(
            "The engine has stopped, so the request was not sent: its result could not be stored in the state.",
            "CMK1014",
        );
    }

    /** Tells the user of a decision, as a warning if it has a code, and notes it. */
    announce(decision: Decision): void {
        const { why, code } = decision;
        if (code === undefined) this.report.info(why);
        else this.report.warn(why, code);
        this.decide(decision);
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
}

/** The environment of a real deployment. */
export function realEnvironment(report: Reporter, sender: Sender): Environment {
    return { variables: process.env, clock: systemClock, report, sender, isEngineAlive: () => isEngineAlive() };
}
