import type { workspaceObject } from "../../provider/objects/workspace/definition";
import type { Workspace, WorkspaceArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

/** The outputs that only the workspace's handler computes. */
type Computed = "deploymentNamePrefix" | "migration" | "workspaceUrl";
type Definition = typeof workspaceObject;
type WithoutArgument = Omit<WorkspaceArgs, "pricingTier">;
type WithoutResponse = Omit<Workspace, "workspaceStatus">;

/** Workspace: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type WorkspaceChecks = [
    Check<ArgsDifferences<WorkspaceArgs, Definition>>,
    Check<OutputDifferences<Workspace, Definition, Computed>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition, Computed>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<WorkspaceArgs, WithoutField<Definition, "pricingTier">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<Workspace, WithoutOutput<Definition, "workspaceStatus">, Computed>>,
];
