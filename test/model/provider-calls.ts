import type { dynamic } from "@pulumi/pulumi";

import { InitializationError } from "../../provider/resource/errors";
import { copy, isSet, Refused, withProvider } from "./entries";
import type { Entry, Goal, Inputs, Type } from "./engine-types";
import type { Connection } from "./requests";

/** How a create or an update ended: with an object, also if it is not as it should be yet. */
export interface Ended {
    readonly id: string;
    readonly outputs: Inputs;
    readonly failed?: InitializationError;
}

/** The calls that the engine makes to a provider process, with properties as the wire carries them. */
export class ProviderCalls {
    constructor(
        private readonly handlers: (type: Type) => dynamic.ResourceProvider,
        private readonly connection: Connection,
        /** Whether a policy pack refuses key changes. */
        private readonly hasPolicy: boolean,
    ) {}

    /** The checked inputs. Fails with `Refused` if something is wrong with them. */
    async check(goal: Goal, olds: Inputs, news: Inputs): Promise<Inputs> {
        const { inputs, failures = [] } = await this.call(this.handlers(goal.type).check!(copy(olds), copy(news)));
        if (failures.length > 0) throw new Refused(failures.map((one) => `${one.property} ${one.reason}`).join("; "));
        if (this.hasPolicy && isSet(inputs, "keyChange")) throw new Refused("policy: a key change");
        return withProvider(inputs);
    }

    diff({ type, id, outputs }: Entry, inputs: Inputs): Promise<dynamic.DiffResult> {
        return this.call(this.handlers(type).diff!(id, copy(outputs), copy(inputs)));
    }

    create({ type }: Goal, inputs: Inputs): Promise<Ended> {
        return this.finish(() => this.handlers(type).create(copy(inputs)));
    }

    update({ type, id, outputs }: Entry, inputs: Inputs): Promise<Ended> {
        return this.finish(async () => {
            const { outs } = await this.handlers(type).update!(id, copy(outputs), copy(inputs));
            return { id, outs };
        });
    }

    /** What there is of an entry; `undefined` if it is gone. */
    async read({ type, id, outputs, inputs }: Entry): Promise<{ outputs: Inputs; inputs: Inputs } | undefined> {
        const read = await this.call(this.handlers(type).read!(id, copy(outputs)));
        if (read.id === "" || read.id === undefined) return undefined;
        return {
            outputs: withProvider(read.props),
            inputs: read.inputs === undefined ? inputs : withProvider(read.inputs),
        };
    }

    delete({ type, id, outputs }: Entry): Promise<void> {
        return this.call(this.handlers(type).delete!(id, copy(outputs)));
    }

    private async finish(run: () => Promise<{ id: string; outs?: Inputs }>): Promise<Ended> {
        try {
            const { id, outs } = await this.call(run());
            return { id, outputs: withProvider(outs) };
        } catch (error) {
            if (!(error instanceof InitializationError)) throw error;
            return { id: error.id, outputs: copy(error.properties), failed: error };
        }
    }

    private async call<Result>(promise: Promise<Result>): Promise<Result> {
        try {
            return await promise;
        } finally {
            // What a provider answers whose engine was killed reaches nobody.
            if (this.connection.dead) await new Promise(() => undefined);
        }
    }
}
