import type { ModelRequest } from "./requests";
import { observe } from "./violation";

/** What goes wrong with one request. */
export type Fault =
    /** It is never sent. */
    | "refused"
    /** It has its effect, and its response is lost. */
    | "lost"
    /** The service answers 500 and does nothing. */
    | "error"
    /** The service answers 500 and has done it. */
    | "done-error"
    /** The engine and its provider are killed before it is sent. */
    | "killed-before"
    /** The engine and its provider are killed when it has had its effect. */
    | "killed-after";

/** A request that something happens to, and what. */
export interface FaultPlan {
    readonly after: number;
    readonly fault: Fault;
}

/** How the service answers some requests otherwise than it should. */
export interface Lie {
    readonly tell:
        | /** A workspace that is read is not there. */ "missing"
        | /** Reads of workspaces show what there was when the deployment began. */ "old"
        | /** Lists of workspaces lack what was created since the deployment began. */ "late-list"
        | /** A workspace's host answers with the status 200 and an error code. */ "error-200"
        | /** A folder of a workspace is not there. */ "tree-missing"
        | /** A workspace's host does not say which workspace it is. */ "no-id"
        | /** A workspace's host leads to another workspace. */ "wrong-host"
        | /** The same, and does not say so. */ "wrong-host-unsaid"
        | /** A workspace cannot be deleted now: 409. */ "busy";
    /** Which workspace it is about, by the order in which they were created. */
    readonly at: number;
    /** How many requests of the deployment come before it. */
    readonly from: number;
    /** How many requests it meets. */
    readonly times: number;
}

/** The lies and the fault that wait for a deployment's requests. */
export class Plans {
    private requests = 0;
    private fault: FaultPlan | undefined;
    private lies: { lie: Lie; left: number }[] = [];

    /** A deployment begins, in which this is to happen. */
    begin(fault: FaultPlan | undefined, lies: readonly Lie[]): void {
        this.requests = 0;
        this.fault = fault;
        this.lies = lies.map((lie) => ({ lie, left: lie.times }));
    }

    /** Counts a request, and says what goes wrong with it. */
    next(): Fault | undefined {
        const now = this.requests++;
        return this.fault?.after === now ? this.fault.fault : undefined;
    }

    /** How many requests this deployment has sent. */
    get sent(): number {
        return this.requests;
    }

    /** Whether a lie of this kind meets a request about this workspace; `position` is that of the workspace among all. */
    meets(tell: Lie["tell"], position: number | undefined, workspaces: number): boolean {
        const found = this.lies.find(
            ({ lie, left }) =>
                lie.tell === tell &&
                left > 0 &&
                this.requests > lie.from &&
                (position === undefined || lie.at % Math.max(1, workspaces) === position),
        );
        if (found === undefined) return false;
        if (found.left === found.lie.times) observe("lies told");
        found.left--;
        return true;
    }
}

/** The id of the workspace that a request to the account is about. */
export function workspaceIn({ path }: ModelRequest): string | undefined {
    return /\/workspaces\/(\d+)$/.exec(path)?.[1];
}
