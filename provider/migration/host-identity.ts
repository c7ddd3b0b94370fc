import { ReportedError } from "../api/errors";
import type { HttpResponse } from "../api/http";

/** The header in which a workspace's responses name it. */
const HEADER = "x-databricks-org-id";

/**
 * Which workspace answers at a host. Its responses name it in a header; one without that header names nobody, so a host of which
 * nothing else was seen has no identity.
 */
export class HostIdentity {
    private named: string | undefined;

    /** @param expected the workspace that has to answer, if that is known. */
    constructor(
        private readonly host: string,
        private readonly expected: string | undefined,
    ) {}

    /** The id that the host has named in this process; `undefined`: it has not identified itself. */
    get workspaceId(): string | undefined {
        return this.named;
    }

    /**
     * Notes what a response says. Fails with `ReportedError` if another workspace answers than the expected one, or than before: a
     * name server or a proxy may lead to one, which would then be compared with itself.
     */
    note({ headers }: HttpResponse): void {
        const id = String(headers[HEADER] ?? "");
        if (!/^[1-9]\d*$/.test(id)) return;
        const expected = this.expected ?? this.named ?? id;
        if (id !== expected)
            throw new ReportedError(
                `At ${this.host} answers the workspace ${id}, not ${expected}: check the name server and the proxy of this machine.`,
            );
        this.named = id;
    }
}
