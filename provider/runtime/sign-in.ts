import { AccountClient } from "../api/account-client";
import type { Credential } from "../api/credential";
import { ApiError, ConfigurationError, ReportedError, UnexpectedResponseError } from "../api/errors";
import { messageOf } from "../util/error-message";
import { type Properties, UNKNOWN } from "../util/property-path";
import type { Session } from "./session";

/** How long a preview waits for the response, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Whether a preview's credential is accepted, which one read for each account decides: what a preview plans would otherwise be
 * refused by `pulumi up`, after it created the AWS resources.
 */
export class SignIn {
    private readonly asked = new Set<string>();

    constructor(private readonly session: Session) {}

    /**
     * For a resource that is going to be created or changed. The first one of an account waits for the read.
     *
     * @throws ReportedError if the credential or the account is refused. Nothing is sent if there is no complete credential; if
     * there is no response, there is a warning.
     */
    async verify({ accountId }: Properties): Promise<void> {
        const credential = this.credential();
        const account = accountId ?? credential?.accountId;
        if (credential === undefined || typeof account !== "string" || account === UNKNOWN) return;
        if (this.asked.has(account.toLowerCase())) return;
        this.asked.add(account.toLowerCase());
        try {
            await this.clientOf(credential).get("/credentials", account);
        } catch (error) {
            if (isRefusal(error)) {
                throw new ReportedError(
                    `Databricks would refuse \`pulumi up\`, and nothing was created. ${messageOf(error)}`,
                    "CMK2012",
                ).causedBy(error);
            }
            this.session.report.warn(
                `Nothing is known about the credential for the Databricks account ${account}, because it could not be tried: ${messageOf(error)}`,
                "CMK2013",
            );
        }
    }

    private credential(): Credential | undefined {
        try {
            return this.session.credential;
        } catch (error) {
            // The check of the stack's identity reports it, once for the stack.
            if (error instanceof ConfigurationError) return undefined;
            throw error;
        }
    }

    /** A client of its own: a preview does not wait as long as a deployment does. */
    private clientOf(credential: Credential): AccountClient {
        const { settings, clock, clientHooks } = this.session;
        const limits = {
            retryTimeout: Math.min(settings.retryTimeout, PATIENCE),
            requestTimeout: Math.min(settings.requestTimeout, PATIENCE),
        };
        return new AccountClient(credential, limits, clock, clientHooks);
    }
}

/** Whether the service gave a response, and it is a refusal that does not pass by itself. */
function isRefusal(error: unknown): boolean {
    if (error instanceof ApiError) return error.kind !== "throttled" && error.kind !== "unavailable";
    return error instanceof UnexpectedResponseError;
}
