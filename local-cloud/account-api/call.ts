import type { Behavior } from "../behavior";
import type { ApiRequest } from "../http";
import { routesOf } from "../routes";
import type { Account } from "./account";

/** A request to the account by its admin. */
export interface AccountCall {
    readonly request: ApiRequest;
    readonly account: Account;
    readonly behavior: Behavior;
    readonly now: () => number;
}

/** Makes a table of routes of the Account API; the paths begin after `/api/2.0/accounts/{account}`. */
export const accountRoutes = routesOf<AccountCall>();
