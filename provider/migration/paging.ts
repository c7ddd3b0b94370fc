import { UnexpectedResponseError } from "../api/errors";

/** The most pages of one list: a service that always names another one is not asked for ever. */
const MAX_PAGES = 1_000;

/** A page of a list. */
export interface Page<Member> {
    readonly members: readonly Member[];
    /** What asks for the page that follows; `undefined`: it is the last. */
    readonly next: string | undefined;
}

/**
 * Reads a list to its end, page by page. Fails with `UnexpectedResponseError` if a page names one again that was asked for, or if
 * there is no end.
 *
 * @param path with its query.
 * @param parameter what asks for a page.
 * @param read reads one page, the first or another one.
 */
export async function readPages<Member>(
    path: string,
    parameter: string,
    read: (path: string, isFirst: boolean) => Promise<Page<Member>>,
): Promise<Member[]> {
    const members: Member[] = [];
    const asked = new Set<string>();
    for (let at = path; ;) {
        const { members: found, next } = await read(at, asked.size === 0);
        for (const member of found) members.push(member);
        if (next === undefined) return members;
        const name = path.replace(/\?.*/, "");
        if (asked.has(next))
            throw UnexpectedResponseError.ofWorkspace(`the list GET ${name} names a page again that was read already`);
        if (asked.size >= MAX_PAGES)
            throw UnexpectedResponseError.ofWorkspace(`the list GET ${name} has no end after ${MAX_PAGES} pages`);
        asked.add(next);
        at = `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ [parameter]: next }).toString()}`;
    }
}

/**
 * What asks for the page that follows this one. Fails with `UnexpectedResponseError` if there is more and nothing to ask for it
 * with.
 */
export function nextPage({ next_page_token: token, has_more: more }: Record<string, unknown>): string | undefined {
    if (typeof token === "string" && token !== "") return token;
    if (typeof token === "number") return String(token);
    if (more === true)
        throw UnexpectedResponseError.ofWorkspace("a list says that it has more, and names no page that follows");
    return undefined;
}
