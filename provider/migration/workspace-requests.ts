import type { ClientRequest } from "../api/client";
import type { Clock } from "../api/clock";
import { UnexpectedResponseError } from "../api/errors";
import { parseJson } from "../api/json";
import { nextPage, readPages } from "./paging";
import { toRecord } from "./responses";
import { ShownNames } from "./shown-names";

/**
 * Sends a request, authenticated, in the rate limiter's turn, again if that is safe. Resolves with the body of a response
 * below 300 that names no error; with `undefined` if it is larger than asked for. Rejects with `ApiError` and
 * `NoResponseError`.
 */
export type Transport = (request: ClientRequest) => Promise<string | undefined>;

/** How often a read is repeated whose response is not what it should be. */
const READS = 4;

type Method = "POST" | "PUT" | "PATCH" | "DELETE";
type Secrecy = Pick<ClientRequest, "isSecret">;

/** A JSON object of a response. */
type Body = Record<string, unknown>;

/** Requests to a workspace's own API whose bodies are JSON. */
export class WorkspaceRequests {
    constructor(
        private readonly transport: Transport,
        private readonly clock: Clock,
        /** What its lists have shown. */
        readonly shown = new ShownNames(),
    ) {}

    /** Reads one object. */
    async read<Result>(path: string, parse: (body: Body) => Result, more: Secrecy = {}): Promise<Result> {
        const parseText = (text: string) => ({ value: parse(toRecord(parseJson(text))) });
        const result = await this.readText(path, undefined, parseText, more);
        if (result === undefined) throw UnexpectedResponseError.ofWorkspace(`the response to GET ${path} is too large`);
        return result.value;
    }

    /** A response that is not what it should be counts as a broken connection: it is asked for again. */
    async readText<Result>(
        path: string,
        maxBytes: number | undefined,
        parse: (text: string) => Result,
        more: Secrecy = {},
    ): Promise<Result | undefined> {
        for (let attempt = 1; ; attempt++) {
            const text = await this.transport({ method: "GET", path, repeatable: true, maxBytes, ...more });
            if (text === undefined) return undefined;
            try {
                return parse(text);
            } catch (error) {
                if (error instanceof UnexpectedResponseError) throw error;
                if (attempt === READS)
                    throw UnexpectedResponseError.ofWorkspace(`the body of GET ${path.replace(/\?.*/, "")}`);
                await this.clock.sleep(250 * 2 ** attempt);
            }
        }
    }

    /**
     * Reads a list to its end.
     *
     * @param parameter what asks for another page.
     * @param parse is told whether the page is the whole list.
     */
    async pages<Member>(
        path: string,
        parameter: string,
        parse: (body: Body, isWhole: boolean) => readonly Member[],
    ): Promise<Member[]> {
        return readPages(path, parameter, (page, isFirst) =>
            this.read(page, (body) => {
                const next = nextPage(body);
                return { members: parse(body, isFirst && next === undefined), next };
            }),
        );
    }

    /** Writes what may be written twice with the effect of once. */
    async write(method: Method, path: string, body?: unknown, more: Secrecy = {}): Promise<void> {
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        await this.transport({ method, path, ...sent, repeatable: true, ...more });
    }

    /**
     * Makes what would be made twice if it were asked for twice: not repeated if its effect is not known. Resolves with the response's
     * body, empty if that cannot be read.
     */
    async create(path: string, body: unknown): Promise<Body> {
        const text = await this.transport({ method: "POST", path, body: JSON.stringify(body), repeatable: false });
        try {
            return toRecord(parseJson(text ?? ""));
        } catch {
            return {};
        }
    }
}
