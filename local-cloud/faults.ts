/** What goes wrong with a request. */
export type FaultEffect =
    /** A response instead of the effect, or after it. */
    | { kind: "status"; status: number; headers?: Record<string, string>; body?: string; afterEffect?: boolean }
    /** The response comes late. */
    | { kind: "delay"; milliseconds: number }
    /** The connection breaks before or after the effect. */
    | { kind: "drop"; when: "before" | "after" }
    /** The effect happens, and this is the response, with status 200. */
    | { kind: "body"; body: string; contentType?: string }
    /** The effect happens, and half of the response is sent. */
    | { kind: "truncate" }
    /** Something of the test's own is done before or after the effect, which then goes on as usual. */
    | {
          kind: "call";
          when: "before" | "after";
          /** Awaited before or after the request takes effect. */ run: () => Promise<void>;
      }
    /** There is never a response; the effect does not happen. */
    | { kind: "hang" };

/** A request as the choice of a fault sees it. */
export interface FaultTarget {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly index: number;
    readonly workspaceId: string | undefined;
}

/** Which requests a fault meets, and its effect on them. */
export interface Fault {
    /**
     * `index` counts the requests since the start or the last `clearRequests`; `workspaceId` is set if the request was
     * sent to a workspace's host.
     */
    when(request: FaultTarget): boolean;
    /** How many requests it meets. Default: all. */
    times?: number;
    do: FaultEffect;
}

/** The faults that wait for their requests. */
export class Faults {
    private readonly armed = new Set<Fault>();
    private index = 0;

    /** Adds a fault; the function returned takes it away. */
    inject(fault: Fault): () => void {
        const armed = { ...fault, when: fault.when.bind(fault) };
        this.armed.add(armed);
        return () => this.armed.delete(armed);
    }

    /** Counts a request, and returns the effect of the fault that meets it. */
    next({ method, path, query, workspaceId }: Omit<FaultTarget, "index">): FaultEffect | undefined {
        const index = this.index++;
        for (const fault of this.armed) {
            if (!fault.when({ method, path, query, index, workspaceId })) continue;
            if (fault.times !== undefined && --fault.times <= 0) this.armed.delete(fault);
            return fault.do;
        }
        return undefined;
    }

    /** Counts the requests anew. */
    restartCount(): void {
        this.index = 0;
    }
}
