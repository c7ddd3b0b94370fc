import type { AccountClient } from "../provider/api/account-client";
import type { Clock } from "../provider/api/clock";
import { Collection, type Listed } from "../provider/api/collection";
import type { Credential } from "../provider/api/credential";
import { hostOrigin, workspaceHosts } from "../provider/api/host";
import { workspaceObject } from "../provider/objects/workspace/definition";
import type { Properties } from "../provider/util/property-path";
import { UsageError } from "./command";

/** A workspace of the account, as its list shows it. */
export interface AccountWorkspace {
    readonly id: string;
    /** Origin of its front page. */
    readonly host: string;
    readonly response: Properties;
}

/** The workspaces of the account: no other host is ever sent its credential. */
export class AccountWorkspaces {
    private constructor(
        private readonly credential: Credential,
        readonly all: Listed,
    ) {}

    /** Lists them. */
    static async list(client: AccountClient, credential: Credential, clock: Clock): Promise<AccountWorkspaces> {
        const collection = new Collection(workspaceObject, client, credential.accountId, clock);
        return new AccountWorkspaces(credential, await collection.list());
    }

    /** The workspace that is named by its id or by any URL of it. Throws `UsageError` if the account has none. */
    find(named: string): AccountWorkspace {
        if (/^\d+$/.test(named)) return this.withId(named);
        const host = hostOrigin(named);
        for (const [id, response] of this.all)
            if (workspaceHosts(this.credential.host, response).includes(host)) return { id, host, response };
        throw new UsageError(
            `The account has no workspace at ${host}, so its credential is not sent there. Name the workspace by its id`,
        );
    }

    private withId(id: string): AccountWorkspace {
        const response = this.all.get(id);
        if (response === undefined) throw new UsageError(`The account has no workspace with the id ${id}`);
        const [host] = workspaceHosts(this.credential.host, response);
        if (host === undefined) throw new UsageError(`The workspace ${id} has no address yet`);
        return { id, host, response };
    }
}
