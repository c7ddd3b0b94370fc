import { canonicalText } from "../../util/canonical";
import { isRecord } from "../../util/property-path";
import { fieldsIn, queriesApi, type SqlFields, type SqlObject } from "../workspace-sql";
import { sqlContentKind } from "./sql";
import type { SqlForm, WantedSql } from "./sql-copy";
import type { Warehouses } from "./warehouses";

/** What somebody writes of a query. */
const WRITTEN = [
    ...["display_name", "query_text", "description", "parameters", "tags"],
    ...["catalog", "schema", "apply_auto_limit"],
];

/** How the service names an owner who was deleted. */
const GONE = "Unavailable";

/** SQL queries: text, parameters, folder, owner, and the SQL warehouse of the same name. */
export const queries = sqlContentKind({
    name: "queries",
    noun: "query",
    type: { type: "QUERY", typeName: "QUERY" },
    api: queriesApi,
    form: (_, warehouses, caller) => new QueryForm(warehouses, caller),
    // One that uses a warehouse that is gone can be carried without it.
    warehouseOf: (query, warehouses) => {
        const id = warehouseIn(query);
        return id !== undefined && warehouses.isKnown(id) ? id : undefined;
    },
    loss: () => undefined,
});

class QueryForm implements SqlForm {
    constructor(
        private readonly warehouses: Warehouses,
        readonly caller: string,
    ) {}

    wanted(source: SqlObject, idOf: (id: string) => string | undefined): WantedSql {
        const { fields } = source;
        const owner = source.owner === GONE ? undefined : source.owner;
        const missing: string[] = [];
        const parameters = mapParameters(fields["parameters"], (id) => {
            const there = idOf(id);
            if (there === undefined) missing.push(id);
            return there;
        });
        const id = warehouseIn(source);
        const warehouse = id === undefined ? undefined : this.warehouses.idOf(id);
        const written = WRITTEN.map((name) => [name, name === "parameters" ? parameters : fields[name]] as const);
        return {
            fields: {
                ...Object.fromEntries(written.filter(([, value]) => value !== undefined)),
                ...(warehouse === undefined ? {} : { warehouse_id: warehouse }),
                ...(owner === undefined ? {} : { owner_user_name: owner, ...pick("run_as_mode", fields) }),
            },
            // Until it has its owner, nobody runs it with the rights of whoever made it.
            first: { run_as_mode: "VIEWER", owner_user_name: undefined },
            ...(missing.length === 0
                ? {}
                : {
                      waitsFor: `a parameter takes its values from another query (${missing.join(", ")}), which is not in the new workspace. Make it there, or accept "queries".`,
                  }),
        };
    }

    isWritten({ fields }: WantedSql, target: SqlObject): boolean {
        return same(WRITTEN, fields, target.fields);
    }

    isSet({ fields }: WantedSql, target: SqlObject): boolean {
        const owner = fields["owner_user_name"];
        const isOwned = owner === undefined || String(owner).toLowerCase() === target.owner?.toLowerCase();
        const set = ["warehouse_id", "run_as_mode"].filter((name) => fields[name] !== undefined);
        return isOwned && same(set, fields, target.fields);
    }

    loss(): undefined {
        return undefined;
    }
}

/** The parameters with the ids of the queries that they take values from in the new workspace. */
function mapParameters(parameters: unknown, idOf: (id: string) => string | undefined): unknown {
    if (!Array.isArray(parameters)) return undefined;
    return parameters.map((parameter: unknown) => {
        const values = fieldsIn(parameter)["query_backed_value"];
        if (!isRecord(parameter) || !isRecord(values) || typeof values["query_id"] !== "string") return parameter;
        return { ...parameter, query_backed_value: { ...values, query_id: idOf(values["query_id"]) } };
    });
}

function pick(name: string, fields: SqlFields): SqlFields {
    return fields[name] === undefined ? {} : { [name]: fields[name] };
}

function warehouseIn({ fields }: SqlObject): string | undefined {
    const id = fields["warehouse_id"];
    return typeof id === "string" && id !== "" ? id : undefined;
}

/** Whether these fields say the same. */
export function same(names: readonly string[], one: SqlFields, other: SqlFields): boolean {
    return names.every((name) => canonicalText(one[name]) === canonicalText(other[name]));
}
