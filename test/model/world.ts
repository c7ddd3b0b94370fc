import { Deletions } from "./deletions";
import type { Entry, Result, UpOptions } from "../helpers/engine/engine-types";
import { type Before, Expectations } from "./expectations";
import type { FaultPlan, Lie } from "./lies";
import type { ModelHost } from "./hosts";
import { Oracle } from "./oracle";
import { type Act, People } from "./people";
import { piecesOf } from "./pieces";
import { goalsOf } from "./program";
import type { SmallEngine } from "../helpers/engine/small-engine";
import { type StackName, Stacks } from "./stacks";
import { observe } from "./violation";

/** Something that people do while a deployment runs, after this many of its requests. */
export interface TimedAct {
    readonly after: number;
    readonly act: Act;
}

/** What happens during a deployment. */
export interface During {
    readonly fault?: FaultPlan;
    readonly lies?: readonly Lie[];
    readonly acts?: readonly TimedAct[];
}

/** Two stacks of one account, the people who work in its workspaces, and what is expected of all that. */
export class World extends Stacks {
    readonly people = new People(this.service, this.clock);
    private readonly oracle = new Oracle(
        this.service.hosts,
        this.people,
        (id) => this.exists(id),
        () => this.service.moment,
    );
    /** What the latest deployment told. */
    told: Result | undefined;
    readonly deletions = new Deletions(this, this.oracle);
    readonly expectations = new Expectations(this, this.deletions.shared);

    constructor(private readonly host: ModelHost = "classes") {
        super(host);
        this.service.onDelete = (id) => this.deletions.judge(id);
        this.service.onWrite = (id, before) => this.deletions.judgeWrite(id, before);
        for (const engine of Object.values(this.engines))
            engine.onCreated = (entry, old) => this.noteCreated(entry, old);
    }

    /** Whether a replacement that the user asks for is one: the plugin is not told of it, and a workspace may become its own (record 0041). */
    get replacesOnDemand(): boolean {
        return this.host !== "plugin";
    }

    /** Whether an `up` names what an interrupted one has left, also of a resource that the program has given up since: a plugin cannot. */
    get namesLeftovers(): boolean {
        return this.host !== "plugin";
    }

    async up(stack: StackName, options: UpOptions = {}, during: During = {}): Promise<Result> {
        const forgetWhatIsAsked = this.expectations.whatIsAsked(stack);
        this.deletions.begin(stack, true);
        const isTainted = this.engines[stack].state.some(({ taint }) => taint);
        this.deletions.isAsked = options.replace !== undefined || isTainted;
        const result = await this.deploy(stack, during, (engine) => engine.up(goalsOf(this.programs[stack]), options));
        forgetWhatIsAsked(result);
        if (options.refresh === true) this.expectations.forgetUnseen(stack, result);
        if (result.ok && options.target === undefined && during.lies === undefined)
            this.expectations.requireDone(stack);
        return result;
    }

    async refresh(stack: StackName, during: During = {}): Promise<Result> {
        this.deletions.begin(stack, false);
        const result = await this.deploy(stack, during, (engine) => engine.refresh());
        this.expectations.forgetUnseen(stack, result);
        return result;
    }

    destroy(stack: StackName, options: UpOptions = {}, during: During = {}): Promise<Result> {
        this.deletions.begin(stack, false);
        return this.deploy(stack, during, (engine) => engine.destroy(options));
    }

    /** Which workspace a create ended with: one that takes over, or one that existed and begins anew. */
    private noteCreated({ type, id }: Entry, old: Entry | undefined): void {
        if (type !== "Workspace") return;
        if (this.existing.has(id)) this.oracle.adopted(id);
        if (old !== undefined && old.id !== id) this.oracle.replaced(old.id, id);
    }

    /** A workspace took over from another one before this life began. */
    replaced(from: string, to: string): void {
        this.oracle.replaced(from, to);
    }

    /** The workspaces that existed before the deployment that runs. */
    private existing: ReadonlySet<string> = new Set();

    private async deploy(
        stack: StackName,
        { fault, lies = [], acts = [] }: During,
        run: (engine: SmallEngine) => Promise<Result>,
    ): Promise<Result> {
        const engine = this.engines[stack];
        const before = await this.before(stack);
        this.existing = new Set(before.created.keys());
        this.service.begin(fault, lies);
        const open = [...acts];
        this.service.beforeRequest = async (sent) => {
            for (const one of open.filter(({ after }) => after === sent)) {
                open.splice(open.indexOf(one), 1);
                await this.people.act(one.act);
                observe("acts during deployments");
            }
        };
        const retained = engine.state.filter((one) => one.retainOnDelete).map(({ id }) => id);
        try {
            const result = await run(engine);
            this.told = result;
            observe(result.ok ? "deployments done" : result.killed ? "deployments killed" : "deployments refused");
            if (this.deletions.violation !== undefined) throw this.deletions.violation;
            this.expectations.noteWhatWasSaid(stack, result);
            for (const id of retained) if (this.holders(id).length === 0) this.expectations.excused.add(id);
            if (lies.length > 0) this.excuseUnknowable(before);
            this.expectations.noteWhatIsGone(stack, result);
            this.expectations.requireRightfulAdoptions(stack, before, (id) => this.oracle.isSuccessor(id));
            this.expectations.requireSingleHolders(result);
            return result;
        } finally {
            this.service.end();
            this.service.beforeRequest = () => Promise.resolve();
            this.deletions.running = undefined;
        }
    }

    /** What a read said is gone, and is not, nobody can know; nor what was created if no list shows it. */
    private excuseUnknowable({ inState, created }: Before): void {
        for (const id of [...inState, ...this.workspaces().keys()])
            if ((inState.has(id) || !created.has(id)) && !this.isInState(id)) this.expectations.excused.add(id);
    }

    private async before(stack: StackName): Promise<Before> {
        const workspaces = [...this.workspaces()];
        const content = new Set<string>();
        for (const [id] of workspaces) if (await this.isUsed(id)) content.add(id);
        return {
            content,
            created: new Map(workspaces.map(([id, one]) => [id, Number(one["creation_time"])])),
            now: this.clock.serviceTime(),
            inState: new Set(this.entriesOf(stack).map(({ id }) => id)),
        };
    }

    /** Whether people have written what is in a workspace, and it was not only copied into it. */
    private async isUsed(id: string): Promise<boolean> {
        const pieces = await piecesOf(this.service.hosts.get(id));
        return [...pieces].some(([path, version]) => this.people.writtenIn(id, `${path} ${version}`) !== undefined);
    }
}
