import { z } from "zod";

import { UnexpectedResponseError } from "../api/errors";
import { parseJson } from "../api/json";
import { printable } from "../util/printable";
import type { Principal, Principals } from "./content";
import type { Transport } from "./workspace-client";

/** How many members of a list are asked for at once. */
const PAGE = 100;

/** How many pages of a list are read at most. */
const PAGES = 1000;

/** How many principals are named in a line. */
const NAMED = 20;

/** Where each kind of principal is listed, and what its name is called there. */
const lists = [
    { kind: "user_name", collection: "Users", field: "userName" },
    { kind: "group_name", collection: "Groups", field: "displayName" },
    { kind: "service_principal_name", collection: "ServicePrincipals", field: "applicationId" },
] as const;

/** The principals of a workspace, as its lists name them. */
class ListedPrincipals implements Principals {
    private readonly keys: ReadonlySet<string>;

    constructor(private readonly members: readonly Principal[]) {
        this.keys = new Set(members.map(principalKey));
    }

    has(principal: Principal): boolean {
        return this.keys.has(principalKey(principal));
    }

    except(caller: string | undefined): readonly Principal[] {
        return this.members.filter(
            ({ kind, name }) =>
                !(kind === "group_name" && ["admins", "users"].includes(name)) &&
                name.toLowerCase() !== caller?.toLowerCase(),
        );
    }
}

/** Lists who belongs to a workspace. Rejects if a list is refused, odd or ends early: nobody is missing by mistake. */
export async function readPrincipals(transport: Transport): Promise<Principals> {
    const members = await Promise.all(
        lists.map(async ({ kind, collection, field }) =>
            (await namesIn(transport, collection, field)).map((name) => ({ kind, name })),
        ),
    );
    return new ListedPrincipals(members.flat());
}

/** `the group data`. */
export function describePrincipal({ kind, name }: Principal): string {
    const nouns = { user_name: "the user", group_name: "the group", service_principal_name: "the service principal" };
    return `${nouns[kind]} ${name}`;
}

/** Whether a principal is the one that the requests come from: it belongs to each workspace that it works in. */
export function isCaller({ name }: Principal, caller: string | undefined): boolean {
    return name.toLowerCase() === caller?.toLowerCase();
}

/** Several principals in a line, each once. */
export function namePrincipals(principals: readonly string[]): string {
    const all = [...new Set(principals)].sort();
    const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
    return `${all.slice(0, NAMED).map(printable).join(", ")}${more}`;
}

/** The service tells users and service principals apart without regard to case, and shows newer ones in lower case. */
export function principalKey({ kind, name }: Principal): string {
    return `${kind}:${kind === "group_name" ? name : name.toLowerCase()}`;
}

const listSchema = z.object({
    totalResults: z.coerce.number().optional(),
    Resources: z.array(z.record(z.string(), z.unknown())).nullish(),
});

/** The names in a list. A page that is empty or repeats another before the end is no end. */
async function namesIn(transport: Transport, collection: string, field: string): Promise<string[]> {
    const path = `/api/2.0/preview/scim/v2/${collection}`;
    const ids = new Set<unknown>();
    const names: string[] = [];
    for (let page = 0; page < PAGES; page++) {
        const [begun, startIndex] = [ids.size, String(ids.size + 1)];
        const query = new URLSearchParams({ attributes: `id,${field}`, startIndex, count: String(PAGE) });
        const text = await transport({ method: "GET", path: `${path}?${query.toString()}`, repeatable: true });
        const { totalResults, Resources } = parsed(text, path);
        for (const { id, [field]: name } of Resources ?? []) {
            ids.add(id ?? name);
            if (typeof name === "string") names.push(name);
        }
        if (ids.size >= (totalResults ?? Infinity) || (totalResults === undefined && ids.size === begun)) return names;
        if (ids.size === begun) break;
    }
    throw UnexpectedResponseError.ofWorkspace(`the list of GET ${path} stops before its end`);
}

function parsed(text: string | undefined, path: string): z.infer<typeof listSchema> {
    try {
        return listSchema.parse(parseJson(text ?? ""));
    } catch {
        throw UnexpectedResponseError.ofWorkspace(`the body of GET ${path}`);
    }
}
