import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { perStack, registeredResources } from "./stack";

/** The types of this package's resources, as they stand in a stack's state. */
export type ResourceType =
    | "StackIdentity"
    | "CustomerManagedKey"
    | "Credentials"
    | "StorageConfiguration"
    | "Network"
    | "VpcEndpoint"
    | "PrivateAccessSettings"
    | "Workspace";

/** The name of a handler that the package's `provider` entry exports. */
type HandlerName = Uncapitalize<ResourceType>;

/** The type of a resource as the engine, its state and policy packs spell it. */
export function typeOf(type: ResourceType): string {
    return `pulumi-nodejs:dynamic/databricks-cmk:${type}`;
}

const handlers: Readonly<Record<ResourceType, HandlerName>> = {
    StackIdentity: "stackIdentity",
    CustomerManagedKey: "customerManagedKey",
    Credentials: "credentials",
    StorageConfiguration: "storageConfiguration",
    Network: "network",
    VpcEndpoint: "vpcEndpoint",
    PrivateAccessSettings: "privateAccessSettings",
    Workspace: "workspace",
};

/**
 * The code that the state keeps of a resource's provider: it requires this package from where the program runs or, failing
 * that, from where `@pulumi/pulumi` is installed, which in pnpm's layout sees what libraries depend on. Node.js adds
 * `NODE_PATH` to both. The engine runs this text at `pulumi destroy` too, without the program, so the text itself says what
 * is missing and where. It is the same for every release, so that no release changes a resource, and at most 200 bytes.
 */
function providerText(handler: HandlerName): string {
    return (
        "var r=require,n='pulumi-databricks-cmk';try{n=r.resolve(n+'/provider',{paths:['',r.main.path]})}" +
        `catch{throw Error(\`\${process.cwd()}/package.json needs \${n}\`)}this.handler=_=>r(n).${handler}`
    );
}

/** What every resource is given beside its own inputs. */
interface Registration {
    readonly type: ResourceType;
    readonly inputs: pulumi.Inputs | undefined;
    /** Outputs that are no inputs. */
    readonly outputs: readonly string[];
}

/** The base of this package's resources: a dynamic resource whose code stays in the installed package. */
export abstract class DynamicResource extends pulumi.CustomResource {
    /** @internal */
    protected constructor(name: string, registration: Registration, opts: pulumi.CustomResourceOptions | undefined) {
        const { type, inputs, outputs } = registration;
        const unknown = Object.fromEntries(outputs.map((output) => [output, undefined]));
        // Pulumi takes a stack trace for each promise of each output, for its report of leaked promises. With the source maps of
        // a TypeScript program they are most of what a preview of many workspaces takes. (Where the resource stands in the
        // program, Pulumi finds out by a trace of its own, whatever the limit.)
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            super(typeOf(type), name, { ...unknown, ...inputs, __provider: providerText(handlers[type]) }, opts);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    }
}

/**
 * The stack's own mark, made by itself before the stack's first resource of this package: a uuid in the stack's state.
 * What the stack creates in the account bears it, so that an object left by an interrupted `pulumi up` is recognised by
 * the next one, and never mistaken for another stack's. It is not an object of the account and costs nothing. When it is
 * taken out of the state, a new one is made; nothing else changes, but leftovers from before are no longer recognised.
 */
export class StackIdentity extends DynamicResource {
    /** A uuid of version 7. */
    declare readonly uuid: pulumi.Output<string>;

    private constructor() {
        super("databricks-cmk", { type: "StackIdentity", inputs: {}, outputs: ["uuid"] }, {});
    }

    /** The mark of the stack whose program runs; made at the first call. */
    static readonly current = perStack(() => new StackIdentity());
}

/** The base of the resources that are objects of a Databricks account. */
export abstract class AccountResource extends DynamicResource {
    /** @internal */
    protected constructor(name: string, registration: Registration, opts: pulumi.CustomResourceOptions | undefined) {
        const isRead = opts?.id !== undefined;
        const owner = isRead ? undefined : ownerOf(name, opts);
        super(name, { ...registration, inputs: { ...registration.inputs, owner } }, opts);
        // A preview makes nothing, and what is only read was there before.
        if (isRead || pulumi.runtime.isDryRun()) return;
        const settled = registeredResources();
        this.urn.apply(() => void settled.count++);
    }
}

/**
 * Which resource of which stack it is, for the provider, whom the engine tells neither: the stack's mark, what the resource
 * is a part of, whether it is to be kept when its resource goes, and its name.
 */
function ownerOf(name: string, opts: pulumi.CustomResourceOptions | undefined): pulumi.Output<string> {
    const retained = opts?.retainOnDelete === true ? "+retained" : "";
    return pulumi
        .all([StackIdentity.current().uuid, opts?.parent && urnOf(opts.parent)])
        .apply(([uuid, parent]) => `${uuid}${partOf(parent)}${retained}/${name}`);
}

/**
 * A resource's URN, without the dependency on it that its output has: to depend on a component is to wait for everything in
 * it, and what is in it would wait for each other.
 */
function urnOf(resource: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => resource.urn.apply(resolve));
}

/** What stands for the types around a resource: two resources of one name differ in them. Nothing where it is part of the stack alone. */
function partOf(parent: string | undefined): string {
    const types = parent?.split("::")[2];
    if (types === undefined || types === "pulumi:pulumi:Stack") return "";
    return `@${createHash("sha256").update(types).digest("hex").slice(0, 8)}`;
}
