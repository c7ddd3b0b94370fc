import { randomUUID } from "node:crypto";

import { kinds, type ObjectType, objectTypes, PLUGIN_PROVIDER, tokenOf, typeOf } from "../../provider/contract/kinds";
import { isStackUuid, newStackUuid } from "../../provider/contract/ownership-tag";
import { isRecord } from "../../provider/util/property-path";
import { withIdentity } from "../../plugin/identity";
import { providerText } from "../../sdk/resources/provider-text";
import { UsageError } from "../command";

type Resource = Record<string, unknown>;

/** What hosts the resources of a state: the classes of the npm package, or the plugin. */
export type Host = "classes" | "plugin";

/** A state for the other host, and which that is. */
export interface OtherState {
    readonly text: string;
    readonly to: Host;
    readonly count: number;
}

const IDENTITY = typeOf("StackIdentity");

/** What tells the stack that made a state from a copy of it. */
interface Identity {
    readonly uuid: string;
    readonly stack: string | undefined;
}

/** How each host spells a type, and which provider it has. */
const HOSTS = {
    classes: { typeOf, provider: "pulumi:providers:pulumi-nodejs" },
    plugin: { typeOf: tokenOf, provider: PLUGIN_PROVIDER },
} as const;

/**
 * Writes the state of a stack (`pulumi stack export`) for the other host. The account is not asked, and nothing in it changes: every
 * resource keeps its id, its inputs and its outputs.
 *
 * @throws UsageError for a state that cannot be written so that nothing is created or deleted afterwards.
 */
export function writeOtherState(text: string, now = Date.now()): OtherState {
    const state = parsed(text);
    const deployment = isRecord(state["deployment"]) ? state["deployment"] : {};
    const resources = Array.isArray(deployment["resources"]) ? deployment["resources"].filter(isRecord) : [];
    const from = hostOf(resources);
    requireEnded(deployment);
    const to = from === "classes" ? "plugin" : "classes";
    const own = resources.filter((one) => kindOf(one, from) !== undefined);
    const identity = identityIn(resources, now);
    const provider = providerFor(to, resources, own[0], identity);
    const kept = resources
        .filter(({ type }) => type !== IDENTITY)
        .map((one) => (own.includes(one) ? movedResource(one, from, to, provider) : one));
    // A provider that serves nothing else would have to be installed for the next command all the same.
    const isIdle = (one: Resource) =>
        one["type"] === HOSTS[from].provider && !kept.some((other) => other["provider"] === referenceTo(one));
    const moved = kept.filter((one) => !isIdle(one));
    const added = [
        ...(resources.includes(provider) ? [] : [provider]),
        ...(to === "classes" ? [identityResource(provider, identity)] : []),
    ];
    // A state names what others depend on first.
    const first = moved.findIndex(({ type }) => type !== "pulumi:pulumi:Stack");
    const all = [...moved.slice(0, first), ...added, ...moved.slice(first)].map((one) => withUrnsOf(one, from, to));
    return {
        text: `${JSON.stringify({ ...state, deployment: { ...deployment, resources: all } }, undefined, 4)}\n`,
        to,
        count: own.length,
    };
}

function parsed(text: string): Resource {
    try {
        const state: unknown = JSON.parse(text);
        if (isRecord(state)) return state;
    } catch {
        // What follows says it.
    }
    throw new UsageError("--from-state: this file is not a state. Write it with `pulumi stack export`");
}

function hostOf(resources: readonly Resource[]): Host {
    const hosts = (["classes", "plugin"] as const).filter((host) => resources.some((one) => kindOf(one, host)));
    const [host, other] = hosts;
    if (host === undefined) throw new UsageError("--from-state: the state has no resource of this package");
    if (other !== undefined)
        throw new UsageError(
            "--from-state: the state has resources of the npm package's classes and of the plugin. Move those of one host to a stack of their own first (`pulumi state move`)",
        );
    return host;
}

function requireEnded(deployment: Resource): void {
    if (Array.isArray(deployment["pending_operations"]) && deployment["pending_operations"].length > 0)
        throw new UsageError(
            "--from-state: an operation was interrupted. Run `pulumi up` to its end first, which finds what a killed create has made, then `pulumi refresh --clear-pending-creates --yes`, because the engine keeps such a create in its notes, and export the state again",
        );
}

function kindOf({ type }: Resource, host: Host): ObjectType | undefined {
    return objectTypes.find((kind) => HOSTS[host].typeOf(kind) === type);
}

/**
 * The stack's identity: of the class `StackIdentity`, or of the plugin's provider. By the stack that it names, as `project/stack`, a copy
 * is noticed as one in the other form too; `undefined`: nothing tells.
 */
function identityIn(resources: readonly Resource[], now: number): Identity {
    const ofIdentity = resources.filter(({ type }) => type === IDENTITY || type === HOSTS.plugin.provider);
    const texts = (name: string) =>
        ofIdentity
            .flatMap(({ inputs, outputs }) => [member(outputs, name), member(inputs, name)])
            .filter((text) => typeof text === "string");
    const [stack] = texts("stackName");
    return {
        uuid: [...texts("uuid"), ...texts("stackUuid")].find(isStackUuid) ?? newStackUuid(now),
        stack: stack?.split("/").slice(-2).join("/"),
    };
}

/** The default provider of a host, in the state or new. */
function providerFor(
    to: Host,
    resources: readonly Resource[],
    own: Resource | undefined,
    { uuid, stack: made }: Identity,
): Resource {
    const type = HOSTS[to].provider;
    const prefix = String(own?.["urn"]).split("::", 2).join("::");
    const urn = `${prefix}::${type}::default`;
    const known = resources.find((one) => one["urn"] === urn);
    if (known !== undefined) return known;
    const [stack = "", project = ""] = prefix.slice("urn:pulumi:".length).split("::");
    const inputs = to === "plugin" ? withIdentity({ stackUuid: uuid }, {}, made ?? `${project}/${stack}`, 0) : {};
    return { urn, custom: true, id: randomUUID(), type, inputs, outputs: inputs };
}

function identityResource(provider: Resource, { uuid, stack: made }: Identity): Resource {
    const [stack = "", project = ""] = String(provider["urn"]).split("::");
    const noted = made === undefined ? {} : { stackName: made };
    const properties = { uuid, ...noted, __provider: providerText(kinds.StackIdentity.handler) };
    return {
        urn: `${stack}::${project}::${IDENTITY}::databricks-cmk`,
        custom: true,
        id: uuid,
        type: IDENTITY,
        inputs: properties,
        outputs: properties,
        provider: referenceTo(provider),
    };
}

function movedResource(resource: Resource, from: Host, to: Host, provider: Resource): Resource {
    const kind = kindOf(resource, from);
    if (kind === undefined) return resource;
    const code = to === "classes" ? { __provider: providerText(kinds[kind].handler) } : {};
    const properties = (value: unknown) => {
        const kept = Object.entries(isRecord(value) ? value : {}).filter(([name]) => name !== "__provider");
        return { ...Object.fromEntries(kept), ...code };
    };
    return {
        ...resource,
        type: HOSTS[to].typeOf(kind),
        inputs: properties(resource["inputs"]),
        outputs: properties(resource["outputs"]),
        provider: referenceTo(provider),
    };
}

function referenceTo({ urn, id }: Resource): string {
    return `${String(urn)}::${String(id)}`;
}

/** A resource whose own URN, and those that it names, have the types of the other host; nothing names the identity any more. */
function withUrnsOf(resource: Resource, from: Host, to: Host): Resource {
    const [own, other] = [HOSTS[from].typeOf, HOSTS[to].typeOf];
    const renamed = (urn: string) => {
        const [stack = "", project = "", types = "", ...name] = urn.split("::");
        const spelled = types.split("$").map((type) => {
            const kind = objectTypes.find((one) => own(one) === type);
            return kind === undefined ? type : other(kind);
        });
        return [stack, project, spelled.join("$"), ...name].join("::");
    };
    const walk = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.filter((one) => to === "classes" || !isIdentity(one)).map(walk);
        if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
        return typeof value === "string" && value.startsWith("urn:pulumi:") ? renamed(value) : value;
    };
    const { inputs, outputs, ...rest } = resource;
    return { ...Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, walk(one)])), inputs, outputs };
}

function isIdentity(value: unknown): boolean {
    return typeof value === "string" && value.split("::")[2] === IDENTITY;
}

function member(value: unknown, name: string): unknown {
    return isRecord(value) ? value[name] : undefined;
}
