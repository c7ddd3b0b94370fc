import type * as pulumi from "@pulumi/pulumi";

import { programError } from "../program-error";

/** Resource options that do not do what they say, refused before anything is registered. */
export function refuseOptions(type: string, name: string, opts: pulumi.CustomResourceOptions | undefined): void {
    if (opts?.import !== undefined) {
        // The engine passes neither inputs nor state to an import of a dynamic resource, so it could only fail later, unexplained.
        const id = typeof opts.import === "string" ? opts.import : "<id>";
        throw programError(
            `${type} "${name}": the option import does not work for dynamic resources. Use adopt instead: remove the option, and pass adopt: "${id}" among the arguments.`,
            "CMK1020",
        );
    }
    refuseDeletedWith(type, name, opts);
}

/** The engine asks for no deletion then and takes the resource out of the state. What is inside a component inherits the option. */
export function refuseDeletedWith(type: string, name: string, opts: pulumi.ResourceOptions | undefined): void {
    if (opts?.deletedWith === undefined) return;
    throw programError(
        `${type} "${name}": with the option deletedWith, Pulumi would drop it from the state without deleting it, and nothing deletes it together with another resource: it would stay in the account, in no state. Remove the option; to keep the object on purpose, use retainOnDelete.`,
        "CMK1023",
    );
}
