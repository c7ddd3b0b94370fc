import { Client, type ClientHooks, type ClientOptions, type ClientRequest } from "../../provider/api/client";
import type { Clock } from "../../provider/api/clock";
import type { Credential } from "../../provider/api/credential";
import { ApiError, UnexpectedResponseError } from "../../provider/api/errors";
import type { HttpRequest, HttpResponse } from "../../provider/api/http";
import { jsonOrNothing, writeJson } from "../../provider/api/json";
import { errorCodeOf } from "../../provider/api/refusal";
import { isRecord, type Properties } from "../../provider/util/property-path";
import { NotTried } from "./row";

/** A response of the service, a refusal too: what checks look at. */
export class Answer {
    constructor(private readonly response: HttpResponse) {}

    get status(): number {
        return this.response.status;
    }

    get text(): string {
        return this.response.text;
    }

    /** Whether it was done: the service was seen to refuse with the status 200 too. */
    get isSuccess(): boolean {
        return this.status < 300 && !this.text.includes('"error_code"');
    }

    /** The body, if it is an object. */
    get record(): Properties {
        const body = jsonOrNothing(this.text);
        return isRecord(body) ? body : {};
    }

    /** The members of a list: the body, or the list in it. */
    get list(): readonly Properties[] {
        const body = jsonOrNothing(this.text);
        const lists = isRecord(body) ? Object.values(body).filter(Array.isArray) : [body];
        return (
            lists.map((list) => (Array.isArray(list) ? list.filter(isRecord) : [])).find(({ length }) => length > 0) ??
            []
        );
    }

    /** How it is written. */
    get format(): "json" | "text" | "html" {
        if (/^\s*</.test(this.text)) return "html";
        return jsonOrNothing(this.text) === undefined ? "text" : "json";
    }

    /** The error code of a refusal. Throws `NotTried` for a page, which has none. */
    get code(): string {
        if (this.format === "html") throw new NotTried("refusals are HTML pages, which have no error code");
        return errorCodeOf(this.response);
    }

    /** Status and error code of a refusal, for a person. */
    get refusal(): string {
        return `${this.status} ${errorCodeOf(this.response)}`.trim();
    }

    /** Fails with `NotTried` if it is a refusal. */
    done(what: string): this {
        if (this.isSuccess) return this;
        throw new NotTried(`${what} was refused: ${this.refusal} ${this.text.slice(0, 200)}`);
    }

    header(name: string): unknown {
        return this.response.headers[name];
    }
}

/** Sends requests with the client of this package, and keeps what came back, whatever it is. One at a time. */
export class Asker {
    private readonly client: Client;
    private last: HttpResponse | undefined;

    constructor(credential: Credential, options: ClientOptions, clock: Clock, hooks: ClientHooks) {
        const onResponse = (response: HttpResponse) => void (this.last = response);
        this.client = new Client(credential, options, clock, { ...hooks, onResponse });
    }

    /** Rejects if no usable response comes. Nothing but a read is sent twice. */
    async send(method: HttpRequest["method"], path: string, body?: unknown): Promise<Answer> {
        this.last = undefined;
        const data = Buffer.isBuffer(body) || body === undefined ? body : writeJson(body);
        const type = Buffer.isBuffer(body) ? { contentType: "application/octet-stream" } : {};
        const error = await this.failure({ method, path, body: data, ...type, repeatable: method === "GET" });
        const isAnswer = error instanceof ApiError || error instanceof UnexpectedResponseError;
        const last = this.response();
        if (last === undefined || (error !== undefined && (!isAnswer || last.status === 429 || last.status >= 500)))
            throw error ?? new Error("a request has neither failed nor succeeded");
        return new Answer(last);
    }

    private response(): HttpResponse | undefined {
        return this.last;
    }

    private async failure(request: ClientRequest): Promise<unknown> {
        try {
            await this.client.send(request);
            return undefined;
        } catch (error) {
            return error;
        }
    }
}
