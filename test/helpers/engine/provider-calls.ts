import { AsyncLocalStorage } from "node:async_hooks";

import type { dynamic } from "@pulumi/pulumi";

import { UNKNOWN } from "../../../provider/util/property-path";
import { copy, isSet, Refused, urnOf, withProvider } from "./entries";
import type { Entry, Goal, Inputs, Type } from "./engine-types";

/** The URN of the resource whose call is under way, as the provider's process knows it. */
export const currentUrn = new AsyncLocalStorage<string>();

/** How a create or an update ended: with an object, also if it is not as it should be yet. */
export interface Ended {
    readonly id: string;
    readonly outputs: Inputs;
    readonly failed?: Error;
}

type Method = "check" | "diff" | "create" | "update" | "read" | "delete";

/** What a resource is called. */
interface Resource extends Pick<Goal, "type" | "name"> {
    readonly provider?: string | undefined;
}

/** The calls that the engine makes to a provider process, with properties as the wire carries them. */
export class ProviderCalls {
    constructor(
        private readonly handlers: (type: Type, provider: string | undefined) => dynamic.ResourceProvider,
        private readonly process: { readonly dead: boolean },
        private readonly options: {
            /** Whether a policy pack refuses key changes. */
            readonly hasPolicy: boolean;
            /** In a preview, in which nothing is made, changed and deleted: gets each such call, as `<method> <resource>`. */
            readonly planned: string[] | undefined;
            /** Told of each call, as `<method> <resource>`. */
            readonly onCall: (call: string) => void;
        },
    ) {}

    /** The checked inputs. Fails with `Refused` if something is wrong with them. */
    async check(goal: Goal, olds: Inputs, news: Inputs): Promise<Inputs> {
        const { inputs, failures = [] } = await this.call("check", goal, (handler) =>
            handler.check!(copy(olds), copy(news)),
        );
        if (failures.length > 0) throw new Refused(failures.map((one) => `${one.property} ${one.reason}`).join("; "));
        if (this.options.hasPolicy && isSet(inputs, "keyChange")) throw new Refused("policy: a key change");
        return withProvider(inputs);
    }

    /** The goal names the resource as the program does now: an entry may have an older name. */
    diff(goal: Resource, { id, outputs }: Entry, inputs: Inputs): Promise<dynamic.DiffResult> {
        return this.call("diff", goal, (handler) => handler.diff!(id, copy(outputs), copy(inputs)));
    }

    async create(goal: Goal, inputs: Inputs): Promise<Ended> {
        if (this.plan("create", goal)) return { id: UNKNOWN, outputs: inputs };
        return this.finish("create", goal, (handler) => handler.create(copy(inputs)));
    }

    async update(goal: Resource, { id, outputs }: Entry, inputs: Inputs): Promise<Ended> {
        if (this.plan("update", goal)) return { id, outputs: inputs };
        return this.finish("update", goal, async (handler) => {
            const { outs } = await handler.update!(id, copy(outputs), copy(inputs));
            return { id, outs };
        });
    }

    /** What there is of an entry; `undefined` if it is gone. */
    async read(entry: Entry): Promise<{ outputs: Inputs; inputs: Inputs } | undefined> {
        const { id, outputs, inputs } = entry;
        const read = await this.call("read", entry, (handler) => handler.read!(id, copy(outputs)));
        if (read.id === "" || read.id === undefined) return undefined;
        return {
            outputs: withProvider(read.props),
            inputs: read.inputs === undefined ? inputs : withProvider(read.inputs),
        };
    }

    async delete(entry: Entry): Promise<void> {
        if (this.plan("delete", entry)) return;
        return this.call("delete", entry, (handler) => handler.delete!(entry.id, copy(entry.outputs)));
    }

    private plan(method: Method, { name }: Resource): boolean {
        const { planned } = this.options;
        planned?.push(`${method} ${name}`);
        return planned !== undefined;
    }

    private async finish(
        method: Method,
        resource: Resource,
        run: (handler: dynamic.ResourceProvider) => Promise<{ id: string; outs?: Inputs }>,
    ): Promise<Ended> {
        try {
            const { id, outs } = await this.call(method, resource, run);
            return { id, outputs: withProvider(outs) };
        } catch (error) {
            // An init error, by what the SDK takes it for one: its class is not seen behind the entry point.
            if (!(error instanceof Error && "id" in error && "properties" in error)) throw error;
            return { id: String(error.id), outputs: copy(error.properties as Inputs), failed: error };
        }
    }

    private async call<Result>(
        method: Method,
        { type, name, provider }: Resource,
        run: (handler: dynamic.ResourceProvider) => Promise<Result>,
    ): Promise<Result> {
        this.options.onCall(`${method} ${name}`);
        try {
            return await currentUrn.run(urnOf(type, name), () => run(this.handlers(type, provider)));
        } finally {
            // What a provider answers whose engine was killed reaches nobody.
            if (this.process.dead) await new Promise(() => undefined);
        }
    }
}
