import { ApiError, type ApiRequest, type ApiResponse } from "./http";

/** The parameters that a path names: those of `GET /repos/{id}` are `{ id: string }`. */
type ParametersOf<Route extends string> = Route extends `${string}{${infer Name}}${infer Rest}`
    ? { readonly [Key in Name]: string } & ParametersOf<Rest>
    : unknown;

type Answer = ApiResponse | Promise<ApiResponse>;

/** Handlers by their routes, `METHOD /path/{parameter}`. */
export type Routes<Call> = Readonly<
    Record<string, (call: Call, parameters: Readonly<Record<string, string>>) => Answer>
>;

/** Makes the tables of an API, whose handlers are given the parameters of their own path. */
export const routesOf =
    <Call>() =>
    <Route extends string>(table: {
        readonly [Key in Route]: (call: Call, parameters: ParametersOf<Key>) => Answer;
    }): Routes<Call> =>
        table as unknown as Routes<Call>;

/** The same table with a path in front of each of its own. */
export function below<Call>(prefix: string, table: Routes<Call>): Routes<Call> {
    return Object.fromEntries(Object.entries(table).map(([route, run]) => [route.replace(" ", ` ${prefix}`), run]));
}

/** What a request leads to. */
export interface Found<Call> {
    readonly parameters: Readonly<Record<string, string>>;
    /** Answers the request. Throws `ApiError`. */
    run(call: Call): Answer;
}

/** Finds who answers a request, in tables of routes. */
export class Router<Call> {
    /** By method and number of words in the path, which no parameter changes. */
    private readonly routes = new Map<string, { readonly pattern: RegExp; readonly run: Routes<Call>[string] }[]>();

    constructor(...tables: readonly Routes<Call>[]) {
        const parametersIn = ([route]: readonly [string, unknown]) => route.split("{").length;
        const sorted = tables
            .flatMap((table) => Object.entries(table))
            // A path with a word in a place goes before one that takes anything there.
            .sort((one, other) => parametersIn(one) - parametersIn(other));
        for (const [route, run] of sorted) {
            const alike = this.routes.get(shapeOf(route)) ?? [];
            this.routes.set(shapeOf(route), [...alike, { pattern: patternOf(route), run }]);
        }
    }

    /** The route of a request, if there is one. */
    find({ method, path }: Pick<ApiRequest, "method" | "path">): Found<Call> | undefined {
        const route = `${method} ${path}`;
        for (const { pattern, run } of this.routes.get(shapeOf(route)) ?? []) {
            const match = pattern.exec(route);
            if (match === null) continue;
            const parameters = Object.fromEntries(
                Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
            );
            return { parameters, run: (call) => run(call, parameters) };
        }
        return undefined;
    }
}

/** The refusal of a path that the API does not have. */
export function noEndpoint({ method, path }: Pick<ApiRequest, "method" | "path">): ApiError {
    return new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${method} ${path}'`);
}

/** The method, and how many words the path has: `GET 2` of `GET /repos/{id}`. */
function shapeOf(route: string): string {
    const words = route.split("/");
    return `${words[0]}${words.length - 1}`;
}

function patternOf(route: string): RegExp {
    const escaped = route.replace(/[.*+?^$()[\]|\\]/g, "\\$&");
    return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}
