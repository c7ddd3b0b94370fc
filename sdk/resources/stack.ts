import * as pulumi from "@pulumi/pulumi";

import type { ResourceType } from "../../provider/contract/kinds";

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

/** The resources of this package that a program has registered so far. */
export class RegisteredResources {
    /** How many the engine has created, updated or left unchanged. */
    count = 0;
    private readonly ended = new Map<ResourceType, Promise<void>[]>();

    /** Notes a resource. */
    add(type: ResourceType, { urn }: pulumi.Resource): void {
        const ended = new Promise<void>((resolve) => {
            urn.apply(() => {
                this.count++;
                resolve();
            });
        });
        const others = this.ended.get(type) ?? [];
        this.ended.set(type, others);
        others.push(ended);
    }

    /** Waits for the resources of a type that the program has registered before this call. */
    async untilEnded(type: ResourceType): Promise<void> {
        await Promise.all(this.ended.get(type) ?? []);
    }
}

/** The resources of this package that the running program has registered. */
export const registeredResources = perStack(() => new RegisteredResources());

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
