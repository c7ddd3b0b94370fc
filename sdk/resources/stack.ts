import * as pulumi from "@pulumi/pulumi";

/**
 * One value for each stack program: the function gives the value of the stack whose program runs, made at the first call.
 * One process may run the programs of several stacks after each other (Automation API).
 */
export function perStack<Value>(make: () => Value): () => Value {
    const known = new WeakMap<object, { value: Value }>();
    const withoutStack = {};
    return () => {
        const stack = pulumi.runtime.getStackResource() ?? withoutStack;
        const there = known.get(stack) ?? { value: make() };
        known.set(stack, there);
        return there.value;
    };
}

/** How many resources of this package the program's engine has made, changed or left as they are so far. */
export const registeredResources = perStack(() => ({ count: 0 }));
