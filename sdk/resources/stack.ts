import * as pulumi from "@pulumi/pulumi";

/**
 * One value per stack program: the returned function gives the value of the stack whose program is running, created at the
 * first call. One process may run the programs of several stacks, one after the other (Automation API).
 */
export function perStack<Value>(create: () => Value): () => Value {
    const values = new WeakMap<object, { value: Value }>();
    const withoutStack = {};
    return () => {
        const stack = pulumi.runtime.getStackResource() ?? withoutStack;
        const known = values.get(stack) ?? { value: create() };
        values.set(stack, known);
        return known.value;
    };
}

/** The number of resources of this package that the engine has created, updated or left unchanged for the program so far. */
export const registeredResources = perStack(() => ({ count: 0 }));

/** The stack whose program is running. */
export interface CurrentStack {
    /** Its full name, `organization/project/stack`. */
    readonly name: string;
    /** How the URNs of its resources begin. */
    readonly urnPrefix: string;
}

/** Names the stack whose program is running; `undefined` if no engine runs the program. */
export function currentStack(): CurrentStack | undefined {
    try {
        const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
        return {
            name: `${pulumi.getOrganization()}/${project}/${stack}`,
            urnPrefix: `urn:pulumi:${stack}::${project}::`,
        };
    } catch {
        return undefined;
    }
}
