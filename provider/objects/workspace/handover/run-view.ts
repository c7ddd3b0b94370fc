import { type OwnershipTag, ownerOfInputs } from "../../../contract/ownership-tag";
import { isRecord, type Properties } from "../../../util/property-path";
import type { Predecessor } from "./predecessors";
import { sourcesOf } from "./sources";

/** What the program of this run says about a workspace. */
interface Spoken {
    readonly owner: OwnershipTag | undefined;
    readonly inputs: Properties;
    /** Whether it is replaced in this run. */
    readonly isReplaced: boolean;
}

/** What another process has to know of inputs or a state. */
const TOLD = [
    "owner",
    "accountId",
    "adoption",
    "forceDestroy",
    "migrateContent",
    "neverRan",
    "sources",
    "workspaceName",
    "workspaceStatus",
];

function picked(properties: Properties): Record<string, unknown> {
    return Object.fromEntries(Object.entries(properties).filter(([name]) => TOLD.includes(name)));
}

/** What this run has shown of workspaces: what the program says about each, what the state says, and which of them go. */
export class RunView {
    private readonly spoken = new Map<string, Spoken>();
    private readonly states = new Map<string, Properties>();
    /** What the entries of the state say whose end the engine asks for: a workspace that was taken back has an older one too. */
    private readonly leaving = new Map<string, Properties[]>();
    private readonly wanted = new Set<string>();
    private readonly departed = new Set<string>();

    /** The program says this about a workspace. */
    noteInputs(id: string, inputs: Properties): void {
        this.spoken.set(id, { owner: ownerOfInputs(inputs), inputs, isReplaced: false });
    }

    /** The program of this run names a workspace as a source, whether the one that is to take over exists yet or not. */
    noteWanted(id: string): void {
        this.wanted.add(id);
    }

    isWanted(id: string): boolean {
        return this.wanted.has(id);
    }

    /** This run replaces a workspace. */
    noteReplacement(id: string): void {
        const known = this.spoken.get(id);
        if (known !== undefined) this.spoken.set(id, { ...known, isReplaced: true });
    }

    /** The state says this of a workspace. */
    noteState(id: string, state: Properties): void {
        this.states.set(id, state);
    }

    /** The engine asks for the end of a workspace, by an entry of this state. */
    noteLeaving(id: string, state: Properties): void {
        this.leaving.set(id, [...this.leavingStatesOf(id), state]);
    }

    /** The states of the entries of a workspace whose end the engine asks for. */
    leavingStatesOf(id: string): readonly Properties[] {
        return this.leaving.get(id) ?? [];
    }

    /** The DELETE of a workspace was sent: nothing counts as kept by it. */
    noteDeparture(id: string): void {
        this.departed.add(id);
    }

    /** What the program of this run says about a workspace; `undefined` if it has not said anything. */
    inputsOf(id: string): Properties | undefined {
        return this.spoken.get(id)?.inputs;
    }

    /** What the state says of a workspace, as far as this process has seen it. */
    stateOf(id: string): Properties {
        return this.states.get(id) ?? {};
    }

    isReplaced(id: string): boolean {
        return this.spoken.get(id)?.isReplaced === true;
    }

    isLeaving(id: string): boolean {
        return this.leaving.has(id);
    }

    hasDeparted(id: string): boolean {
        return this.departed.has(id);
    }

    /** Whether this process has heard of a workspace: by the program, by its state, or by one that names it. */
    knows(id: string): boolean {
        if (this.spoken.has(id)) return true;
        const isSource = (state: Properties) => sourcesOf(state).some(({ from }) => from === id);
        return this.states.has(id) || [...this.states.values()].some(isSource);
    }

    /** What this run has shown of a workspace, as another process takes it over with `learn`; `undefined`: nothing. */
    tell(id: string): Record<string, unknown> | undefined {
        const { inputs, isReplaced } = this.spoken.get(id) ?? {};
        const state = this.states.get(id);
        const isWanted = this.wanted.has(id);
        if (inputs === undefined && state === undefined && !isWanted) return undefined;
        return {
            id,
            inputs: inputs && picked(inputs),
            state: picked(state ?? {}),
            isReplaced,
            isWanted,
            leaving: this.leavingStatesOf(id).map(picked),
            hasDeparted: this.departed.has(id),
        };
    }

    /** Takes over what another process of the run has shown. What this one was told itself stays. */
    learn(id: string, told: Properties): void {
        const { inputs, state } = told;
        if (isRecord(inputs) && !this.spoken.has(id)) this.noteInputs(id, inputs);
        if (told["isReplaced"] === true) this.noteReplacement(id);
        if (isRecord(state) && !this.states.has(id)) this.noteState(id, state);
        if (told["isWanted"] === true) this.noteWanted(id);
        this.learnLeaving(id, Array.isArray(told["leaving"]) ? told["leaving"].filter(isRecord) : []);
        if (told["hasDeparted"] === true) this.noteDeparture(id);
    }

    /** Two processes may have an entry of one workspace each. What a process tells, it may have learned itself. */
    private learnLeaving(id: string, told: readonly Properties[]): void {
        const textOf = (state: Properties) => JSON.stringify(picked(state));
        const known = new Set(this.leavingStatesOf(id).map(textOf));
        for (const state of told) if (!known.has(textOf(state))) this.noteLeaving(id, state);
    }

    /**
     * The workspace that this process has compared for a resource, for which another one is now created: it is replaced. Of
     * `replaceOnChanges` the engine tells nothing else.
     */
    replacedFor({ ownerId }: OwnershipTag): Predecessor | undefined {
        for (const [id, { owner }] of this.spoken) {
            if (owner?.ownerId !== ownerId || !this.states.has(id)) continue;
            this.noteReplacement(id);
            return { id, state: this.stateOf(id) };
        }
        return undefined;
    }

    /** Whether the resource that had this owner before has another one in the program of this run. */
    isRenamed({ ownerId }: OwnershipTag): boolean {
        return [...this.spoken].some(
            ([id, { owner }]) =>
                owner !== undefined &&
                owner.ownerId !== ownerId &&
                ownerOfInputs(this.stateOf(id))?.ownerId === ownerId,
        );
    }

    /** Whether the program of this run has a workspace under another owner than this one. */
    isOthers(id: string, { ownerId }: OwnershipTag): boolean {
        const owner = this.spoken.get(id)?.owner;
        return owner !== undefined && owner.ownerId !== ownerId;
    }
}
