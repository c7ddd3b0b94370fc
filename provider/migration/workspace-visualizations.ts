import { z } from "zod";

import { parseJson } from "../api/json";
import { canonicalText } from "../util/canonical";
import { text } from "./responses";
import type { WorkspaceRequests } from "./workspace-requests";

const PATH = "/api/2.0/sql/visualizations";

/** What somebody writes of a visualization. What the service does not say is `undefined`. */
export interface VisualizationFields {
    readonly display_name?: string | undefined;
    /** Such as `TABLE` or `COUNTER`. */
    readonly type?: string | undefined;
    readonly serialized_options?: string | undefined;
    readonly serialized_query_plan?: string | undefined;
}

/** A visualization of a SQL query. */
export interface Visualization {
    readonly id: string;
    /** In milliseconds since 1970; `undefined`: the service does not say. */
    readonly updatedAt: number | undefined;
    readonly fields: VisualizationFields;
}

const listSchema = z
    .array(
        z.object({
            ...{ id: z.string(), update_time: text },
            ...{ display_name: text, type: text, serialized_options: text, serialized_query_plan: text },
        }),
    )
    .nullish();

/** The visualizations of the SQL queries of one workspace. */
export class WorkspaceVisualizations {
    constructor(private readonly requests: WorkspaceRequests) {}

    /** Those of the query with this id. */
    async of(query: string): Promise<readonly Visualization[]> {
        const all = await this.requests.pages(
            `/api/2.0/sql/queries/${query}/visualizations?page_size=100`,
            "page_token",
            (body) => listSchema.parse(body["results"]) ?? [],
        );
        // A list that changes while it is read may show one in two pages.
        const each = new Map(all.map((one) => [one.id, one])).values();
        return [...each].map(({ id, update_time, ...fields }) => ({
            id,
            updatedAt: update_time === undefined ? undefined : Date.parse(update_time),
            fields,
        }));
    }

    /** Makes one; not repeated if its effect is not known. */
    async create(query: string, fields: VisualizationFields): Promise<void> {
        await this.requests.create(PATH, { visualization: { ...fields, query_id: query } });
    }

    /** Makes one say this. */
    async update(id: string, fields: VisualizationFields): Promise<void> {
        const update_mask = namesIn(fields).join(",");
        await this.requests.write("PATCH", `${PATH}/${id}`, { visualization: fields, update_mask });
    }
}

/** A visualization that the new workspace lacks or has otherwise. */
export interface Lacking {
    readonly wanted: Visualization;
    /** The one of its name and type that is there and says something else; `undefined`: there is none. */
    readonly found: Visualization | undefined;
}

/** Which of these are not there as they are. More than these is no difference: the service may make one by itself. */
export function lackingOf(wanted: readonly Visualization[], there: readonly Visualization[]): readonly Lacking[] {
    const rest = [...there];
    const take = (isIt: (one: Visualization) => boolean) => {
        const index = rest.findIndex(isIt);
        return index < 0 ? undefined : rest.splice(index, 1)[0];
    };
    return wanted
        .filter(({ fields }) => take((one) => saysAll(fields, one.fields)) === undefined)
        .map((one) => ({ wanted: one, found: take(({ fields }) => isNamesake(one.fields, fields)) }));
}

function isNamesake(one: VisualizationFields, other: VisualizationFields): boolean {
    return one.display_name === other.display_name && one.type === other.type;
}

function saysAll(wanted: VisualizationFields, there: VisualizationFields): boolean {
    return namesIn(wanted).every((name) => meaningOf(wanted[name]) === meaningOf(there[name]));
}

function namesIn(fields: VisualizationFields): (keyof VisualizationFields)[] {
    const names = ["display_name", "type", "serialized_options", "serialized_query_plan"] as const;
    return names.filter((name) => fields[name] !== undefined);
}

/** The order of the keys in JSON, and white space, mean nothing. */
function meaningOf(value = ""): string {
    try {
        return canonicalText(parseJson(value));
    } catch {
        return value;
    }
}
