import type { dynamic } from "@pulumi/pulumi";

import { withCode } from "../../contract/coded-message";
import { ownerOfInputs } from "../../contract/ownership-tag";
import type { Properties } from "../../util/property-path";

/**
 * The options that a program changes together with a change which replaces the workspace: the engine keeps or deletes the old one by the
 * options that the state has. One that is given would not keep it, and `retainOnDelete` that is taken away would leave it in no state.
 */
export function lateOptions(olds: Properties, news: Properties): dynamic.CheckFailure[] {
    const [was, is] = [ownerOfInputs(olds)?.retained, ownerOfInputs(news)?.retained];
    const reasons = [
        ...(was === false && is === true
            ? [notKept("retainOnDelete", "with retainOnDelete alone, which keeps the old workspace")]
            : []),
        ...(news["isProtected"] === true
            ? [notKept("protect", "with protect alone, which then refuses the replacement")]
            : []),
        ...(was === true && is === false
            ? [
                  `The workspace would be replaced, and retainOnDelete, which the program no longer has, would still keep the old one, in no state: ${STEPS} without retainOnDelete alone; then the other change. To keep the old workspace, leave the option.`,
              ]
            : []),
    ];
    return reasons.map((reason) => ({ property: "", reason: withCode(reason, "CMK3004") }));
}

const STEPS = "Pulumi follows the options of the last `pulumi up`. Do it in two steps: first `pulumi up`";

function notKept(option: string, how: string): string {
    return `The workspace would be replaced, and the option ${option} would not keep the old one: ${STEPS} ${how}; then the other change.`;
}
