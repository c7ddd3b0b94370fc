import type { dynamic } from "@pulumi/pulumi";

import { ReportedError, shownMessageOf } from "../api/errors";
import { fullStackName, movedStateError } from "../contract/stack-origin";
import { isStackUuid, newStackUuid, ownerOfInputs } from "../contract/ownership-tag";
import { parseStateObjects } from "../contract/state-objects";
import { getString, isRecord, type Properties } from "../util/property-path";
import type { Session } from "../runtime/session";
import { nameLeftovers } from "./workspace/leftovers";

/**
 * The stack's own mark: a uuid that holds its time, kept in the stack's state and nowhere else, with the name of the stack. It
 * is made before everything else, so its check is also where a state of another stack and a missing credential are seen, once
 * for the whole stack and before anything is made.
 */
export class StackIdentityHandler implements dynamic.ResourceProvider {
    /** Whether an `up` runs, and not a preview of it, which sends nothing if nothing changes. */
    private isUpdate = false;

    /** @param kindOf the kind of a handler's objects. */
    constructor(
        private readonly session: Session,
        private readonly kindOf: (handler: string) => { readonly path: string } | undefined,
    ) {}

    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.session.configure((key) => request.config.get(key));
    }

    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const { objects, kmsKeys, isUpdate, ...inputs } = news;
        const { claims } = this.session;
        this.isUpdate = isUpdate === true;
        claims.isWholeProgram = true;
        claims.isProgramRunning = true;
        claims.knowsState ||= typeof objects === "string";
        for (const { handler, id, owner, urn, notes } of parseStateObjects(objects)) {
            const kind = this.kindOf(handler);
            if (kind !== undefined) claims.addStateObject(kind, { id, owner: ownerOfInputs({ owner }), urn, notes });
        }
        for (const arn of Array.isArray(kmsKeys) ? kmsKeys : []) this.session.kmsKeysOfStack.add(String(arn));
        const failures = [
            this.problem(() => this.requireOwnState(olds, news)),
            this.problem(() => this.session.client),
        ].flat();
        return { inputs, failures };
    }

    async diff(id: string, olds: Properties, news: Properties = {}): Promise<dynamic.DiffResult> {
        if (this.isUpdate) await nameLeftovers(this.session, id);
        // A state that was edited by hand: without a mark of its form nothing could be recognised, so a new one is made.
        const sound = isStackUuid(olds["uuid"]);
        const isNamed = news["stackName"] === undefined || news["stackName"] === olds["stackName"];
        return { changes: !sound || !isNamed, replaces: sound ? [] : ["uuid"] };
    }

    async create({ stackName }: Properties = {}): Promise<dynamic.CreateResult> {
        const uuid = newStackUuid(this.session.clock.now());
        return { id: uuid, outs: { uuid, ...(stackName === undefined ? {} : { stackName }) } };
    }

    /** The stack was renamed, or its identity is of a release that noted no name. */
    async update(_id: string, { uuid }: Properties, { stackName }: Properties): Promise<dynamic.UpdateResult> {
        return { outs: { uuid, stackName } };
    }

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        return { id, props: isRecord(properties) ? { ...properties } : {} };
    }

    async delete(): Promise<void> {
        // It exists in the state alone.
    }

    /** Throws if another stack made the state: what the program asked already, if it could read the state. */
    private requireOwnState(olds: Properties, news: Properties): void {
        const { stackRenamedFrom } = this.session.settings;
        const [noted, to] = [getString(olds, "stackName"), getString(news, "stackName")];
        if (noted === undefined || to === undefined) return;
        const from = fullStackName(noted, to);
        if (from === to || from === stackRenamedFrom) return;
        throw new ReportedError(movedStateError({ from, to }), "CMK1003");
    }

    private problem(read: () => unknown): dynamic.CheckFailure[] {
        try {
            read();
            return [];
        } catch (error) {
            return [{ property: "", reason: shownMessageOf(error) }];
        }
    }
}
