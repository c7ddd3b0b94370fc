import { LocalCloud, type LocalCloudOptions, type RecordedRequest } from "../../local-cloud";
import type { FaultTarget } from "../../local-cloud/faults";
import { CalmClock } from "./calm-clock";
import type { Entry, Goal, Result, Type, UpOptions } from "./engine/engine-types";
import { type ProcessHost, type ProviderProcess, SmallEngine } from "./engine/small-engine";
import { expectOk } from "./expect-ok";
import { untilAnswered, withoutConnections } from "./without-connections";

/** What `up` of a test stack is asked, beside what the engine is. */
export interface StackUpOptions extends UpOptions {
    /** Kills engine and provider at the first such request: `after POST /workspaces`, `before DELETE /workspaces`. */
    readonly kill?: string | KillPoint;
}

/** A moment to kill at: the first request that this is true of. */
export interface KillPoint {
    readonly when: "before" | "after";
    readonly is: (request: FaultTarget) => boolean;
}

/** A stack of the small engine against a local cloud, both by one clock on which nothing waits. */
export class EngineStack {
    readonly engine: SmallEngine;
    /** The program of the next `up`. */
    program: readonly Goal[];
    /** Replaces a handler in the processes from now on. */
    replaceHandler: ProcessHost["replaceHandler"];
    /** Whether each provider that a resource names has a process of its own, as with a plugin. */
    hasProcessForEachProvider = false;
    /** Added to the environment of the processes that begin from now on; an `undefined` takes a variable out. */
    readonly environment: Record<string, string | undefined> = {};
    /** Every call of a handler since the last `restart` or `clear`: `check c`, `create w`. */
    readonly calls: string[] = [];

    private readonly host: ProcessHost;

    constructor(
        program: readonly Goal[],
        readonly cloud: LocalCloud,
        readonly clock: CalmClock,
        name = "organization/tests/test",
    ) {
        this.program = program;
        this.host = this.hostOfProcesses();
        this.engine = new SmallEngine(name, this.host);
        this.engine.onCall = (call) => void this.calls.push(call);
    }

    /** Makes the account what the program says. */
    async up({ kill, ...options }: StackUpOptions = {}): Promise<Result> {
        return this.killing(kill, () => this.engine.up(this.program, options));
    }

    /** `up` that succeeds: what it created, updated and deleted (`update w`). */
    async changes(options?: StackUpOptions): Promise<string[]> {
        const before = this.calls.length;
        await expectOk(this.up(options));
        return this.calls.slice(before).filter((call) => /^(create|update|delete) /.test(call));
    }

    /** `preview` that succeeds: what an `up` would create, update and delete. */
    async plan(options?: UpOptions): Promise<readonly string[]> {
        return (await expectOk(this.preview(options))).planned ?? [];
    }

    /** Changes what the program says of some resources, by their names; `undefined` takes one out. */
    change(parts: Readonly<Record<string, Goal | undefined>>): this {
        const kept = this.program.map((goal) => (goal.name in parts ? parts[goal.name] : goal));
        const known = new Set(this.program.map(({ name }) => name));
        const added = Object.entries(parts).map(([name, goal]) => (known.has(name) ? undefined : goal));
        this.program = [...kept, ...added].filter((goal) => goal !== undefined);
        return this;
    }

    /** `pulumi preview`. */
    preview(options?: UpOptions): Promise<Result> {
        return this.engine.preview(this.program, options);
    }

    refresh(): Promise<Result> {
        return this.engine.refresh();
    }

    async destroy({ kill, ...options }: StackUpOptions = {}): Promise<Result> {
        return this.killing(kill, () => this.engine.destroy(options));
    }

    /** What a user does after a kill: `pulumi cancel`. What was recorded of the calls and requests before is forgotten. */
    restart(): void {
        this.engine.pendingCreates.clear();
        this.clear();
    }

    /** Forgets the calls and requests so far. */
    clear(): void {
        this.calls.length = 0;
        this.cloud.clearRequests();
    }

    /** What the latest deployment told the user. */
    get lines(): readonly string[] {
        return this.engine.lines;
    }

    /** What the state has of a resource, but for those that wait for their end. */
    entry(name = "w"): Entry {
        const found = this.engine.entry(name);
        if (found === undefined) throw new Error(`the state has no ${name}`);
        return found;
    }

    id(name = "w"): string {
        return this.entry(name).id;
    }

    /** The ids that the state holds of a type, by the names of their resources. */
    held(type: Type = "Workspace"): Record<string, string> {
        const some = this.engine.state.filter((one) => one.type === type);
        return Object.fromEntries(some.map(({ name, id }) => [name, id]));
    }

    /** `pulumi state delete`: what an interrupted create leaves behind. */
    forget(...names: string[]): void {
        this.engine.state = this.engine.state.filter(({ name }) => !names.includes(name));
    }

    /** `pulumi state move`: the other stack has the resource then, and nothing that it depends on. */
    move(name: string, other: EngineStack): void {
        other.engine.state.push({ ...this.entry(name), dependencies: [], propertyDependencies: {} });
        this.forget(name);
    }

    /** `pulumi stack export` here, and `pulumi stack import` in another stack. */
    copyStateTo(other: EngineStack): void {
        other.engine.state = structuredClone(this.engine.state);
    }

    /** The workspaces of the account. */
    workspaces(): string[] {
        return this.cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    }

    /** The requests to the account that changed something, without its path: `POST /workspaces`. */
    writes(): string[] {
        return this.cloud.requests.filter(({ method }) => method !== "GET").flatMap((one) => nameOf(one) ?? []);
    }

    private async killing(kill: StackUpOptions["kill"], run: () => Promise<Result>): Promise<Result> {
        if (kill === undefined) return run();
        const { when, is } = typeof kill === "string" ? killPoint(kill) : kill;
        const stop = this.cloud.inject({
            when: is,
            times: 1,
            do: { kind: "call", when, run: () => Promise.resolve(this.host.onKilled()) },
        });
        const result = await run();
        // What was sent has its effect before anything else runs, as it has over a connection.
        await untilAnswered(this.cloud);
        stop();
        if (!result.killed)
            throw new Error(
                `there was no request to kill at: ${typeof kill === "string" ? kill : kill.when}\n${result.error ?? ""}`,
            );
        return result;
    }

    private hostOfProcesses(): ProcessHost {
        const hasProcessForEachProvider = () => this.hasProcessForEachProvider;
        return {
            get hasProcessForEachProvider() {
                return hasProcessForEachProvider();
            },
            begin: () => {
                const process: ProviderProcess = { dead: false, environment: this.variables(), clock: this.clock };
                return Object.assign(process, { clock: this.clock.of(process) });
            },
            end: (process) => (process.dead = true),
            onKilled: () => undefined,
            replaceHandler: (type, handler, session) => this.replaceHandler?.(type, handler, session) ?? handler,
        };
    }

    private variables(): Record<string, string> {
        const all = Object.entries({ ...this.cloud.environment(), ...this.environment });
        return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    }
}

function killPoint(kill: string): KillPoint {
    const [, when, method, path] = /^(before|after) ([A-Z]+) (\/\S+)$/.exec(kill) ?? [];
    if (when !== "before" && when !== "after") throw new Error(`not a moment to kill at: ${kill}`);
    return { when, is: (request) => request.method === method && nameOf(request)?.endsWith(path ?? "") === true };
}

/** What a request to the account asks for, without the account and the ids: `POST /workspaces`. */
function nameOf({ method, path, workspaceId }: Pick<RecordedRequest, "method" | "path" | "workspaceId">) {
    const [, rest] = /^\/api\/2\.0\/accounts\/[^/]+(\/[^/]+)/.exec(path) ?? [];
    if (workspaceId !== undefined) return `${method} ${path.replace(/^\/api\/[^/]+/, "")}`;
    return rest === undefined ? undefined : `${method} ${rest}`;
}

const started: LocalCloud[] = [];

/** Where a stack is: beside another one, with the name given; or how far the service's clock is behind, in milliseconds. */
export type Place = LocalCloudOptions & { beside?: EngineStack; name?: string; behind?: number };

/** A stack of this program, against a local cloud of its own or a given one. `endEngines` stops the clouds. */
export async function engine(
    program: readonly Goal[] | ((cloud: LocalCloud) => readonly Goal[]),
    { beside, name, behind = 0, ...options }: Place = {},
): Promise<EngineStack> {
    const stackOf = (cloud: LocalCloud, clock: CalmClock) =>
        new EngineStack(typeof program === "function" ? program(cloud) : program, cloud, clock, name);
    if (beside !== undefined) return stackOf(beside.cloud, beside.clock);
    const clock = new CalmClock();
    const defaults = { provisioningMilliseconds: 30_000, now: () => clock.now() - behind };
    const cloud = withoutConnections(await LocalCloud.start({ ...defaults, ...options }));
    started.push(cloud);
    return stackOf(cloud, clock);
}

/** For `afterEach`: stops the clouds of the stacks. */
export async function endEngines(): Promise<void> {
    await Promise.all(started.splice(0).map((cloud) => cloud.stop()));
}
