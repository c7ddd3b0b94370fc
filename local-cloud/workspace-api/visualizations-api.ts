import { randomUUID } from "node:crypto";

import { ApiError, bodyOf, invalid, ok } from "../http";
import { parseJson } from "../json";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import type { Contents } from "./contents";
import { timeOf } from "./dashboards-api";
import { pageOf } from "./pages";
import { only, type SealedVisualization, type SqlFields, type SqlObject } from "./sql-objects";

const FIELDS = ["display_name", "type", "serialized_options", "serialized_query_plan"];

const PATH = "/api/2.0/sql/visualizations";

/** The visualizations of SQL queries. A new query has none. */
export const visualizationRoutes = workspaceRoutes({
    "GET /api/2.0/sql/queries/{id}/visualizations": ({ workspace, contents, request }, { id = "" }) => {
        const query = workspace.queries.require(id);
        const all = [...query.visualizations.values()].map((one) => describe(contents, query, one));
        return ok(pageOf({ field: "results", page: 20 }, all, request.query));
    },
    [`POST ${PATH}`]: ({ workspace, contents, request, now }) => {
        const asked = visualizationIn(bodyOf(request));
        const query = workspace.queries.require(String(asked["query_id"]));
        return ok(describe(contents, query, addVisualization(contents, query, asked, now())));
    },
    [`PATCH ${PATH}/{id}`]: (call, { id }) => {
        const { contents, request, now } = call;
        const [query, visualization] = requireVisualization(call, id);
        const body = bodyOf(request);
        const mask = body["update_mask"];
        if (typeof mask !== "string" || mask === "") throw invalid("Missing required field: update_mask");
        const named = mask === "*" ? FIELDS : mask.split(",");
        const unknown = named.find((name) => !FIELDS.includes(name));
        if (unknown !== undefined) throw invalid(`update_mask names ${unknown}, which cannot be updated.`);
        const fields = { ...readVisualization(contents, visualization), ...only(visualizationIn(body), named) };
        visualization.sealed = seal(contents, visualization.id, fields);
        visualization.updatedAt = now();
        return ok(describe(contents, query, visualization));
    },
    [`DELETE ${PATH}/{id}`]: (call, { id }) => {
        const [query, visualization] = requireVisualization(call, id);
        query.visualizations.delete(visualization.id);
        return ok({});
    },
});

/** Gives a query a visualization. */
export function addVisualization(
    contents: Contents,
    query: SqlObject,
    fields: SqlFields,
    time: number,
): SealedVisualization {
    const id = randomUUID();
    const made = { id, createdAt: time, updatedAt: time, sealed: seal(contents, id, only(fields, FIELDS)) };
    query.visualizations.set(id, made);
    return made;
}

/** What somebody wrote of a visualization. */
export function readVisualization(contents: Contents, { id, sealed }: SealedVisualization): SqlFields {
    return parseJson(contents.open(`sql/${id}`, sealed).toString()) as SqlFields;
}

function seal(contents: Contents, id: string, fields: SqlFields): Buffer {
    return contents.seal(`sql/${id}`, Buffer.from(JSON.stringify(fields)));
}

function describe(contents: Contents, query: SqlObject, visualization: SealedVisualization): SqlFields {
    const { id, createdAt, updatedAt } = visualization;
    return {
        ...{ id, query_id: query.id, ...readVisualization(contents, visualization) },
        ...{ create_time: timeOf(createdAt), update_time: timeOf(updatedAt) },
    };
}

/** One of any query. Throws `ApiError`. */
function requireVisualization({ workspace }: WorkspaceCall, id = ""): readonly [SqlObject, SealedVisualization] {
    for (const query of workspace.queries.list()) {
        const found = query.visualizations.get(id);
        if (found !== undefined) return [query, found];
    }
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Visualization ${id} does not exist.`);
}

function visualizationIn(body: SqlFields): SqlFields {
    return (body["visualization"] ?? {}) as SqlFields;
}
