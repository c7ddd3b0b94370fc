import type { Behavior } from "../behavior";
import { ApiError, type ApiRequest, type ApiResponse, bodyOf, ok } from "../http";
import { oidcApi } from "../oidc/oidc-api";
import type { TokenService } from "../oidc/tokens";
import { scimRoutes } from "../people/scim";
import { below, noEndpoint, Router } from "../routes";
import type { Account } from "./account";
import { assignmentRoutes } from "./assignments-api";
import { type AccountCall, accountRoutes } from "./call";
import { kindOf, kinds } from "./kinds";
import { metastoreRoutes } from "./metastores-api";
import type { AccountRecord } from "./records";
import { splitFields } from "./validation";

/** The collections of objects in `kinds.ts`. */
const objectRoutes = accountRoutes({
    "GET /{kind}": (call, { kind }) => {
        const objects = listed(call, kind).map((one) => shape(call, kind, one));
        return ok(call.behavior.lists === "array" ? objects : { [kind.replaceAll("-", "_")]: objects });
    },
    "POST /{kind}": (call, { kind }) => written(call, kind, 201, (body) => call.account.create(kind, body)),
    "GET /{kind}/{id}": (call, { kind, id }) => ok(shape(call, kind, call.account.get(kind, id))),
    "PATCH /workspaces/{id}": (call, { id }) => {
        const mask = call.request.query["update_mask"]?.split(",").map((field) => field.trim());
        return written(call, "workspaces", 200, (body) => call.account.patch("workspaces", id, body, mask));
    },
    "PUT /private-access-settings/{id}": (call, { id }) =>
        written(call, "private-access-settings", 200, (body) => call.account.put("private-access-settings", id, body)),
    "DELETE /{kind}/{id}": (call, { kind, id }) => {
        const last = call.account.get(kind, id);
        call.account.delete(kind, id);
        return ok(shape(call, kind, last));
    },
});

const peopleRoutes = below(
    "/scim/v2",
    scimRoutes<AccountCall>(({ account }) => account.people),
);

const router = new Router(
    ...[objectRoutes, metastoreRoutes, assignmentRoutes, peopleRoutes].map((table) =>
        below("/api/2.0/accounts/{account}", table),
    ),
);

/** The Account API: what the account's host answers to whom. */
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
        const { account, accountId, tokens, behavior, now } = this;
        const open = oidcApi.find(request);
        if (open !== undefined) return open.run({ request, accountId, tokens });
        tokens.authenticate(request);
        const route = router.find(request);
        const kind = route?.parameters["kind"];
        if (route === undefined || (kind !== undefined && !Object.hasOwn(kinds, kind))) throw noEndpoint(request);
        const asked = String(route.parameters["account"]);
        if (asked !== accountId) throw new ApiError(403, "PERMISSION_DENIED", `Not an admin of account ${asked}`);
        return route.run({ request, account, behavior, now });
    }
}

/** What a list shows: a new object may come late. */
function listed({ account, behavior, now }: AccountCall, kind: string): AccountRecord[] {
    const before = now() - behavior.listMilliseconds;
    return account.list(kind).filter(({ creation_time: created }) => typeof created !== "number" || created <= before);
}

/** The response to a write of the request's body. */
async function written(
    call: AccountCall,
    kind: string,
    status: number,
    write: (body: AccountRecord) => AccountRecord | Promise<AccountRecord>,
): Promise<ApiResponse> {
    const body = bodyOf(call.request);
    return { status, body: shape(call, kind, await write(body)), ignored: splitFields(kind, body).unknown };
}

/** An object in the form in which this service writes what is not there. */
function shape({ behavior }: AccountCall, kind: string, record: AccountRecord): AccountRecord {
    if (behavior.absentFields === "omitted") return record;
    return { ...Object.fromEntries(kindOf(kind).optional.map((field) => [field, null])), ...record };
}
