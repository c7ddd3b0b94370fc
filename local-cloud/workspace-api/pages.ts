import { ApiError } from "../http";

/** How a list is paged. */
export interface Paging {
    /** The name of the list in the response. */
    readonly field: string;
    /** Members of a page if the request does not say; `undefined`: the list is not paged. */
    readonly page?: number;
    /** The parameter that says how many members a page has. */
    readonly size?: string;
}

/** The page of a list that a request asks for; a list without members is left out. Throws `ApiError` for a wrong page. */
export function pageOf(
    { field, page: usual, size = "page_size" }: Paging,
    all: readonly unknown[],
    parameters: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
    if (usual === undefined) return all.length === 0 ? {} : { [field]: all };
    const from = Number(parameters["page_token"] ?? parameters["offset"] ?? 0);
    const length = Number(parameters[size] ?? usual);
    if (!Number.isInteger(from) || from < 0 || !(length > 0))
        throw new ApiError(400, "INVALID_PARAMETER_VALUE", "Invalid page_token");
    return {
        ...(all.length === 0 ? {} : { [field]: all.slice(from, from + length) }),
        ...(from + length < all.length ? { next_page_token: String(from + length) } : {}),
    };
}
