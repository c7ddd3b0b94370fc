import * as pulumi from "@pulumi/pulumi";

import type { Workspace } from "../resources/workspace";
import { outputOf } from "./output-form";
import { withLookups } from "./provider-bridge";
import type { ExactlyOne, GetAllArgs, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** What identifies the workspace of a {@link getWorkspace}. */
export interface WorkspaceSelectors {
    /** Name of the workspace. Several workspaces may have the same. */
    name: string;
    /** Id of the workspace: a 64-bit integer, as a string. */
    id: string;
    /** Label of the workspace's host name, including the account's prefix. */
    deploymentName: string;
}

/** The arguments of {@link getWorkspace}: exactly one of `name`, `id` and `deploymentName`, and `accountId`. */
export type GetWorkspaceArgs = GetAllArgs & ExactlyOne<WorkspaceSelectors>;

/** An existing workspace: the outputs of {@link Workspace} that the API returns for it. */
export type GetWorkspaceResult = LookupResult<Workspace, "deploymentNamePrefix" | "migration" | "metastoreId">;

/**
 * Looks up one workspace. Fails if there is none, or if several have the name: the error then contains their ids.
 *
 * @param args what identifies the workspace.
 */
export function getWorkspace(args: GetWorkspaceArgs): Promise<GetWorkspaceResult> {
    return withLookups((account) => account.get("Workspace", args));
}

/**
 * {@link getWorkspace} with arguments that may be outputs.
 *
 * @param args what identifies the workspace.
 * @param opts what must exist before.
 */
export function getWorkspaceOutput(
    args: LookupInputs<GetWorkspaceArgs>,
    opts?: LookupOutputOptions,
): pulumi.Output<GetWorkspaceResult> {
    return outputOf((given: GetWorkspaceArgs) => getWorkspace(given), pulumi.output(args), opts);
}
