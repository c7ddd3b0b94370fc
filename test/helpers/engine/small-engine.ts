import type { dynamic } from "@pulumi/pulumi";

import { createHandler, definitionOf } from "../../../provider/registry";
import { StackIdentityHandler } from "../../../provider/objects/stack-identity";
import { Session } from "../../../provider/runtime/session";
import { fakeEnvironment } from "../environment";
import { ACCOUNT, type AccountService } from "../../model/account-service";
import { Deployment, Killed } from "./deployment";
import type { DeleteReason, Entry, Goal, Result, StackState, Type, UpOptions } from "./engine-types";
import type { ModelClock } from "../../model/model-clock";
import { ProviderCalls } from "./provider-calls";
import type { Connection } from "../../model/requests";
import { currentUrn } from "./provider-calls";
import { withoutGate } from "../../model/without-gate";

/**
 * One stack of Pulumi's engine, reduced to the order in which it calls a dynamic provider: see `step_generator.go`,
 * `deployment_executor.go` and `step.go` of the engine 3.220.0.
 */
export class SmallEngine implements StackState {
    state: Entry[] = [];
    /** Why the deletes that run are called. */
    readonly deleting = new Set<DeleteReason>();
    /** What this deployment has told the user so far. */
    lines: string[] = [];
    /** Creates that were under way when the engine was killed: it warns of each until its resource is created after all. */
    readonly pendingCreates = new Set<string>();
    /** Called when a create has ended. */
    onCreated: (entry: Entry, old: Entry | undefined) => void = () => undefined;

    /** The full name of the stack whose state this one has taken over, as its user has said (`databricks:stackRenamedFrom`). */
    renamedFrom: string | undefined;

    constructor(
        /** The full name of the stack. */
        readonly name: string,
        private readonly service: AccountService,
        private readonly clock: ModelClock,
        private readonly hasGate: boolean,
    ) {}

    up(program: readonly Goal[], options: UpOptions = {}): Promise<Result> {
        return this.deploy(options, async (deployment) => {
            if (options.refresh === true) await deployment.refresh();
            await deployment.update(program);
        });
    }

    refresh(): Promise<Result> {
        return this.deploy({}, (deployment) => deployment.refresh());
    }

    destroy(options: UpOptions = {}): Promise<Result> {
        return this.deploy(options, (deployment) => deployment.destroy());
    }

    /** The entry that a name has in the state, but for those that wait for their end. */
    entry(name: string): Entry | undefined {
        return this.state.find((one) => one.name === name && !one.delete);
    }

    created(entry: Entry, old: Entry | undefined): void {
        this.onCreated(entry, old);
    }

    private async deploy(options: UpOptions, run: (deployment: Deployment) => Promise<void>): Promise<Result> {
        this.lines = [];
        const connection = this.service.connect();
        const calls = new ProviderCalls(this.handlersOf(connection), connection, options.policy === true);
        const deployment = new Deployment(this, calls, options);
        this.service.onKilled = () => deployment.kill();
        try {
            await Promise.race([run(deployment), deployment.killed]);
            return { ok: true, killed: false, lines: this.lines };
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            return { ok: false, killed: error instanceof Killed, error: message, lines: this.lines };
        } finally {
            this.deleting.clear();
            this.service.disconnect(connection);
        }
    }

    private handlersOf(connection: Connection): (type: Type) => dynamic.ResourceProvider {
        const lines = this.lines;
        const line = (message: string) => void lines.push(message);
        const credential = { DATABRICKS_CLIENT_ID: "model", DATABRICKS_CLIENT_SECRET: "secret" };
        const session = new Session({
            ...fakeEnvironment(
                { DATABRICKS_HOST: connection.host, DATABRICKS_ACCOUNT_ID: ACCOUNT, ...credential },
                this.clock.of(connection),
            ),
            report: {
                warn: line,
                info: line,
                progress: () => undefined,
                get urn() {
                    return currentUrn.getStore();
                },
            },
            isEngineAlive: async () => !connection.dead,
        });
        session.configure((key) => (key === "databricks:stackRenamedFrom" ? this.renamedFrom : undefined));
        const made = new Map<Type, dynamic.ResourceProvider>();
        return (type) => {
            const known = made.get(type) ?? this.handlerOf(type, session);
            made.set(type, known);
            return known;
        };
    }

    private handlerOf(type: Type, session: Session): dynamic.ResourceProvider {
        if (type === "StackIdentity") return new StackIdentityHandler(session, definitionOf);
        const handler = createHandler(type, session);
        return type === "Workspace" && !this.hasGate ? withoutGate(handler, session) : handler;
    }
}
