import type { dynamic } from "@pulumi/pulumi";

import { ReportedError, shownMessageOf } from "../api/errors";
import { withCode } from "../contract/codes";
import { classInputs } from "../contract/state-notes";
import { type Properties, UNKNOWN } from "../util/property-path";
import { isEngineAlive } from "./engine";
import type { SignIn } from "./sign-in";
import type { EngineReporter } from "./reporter";
import { messageOf } from "../util/error-message";

/** How often a provider without work looks whether its engine is still there, in milliseconds. */
const CHECK_ENGINE = 5_000;

/** A comparison, with what a plugin can tell the engine of it and a dynamic provider cannot. */
export interface DetailedDiff extends dynamic.DiffResult {
    /** The inputs that differ, by dotted path, and whether each alone needs a replacement. */
    readonly differing?: ReadonlyMap<string, boolean>;
}

/** A handler of resources of one kind. */
export interface Handler extends dynamic.ResourceProvider {
    diff?(id: string, olds: Properties, news: Properties): Promise<DetailedDiff>;
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
    ) {}

    /** The handler as the engine calls it. */
    wrap(handler: Handler): WrappedHandler {
        return new WrappedHandler(handler, this);
    }

    /** In a preview of a creation or a change: see that the credential is accepted. */
    async verifySignIn(inputs: Properties): Promise<void> {
        await this.signIn?.verify(inputs);
    }

    /** Runs a call for the resource with this URN; empty if it is not known. */
    async run<Result>(urn: string, call: () => Promise<Result>): Promise<Result> {
        this.watch();
        this.underWay++;
        try {
            return await this.reporter.during(urn, call);
        } catch (error) {
            throw error instanceof Error ? new EngineError(error) : error;
        } finally {
            this.underWay--;
        }
    }

    /** A killed engine leaves this process running, behind a shell: it ends once nothing is under way. */
    private watch(): void {
        if (this.watched) return;
        this.watched = true;
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

    private urnOf({ resourceUrn, owner }: Properties): string {
        if (typeof resourceUrn === "string" && resourceUrn.startsWith("urn:")) return resourceUrn;
        return typeof owner === "string" ? (this.urns.get(owner) ?? "") : "";
    }

    // The engine waits for it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        await this.handler.configure?.(request);
    }

    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const inputs = this.noteCall(news);
        const { movedState } = news;
        // Another stack made the state: nothing else is looked at before the user has said what that means.
        if (typeof movedState === "string")
            return { inputs, failures: [{ property: "", reason: withCode(movedState, "CMK1003") }] };
        try {
            const result = await this.calls.run(this.urnOf(news), async () => {
                const checked = await this.handler.check?.(olds, inputs);
                const creates = Object.keys(olds).length === 0 && (checked?.failures ?? []).length === 0;
                if (this.isPreview && creates) await this.calls.verifySignIn(inputs);
                return checked;
            });
            const { failures = [] } = result ?? {};
            // The engine prints the value of a property that a failure names, a secret one in the clear.
            const named = failures.map(({ property, reason }) => ({
                property: "",
                reason: withCode(property === "" ? reason : `${property} ${reason}`, "CMK1002"),
            }));
            return { inputs: result?.inputs ?? inputs, failures: named };
        } catch (error) {
            // Thrown, it would be printed by the SDK and then again by the engine.
            return {
                inputs,
                failures: [{ property: "", reason: messageOf(error) }],
            };
        }
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<DetailedDiff> {
        return this.calls.run(this.urnOf(ownerFirst(news, olds)), async () => {
            const result = (await this.handler.diff?.(id, olds, news)) ?? {};
            if (this.isPreview && result.changes === true) await this.calls.verifySignIn(news);
            return result;
        });
    }

    async create(inputs: Properties): Promise<dynamic.CreateResult> {
        return this.calls.run(this.urnOf(inputs), () => this.handler.create(inputs));
    }

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        return this.calls.run(
            this.urnOf(properties),
            async () => (await this.handler.read?.(id, properties)) ?? { id },
        );
    }

    async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        return this.calls.run(
            this.urnOf(ownerFirst(news, olds)),
            async () => (await this.handler.update?.(id, olds, news)) ?? {},
        );
    }

    async delete(id: string, properties: Properties): Promise<void> {
        return this.calls.run(this.urnOf(properties), async () => this.handler.delete?.(id, properties));
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
    constructor(error: Error) {
        super(shownMessageOf(error));
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
