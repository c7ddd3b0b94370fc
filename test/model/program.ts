import { type Goal, Output } from "./engine-types";

export const KEYS = ["k1", "k2"] as const;
export type KeyName = (typeof KEYS)[number];

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
    /** Whether it has `ignoreChanges` for the key. */
    readonly ignoresKey: boolean;
    readonly alias?: string | undefined;
    readonly fixedName: boolean;
    readonly adopt?: string | undefined;
    /** The workspace that it depends on, and comes after. */
    readonly after?: string | undefined;
    /** Whether the first key's registration is in its `replaceWith`. */
    readonly replaceWithKey: boolean;
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
    replaceWithKey: false,
    literals: {},
};

/** A program: what it says of its workspaces, and of what they need. */
export interface Program {
    readonly workspaces: Readonly<Record<string, WorkspaceSpec>>;
    /** How often the first key was registered anew, as another KMS key. */
    readonly keyVersion: number;
    readonly deleteKeyFirst: boolean;
}

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
export function goalsOf({ workspaces, keyVersion, deleteKeyFirst }: Program): Goal[] {
    const owner = (name: string, retain = false) =>
        new Output("databricks-cmk", "uuid", (uuid) => `${String(uuid)}${retain ? "+retained" : ""}/${name}`);
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
    const first: Goal[] = [
        { name: "databricks-cmk", type: "StackIdentity", inputs: {} },
        credentials("c1"),
        credentials("c2"),
        { name: "s", type: "StorageConfiguration", inputs: { owner: owner("s"), bucketName: "root-bucket" } },
        key("k1", [1, 3, 7, 9][keyVersion % 4] ?? 1, "MANAGED_SERVICES"),
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

/** As the class `Workspace` registers it, which has translated the key's old name in inputs and options. */
function workspaceGoal(name: string, spec: WorkspaceSpec, owner: Output): Goal {
    return {
        name,
        type: "Workspace",
        inputs: {
            owner,
            workspaceName: spec.label,
            awsRegion: spec.region,
            credentialsId: new Output(spec.credentials, "credentialsId"),
            storageConfigurationId: new Output("s", "storageConfigurationId"),
            ...(spec.key && { [KEY_INPUT]: new Output(spec.key, "customerManagedKeyId") }),
            ...(spec.storageKey && {
                [STORAGE_KEY_INPUT]: new Output(`s-${spec.storageKey}`, "customerManagedKeyId"),
            }),
            ...(spec.team !== undefined && { customTags: { team: spec.team } }),
            ...(spec.fixedName && { deploymentName: `fixed-${spec.label}` }),
            ...(spec.adopt !== undefined && { adopt: spec.adopt }),
            onKeyChange: spec.onKeyChange,
            ...spec.literals,
            // Here a program says what it gives up. Copies are in test/unit/replaced-content.test.ts and test/engine/migration.test.ts.
            migrateContent: false,
        },
        retainOnDelete: spec.retain,
        ...(spec.ignoresKey && { ignoreChanges: [KEY_INPUT, "customerManagedKeyId"] }),
        ...(spec.alias !== undefined && { aliases: [spec.alias] }),
        ...(spec.after !== undefined && { dependsOn: [spec.after] }),
        ...(spec.replaceWithKey && { replaceWith: ["k1"] }),
    };
}
