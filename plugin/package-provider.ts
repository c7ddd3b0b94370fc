import type { dynamic } from "@pulumi/pulumi";

import { ReportedError, shownMessageOf } from "../provider/api/errors";
import { withCode } from "../provider/contract/coded-message";
import type { ObjectType } from "../provider/contract/kinds";
import { objectTypes } from "../provider/contract/kinds";
import { belongsToStack, matchTag, newStackUuid, ownerOfInputs } from "../provider/contract/ownership-tag";
import { createHandler, registry } from "../provider/registry";
import { adoptedState, inputsOf } from "../provider/resource/arguments";
import type { ObjectDefinition } from "../provider/resource/definition";
import { ownershipTagOf } from "../provider/resource/ownership";
import type { DetailedDiff, EngineCalls, WrappedHandler } from "../provider/runtime/engine-calls";
import type { ObjectQuestion, Told } from "../provider/runtime/others";
import { Session } from "../provider/runtime/session";
import { getString, type Properties } from "../provider/util/property-path";
import { movedStateProblem, ownerOf, StackIdentities, withIdentity } from "./identity";
import { previewOfCreate, previewOfUpdate } from "./preview";
import { parseUrn } from "./urn";
import { kindOf } from "./words";

/** What the engine says of the resource that a call is about. */
export interface Call {
    readonly urn: string;
    /** The time that the option `customTimeouts` gives this operation, in seconds; 0: none. */
    readonly timeout?: number;
    /** Whether nothing is done yet. */
    readonly preview?: boolean;
}

/**
 * The handlers of `provider/` as a package's provider: what the classes of `sdk/` tell them beside the arguments, they are told
 * from what the engine says.
 */
export class PackageProvider {
    private readonly handlers: ReadonlyMap<ObjectType, WrappedHandler>;
    private readonly identities = new StackIdentities();

    constructor(
        private readonly session: Session,
        private readonly calls: EngineCalls,
    ) {
        this.handlers = new Map(objectTypes.map((type) => [type, calls.wrap(createHandler(type, session))]));
    }

    /** The configuration, with the stack's identity. Fails a state of another stack, and a credential that is not complete. */
    checkConfig(urn: string, olds: Properties, news: Properties): dynamic.CheckResult {
        const { stack } = parseUrn(urn);
        const { clock } = this.session;
        const failures = [movedStateProblem(olds, news, stack), this.credentialProblem(news)].flatMap((reason) =>
            reason === undefined ? [] : [{ property: "", reason: withCode(reason, "CMK1003") }],
        );
        return { inputs: withIdentity(olds, news, stack, clock.now()), failures };
    }

    configure(configuration: Properties): void {
        // An import into a stack without a provider configures one that was never checked. What is imported keeps this identity.
        this.identities.current = getString(configuration, "stackUuid") ?? newStackUuid(this.session.clock.now());
        this.session.configure(settingsIn(configuration));
    }

    async check({ urn }: Call, olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        // The engine has told of every resource that it has under this URN or one of its aliases.
        this.session.claims.isWholeProgram = true;
        const owner = ownerOf(parseUrn(urn), this.identities.of(urn, olds));
        return this.handlerOf(urn).check(olds, { ...news, owner, resourceUrn: urn });
    }

    async diff({ urn }: Call, id: string, olds: Properties, news: Properties): Promise<DetailedDiff> {
        return this.handlerOf(urn).diff(id, olds, news);
    }

    async create(call: Call, inputs: Properties): Promise<dynamic.CreateResult> {
        const handler = this.handlerOf(call.urn);
        if (call.preview !== true) return handler.create(withTimeout(call, inputs));
        await this.calls.run({ urn: call.urn }, () => this.calls.verifySignIn(inputs));
        const { accountId } = this.session.client;
        return { id: "", outs: previewOfCreate(this.definitionOf(call.urn), inputs, accountId) };
    }

    async update(call: Call, id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const handler = this.handlerOf(call.urn);
        if (call.preview !== true) return handler.update(id, olds, withTimeout(call, news));
        await this.calls.run({ urn: call.urn }, () => this.calls.verifySignIn(news));
        return { outs: previewOfUpdate(this.definitionOf(call.urn), olds, news) };
    }

    /** A refresh or, without properties, an import or a `get`. */
    async read({ urn }: Call, id: string, inputs: Properties, properties: Properties): Promise<dynamic.ReadResult> {
        const handler = this.handlerOf(urn);
        const result = await handler.read(id, { ...properties, resourceUrn: urn });
        const definition = this.definitionOf(urn);
        if (getString(properties, definition.idField) !== undefined || result.id === "")
            return { ...result, inputs: result.inputs ?? inputs };
        return this.calls.run({ urn, id }, () => this.readExisting(urn, id));
    }

    async delete(call: Call, id: string, properties: Properties): Promise<void> {
        const { urn } = call;
        await this.handlerOf(urn).delete(id, { ...withTimeout(call, properties), resourceUrn: urn });
    }

    /** The state of an object that no state has yet, and the inputs of a program that has it. */
    private async readExisting(urn: string, id: string): Promise<dynamic.ReadResult> {
        const { client, settings } = this.session;
        const definition = this.definitionOf(urn);
        const context = { accountId: client.accountId, host: client.host };
        const response = await this.session.collectionFor(definition).read(id);
        if (response === undefined) return { id: "", props: {} };
        const inputs = inputsOf({ definition, id, response, context, settings });
        if (typeof inputs === "string")
            throw new ReportedError(`The ${definition.noun} ${id} cannot be imported: ${inputs}`, "CMK1018");
        const owned = { ...inputs, owner: ownerOf(parseUrn(urn), this.identities.of(urn, {})) };
        this.warnOfOtherOwner(definition, id, owned, ownershipTagOf(definition, response));
        return { id, props: { ...adoptedState({ definition, response, context }, owned) }, inputs: owned };
    }

    /**
     * An import cannot say that the other stack has let go of the object, as `adoptFromOtherStack` does. Nor is it told whether another
     * resource of this stack has it.
     */
    private warnOfOtherOwner(
        { noun }: ObjectDefinition,
        id: string,
        inputs: Properties,
        tag: string | undefined,
    ): void {
        const owner = ownerOfInputs(inputs);
        if (tag === undefined || owner === undefined || matchTag(owner, tag) !== undefined) return;
        if (belongsToStack(owner, tag)) {
            this.session.report.warn(
                `The ownership tag of the ${noun} ${id} names another resource of this stack ("${tag}"). If the stack has that one still, the next \`pulumi up\` refuses, because two resources would have one object: take one of the two out with \`pulumi state delete\`. A resource that is only renamed needs an alias, and no import.`,
                "CMK1007",
            );
            return;
        }
        this.session.report.warn(
            `The ownership tag of the ${noun} ${id} names another stack ("${tag}"), so this one neither changes nor deletes it. To take it over, take it out of that stack (\`pulumi state delete\`) and, instead of the import, give a new resource adopt: "${id}" and adoptFromOtherStack: true.`,
            "CMK1006",
        );
    }

    /** The account and its console, as components look for them in a stack's configuration. */
    accountConfiguration(): Readonly<Record<string, string>> {
        const { accountId, host } = this.session.client;
        return { "databricks:accountId": accountId, "databricks:host": host };
    }

    /** What this process has heard of objects, for another one that serves the same run. */
    tell({ kind, ids }: ObjectQuestion): Told {
        const type = objectTypes.find((one) => registry[one].definition.path === kind);
        const handler = type === undefined ? undefined : this.handlers.get(type);
        return handler?.tell(ids) ?? { claims: [], ofKind: [] };
    }

    private credentialProblem(configuration: Properties): string | undefined {
        const session = new Session(this.session.environment);
        session.configure(settingsIn(configuration));
        try {
            return void session.client;
        } catch (error) {
            return shownMessageOf(error);
        }
    }

    private handlerOf(urn: string): WrappedHandler {
        const handler = this.handlers.get(kindOf(parseUrn(urn).type));
        if (handler === undefined) throw new Error(`There is no handler of ${urn}.`);
        return handler;
    }

    private definitionOf(urn: string) {
        return registry[kindOf(parseUrn(urn).type)].definition;
    }
}

/** The settings under the names that the handlers know. What is not text is as JSON, as in a stack's configuration. */
function settingsIn(configuration: Properties): (key: string) => string | undefined {
    return (key) => {
        const value = configuration[key.replace(/^databricks:/, "")];
        return value === undefined || value === null || typeof value === "string"
            ? (value ?? undefined)
            : JSON.stringify(value);
    };
}

function withTimeout({ timeout = 0 }: Call, inputs: Properties): Properties {
    return timeout === 0 ? inputs : { provisioningTimeoutSeconds: Math.ceil(timeout), ...inputs };
}
