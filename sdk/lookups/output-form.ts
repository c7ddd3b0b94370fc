import * as pulumi from "@pulumi/pulumi";

import type { LookupOutputOptions } from "./types";
import { programError } from "../program-error";

/**
 * The output form of a lookup. As with every Pulumi function, a preview does not run it while one of the resources that the
 * arguments come from is to be created, even if the argument itself is known.
 */
export function outputOf<Args, Result>(
    lookup: (args: Args) => Promise<Result>,
    args: pulumi.Output<Args>,
    opts: LookupOutputOptions = {},
): pulumi.Output<Result> {
    const sources = pulumi.getAllResources(args).then((resources) =>
        // A component has no id, and its outputs come from resources that have one.
        [...resources].flatMap((resource) => (pulumi.CustomResource.isInstance(resource) ? [resource.id] : [])),
    );
    const dependencies = pulumi.output(opts.dependsOn ?? []).apply((named) => pulumi.all([named].flat().map(idOf)));
    return pulumi
        .all([pulumi.output(sources), dependencies])
        .apply(() => args)
        .apply(lookup);
}

/** The id of a resource in `dependsOn`, which is known once the resource exists. */
function idOf(resource: pulumi.Resource): pulumi.Output<pulumi.ID> {
    if (pulumi.CustomResource.isInstance(resource)) return resource.id;
    throw programError(
        "dependsOn: a lookup cannot wait for a component as a whole. Name the component's resources, or pass one of its outputs as an argument.",
        "CMK1002",
    );
}
