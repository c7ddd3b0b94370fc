import type { dynamic } from "@pulumi/pulumi";

import type { Clock } from "../../../provider/api/clock";
import { objectTypes } from "../../../provider/contract/kinds";
import { createHandler, definitionOf, registry } from "../../../provider/registry";
import { StackIdentityHandler } from "../../../provider/objects/stack-identity";
import type { Handler } from "../../../provider/runtime/engine-calls";
import type { ObjectQuestion, Others } from "../../../provider/runtime/others";
import { Session } from "../../../provider/runtime/session";
import { fakeEnvironment } from "../environment";
import { Deployment, Killed } from "./deployment";
import type { DeleteReason, Entry, Goal, Result, StackState, Type, UpOptions } from "./engine-types";
import { entryIn, previewOf } from "./entries";
import { currentUrn, ProviderCalls } from "./provider-calls";

/** One provider process, against its service. */
export interface ProviderProcess {
    /** Whether it is over, or was killed. */
    dead: boolean;
    readonly environment: Readonly<Record<string, string>>;
    readonly clock: Clock;
}

/** Where the provider processes of an engine run: the service that they speak to, and its time. */
export interface ProcessHost {
    begin(): ProviderProcess;
    end(process: ProviderProcess): void;
    /** The engine sets it: called when the processes are killed. */
    onKilled: () => void;
    /** Whether each provider resource has a process of its own, as with a plugin. */
    readonly hasProcessForEachProvider?: boolean;
    /** What a test puts in the place of a handler. */
    readonly replaceHandler?: (
        type: Type,
        handler: dynamic.ResourceProvider,
        session: Session,
    ) => dynamic.ResourceProvider;
}

/**
 * One stack of Pulumi's engine, reduced to the order in which it calls a dynamic provider: see `step_generator.go`,
 * `deployment_executor.go` and `step.go` of the engine 3.220.0. test/engine/order-of-calls.test.ts compares the two.
 */
export class SmallEngine implements StackState {
    state: Entry[] = [];
    /** Why the deletes that run are called. */
    readonly deleting = new Set<DeleteReason>();
    /** What this deployment has told the user so far. */
    lines: string[] = [];
    /** What it has shown of its progress, which the engine shows for a while only. */
    progress: string[] = [];
    /** Creates that were under way when the engine was killed: it warns of each until its resource is created after all. */
    readonly pendingCreates = new Set<string>();
    /** Called when a create has ended. */
    onCreated: (entry: Entry, old: Entry | undefined) => void = () => undefined;
    /** Called before each call of a handler, with `<method> <resource>`. */
    onCall: (call: string) => void = () => undefined;
    /** The stack's configuration: `databricks:...`. */
    readonly configuration = new Map<string, string>();

    /** The full name of the stack whose state this one has taken over, as its user has said (`databricks:stackRenamedFrom`). */
    renamedFrom: string | undefined;

    constructor(
        /** The full name of the stack. */
        readonly name: string,
        private readonly host: ProcessHost,
    ) {}

    up(program: readonly Goal[], options: UpOptions = {}): Promise<Result> {
        return this.deploy(options, async (deployment) => {
            if (options.refresh === true) await deployment.refresh();
            await deployment.update(program);
        });
    }

    /** What `up` asks, of a copy of the state: nothing is made, and what a step would find out is unknown. */
    preview(program: readonly Goal[], options: UpOptions = {}): Promise<Result> {
        return this.deploy(options, (deployment) => deployment.update(program), previewOf(this));
    }

    refresh(): Promise<Result> {
        return this.deploy({}, (deployment) => deployment.refresh());
    }

    destroy(options: UpOptions = {}): Promise<Result> {
        return this.deploy(options, (deployment) => deployment.destroy());
    }

    /** The entry that a name has in the state, but for those that wait for their end. */
    entry(name: string): Entry | undefined {
        return entryIn(this, name);
    }

    created(entry: Entry, old: Entry | undefined): void {
        this.onCreated(entry, old);
    }

    private async deploy(
        options: UpOptions,
        run: (deployment: Deployment) => Promise<void>,
        stack: StackState = this,
    ): Promise<Result> {
        this.lines = [];
        this.progress = [];
        const process = this.host.begin();
        const planned = stack.isPreview === true ? [] : undefined;
        const calls = new ProviderCalls(this.handlersOf(process), process, {
            hasPolicy: options.policy === true,
            planned,
            onCall: this.onCall,
        });
        const deployment = new Deployment(stack, calls, options);
        this.host.onKilled = () => {
            process.dead = true;
            deployment.kill();
        };
        try {
            await Promise.race([run(deployment), deployment.killed]);
            return { ok: true, killed: false, lines: this.lines, planned };
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            return { ok: false, killed: error instanceof Killed, error: message, lines: this.lines };
        } finally {
            this.deleting.clear();
            this.host.end(process);
        }
    }

    /** The handlers of a run, by type and provider: those of each provider share a session. */
    private handlersOf(
        process: ProviderProcess,
    ): (type: Type, provider: string | undefined) => dynamic.ResourceProvider {
        const processes = new Map<string, (type: Type) => Handler>();
        const processOf = (provider = "") => {
            const name = this.host.hasProcessForEachProvider === true ? provider : "";
            const known = processes.get(name) ?? this.handlersOfOne(process, othersOf(processes, name));
            processes.set(name, known);
            return known;
        };
        // The engine starts each that the state names before it asks any for anything.
        for (const { provider } of this.state) processOf(provider);
        return (type, provider) => processOf(provider)(type);
    }

    private handlersOfOne(process: ProviderProcess, others: Others): (type: Type) => dynamic.ResourceProvider {
        const { lines, progress } = this;
        const line = (message: string) => void lines.push(message);
        const session = new Session({
            ...fakeEnvironment(process.environment, process.clock),
            report: {
                warn: line,
                info: line,
                progress: (message) => void progress.push(message),
                get urn() {
                    return currentUrn.getStore();
                },
            },
            isEngineAlive: async () => !process.dead,
            ...(this.host.hasProcessForEachProvider === true && { others }),
        });
        session.configure((key) =>
            key === "databricks:stackRenamedFrom" ? this.renamedFrom : this.configuration.get(key),
        );
        const made = new Map<Type, dynamic.ResourceProvider>();
        return (type) => {
            const known = made.get(type) ?? this.handlerOf(type, session);
            made.set(type, known);
            return known;
        };
    }

    private handlerOf(type: Type, session: Session): dynamic.ResourceProvider {
        const handler =
            type === "StackIdentity" ? new StackIdentityHandler(session, definitionOf) : createHandler(type, session);
        return this.host.replaceHandler?.(type, handler, session) ?? handler;
    }
}

/** What the other processes of a run say, without a connection between them: `Peers` of the plugin. */
function othersOf(processes: ReadonlyMap<string, (type: Type) => Handler>, own: string): Others {
    return {
        async ask({ kind, ids }: ObjectQuestion) {
            const type = objectTypes.find((one) => registry[one].definition.path === kind);
            return [...processes].flatMap(([name, handlers]) => {
                const told = name === own || type === undefined ? undefined : handlers(type).tell?.(ids);
                return told === undefined ? [] : [structuredClone(told)];
            });
        },
        alone: (run) => {
            const turn = (turns.get(processes) ?? Promise.resolve()).then(run);
            turns.set(
                processes,
                turn.catch(() => undefined),
            );
            return turn;
        },
    };
}

/** The last who waits to be alone, of each run. */
const turns = new WeakMap<ReadonlyMap<string, (type: Type) => Handler>, Promise<unknown>>();
