import { pageInProject } from "./pages";

/** A state that another stack made than the one that uses it. */
export interface MovedState {
    /** The full name of the stack that made it: `organization/project/stack`. */
    readonly from: string;
    /** The full name of the stack that uses it. */
    readonly to: string;
    /** Whether the stack that made it still has the same objects. Default: nobody knows. */
    readonly isCopy?: boolean;
    /** How the URNs of the state begin, if they still name the other stack, and how they have to begin here. */
    readonly urns?: { readonly from: string; readonly to: string };
}

/**
 * The full name of a stack that a state notes. A state that a plugin wrote notes none of its organization, which is that of the stack
 * that has the state.
 *
 * @param current the full name of the stack that has the state.
 */
export function fullStackName(noted: string, current: string): string {
    return noted.split("/").length === 2 ? `${current.split("/", 1).join()}/${noted}` : noted;
}

/**
 * The error for a state that another stack made. A renamed stack and a copied state look the same, and a change of a copy
 * deletes the other stack's workspaces, so the user has to answer which of the two it is. The text has the commands for each answer.
 */
export function movedStateError({ from, to, isCopy = false, urns }: MovedState): string {
    const takeOut = `run \`pulumi state delete --all --stack ${to}\`, which takes everything out of this state and changes nothing else; the next \`pulumi up\` then creates objects of its own`;
    const rename = `run \`pulumi config set databricks:stackRenamedFrom ${from} --stack ${to}\`, then \`pulumi up\``;
    const again = (exported: string) =>
        urns === undefined
            ? ""
            : `import it again under this name, with \`${exported.replace("SED", `sed 's|${urns.from}|${urns.to}|g'`)} | pulumi stack import --stack ${to}\`, then `;
    const lines = isCopy
        ? [
              `The state of the stack ${to} is a copy: ${from} still has the same objects, and a change here could delete them there. Nothing was changed.`,
              `- To leave them to ${from}, ${takeOut}.`,
              `- To take them over, ${again(`pulumi stack export --stack ${from} | SED`)}run \`pulumi state delete --all --stack ${from}\`, which deletes no object, then ${rename}.`,
          ]
        : [
              `The state of the stack ${to} was made by the stack ${from}. Nothing was changed. Was the stack renamed, or is its state a copy?`,
              `- If it was renamed or moved, and nobody uses ${from} any more, ${again("SED state.json")}${rename}.${urns === undefined ? "" : " (state.json is the file that was imported.)"}`,
              `- If it is a copy, its objects belong to ${from}: ${takeOut}.`,
          ];
    return [...lines, `See ${pageInProject("recovery")}, Copied and renamed stacks.`].join("\n");
}
