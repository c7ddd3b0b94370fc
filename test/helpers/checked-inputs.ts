import type { EngineStack } from "./engine";
import type { Inputs } from "./engine/engine-types";

/** What the checks of workspaces return from now on, in their order: with what only policy packs see, and no state. */
export function checkedInputsOf(stack: EngineStack): readonly Inputs[] {
    const all: Inputs[] = [];
    stack.replaceHandler = (type, handler) => {
        const check = async (olds: Inputs, news: Inputs) => {
            const checked = await handler.check!(olds, news);
            all.push(checked.inputs ?? {});
            return checked;
        };
        return type === "Workspace" ? Object.assign(Object.create(handler) as typeof handler, { check }) : handler;
    };
    return all;
}
