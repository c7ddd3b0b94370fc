import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { ACCOUNT, AccountService, idOf } from "./account-service";
import type { Entry } from "../helpers/engine/engine-types";
import { ModelClock } from "./model-clock";
import type { Connection } from "./requests";
import { askedIds, emptyProgram, IDENTITY, plain, type Program, type WorkspaceSpec } from "./program";
import { type ProcessHost, SmallEngine } from "../helpers/engine/small-engine";
import { handlerIn, type ModelHost } from "./hosts";

export type StackName = "a" | "b";
export const STACKS: readonly StackName[] = ["a", "b"];

export const KEY = "managed_services_customer_managed_key_id";
export const STORAGE_KEY = "storage_customer_managed_key_id";

/** Two stacks of one account: their programs, their states, and who has what by them. */
export class Stacks {
    readonly clock = new ModelClock();
    readonly service = new AccountService(this.clock);
    readonly engines: Readonly<Record<StackName, SmallEngine>>;
    readonly programs: Record<StackName, Program> = {
        a: { ...emptyProgram, workspaces: { w: { ...plain, key: "k1" } } },
        b: emptyProgram,
    };

    constructor(host: ModelHost) {
        const engine = (name: string) =>
            new SmallEngine(`org/model/${name}`, processesOf(this.service, this.clock, host));
        this.engines = { a: engine("a"), b: engine("b") };
    }

    /** The workspaces of the account, by id. */
    workspaces(): Map<string, Record<string, unknown>> {
        return new Map(this.service.account.list("workspaces").map((one) => [idOf(one), one]));
    }

    /** Whether a workspace exists. */
    exists(id: string): boolean {
        return this.service.account.find("workspaces", id) !== undefined;
    }

    /** The workspaces of a stack's state, those that wait for their end among them. */
    entriesOf(stack: StackName): Entry[] {
        return this.engines[stack].state.filter(({ type }) => type === "Workspace");
    }

    /** Which resources have a workspace: `<stack>.<name>`. */
    holders(id: string): string[] {
        return STACKS.flatMap((stack) =>
            this.entriesOf(stack).flatMap((one) => (one.id === id && !one.delete ? [`${stack}.${one.name}`] : [])),
        );
    }

    /** Whether any state has a workspace, also one that waits for its end. */
    isInState(id: string): boolean {
        return STACKS.some((stack) => this.entriesOf(stack).some((entry) => entry.id === id));
    }

    /** The uuid of a stack's identity, as its state has it. */
    uuidOf(stack: StackName): string | undefined {
        return this.engines[stack].entry(IDENTITY)?.id;
    }

    /** Whether both stacks have one identity, because a state was copied: nothing tells their workspaces apart. */
    get isCopied(): boolean {
        const [a, b] = STACKS.map((stack) => this.uuidOf(stack));
        return a !== undefined && a === b;
    }

    /** The ids that a workspace of a stack's program asks for. */
    askedIds(stack: StackName, spec: WorkspaceSpec) {
        return askedIds(spec, (name) => this.engines[stack].entry(name)?.id);
    }

    /** Says something of a workspace in a program; `undefined` takes it out. */
    specify(stack: StackName, name: string, spec: WorkspaceSpec | undefined): void {
        const program = this.programs[stack];
        const others = Object.entries(program.workspaces).filter(([key]) => key !== name);
        const workspaces = Object.fromEntries(spec === undefined ? others : [...others, [name, spec]]);
        this.programs[stack] = { ...program, workspaces };
    }
}

/** The owner that a workspace's tag names. */
export function tagOf({ custom_tags }: Record<string, unknown> = {}): string | undefined {
    return (custom_tags as Record<string, string> | undefined)?.[OWNERSHIP_TAG]?.replace("+retained", "");
}

/** The provider processes of one engine, against the service of the model. */
function processesOf(service: AccountService, clock: ModelClock, host: ModelHost): ProcessHost {
    let connection: Connection | undefined;
    return {
        begin() {
            service.onKilled = () => this.onKilled();
            connection = service.connect();
            const environment = {
                DATABRICKS_HOST: connection.host,
                DATABRICKS_ACCOUNT_ID: ACCOUNT,
                DATABRICKS_CLIENT_ID: "model",
                DATABRICKS_CLIENT_SECRET: "secret",
            };
            return Object.assign(connection, { environment, clock: clock.of(connection) });
        },
        hasProcessForEachProvider: host === "plugin",
        end: () => connection && service.disconnect(connection),
        onKilled: () => undefined,
        replaceHandler: (type, handler, session) => handlerIn(host, type, handler, session),
    };
}
