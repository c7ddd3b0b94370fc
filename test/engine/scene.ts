import type * as pulumi from "@pulumi/pulumi";

import * as databricks from "../../sdk";
import { type Needs, programOf, registration } from "./live-workspaces";

/** The registered keys of a program. */
export type KeyName = "a" | "b" | "c";

/** What a program is given to make its workspaces with. */
export interface Scene {
    readonly needs: Needs;
    readonly keys: Readonly<Record<KeyName, pulumi.Output<string>>>;
    /** A workspace under a key. */
    workspace(name: string, key: KeyName, ...rest: WorkspaceRest): databricks.Workspace;
}

/** The part of a program that is about one resource. */
export type Part = (scene: Scene) => unknown;

/** A workspace under a key. */
export function under(name: string, key: KeyName, ...more: WorkspaceRest): Part {
    return ({ workspace }) => workspace(name, key, ...more);
}

/** A workspace under a key, which had another name. */
export function renamed(name: string, key: KeyName, before: string): Part {
    return under(name, key, {}, { aliases: [{ name: before }] });
}

type WorkspaceRest = [args?: Partial<databricks.WorkspaceArgs>, opts?: pulumi.CustomResourceOptions];

/** The input `forceDestroy: true`, to be spread into the arguments of a workspace. */
export const forced: Partial<databricks.WorkspaceArgs> & { forceDestroy: true } = { forceDestroy: true };

/** A program of these parts, with what each workspace needs and three registered keys. */
export function programOfParts(
    parts: Readonly<Record<string, Part | undefined>>,
    keyArns: readonly string[],
): pulumi.automation.PulumiFn {
    return programOf((needs) => {
        const [a, b, c] = keyArns.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        const keys = { a: a!, b: b!, c: c! };
        const workspace: Scene["workspace"] = (name, key, args, opts) => {
            const managedServicesCustomerManagedKeyId = keys[key];
            return new databricks.Workspace(name, { ...needs, managedServicesCustomerManagedKeyId, ...args }, opts);
        };
        for (const part of Object.values(parts)) part?.({ needs, keys, workspace });
    });
}
