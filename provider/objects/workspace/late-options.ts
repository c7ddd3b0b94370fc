import type { dynamic } from "@pulumi/pulumi";

import { withCode } from "../../contract/coded-message";
import { ownerOfInputs } from "../../contract/ownership-tag";
import type { Properties } from "../../util/property-path";

/**
 * The options that a program gives together with a change which replaces the workspace, and that would not keep the old one: the
 * engine deletes it by the options that the state has.
 */
export function lateOptions(olds: Properties, news: Properties): dynamic.CheckFailure[] {
    const isLate = ownerOfInputs(olds)?.retained === false && ownerOfInputs(news)?.retained === true;
    const given = [...(isLate ? ["retainOnDelete"] : []), ...(news["isProtected"] === true ? ["protect"] : [])];
    return given.map((option) => ({
        property: "",
        reason: withCode(
            `The workspace would be replaced, and the option ${option} would not keep the old one: Pulumi follows the options of the last \`pulumi up\`. Do it in two steps: first \`pulumi up\` with ${option} alone${option === "protect" ? ", which then refuses the replacement" : ", which keeps the old workspace"}; then the other change.`,
            "CMK3004",
        ),
    }));
}
