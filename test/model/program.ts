import { workspaceObject } from "../../provider/objects/workspace/definition";
import { REFUSED_BUCKET } from "./account-service";
import { type Goal, Output } from "../helpers/engine/engine-types";

export const KEYS = ["k1", "k2", "k3"] as const;
export type KeyName = (typeof KEYS)[number];

/**
 * Whether a workspace has the input `forceDestroy`. Until it has, a `pulumi destroy` and the end of a resource are the word that
 * a workspace may go with its content.
 */
export const hasForceDestroy = "forceDestroy" in workspaceObject.fields;

/** A workspace as a program writes it. */
export interface WorkspaceSpec {
    readonly label: string;
    readonly key?: KeyName | undefined;
    readonly storageKey?: KeyName | undefined;
    readonly team?: string | undefined;
    readonly region: string;
    readonly credentials: "c1" | "c2";
    readonly onKeyChange: "replace" | "forbid" | "update";
    readonly migrateContent?: false | { readonly accept: readonly string[] } | undefined;
    readonly forceDestroy?: boolean | undefined;
    readonly retain: boolean;
    /** Whether it has `ignoreChanges` for the key. */
    readonly ignoresKey: boolean;
    readonly alias?: string | undefined;
    readonly fixedName: boolean;
    readonly adopt?: string | undefined;
    readonly adoptFromOtherStack?: boolean | undefined;
    /** The workspace that it depends on, and comes after. */
    readonly after?: string | undefined;
    /** Whether the first key's registration is in its `replaceWith`: given to the class, or by a transform that it does not see. */
    readonly replaceWithKey?: "option" | "transform" | undefined;
    readonly deleteFirst?: boolean | undefined;
    /** Whether it is registered in an `apply` of another resource, `other`. */
    readonly within?: boolean | undefined;
    /** Whether it has a provider resource of its own. */
    readonly ownProvider?: boolean | undefined;
    /** Inputs that it has as plain values: ids of what another stack has, from which it was moved. */
    readonly literals: Readonly<Record<string, string>>;
}

export const plain: WorkspaceSpec = {
    label: "w",
    region: "us-east-1",
    credentials: "c1",
    onKeyChange: "replace",
    retain: false,
    ignoresKey: false,
    fixedName: false,
    literals: {},
};

/** A program: what it says of its workspaces, and of what they need. */
export interface Program {
    readonly workspaces: Readonly<Record<string, WorkspaceSpec>>;
    /** How often the first key was registered anew, as another KMS key. */
    readonly keyVersion: number;
    readonly deleteKeyFirst: boolean;
    /** Whether the service refuses what the program says of `other`. */
    readonly failing: boolean;
    /** The version of the SDK, which names the default provider. */
    readonly version: number;
}

export const emptyProgram: Program = {
    workspaces: {},
    keyVersion: 0,
    deleteKeyFirst: false,
    failing: false,
    version: 0,
};

export const IDENTITY = "databricks-cmk";
export const KEY_INPUT = "managedServicesCustomerManagedKeyId";
export const STORAGE_KEY_INPUT = "storageCustomerManagedKeyId";

/** The ids that a workspace asks for, by the ids of the stack's resources: what the account has to show in the end. */
export function askedIds(
    { credentials, key, storageKey, literals }: WorkspaceSpec,
    idOf: (name: string) => string | undefined,
): Readonly<Record<"credentialsId" | typeof KEY_INPUT | typeof STORAGE_KEY_INPUT, string | undefined>> {
    return {
        credentialsId: literals["credentialsId"] ?? idOf(credentials),
        [KEY_INPUT]: literals[KEY_INPUT] ?? (key && idOf(key)),
        [STORAGE_KEY_INPUT]: literals[STORAGE_KEY_INPUT] ?? (storageKey && idOf(`s-${storageKey}`)),
    };
}

/** What a program registers, in the order in which it does. */
export function goalsOf({ workspaces, keyVersion, deleteKeyFirst, failing, version }: Program): Goal[] {
    const owner = (name: string, retain = false) =>
        new Output(IDENTITY, "uuid", (uuid) => `${String(uuid)}${retain ? "+retained" : ""}/${name}`);
    const key = (name: string, digit: number, useCase: string): Goal => ({
        name,
        type: "CustomerManagedKey",
        inputs: {
            owner: owner(name),
            awsKeyInfo: {
                keyArn: `arn:aws:kms:us-east-1:123456789012:key/${digit}1111111-2222-4333-8444-555555555555`,
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
    const storage = (name: string, bucketName: string): Goal => ({
        name,
        type: "StorageConfiguration",
        inputs: { owner: owner(name), bucketName },
    });
    const named = Object.entries(workspaces);
    const first: Goal[] = [
        { name: IDENTITY, type: "StackIdentity", inputs: {} },
        credentials("c1"),
        credentials("c2"),
        storage("s", "root-bucket"),
        key("k1", [1, 3, 7, 9][keyVersion % 4] ?? 1, "MANAGED_SERVICES"),
        key("k2", 2, "MANAGED_SERVICES"),
        key("k3", 8, "MANAGED_SERVICES"),
        key("s-k1", 5, "STORAGE"),
        key("s-k2", 6, "STORAGE"),
        ...(named.some(([, { within }]) => within === true)
            ? [storage("other", failing ? REFUSED_BUCKET : "other-bucket")]
            : []),
    ];
    // One that waits for another comes after it.
    const ordered = [
        ...named.filter(([, { after }]) => after === undefined),
        ...named.filter(([, { after }]) => after !== undefined),
    ];
    const goals = [...first, ...ordered.map(([name, spec]) => workspaceGoal(name, spec, owner(name, spec.retain)))];
    return goals.map((goal) => ({ provider: `default_${version}`, ...goal }));
}

/** As the class `Workspace` registers it, which has translated the key's old name in inputs and options. */
function workspaceGoal(name: string, spec: WorkspaceSpec, owner: Output): Goal {
    const { forceDestroy, replaceWithKey } = spec;
    const optional = {
        [KEY_INPUT]: spec.key && new Output(spec.key, "customerManagedKeyId"),
        [STORAGE_KEY_INPUT]: spec.storageKey && new Output(`s-${spec.storageKey}`, "customerManagedKeyId"),
        customTags: spec.team === undefined ? undefined : { team: spec.team },
        deploymentName: spec.fixedName ? `fixed-${spec.label}` : undefined,
        adopt: spec.adopt,
        adoptFromOtherStack: spec.adoptFromOtherStack,
        migrateContent: spec.migrateContent,
        forceDestroy: hasForceDestroy ? forceDestroy : undefined,
        replacedByOptions: replaceWithKey === "option" ? true : undefined,
    };
    return {
        name,
        type: "Workspace",
        inputs: {
            owner,
            workspaceName: spec.label,
            awsRegion: spec.region,
            credentialsId: new Output(spec.credentials, "credentialsId"),
            storageConfigurationId: new Output("s", "storageConfigurationId"),
            ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
            onKeyChange: spec.onKeyChange,
            ...spec.literals,
        },
        retainOnDelete: spec.retain,
        ...(spec.deleteFirst === true && { deleteBeforeReplace: true }),
        ...(spec.ignoresKey && { ignoreChanges: [KEY_INPUT, "customerManagedKeyId"] }),
        ...(spec.alias !== undefined && { aliases: [spec.alias] }),
        ...(spec.after !== undefined && { dependsOn: [spec.after] }),
        ...(replaceWithKey !== undefined && { replaceWith: ["k1"] }),
        ...(spec.within === true && { within: "other" }),
        ...(spec.ownProvider === true && { provider: "own" }),
    };
}
