import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of {@link Credentials}. */
export interface CredentialsArgs {
    /**
     * Id of an existing credentials configuration to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /**
     * Its name, 1 to 256 characters, unique in the account. Left out, one is made from the resource's name, which lets a
     * new role be put in place without a pause: best left out.
     */
    credentialsName?: pulumi.Input<string | undefined>;
    /** ARN of the cross-account role: see {@link crossAccountPolicy} and {@link crossAccountTrustPolicy}. */
    roleArn: pulumi.Input<string>;
}

/**
 * A credentials configuration (Account API: credentials): the IAM role with which Databricks launches clusters in the
 * customer's AWS account. It cannot be changed; a new role is a new configuration. A role that was made a moment ago is
 * waited for by itself until AWS shows it to Databricks.
 */
export class Credentials extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Its name. */
    declare readonly credentialsName: pulumi.Output<string>;
    /** ARN of the cross-account role. */
    declare readonly roleArn: pulumi.Output<string>;
    /** Id of the configuration (a uuid). */
    declare readonly credentialsId: pulumi.Output<string>;
    /** The external id that Databricks names when it takes the role on: the account's id. */
    declare readonly externalId: pulumi.Output<string>;
    /** When it was made, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a cross-account role.
     *
     * @param name the resource's name in this stack.
     * @param args the role; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: CredentialsArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: CredentialsArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: CredentialsArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["accountId", "credentialsName", "roleArn", "credentialsId", "externalId", "creationTime"];
        super(name, { type: "Credentials", inputs: { ...args }, outputs }, opts);
    }

    /** Reads an existing configuration, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Credentials {
        return new Credentials(name, undefined, { ...opts, id });
    }
}
