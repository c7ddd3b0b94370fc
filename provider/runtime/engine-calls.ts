import type { dynamic } from "@pulumi/pulumi";

import { ReportedError, shownMessageOf } from "../api/errors";
import { codeIn, withCode } from "../contract/coded-message";
import { ownerOfInputs } from "../contract/ownership-tag";
import { classInputs } from "../contract/state-notes";
import { type Properties, UNKNOWN } from "../util/property-path";
import { isEngineAlive } from "./engine";
import type { Told } from "./others";
import type { Session } from "./session";
import type { SignIn } from "./sign-in";
import { type EngineReporter, withoutName } from "./reporter";
import { messageOf } from "../util/error-message";

/** How often a provider without work looks whether its engine is still there, in milliseconds. */
const CHECK_ENGINE = 5_000;

const ignore = () => undefined;

/** A comparison, with what a plugin can tell the engine of it and a dynamic provider cannot. */
export interface DetailedDiff extends dynamic.DiffResult {
    /** The inputs that differ, by dotted path, and whether each alone needs a replacement. */
    readonly differing?: ReadonlyMap<string, boolean>;
}

/** A handler of resources of one kind. */
export interface Handler extends dynamic.ResourceProvider {
    diff?(id: string, olds: Properties, news: Properties): Promise<DetailedDiff>;
    /** What it has heard of objects in this run, for another process that serves the run. */
    tell?(ids: readonly string[]): Told;
}

/** What a call of the engine is about. */
export interface Subject {
    /** The URN of its resource; empty if it is not known. */
    readonly urn: string;
    readonly resource?: string | undefined;
    readonly id?: string | undefined;
}

/**
 * What all handlers of the process share at its entry point: which resource a call is about, and whether any is under way.
 */
export class EngineCalls {
    private underWay = 0;
    private watched = false;

    constructor(
        private readonly reporter: EngineReporter,
        private readonly signIn?: Pick<SignIn, "verify">,
        private readonly session?: Pick<Session, "decide" | "logCauses">,
    ) {}

    /** The handler as the engine calls it. */
    wrap(handler: Handler): WrappedHandler {
        return new WrappedHandler(handler, this);
    }

    /** In a preview of a creation or a change: see that the credential is accepted. */
    async verifySignIn(inputs: Properties): Promise<void> {
        await this.signIn?.verify(inputs);
    }

    /** Runs a call. */
    async run<Result>(subject: Subject, call: () => Promise<Result>): Promise<Result> {
        this.watch();
        this.underWay++;
        try {
            return await this.reporter.during(subject.urn, () =>
                call().catch((error: unknown) => {
                    this.session?.logCauses(error);
                    this.noteRefusal(subject, error);
                    throw error;
                }),
            );
        } catch (error) {
            throw error instanceof Error ? new EngineError(error, subject.urn) : error;
        } finally {
            this.underWay--;
        }
    }

    /** Notes that a call has ended with an error, for the report of the run. */
    noteRefusal({ id, resource }: Subject, error: unknown): void {
        const shown = shownMessageOf(error);
        const code = codeIn(shown);
        // The object that was made or looked at, also if the call was one that makes it.
        const ids = error instanceof Error && "id" in error ? [String(error.id)] : id === undefined ? [] : [id];
        const isOfService = code === undefined || code.startsWith("CMK2");
        const why = shown.replace(` [${code}]`, "");
        this.session?.decide({ decision: isOfService ? "failed" : "refused", ids, why, code, resource });
    }

    /**
     * A killed engine leaves this process running, behind a shell: it ends once nothing is under way. What it writes meanwhile nobody
     * reads. Each such write is an error, which Pulumi's SDK writes too, without an end.
     */
    private watch(): void {
        if (this.watched) return;
        this.watched = true;
        for (const stream of [process.stdout, process.stderr])
            if (!stream.listeners("error").includes(ignore)) stream.on("error", ignore);
        setInterval(() => void this.endWithoutEngine(), CHECK_ENGINE).unref();
    }

    private async endWithoutEngine(): Promise<void> {
        if (this.underWay === 0 && !(await isEngineAlive()) && this.underWay === 0) process.exit(0);
    }
}

const CALL_INPUTS = new Set<string>(classInputs.ofCall);

/** Takes what the class tells of the call out of the inputs. */
export function withoutCallInputs(inputs: Properties): Record<string, unknown> {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => !CALL_INPUTS.has(name)));
}

/** A handler, with what all calls need around them. */
export class WrappedHandler implements Handler {
    /** URNs by owner, which names one resource of this kind. `check` is told them by the class; the engine tells the provider none. */
    private readonly urns = new Map<string, string>();
    /** Whether this process previews, by the latest check: a diff is not told. */
    private isPreview = false;

    constructor(
        private readonly handler: Handler,
        private readonly calls: EngineCalls,
    ) {}

    /** Notes what the class tells of the call, and returns the inputs without it. */
    private noteCall(inputs: Properties): Record<string, unknown> {
        const { resourceUrn, owner } = inputs;
        this.isPreview = inputs["isPreview"] === true;
        // In a stack's first preview the owner is not known yet, and the same for all.
        if (typeof resourceUrn === "string" && typeof owner === "string" && owner !== UNKNOWN) {
            this.urns.set(owner, resourceUrn);
        }
        return withoutCallInputs(inputs);
    }

    private subjectOf({ resourceUrn, owner }: Properties, id?: string): Subject {
        const known = typeof owner === "string" ? (this.urns.get(owner) ?? "") : "";
        const urn = typeof resourceUrn === "string" && resourceUrn.startsWith("urn:") ? resourceUrn : known;
        return { urn, id, resource: ownerOfInputs({ owner })?.resource };
    }

    tell(ids: readonly string[]): Told {
        return this.handler.tell?.(ids) ?? { claims: [], ofKind: [] };
    }

    // The engine waits for it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        await this.handler.configure?.(request);
    }

    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const inputs = this.noteCall(news);
        const subject = this.subjectOf(news);
        try {
            return await this.calls.run(subject, async () => {
                const result = await this.checked(olds, inputs, news["movedState"]);
                for (const { reason } of result.failures) this.calls.noteRefusal(subject, reason);
                return result;
            });
        } catch (error) {
            // Thrown, it would be printed by the SDK and then again by the engine.
            return {
                inputs,
                failures: [{ property: "", reason: messageOf(error) }],
            };
        }
    }

    private async checked(olds: Properties, given: Properties, movedState: unknown) {
        // Another stack made the state: nothing else is looked at before the user has said what that means.
        if (typeof movedState === "string")
            return { inputs: given, failures: [{ property: "", reason: withCode(movedState, "CMK1003") }] };
        const { inputs = given, failures = [] } = (await this.handler.check?.(olds, given)) ?? {};
        const creates = Object.keys(olds).length === 0 && failures.length === 0;
        if (this.isPreview && creates) await this.calls.verifySignIn(given);
        // The engine prints the value of a property that a failure names, a secret one in the clear.
        const named = failures.map(({ property, reason }) => ({
            property: "",
            reason: withCode(property === "" ? reason : `${property} ${reason}`, "CMK1002"),
        }));
        return { inputs, failures: named };
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<DetailedDiff> {
        return this.calls.run(this.subjectOf(ownerFirst(news, olds), id), async () => {
            const result = (await this.handler.diff?.(id, olds, news)) ?? {};
            if (this.isPreview && result.changes === true) await this.calls.verifySignIn(news);
            return result;
        });
    }

    async create(inputs: Properties): Promise<dynamic.CreateResult> {
        return this.calls.run(this.subjectOf(inputs), () => this.handler.create(inputs));
    }

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        return this.calls.run(
            this.subjectOf(properties, id),
            async () => (await this.handler.read?.(id, properties)) ?? { id },
        );
    }

    async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        return this.calls.run(
            this.subjectOf(ownerFirst(news, olds), id),
            async () => (await this.handler.update?.(id, olds, news)) ?? {},
        );
    }

    async delete(id: string, properties: Properties): Promise<void> {
        return this.calls.run(this.subjectOf(properties, id), async () => this.handler.delete?.(id, properties));
    }
}

function ownerFirst(news: Properties, olds: Properties): Properties {
    return { owner: news["owner"] ?? olds["owner"] };
}

/**
 * An error as the engine needs it: its message, and what keeps an object in the state. The SDK prints the error of a `diff`,
 * `read` or `delete` as text beside what the engine shows of it; this one has no text, see `quietErrors`.
 */
class EngineError extends Error {
    constructor(error: Error, urn: string) {
        super(withoutName(shownMessageOf(error), urn));
        Object.assign(this, error);
        // What the engine shows of an object that it keeps in the state.
        if (error instanceof ReportedError && "reasons" in this) this.reasons = [this.message];
        this.stack = "";
    }

    override toString(): string {
        return "";
    }
}

/** Leaves out the lines that the SDK prints for a `EngineError`: its text and its stack, both empty, around a colon. */
export function quietErrors(): void {
    const print = console.error.bind(console);
    console.error = (...parts: unknown[]) => {
        if (parts.length !== 1 || parts[0] !== ": ") print(...parts);
    };
}
