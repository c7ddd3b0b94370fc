import type { dynamic } from "@pulumi/pulumi";

import { workspaceObject } from "../../provider/objects/workspace/definition";
import type { Session } from "../../provider/runtime/session";
import type { Type } from "../helpers/engine/engine-types";

/** What the handlers of the model are told, and whether the gate is asked. */
export type ModelHost = "classes" | "plugin" | "without-gate";

/** A handler as a host has it. */
export function handlerIn(
    host: ModelHost,
    type: Type,
    handler: dynamic.ResourceProvider,
    session: Session,
): dynamic.ResourceProvider {
    if (host === "plugin") return asPlugin(handler, session);
    return host === "without-gate" && type === "Workspace" ? withoutGate(handler, session) : handler;
}

/**
 * A handler of workspaces whose delete asks nothing before it deletes: with it the model has to find losses, or it could not find
 * them at all.
 */
function withoutGate(handler: dynamic.ResourceProvider, session: Session): dynamic.ResourceProvider {
    const open = Object.create(handler) as dynamic.ResourceProvider;
    open.delete = (id: string) => session.collectionFor(workspaceObject).delete(id);
    return open;
}

/** What a class tells its handler, and no engine a plugin (record 0041): `retainOnDelete` is a part of `owner`. */
const OF_CLASSES = ["objects", "kmsKeys", "isUpdate", "isProtected"];

/** A handler that is told no more than the plugin can tell it. */
function asPlugin(handler: dynamic.ResourceProvider, { claims }: Session): dynamic.ResourceProvider {
    const told = Object.create(handler) as dynamic.ResourceProvider;
    told.check = async (olds: Record<string, unknown>, news: Record<string, unknown>) => {
        const inputs = Object.fromEntries(
            Object.entries(news)
                .filter(([name]) => !OF_CLASSES.includes(name))
                .map(([name, value]) => [name, typeof value === "string" ? value.replace("+retained/", "/") : value]),
        );
        claims.isWholeProgram = true;
        return (await handler.check?.(olds, inputs)) ?? { inputs };
    };
    return told;
}
