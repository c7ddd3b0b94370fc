import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { noteNames } from "../../provider/contract/state-notes";
import type { Entry } from "../helpers/engine/engine-types";
import { idOf } from "./account-service";
import { KEY_INPUT, type KeyName, KEYS, plain, STORAGE_KEY_INPUT, type WorkspaceSpec } from "./program";
import type { World } from "./world";

type Properties = Readonly<Record<string, unknown>>;

/** A resource as `pulumi stack export` writes it. */
interface Exported {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs?: Properties;
    readonly outputs?: Properties;
    readonly delete?: boolean;
    readonly initErrors?: readonly string[];
    readonly taint?: boolean;
    readonly retainOnDelete?: boolean;
}

/** The names that a model's program has for its workspaces. */
const NAMES = ["w", "v", "o"] as const;

/** The workspaces of a state, from which lives begin: three at most, with those that wait for their end. */
export interface Start {
    readonly workspaces: readonly {
        readonly name: string;
        readonly resource: Exported;
        readonly spec: WorkspaceSpec;
    }[];
}

/** Reads the workspaces of a state that `pulumi stack export` wrote. Throws `Error` if it has none of this package. */
export function startOf(text: string): Start {
    const { deployment } = JSON.parse(text) as { deployment?: { resources?: readonly Exported[] } };
    const all = (deployment?.resources ?? []).filter(({ type }) => type.endsWith("databricks-cmk:Workspace"));
    const urns = [...new Set(all.map(({ urn }) => urn))].slice(0, NAMES.length);
    if (urns.length === 0) throw new Error("The state has no Workspace of this package.");
    const numbered = (property: string) => {
        const values = [...new Set(all.flatMap(({ inputs = {} }) => inputs[property] ?? []))];
        return (inputs: Properties) => values.indexOf(inputs[property] ?? "");
    };
    const [key, storageKey] = [numbered(KEY_INPUT), numbered(STORAGE_KEY_INPUT)];
    const credentials = numbered("credentialsId");
    const nameOf = (at: number): KeyName | undefined => (at < 0 ? undefined : KEYS[at % KEYS.length]);
    const workspaces = all.flatMap((resource) => {
        const { inputs = {} } = resource;
        const name = NAMES[urns.indexOf(resource.urn)];
        if (name === undefined) return [];
        const spec: WorkspaceSpec = {
            ...plain,
            label: String(inputs["workspaceName"] ?? name),
            region: String(inputs["awsRegion"] ?? plain.region),
            key: nameOf(key(inputs)),
            storageKey: nameOf(storageKey(inputs)),
            credentials: credentials(inputs) === 1 ? "c2" : "c1",
            onKeyChange: (inputs["onKeyChange"] as WorkspaceSpec["onKeyChange"] | undefined) ?? plain.onKeyChange,
            migrateContent: inputs["migrateContent"] as WorkspaceSpec["migrateContent"],
            forceDestroy: inputs["forceDestroy"] as boolean | undefined,
            retain: resource.retainOnDelete === true,
        };
        return [{ name, resource, spec }];
    });
    return { workspaces };
}

/** Brings the stack `a` of a world into this state: its program, its account, and what the state notes. */
export async function begin(world: World, { workspaces }: Start): Promise<void> {
    const live = workspaces.filter(({ resource }) => resource.delete !== true);
    world.programs.a = { ...world.programs.a, workspaces: {} };
    for (const { name, spec } of live) world.specify("a", name, spec);
    const { ok, error = "" } = await world.up("a");
    if (!ok) throw new Error(`the first up of this state failed: ${error}`);
    const engine = world.engines.a;
    const ids = new Map<string, string>();
    const entries: { readonly entry: Entry; readonly resource: Exported }[] = [];
    for (const { name, resource } of workspaces) {
        const current = engine.entry(name);
        if (current === undefined) continue;
        const isWaiting = resource.delete === true;
        const id = isWaiting ? await another(world, current) : current.id;
        const entry = isWaiting ? { ...structuredClone(current), id, delete: true } : current;
        if (isWaiting) engine.state = [...engine.state, entry];
        if (isWaiting) world.replaced(id, current.id);
        ids.set(resource.id ?? "", id);
        entries.push({ entry, resource });
    }
    for (const { entry, resource } of entries) {
        const { outputs = {}, initErrors = [], taint = false } = resource;
        const notes = noteNames.flatMap((note) => (outputs[note] === undefined ? [] : [[note, outputs[note]]]));
        const text = [...ids].reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(notes));
        const own = {
            workspaceId: entry.id,
            ...(Object.fromEntries(JSON.parse(text) as [string, unknown][]) as Properties),
        };
        Object.assign(entry, { outputs: { ...entry.outputs, ...own }, initErrors: initErrors.length > 0, taint });
    }
}

/** A workspace like the one that a resource has, which it had before. */
async function another({ service }: World, { id, outputs }: Entry): Promise<string> {
    const { workspace_name, aws_region, credentials_id, storage_configuration_id } = service.account.get(
        "workspaces",
        id,
    );
    const made = await service.account.create("workspaces", {
        workspace_name,
        aws_region,
        credentials_id,
        storage_configuration_id,
        custom_tags: { [OWNERSHIP_TAG]: outputs["owner"] },
    });
    service.account.setStatus(idOf(made), "RUNNING", "");
    return idOf(made);
}
