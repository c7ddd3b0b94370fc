/**
 * A preload (`node --require`) for the processes of the engine's tests: `@pulumi/pulumi` loads the TypeScript compiler, npm's
 * dependency tree and its Automation API at its start, half of what a provider's process costs, and only the closure serializer,
 * programs in TypeScript and tests ever use them. Here they are loaded when they are first used, and the source maps, which every
 * error would read, never. The tests with consumers run without this.
 */
import "./kept-modules";

import { existsSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";

type Load = (this: unknown, request: string, parent?: { filename?: string }, isMain?: boolean) => object;

const internals = Module as unknown as { _load: Load };
const load = internals._load;
const late = new Set([
    ...["typescript", "@npmcli/arborist", "./automation", "source-map-support/register"],
    ...["fdir", "normalize-package-data", "semver"],
    // What records traces, if one asks for them.
    ...[
        "resources",
        "sdk-trace-base",
        "sdk-trace-node",
        "exporter-zipkin",
        "instrumentation",
        "instrumentation-grpc",
    ].map((name) => `@opentelemetry/${name}`),
]);
/** The languages of zod's messages, of which English has a file of its own. */
const languages = "../locales/index.cjs";

internals._load = function (request, parent, isMain) {
    const now = () => load.call(this, request, parent, isMain);
    if (request === "axios") return withoutFetch(now);
    const isLate =
        (late.has(request) && /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) || request === languages;
    if (!isLate) return now();
    return new Proxy(
        {},
        {
            // What `import * as` asks first; otherwise it would copy every member, and load the module for that.
            get: (_, name) => (name === "__esModule" ? true : (Reflect.get(now(), name) as unknown)),
            has: (_, name) => Reflect.has(now(), name),
        },
    );
};

/**
 * At its start axios looks what `Request`, `Response` and `FormData` are, for which Node.js loads its implementation of `fetch`; where
 * there is a connection it uses none of them.
 */
function withoutFetch<Result>(run: () => Result): Result {
    const own = Object.getOwnPropertyDescriptors(globalThis) as Record<string, PropertyDescriptor>;
    const there = ["Request", "Response", "FormData"].flatMap((name) =>
        own[name]?.configurable ? [[name, own[name]] as const] : [],
    );
    const hide = ([name]: readonly [string, PropertyDescriptor]) =>
        Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
    there.forEach(hide);
    try {
        return run();
    } finally {
        for (const [name, property] of there) Object.defineProperty(globalThis, name, property);
    }
}

// `typescript: false` of a project, which a language host that was built from source does not read.
const pwd = process.argv.indexOf("--pwd");
if (pwd >= 0 && !existsSync(join(process.argv[pwd + 1] ?? "", "index.ts")))
    process.env["PULUMI_NODEJS_TYPESCRIPT"] = "false";
