import type { RecordedRequest } from "../../local-cloud";

/** Number of requests of each kind. */
export interface Counts {
    /** POSTs of workspaces, including those that were refused. */
    readonly workspacePosts: number;
    /** Discovery of the token endpoint, and tokens. */
    readonly signIn: number;
    readonly lists: number;
    /** GETs of one object. */
    readonly reads: number;
    /** All other requests. */
    readonly rest: number;
    /** All requests except the POSTs of workspaces. */
    readonly others: number;
}

/** Counts requests by kind. */
export function countRequests(requests: readonly RecordedRequest[]): Counts {
    const of = (kind: Kind) => requests.filter((request) => kindOf(request) === kind).length;
    const workspacePosts = of("workspace");
    return {
        workspacePosts,
        signIn: of("sign-in"),
        lists: of("list"),
        reads: of("read"),
        rest: of("rest"),
        others: requests.length - workspacePosts,
    };
}

type Kind = "workspace" | "sign-in" | "list" | "read" | "rest";

function kindOf({ method, path }: RecordedRequest): Kind {
    if (/\/token$|\/\.well-known\//.test(path)) return "sign-in";
    const [, collection, id] = /^\/api\/2\.0\/accounts\/[^/]+\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (method === "GET") return id === undefined ? "list" : "read";
    return method === "POST" && collection === "workspaces" ? "workspace" : "rest";
}

/** A workspace that became RUNNING at `ready`, in milliseconds since 1970. */
export interface ReadyWorkspace {
    readonly id: string;
    readonly ready: number;
}

/**
 * For each workspace, the time in milliseconds from RUNNING to the first successful response that shows it, a list or a GET of
 * that workspace. `undefined` if no response shows it.
 */
export function noticedAfter(
    workspaces: readonly ReadyWorkspace[],
    requests: readonly RecordedRequest[],
): (number | undefined)[] {
    const polls = requests
        .filter(({ method, path, status }) => method === "GET" && status === 200 && /\/workspaces(\/|$)/.test(path))
        .flatMap(({ path, answered }) => (answered === undefined ? [] : [{ path, answered }]))
        .sort((left, right) => left.answered - right.answered);
    return workspaces.map(({ id, ready }) => {
        const first = polls.find(
            ({ path, answered }) => answered >= ready && (path.endsWith("/workspaces") || path.endsWith(`/${id}`)),
        );
        return first && first.answered - ready;
    });
}

/** Whether a request creates a workspace. */
export function isWorkspacePost(request: RecordedRequest): boolean {
    return kindOf(request) === "workspace";
}

/** Accepted workspaces per second, from the first to the last. `undefined` for fewer than two. */
export function acceptedRate(requests: readonly RecordedRequest[]): number | undefined {
    const times = requests
        .filter((request) => isWorkspacePost(request) && request.status === 201)
        .map(({ time }) => time);
    const span = Math.max(...times) - Math.min(...times);
    return times.length < 2 || span === 0 ? undefined : ((times.length - 1) * 1000) / span;
}

/**
 * The part of the allowed rate that was used, from the first accepted workspace to the last: requests of every kind that were
 * not answered with 429. `undefined` for fewer than two workspaces.
 */
export function acceptedShare(requests: readonly RecordedRequest[], allowed: number): number | undefined {
    const accepted = requests.filter(({ status }) => status !== 429);
    const times = accepted.filter(isWorkspacePost).map(({ time }) => time);
    const [from, to] = [Math.min(...times), Math.max(...times)];
    if (times.length < 2 || from === to) return undefined;
    const count = accepted.filter(({ time }) => time >= from && time < to).length;
    return (count * 1000) / (to - from) / allowed;
}
