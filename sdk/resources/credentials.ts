import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** The arguments of {@link Credentials}. */
export interface CredentialsArgs extends AccountResourceArgs {
    /**
     * Name of the configuration: 1 to 256 characters, unique in the account.
     *
     * @default generated from the resource's name (recommended), so that a configuration with a new role can be created
     * before the old one is deleted
     */
    credentialsName?: pulumi.Input<string | undefined>;
    /** ARN of the cross-account role. See {@link crossAccountPolicy} and {@link crossAccountTrustPolicy} for its policies. */
    roleArn: pulumi.Input<string>;
}

/**
 * A credentials configuration (Account API: `/credentials`): the IAM role with which Databricks launches clusters in your
 * AWS account.
 *
 * It is immutable: a new role is a new configuration. If Databricks cannot use a role yet because it was created a moment
 * ago, creation is retried for `databricks:validationTimeoutSeconds`.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const credentials = new databricks.Credentials("analytics", { roleArn: "arn:aws:iam::123456789012:role/databricks" });
 * export const id = credentials.credentialsId;
 * ```
 */
export class Credentials extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the configuration. */
    declare readonly credentialsName: pulumi.Output<string>;
    /** ARN of the cross-account role. */
    declare readonly roleArn: pulumi.Output<string>;
    /** Id of the configuration (a uuid). */
    declare readonly credentialsId: pulumi.Output<string>;
    /** The external id with which Databricks assumes the role: the account id. */
    declare readonly externalId: pulumi.Output<string>;
    /** Creation time, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Creates a credentials configuration.
     *
     * @param name the resource's name in the stack.
     * @param args the role. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: CredentialsArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "Credentials", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<Credentials> = {
    accountId: undefined,
    credentialsName: undefined,
    roleArn: undefined,
    credentialsId: undefined,
    externalId: undefined,
    creationTime: undefined,
};
