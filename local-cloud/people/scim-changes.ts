import { invalid } from "../http";

type How = "add" | "remove" | "replace";

/** What a request changes of a principal. */
export interface Changes {
    readonly how: How;
    readonly fields: Readonly<Record<string, unknown>>;
    /** Lists that are named: their values, none for the whole list. */
    readonly lists: { readonly [List in (typeof lists)[number]]?: readonly string[] };
}

const lists = ["members", "entitlements", "groups"] as const;

/** What a resource in a body says: of a POST, added to what there is; of a PUT, in its place. */
export function changeOf(body: Readonly<Record<string, unknown>>, how: How): Changes {
    const named = lists.filter((list) => body[list] !== undefined);
    return { how, fields: body, lists: Object.fromEntries(named.map((list) => [list, valuesIn(body[list])])) };
}

/** The operations of a PATCH, in order. Throws `ApiError`. */
export function patchOf(body: Readonly<Record<string, unknown>>): Changes[] {
    if (!Array.isArray(body["Operations"])) throw invalid("Missing required field: Operations");
    return (body["Operations"] as Record<string, unknown>[]).map(({ op, path, value }) => {
        const how = (["add", "remove", "replace"] as const).find((one) => one === String(op).toLowerCase());
        if (how === undefined) throw invalid(`The operation ${String(op)} is not supported.`);
        if (path === undefined) return changeOf((value ?? {}) as Record<string, unknown>, how);
        const [, field = "", one] = /^(\w+)(?:\[value eq ["']([^"']*)["']\])?$/.exec(String(path)) ?? [];
        if (field === "") throw invalid(`The path ${String(path)} is not supported.`);
        return changeOf({ [field]: one === undefined ? (value ?? []) : [{ value: one }] }, how);
    });
}

/** What a list holds after a change; a removal without values empties it. */
export function idsIn(values: readonly string[], before: ReadonlySet<string>, how: How): Set<string> {
    if (how === "replace") return new Set(values);
    if (how === "add") return new Set([...before, ...values]);
    return new Set(values.length === 0 ? [] : [...before].filter((one) => !values.includes(one)));
}

function valuesIn(list: unknown): string[] {
    return [list].flat().map((one) => String(typeof one === "object" ? (one as { value?: unknown })?.value : one));
}
