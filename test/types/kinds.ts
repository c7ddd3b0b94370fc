import type * as provider from "../../provider";
import type { HandlerName, ObjectType, ResourceType } from "../../provider/contract/kinds";
import type { registry } from "../../provider/registry";
import type * as sdk from "../../sdk";
import type { Check } from "./checks";

/** Every kind has an entry in the registry, a handler under the name that states contain, and a class. */
export type KindChecks = [
    Check<Exclude<ObjectType, keyof typeof registry>>,
    Check<Exclude<HandlerName, keyof typeof provider>>,
    Check<Exclude<keyof typeof provider, HandlerName>>,
    Check<Exclude<ResourceType, keyof typeof sdk>>,
    // @ts-expect-error -- a kind without a handler
    Check<Exclude<HandlerName | "metastore", keyof typeof provider>>,
    // @ts-expect-error -- a kind without a class
    Check<Exclude<ResourceType | "Metastore", keyof typeof sdk>>,
];
