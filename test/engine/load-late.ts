/**
 * A preload (`node --require`) for the processes of the engine's tests: `@pulumi/pulumi` loads the TypeScript compiler, npm's
 * dependency tree and its Automation API at its start, half of what a provider's process costs, and only the closure serializer,
 * programs in TypeScript and tests ever use them. Here they are loaded when they are first used, and the source maps, which every
 * error would read, never. The tests with consumers run without this.
 */
import "./compiled";

import Module from "node:module";

type Load = (this: unknown, request: string, parent?: { filename?: string }, isMain?: boolean) => object;

const internals = Module as unknown as { _load: Load };
const load = internals._load;
const late = new Set([
    ...["typescript", "@npmcli/arborist", "./automation", "source-map-support/register"],
    ...["fdir", "normalize-package-data"],
]);

internals._load = function (request, parent, isMain) {
    const now = () => load.call(this, request, parent, isMain);
    if (!late.has(request) || !/[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) return now();
    return new Proxy(
        {},
        {
            // What `import * as` asks first; otherwise it would copy every member, and load the module for that.
            get: (_, name) => (name === "__esModule" ? true : (Reflect.get(now(), name) as unknown)),
            has: (_, name) => Reflect.has(now(), name),
        },
    );
};
