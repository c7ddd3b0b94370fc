import { ApiError, type ApiRequest, type ApiResponse, bodyOf } from "../http";
import type { TokenService } from "../oidc";
import type { Account } from "./account";
import { kinds } from "./kinds";

/** The Account API's paths. */
export class AccountApi {
    constructor(
        private readonly account: Account,
        private readonly accountId: string,
        private readonly tokens: TokenService,
    ) {}

    /** Answers a request. Throws `ApiError`. */
    async answer(request: ApiRequest): Promise<ApiResponse> {
        if (request.path === `/oidc/accounts/${this.accountId}/v1/token`) return this.tokens.issue(request);
        this.tokens.requireBearer(request);
        const [, accountId, kind = "", id, more] =
            /^\/api\/2\.0\/accounts\/([^/]+)\/([^/]+)(?:\/([^/]*))?(\/.*)?$/.exec(request.path) ?? [];
        if (kinds[kind] === undefined || more !== undefined)
            throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${request.method} ${request.path}'`);
        if (accountId !== this.accountId)
            throw new ApiError(403, "PERMISSION_DENIED", `Not an admin of account ${String(accountId)}`);
        const key = id === undefined ? undefined : decodeURIComponent(id);
        switch (`${request.method} ${key === undefined ? "all" : "one"}`) {
            case "GET all":
                return { status: 200, body: this.account.list(kind) };
            case "POST all":
                return { status: 201, body: await this.account.create(kind, bodyOf(request)) };
            case "GET one":
                return { status: 200, body: this.account.get(kind, key!) };
            case "PATCH one": {
                const mask = (request.query["update_mask"] ?? "").split(",");
                return { status: 200, body: await this.account.patch(kind, key!, bodyOf(request), mask) };
            }
            case "PUT one":
                return { status: 200, body: this.account.put(kind, key!, bodyOf(request)) };
            case "DELETE one":
                this.account.delete(kind, key!);
                return { status: 200, body: {} };
            default:
                throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${request.method} ${request.path}'`);
        }
    }
}
