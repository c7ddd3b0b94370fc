import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { AccountService, type Fault } from "./account-service";
import { ModelClock } from "./model-clock";
import { type Goal, Output, type Result, SmallEngine, type UpOptions } from "./small-engine";

export const KEYS = ["k1", "k2"] as const;
export type KeyName = (typeof KEYS)[number];
export type StackName = "a" | "b";

/** A workspace as a program writes it. */
export interface WorkspaceSpec {
    readonly label: string;
    readonly key?: KeyName | undefined;
    readonly storageKey?: KeyName | undefined;
    readonly team?: string | undefined;
    readonly region: string;
    readonly credentials: "c1" | "c2";
    readonly onKeyChange: "replace" | "forbid" | "update";
    readonly retain: boolean;
    readonly ignore?: "today" | "old" | undefined;
    readonly oldKeyName: boolean;
    readonly alias?: string | undefined;
    readonly fixedName: boolean;
    readonly adopt?: string | undefined;
    readonly after?: string | undefined;
}

export const plain: WorkspaceSpec = {
    label: "w",
    region: "us-east-1",
    credentials: "c1",
    onKeyChange: "replace",
    retain: false,
    oldKeyName: false,
    fixedName: false,
};

/** A program: what it says of its workspaces, and of what they need. */
export interface Program {
    readonly workspaces: Readonly<Record<string, WorkspaceSpec>>;
    /** How often the first key was registered anew, as another KMS key. */
    readonly keyVersion: number;
    readonly deleteKeyFirst: boolean;
}

/** Something that must not be, and was. */
export class Violation extends Error {}

/** One deployment: what it was asked, and which workspaces it said would be lost. */
interface Running {
    readonly stack: StackName;
    readonly engine: SmallEngine;
    readonly program: Program;
    readonly options: UpOptions;
}

/** Two stacks of one account, and the model of what its workspaces hold. */
export class World {
    readonly clock = new ModelClock();
    readonly service = new AccountService(this.clock);
    readonly engines: Readonly<Record<StackName, SmallEngine>> = {
        a: new SmallEngine(this.service, this.clock),
        b: new SmallEngine(this.service, this.clock),
    };
    readonly programs: Record<StackName, Program> = {
        a: { workspaces: { w: plain }, keyVersion: 0, deleteKeyFirst: false },
        b: { workspaces: {}, keyVersion: 0, deleteKeyFirst: false },
    };
    /** The workspaces in which people have written notebooks. */
    readonly content = new Set<string>();
    /** Workspaces without a resource, of which the user knows. */
    readonly excused = new Set<string>();
    private running: Running | undefined;
    private readonly mentioned = new Set<string>();

    constructor() {
        this.service.onDelete = (id) => this.requireConsent(id);
    }

    async up(stack: StackName, options: UpOptions = {}, fault?: { after: number; fault: Fault }): Promise<Result> {
        return this.deploy(stack, options, fault, (engine) => engine.up(goalsOf(this.programs[stack]), options));
    }

    refresh(stack: StackName): Promise<Result> {
        return this.deploy(stack, {}, undefined, (engine) => engine.refresh());
    }

    destroy(stack: StackName): Promise<Result> {
        return this.deploy(stack, {}, undefined, (engine) => engine.destroy());
    }

    /** The workspaces of the account, by id. */
    workspaces(): Map<string, Record<string, unknown>> {
        return new Map(this.service.account.list("workspaces").map((one) => [idOf(one), one]));
    }

    /** Which resources have a workspace: `<stack>.<name>`. */
    holders(id: string): string[] {
        return (["a", "b"] as const).flatMap((stack) =>
            this.engines[stack].state
                .filter((entry) => entry.type === "Workspace" && entry.id === id && !entry.delete)
                .map(({ name }) => `${stack}.${name}`),
        );
    }

    private async deploy(
        stack: StackName,
        options: UpOptions,
        fault: { after: number; fault: Fault } | undefined,
        run: (engine: SmallEngine) => Promise<Result>,
    ): Promise<Result> {
        const engine = this.engines[stack];
        this.running = { stack, engine, program: this.programs[stack], options };
        if (fault !== undefined) this.service.arm(fault.after, fault.fault);
        const retained = engine.state.filter((one) => one.retainOnDelete).map(({ id }) => id);
        try {
            const result = await run(engine);
            if (this.violation !== undefined) throw this.violation;
            for (const id of this.workspaces().keys())
                if ([result.error ?? "", ...result.lines].some((line) => line.includes(id))) this.mentioned.add(id);
            for (const id of retained) if (this.holders(id).length === 0) this.excused.add(id);
            this.requireSingleHolders(result);
            return result;
        } finally {
            this.service.disarm();
            this.running = undefined;
        }
    }

    /** What was seen while a provider ran, whose own error handling must not swallow it. */
    private violation: Violation | undefined;

    /** A workspace that holds content is deleted only where the program or the user said so. */
    private requireConsent(id: string): void {
        if (!this.content.has(id)) return;
        this.content.delete(id);
        const { deleting } = this.running?.engine ?? {};
        const fail = (why: string) => {
            this.violation ??= new Violation(`the workspace ${id}, which holds notebooks, was deleted: ${why}`);
        };
        if (this.running === undefined || deleting === undefined) return fail("by no delete of the engine");
        const { stack, program, engine } = this.running;
        const others = this.holders(id).filter((one) => one !== `${stack}.${deleting.name}`);
        if (deleting.why === "destroyed") return;
        if (others.length > 0) return fail(`${others.join(", ")} has it too`);
        if (deleting.why === "removed") {
            if (program.workspaces[deleting.name] !== undefined) fail(`the program still names ${deleting.name}`);
            return;
        }
        if (deleting.asked) {
            const current = engine.entry(deleting.name);
            if (current?.id === id) fail(`the replacement that was asked for ended as the same workspace`);
            return;
        }
        if (this.announced.has(`${stack}.${deleting.name}`)) return;
        const spec = program.workspaces[deleting.name];
        if (!this.isAnnounced(deleting.name)) return fail(`nobody was told that ${deleting.name} loses it`);
        if (spec?.onKeyChange === "forbid" && this.keyDiffers(id, spec, stack))
            fail(`a key change replaced it, and onKeyChange is "forbid"`);
    }

    /** Replacements that an earlier, broken-off deployment announced and whose old object waits for its end. */
    readonly announced = new Set<string>();

    private isAnnounced(name: string): boolean {
        return this.running?.engine.lines.some((line) => line.startsWith(`${name}:`) && /NOTEBOOK/.test(line)) === true;
    }

    private keyDiffers(id: string, spec: WorkspaceSpec, stack: StackName): boolean {
        if (spec.ignore !== undefined) return false;
        const actual = this.service.account.find("workspaces", id)?.["managed_services_customer_managed_key_id"];
        const asked = spec.key && this.engines[stack].entry(spec.key)?.id;
        return (actual ?? undefined) !== asked;
    }

    /** No two resources of the program end with one workspace, but for a state that the user copied. */
    private requireSingleHolders(result: Result): void {
        if (!result.ok) return;
        for (const id of this.workspaces().keys()) {
            const holders = this.holders(id);
            if (holders.length > 1) throw new Violation(`the workspace ${id} belongs to ${holders.join(" and ")}`);
        }
    }

    /** Marks the replacements that a deployment announced and did not end. */
    rememberAnnounced(stack: StackName): void {
        const { state, lines } = this.engines[stack];
        for (const { name } of state.filter((one) => one.delete && one.type === "Workspace"))
            if (lines.some((line) => line.startsWith(`${name}:`) && /NOTEBOOK/.test(line)))
                this.announced.add(`${stack}.${name}`);
    }

    /** What is reported as done is done: each workspace is what its program says. */
    requireDone(stack: StackName): void {
        for (const [name, spec] of Object.entries(this.programs[stack].workspaces)) {
            const entry = this.engines[stack].entry(name);
            const actual = entry && this.service.account.find("workspaces", entry.id);
            const fail = (what: string) => {
                throw new Violation(`up succeeded, but ${what} of ${stack}.${name} is not what the program says`);
            };
            if (entry === undefined || actual === undefined) return fail("the existence");
            const { [OWNERSHIP_TAG]: mark, ...tags } = (actual["custom_tags"] ?? {}) as Record<string, string>;
            if (mark === undefined) fail("the ownership tag");
            const id = (other: string) => this.engines[stack].entry(other)?.id;
            if (actual["workspace_name"] !== spec.label) fail("the name");
            if (actual["aws_region"] !== spec.region) fail("the region");
            if (actual["credentials_id"] !== id(spec.credentials)) fail("credentialsId");
            if (spec.ignore === undefined && spec.key !== undefined && actual[KEY] !== id(spec.key)) fail("the key");
            if (spec.storageKey !== undefined && actual[STORAGE_KEY] !== id(storageKeyOf(spec.storageKey)))
                fail("the storage key");
            if (spec.team !== undefined && tags["team"] !== spec.team) fail("a tag");
        }
    }

    /**
     * Everything that exists is some resource's, or the user heard of it. What an interrupted create left of a resource that the
     * program then gave up is none: the engine itself warns of its pending create.
     */
    requireNoOrphans(): void {
        const tags = (["a", "b"] as const).flatMap((stack) => {
            const uuid = String(this.engines[stack].entry("databricks-cmk")?.id);
            return Object.keys(this.programs[stack].workspaces).map((name) => `${uuid}/${name}`);
        });
        for (const [id, { custom_tags }] of this.workspaces()) {
            const tag = (custom_tags as Record<string, string> | undefined)?.[OWNERSHIP_TAG]?.replace("+retained", "");
            if (tag === undefined || !tags.includes(tag)) continue;
            const held = Object.values(this.engines).some(({ state }) => state.some((entry) => entry.id === id));
            if (!held && !this.excused.has(id) && !this.mentioned.has(id))
                throw new Violation(`the workspace ${id} belongs to no resource, and nobody was told of it`);
        }
    }
}

export const KEY = "managed_services_customer_managed_key_id";
export const STORAGE_KEY = "storage_customer_managed_key_id";

export function idOf(workspace: Record<string, unknown>): string {
    return String(workspace["workspace_id"]).replace("\0int64:", "");
}

function storageKeyOf(key: KeyName): string {
    return `s-${key}`;
}

/** What a program registers, in the order in which it does. */
function goalsOf({ workspaces, keyVersion, deleteKeyFirst }: Program): Goal[] {
    const owner = (name: string, retain = false) =>
        new Output("databricks-cmk", "uuid", (uuid) => `${String(uuid)}${retain ? "+retained" : ""}/${name}`);
    const key = (name: string, number: number, useCase: string): Goal => ({
        name,
        type: "CustomerManagedKey",
        inputs: {
            owner: owner(name),
            awsKeyInfo: {
                keyArn: `arn:aws:kms:us-east-1:123456789012:key/${number}1111111-2222-4333-8444-555555555555`,
            },
            useCases: [useCase],
        },
        deleteBeforeReplace: deleteKeyFirst && name === "k1",
    });
    const credentials = (name: string): Goal => ({
        name,
        type: "Credentials",
        inputs: { owner: owner(name), roleArn: `arn:aws:iam::123456789012:role/${name}` },
    });
    const first: Goal[] = [
        { name: "databricks-cmk", type: "StackIdentity", inputs: {} },
        credentials("c1"),
        credentials("c2"),
        { name: "s", type: "StorageConfiguration", inputs: { owner: owner("s"), bucketName: "root-bucket" } },
        key("k1", 1 + keyVersion * 2, "MANAGED_SERVICES"),
        key("k2", 2, "MANAGED_SERVICES"),
        key("s-k1", 5, "STORAGE"),
        key("s-k2", 6, "STORAGE"),
    ];
    const named = Object.entries(workspaces);
    // One that waits for another comes after it.
    const ordered = [
        ...named.filter(([, { after }]) => after === undefined),
        ...named.filter(([, { after }]) => after !== undefined),
    ];
    return [...first, ...ordered.map(([name, spec]) => workspaceGoal(name, spec, owner(name, spec.retain)))];
}

function workspaceGoal(name: string, spec: WorkspaceSpec, owner: Output): Goal {
    const keyField = spec.oldKeyName ? "customerManagedKeyId" : "managedServicesCustomerManagedKeyId";
    const ignored = { today: "managedServicesCustomerManagedKeyId", old: "customerManagedKeyId" };
    return {
        name,
        type: "Workspace",
        inputs: {
            owner,
            workspaceName: spec.label,
            awsRegion: spec.region,
            credentialsId: new Output(spec.credentials, "credentialsId"),
            storageConfigurationId: new Output("s", "storageConfigurationId"),
            ...(spec.key && { [keyField]: new Output(spec.key, "customerManagedKeyId") }),
            ...(spec.storageKey && {
                storageCustomerManagedKeyId: new Output(storageKeyOf(spec.storageKey), "customerManagedKeyId"),
            }),
            ...(spec.team !== undefined && { customTags: { team: spec.team } }),
            ...(spec.fixedName && { deploymentName: `fixed-${spec.label}` }),
            ...(spec.adopt !== undefined && { adopt: spec.adopt }),
            onKeyChange: spec.onKeyChange,
        },
        retainOnDelete: spec.retain,
        ...(spec.ignore && { ignoreChanges: [ignored[spec.ignore]] }),
        ...(spec.alias !== undefined && { aliases: [spec.alias] }),
    };
}
