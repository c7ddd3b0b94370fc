import type { Behavior } from "../behavior";
import { ApiError, type ApiRequest, type ApiResponse, bodyOf } from "../http";
import { accountTokenEndpoint, discovery } from "../oidc/discovery";
import type { TokenService } from "../oidc/tokens";
import type { Account } from "./account";
import { kindOf, kinds } from "./kinds";
import type { AccountRecord } from "./records";
import { splitFields } from "./validation";

/** The Account API's paths. */
export class AccountApi {
    constructor(
        private readonly account: Account,
        private readonly accountId: string,
        private readonly tokens: TokenService,
        private readonly behavior: Behavior,
        private readonly now: () => number = Date.now,
    ) {}

    /** Answers a request. Throws `ApiError`. */
    async answer(request: ApiRequest): Promise<ApiResponse> {
        const document = discovery(request);
        if (document !== undefined) return document;
        if (request.method === "POST" && accountTokenEndpoint(request, this.accountId))
            return this.tokens.issue(request);
        this.tokens.authenticate(request);
        const [, accountId, kind = "", id, more] =
            /^\/api\/2\.0\/accounts\/([^/]+)\/([^/]+)(?:\/([^/]*))?(\/.*)?$/.exec(request.path) ?? [];
        if (kinds[kind] === undefined || more !== undefined) throw noEndpoint(request);
        if (accountId !== this.accountId)
            throw new ApiError(403, "PERMISSION_DENIED", `Not an admin of account ${String(accountId)}`);
        if (id === undefined) return this.answerAll(kind, request);
        return this.answerOne(kind, decodeURIComponent(id), request);
    }

    private async answerAll(kind: string, request: ApiRequest): Promise<ApiResponse> {
        switch (request.method) {
            case "GET": {
                const objects = this.listed(kind).map((one) => this.shape(kind, one));
                const name = kind.replaceAll("-", "_");
                return { status: 200, body: this.behavior.lists === "array" ? objects : { [name]: objects } };
            }
            case "POST": {
                const body = bodyOf(request);
                const created = await this.account.create(kind, body);
                return { status: 201, body: this.shape(kind, created), ignored: splitFields(kind, body).unknown };
            }
            default:
                throw noEndpoint(request);
        }
    }

    /** What a list shows: a new object may come late. */
    private listed(kind: string): AccountRecord[] {
        const before = this.now() - this.behavior.listMilliseconds;
        return this.account
            .list(kind)
            .filter(({ creation_time: created }) => typeof created !== "number" || created <= before);
    }

    private async answerOne(kind: string, id: string, request: ApiRequest): Promise<ApiResponse> {
        switch (request.method) {
            case "GET":
                return { status: 200, body: this.shape(kind, this.account.get(kind, id)) };
            case "PATCH": {
                const body = bodyOf(request);
                const mask = request.query["update_mask"]?.split(",").map((field) => field.trim());
                const changed = await this.account.patch(kind, id, body, mask);
                return { status: 200, body: this.shape(kind, changed), ignored: splitFields(kind, body).unknown };
            }
            case "PUT": {
                const body = bodyOf(request);
                const replaced = this.account.put(kind, id, body);
                return { status: 200, body: this.shape(kind, replaced), ignored: splitFields(kind, body).unknown };
            }
            case "DELETE": {
                const last = this.account.get(kind, id);
                this.account.delete(kind, id);
                return { status: 200, body: this.shape(kind, last) };
            }
            default:
                throw noEndpoint(request);
        }
    }

    /** An object in the form in which this service writes what is not there. */
    private shape(kind: string, record: AccountRecord): AccountRecord {
        if (this.behavior.absentFields === "omitted") return record;
        return { ...Object.fromEntries(kindOf(kind).optional.map((field) => [field, null])), ...record };
    }
}

function noEndpoint({ method, path }: ApiRequest): ApiError {
    return new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${method} ${path}'`);
}
