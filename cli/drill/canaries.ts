import { randomUUID } from "node:crypto";

import type { Clock } from "../../provider/api/clock";
import { ApiError, NoResponseError } from "../../provider/api/errors";
import { messageOf } from "../../provider/util/error-message";
import {
    type CanaryContent,
    type CanaryObject,
    canaryObjects,
    type CanarySecrets,
    earlierCanaries,
} from "./canary-objects";
import { retryUntilSuccess, StepFailure } from "./wait";

/** The notebook, the dashboard and the secret that a drill writes, reads while the key is disabled and afterwards, and removes. */
export class Canaries {
    private readonly token = randomUUID();
    private readonly all: readonly CanaryObject[];
    /** Those that the service gives to this credential. */
    private readable: readonly CanaryObject[] = [];
    /** Whether there may be something to remove. */
    mayExist = false;

    constructor(
        private readonly content: CanaryContent,
        private readonly secrets: CanarySecrets,
        private readonly clock: Clock,
    ) {
        this.all = canaryObjects(content, secrets, randomUUID());
    }

    /** Removes the canaries of drills that were killed, and returns a line for each: it is gone, or why it is not. */
    async removeEarlier(): Promise<string[]> {
        try {
            const found = await earlierCanaries(this.content, this.secrets);
            return await Promise.all(found.map(removeEarlier));
        } catch (error) {
            return [`whether an earlier drill left a canary is not known: ${messageOf(error)}`];
        }
    }

    /** Writes them, reads them, and says where they are, and which secret the service gives to notebooks alone. */
    async write(): Promise<string> {
        this.mayExist = true;
        const told: string[] = [];
        for (const one of this.all) {
            await one.write(this.token);
            told.push(`${one.what} ${one.place}${await this.firstRead(one)}`);
        }
        return told.join(", ");
    }

    /** The service's refusals to read them; `undefined` if one can be read, and in an outage. */
    async refusal(): Promise<string | undefined> {
        const refusals = await Promise.all(this.readable.map((one) => this.refusalOf(one)));
        const told = refusals.map((refusal, index) => refusal && `${this.readable[index]?.what ?? ""}: ${refusal}`);
        return told.includes(undefined) ? undefined : told.join("; ");
    }

    /** Why one cannot be read at the moment; `undefined` if all can. */
    async obstacle(): Promise<string | undefined> {
        for (const one of this.readable) {
            try {
                await this.read(one);
            } catch (error) {
                if (error instanceof ApiError || error instanceof NoResponseError)
                    return `${one.what}: ${error.message}`;
                throw error;
            }
        }
        return undefined;
    }

    /** Removes them, and looks whether they are gone. */
    async remove(): Promise<undefined> {
        const ends = await Promise.allSettled(this.all.map((one) => retryUntilSuccess(this.clock, () => one.remove())));
        const problems = ends.flatMap((end) => (end.status === "rejected" ? messageOf(end.reason) : []));
        if (problems.length > 0) throw new StepFailure(problems.join("; "));
        return undefined;
    }

    /** Reads one for the first time. A service that gives a secret to notebooks alone says so while the key is enabled. */
    private async firstRead(one: CanaryObject): Promise<string> {
        try {
            await this.read(one);
        } catch (error) {
            const isWithheld = one.what === "secret" && error instanceof ApiError && isRefusal(error);
            if (!isWithheld || isOutage(error)) throw error;
            return ` (not read: ${messageOf(error)})`;
        }
        this.readable = [...this.readable, one];
        return "";
    }

    private async refusalOf(one: CanaryObject): Promise<string | undefined> {
        try {
            await this.read(one);
            return undefined;
        } catch (error) {
            if (isOutage(error)) return undefined;
            if (error instanceof ApiError && isRefusal(error)) return error.message;
            throw error;
        }
    }

    /** Rejects if the read is refused, or the content is another one. */
    private async read(one: CanaryObject): Promise<void> {
        if (!(await one.read()).includes(this.token))
            throw new StepFailure(`the canary's content is not what was written (${one.what})`);
    }
}

async function removeEarlier(earlier: CanaryObject): Promise<string> {
    const { place } = earlier;
    try {
        if (!(await earlier.isOurs()))
            return `${place} looks like a canary of an earlier drill, but holds something else: it stays`;
        await earlier.remove();
        return `the canary of an earlier drill is removed: ${place}`;
    } catch (error) {
        return `the canary of an earlier drill, ${place}, could not be removed: ${messageOf(error)}`;
    }
}

/** An outage is not a revocation: the service has to respond, and to refuse. */
function isOutage(error: unknown): boolean {
    if (error instanceof NoResponseError) return true;
    return (
        error instanceof ApiError &&
        (error.kind === "throttled" || (error.kind === "unavailable" && !/key/i.test(error.detail)))
    );
}

/** A refusal of the service to give what is there. Not if the canary is gone, the credential was refused, or an access list keeps this machine out. */
function isRefusal({ kind, status, errorCode }: ApiError): boolean {
    return kind !== "missing" && status !== 401 && !(status === 403 && errorCode === "");
}
