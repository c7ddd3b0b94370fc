import type { ObjectType } from "../../../provider/contract/kinds";

export type Inputs = Record<string, unknown>;
export type Type = ObjectType | "StackIdentity";

/** A reference to an output of another resource. */
export class Output {
    constructor(
        readonly name: string,
        readonly property: string,
        readonly format: (value: unknown) => unknown = (value) => value,
    ) {}
}

/** A resource as a program registers it. */
export interface Goal {
    readonly name: string;
    readonly type: Type;
    readonly inputs: Inputs;
    readonly aliases?: readonly string[];
    readonly ignoreChanges?: readonly string[];
    readonly deleteBeforeReplace?: boolean;
    readonly retainOnDelete?: boolean;
    readonly replaceWith?: readonly string[];
    readonly replaceOnChanges?: readonly string[];
    readonly dependsOn?: readonly string[];
    /** The resource in whose `apply` it is registered: the program never comes to it if that one fails. */
    readonly within?: string;
    /** The provider resource that it names: a plugin has a process for each. Default: the one provider that there is. */
    readonly provider?: string;
}

/** A resource of the state. */
export interface Entry {
    name: string;
    readonly type: Type;
    id: string;
    inputs: Inputs;
    outputs: Inputs;
    dependencies: readonly string[];
    /** Which resources an input comes from. */
    propertyDependencies: Readonly<Record<string, readonly string[]>>;
    replaceWith: readonly string[];
    initErrors: boolean;
    taint: boolean;
    /** It was replaced, and waits for its end. */
    delete: boolean;
    /** It is deleted already, and its replacement not yet made. */
    pendingReplacement: boolean;
    retainOnDelete: boolean;
    ignoreChanges: readonly string[];
    provider: string | undefined;
}

/** What an `up` is asked. */
export interface UpOptions {
    readonly refresh?: boolean;
    readonly replace?: readonly string[] | "all";
    readonly target?: readonly string[];
    /** A policy pack that refuses key changes. */
    readonly policy?: boolean;
    /** All steps beside each other, as the engine's are. Default: those of workspaces alone, so that calls come in one order. */
    readonly parallel?: boolean;
    /** `--continue-on-error`. */
    readonly continues?: boolean;
}

/** How a deployment ended. */
export interface Result {
    readonly ok: boolean;
    readonly killed: boolean;
    readonly error?: string;
    /** What the provider told the user. */
    readonly lines: readonly string[];
    /** Of a preview: what an `up` would create, update and delete (`update w`). */
    readonly planned?: readonly string[] | undefined;
}

/** Why the engine deletes an object. */
export interface DeleteReason {
    readonly entry: Entry;
    readonly why: "destroyed" | "removed" | "replaced";
}

/** What the engine's deployments share: the state of a stack, and what is known of the running one. */
export interface StackState {
    /** The full name of the stack. */
    readonly name: string;
    /** The full name of the stack whose state this one has taken over, as its user has said. */
    readonly renamedFrom: string | undefined;
    state: Entry[];
    /** Why the deletes that run are called. */
    readonly deleting: Set<DeleteReason>;
    /** Creates that were under way when the engine was killed: it warns of each until its resource is created after all. */
    readonly pendingCreates: Set<string>;
    /** The entry that a name has in the state, but for those that wait for their end. */
    entry(name: string): Entry | undefined;
    /** Whether it is the copy that a preview changes: what is not known in it is only known after an `up`. */
    readonly isPreview?: boolean;
    /** A create has ended with this entry; `old` is the one that it replaces. */
    created(entry: Entry, old: Entry | undefined): void;
}
