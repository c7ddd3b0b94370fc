import * as pulumi from "@pulumi/pulumi";

import { kinds, type ObjectType, type ResourceType, tokenOf, typeOf } from "../../provider/contract/kinds";
import { formatOwner } from "../../provider/contract/ownership-tag";
import { providerText, requireVisible } from "./provider-text";
import { refuseOptions } from "./refused-options";
import { isServedByPlugin } from "./served-by";
import { currentStack, perStack, registeredResources } from "./stack";
import { movedStateQuestion, requireOwnState, uuidInState } from "./stack-origin";
import { kmsKeysInState, objectsInState } from "./stack-state";

/**
 * The outputs of a class, by name. A property that the class declares and this object lacks, or the reverse, does not
 * compile. The values are `undefined`: the engine only needs the names, to make an output of each.
 */
export type OutputsOf<Resource extends pulumi.CustomResource> = Readonly<
    Record<Exclude<keyof Resource, keyof pulumi.CustomResource>, undefined>
>;

/** The arguments that all resources of a Databricks account have. */
export interface AccountResourceArgs {
    /**
     * Id of an existing object to adopt instead of creating one. Its immutable properties must be equal to the arguments.
     * Only read when this resource is created; removing the argument later has no effect. The stack then owns the object,
     * and deletes it with the resource. (Pulumi's option `import` does not work for dynamic
     * resources; `npx pulumi-databricks-cmk adopt --import-file` writes a file for `pulumi import --file`.)
     */
    adopt?: pulumi.Input<string | undefined>;
    /**
     * Whether `adopt` may take an object whose ownership tag names another stack. Remove it from that stack's state
     * first (`pulumi state delete`): a stack deletes what it has. Without it, such an `adopt` fails.
     *
     * @default `false`
     */
    adoptFromOtherStack?: pulumi.Input<boolean | undefined>;
    /**
     * Id of the Databricks account (a uuid). A change replaces the object.
     *
     * @default `databricks:accountId`, then `DATABRICKS_ACCOUNT_ID`, then the profile
     */
    accountId?: pulumi.Input<string | undefined>;
}

/** What a class passes to its base. */
interface Registration<Type extends ResourceType> {
    readonly type: Type;
    readonly inputs: pulumi.Inputs | undefined;
    readonly outputs: Readonly<Record<string, undefined>>;
}

/**
 * The base class of this package's resources: a dynamic resource whose code stays in the installed package. Inside the plugin it is
 * a resource of the plugin.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
    /** @internal */
    protected constructor(
        name: string,
        { type, inputs, outputs }: Registration<ResourceType>,
        opts: pulumi.CustomResourceOptions | undefined,
    ) {
        const isDynamic = !isServedByPlugin();
        if (isDynamic) requireVisible();
        // Pulumi records a stack trace for each promise of each output, for its report of leaked promises. With the source
        // maps of a TypeScript program, these take most of the time of a preview of many workspaces. (Pulumi determines the
        // resource's source position with a trace of its own, independently of the limit.)
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            const forCheck = opts?.id === undefined ? { movedState: movedStateQuestion() } : {};
            const told = isDynamic ? { ...forCheck, __provider: providerText(kinds[type].handler) } : {};
            super((isDynamic ? typeOf : tokenOf)(type), name, { ...outputs, ...inputs, ...told }, opts);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    }
}

/**
 * The identity of the stack: a uuid in the stack's state, created automatically before the first resource of this package.
 * It is not an object of the Databricks account and costs nothing.
 *
 * Objects that the stack creates carry this uuid, so that an orphan of an interrupted `pulumi up` is recognised by the next
 * one, and is never confused with an object of another stack. If it is removed from the state, a new one is created; nothing
 * else changes, but earlier orphans are no longer recognised.
 *
 * It remembers the stack that it was made in. In a state that was copied to another stack, a preview and a `pulumi up` fail
 * before anything is changed, and ask whether the stack was renamed (`databricks:stackRenamedFrom`) or the state copied.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * export const owner = databricks.StackIdentity.current().uuid;
 * ```
 */
export class StackIdentity extends DynamicResource {
    /** A uuid of version 7. */
    declare readonly uuid: pulumi.Output<string>;
    /** Full name of the stack that has these objects: `organization/project/stack`. */
    declare readonly stackName: pulumi.Output<string | undefined>;

    private constructor() {
        const inputs = {
            objects: objectsInState(),
            kmsKeys: kmsKeysInState(),
            uuid: uuidInState(),
            stackName: currentStack()?.name,
            isUpdate: !pulumi.runtime.isDryRun(),
        };
        const outputs: OutputsOf<StackIdentity> = { uuid: undefined, stackName: undefined };
        super("databricks-cmk", { type: "StackIdentity", inputs, outputs }, {});
        // The engine checks neither a target that only the state has, nor anything in `destroy --run-program`. The program fails
        // then, and nothing is deleted.
        this.urn.apply(requireOwnState);
    }

    /** Returns the identity of the stack whose program is running. The first call creates the resource. */
    static readonly current = perStack(() => new StackIdentity());
}

/** A class of objects of the account, whatever its arguments. */
type AccountResourceClass<Resource> = new (name: string, args: never, opts?: pulumi.CustomResourceOptions) => Resource;

/** The base class of the resources that are objects of a Databricks account. */
export abstract class AccountResource extends DynamicResource {
    /** @internal */
    protected constructor(
        name: string,
        registration: Registration<ObjectType>,
        opts: pulumi.CustomResourceOptions | undefined,
    ) {
        refuseOptions(registration.type, name, opts);
        // The engine tells the plugin what follows; and an object that is only read existed before.
        const tells = opts?.id === undefined && !isServedByPlugin();
        const owner = tells ? ownerOf(name, opts) : undefined;
        const resourceUrn = tells ? urnFor(name, registration.type, opts) : undefined;
        const isPreview = tells && pulumi.runtime.isDryRun() ? true : undefined;
        super(name, { ...registration, inputs: { ...registration.inputs, owner, resourceUrn, isPreview } }, opts);
        // A preview creates nothing.
        if (!tells || pulumi.runtime.isDryRun()) return;
        registeredResources().add(registration.type, this);
    }

    /**
     * Reads an existing object: `Network.get(...)` returns a {@link Network}. The stack neither changes nor deletes it. Fails if it
     * does not exist.
     *
     * @param name the resource's name in the stack.
     * @param id the object's id: a uuid, or for a workspace a 64-bit integer, as a string.
     * @param opts Pulumi's resource options.
     */
    static get<Resource extends AccountResource>(
        this: AccountResourceClass<Resource>,
        name: string,
        id: pulumi.Input<pulumi.ID>,
        opts?: pulumi.CustomResourceOptions,
    ): Resource {
        return Reflect.construct(this, [name, undefined, { ...opts, id }]);
    }
}

/** The input `owner`: the engine passes neither the stack nor the resource's name to a dynamic provider. */
function ownerOf(resource: string, opts: pulumi.CustomResourceOptions | undefined): pulumi.Output<string> {
    const retained = opts?.retainOnDelete === true;
    return pulumi
        .all([StackIdentity.current().uuid, opts?.parent && urnOf(opts.parent)])
        .apply(([stack, parentUrn]) => formatOwner({ stack, parentUrn, retained, resource }));
}

/** The input `resourceUrn`: on whose row the provider's warnings and progress are shown. `check` keeps it out of the state. */
function urnFor(name: string, type: ObjectType, opts: pulumi.CustomResourceOptions | undefined): pulumi.Output<string> {
    return pulumi.createUrn(name, typeOf(type), opts?.parent && urnOf(opts.parent));
}

/**
 * A resource's URN, without the dependency that its output carries: depending on a component means waiting for all of its
 * children, and the children would then wait for each other.
 */
function urnOf(resource: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => resource.urn.apply(resolve));
}
