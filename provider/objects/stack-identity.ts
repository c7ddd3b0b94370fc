import type { dynamic } from "@pulumi/pulumi";

import { isStackUuid, newStackUuid } from "../contract/ownership-tag";
import { isRecord, type Properties } from "../util/property-path";
import type { Session } from "../runtime/session";

/**
 * The stack's own mark: a uuid that holds its time, kept in the stack's state and nowhere else. It is made before everything
 * else, so its check is also where a missing credential is seen, once for the whole stack and before anything is made.
 */
export class StackIdentityHandler implements dynamic.ResourceProvider {
    constructor(private readonly session: Session) {}

    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.session.configure((key) => request.config.get(key));
    }

    async check(_olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        this.session.claims.isWholeProgram = true;
        const failures = [this.problem(() => this.session.settings), this.problem(() => this.session.client)].flat();
        return { inputs: { ...news }, failures };
    }

    async diff(_id: string, olds: Properties): Promise<dynamic.DiffResult> {
        // A state that was edited by hand: without a mark of its form nothing could be recognised, so a new one is made.
        const sound = isStackUuid(olds["uuid"]);
        return { changes: !sound, replaces: sound ? [] : ["uuid"] };
    }

    async create(): Promise<dynamic.CreateResult> {
        const uuid = newStackUuid(this.session.clock.now());
        return { id: uuid, outs: { uuid } };
    }

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        return { id, props: isRecord(properties) ? { ...properties } : {} };
    }

    async delete(): Promise<void> {
        // It exists in the state alone.
    }

    private problem(read: () => unknown): dynamic.CheckFailure[] {
        try {
            read();
            return [];
        } catch (error) {
            return [{ property: "", reason: error instanceof Error ? error.message : String(error) }];
        }
    }
}
