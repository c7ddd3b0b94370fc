import type { dynamic } from "@pulumi/pulumi";

import type { Collection } from "../api/collection";
import { ownerOfInputs } from "../contract/ownership-tag";
import { pageInProject } from "../contract/pages";
import type { ObjectAccess } from "../resource/access";
import type { Comparison, Lifecycle } from "../resource/lifecycle";
import { findReferences } from "../resource/references";
import { getString, type Properties } from "../util/property-path";
import { regionOfKeyArn } from "../contract/forms";

const KEY_ARN = "awsKeyInfo.keyArn";

/**
 * What only a registration has: the KMS key behind it may be one that the program made. Its class then says in the input
 * `keyRemoval` what happens to the key when it goes, which the engine tells no dynamic provider.
 */
export class CustomerManagedKeyLifecycle implements Lifecycle {
    /** The KMS keys that this run's program registers. */
    private readonly registered = new Set<string>();

    constructor(private readonly access: ObjectAccess) {}

    prepare(inputs: Properties): Properties {
        const arn = getString(inputs, KEY_ARN);
        if (arn !== undefined) this.registered.add(arn);
        return inputs;
    }

    /** A preview names the workspaces whose KMS key the program is about to have deleted. */
    async judge({ id, olds, news }: Comparison, result: dynamic.DiffResult): Promise<dynamic.DiffResult> {
        const { access } = this;
        if (access.registrationOf(olds, news) === undefined) return result;
        const arn = getString(olds, KEY_ARN);
        if (arn === undefined || olds["keyRemoval"] !== "schedule" || getString(news, KEY_ARN) === arn) return result;
        const users = await findReferences(access.requestFor(olds), id).catch(() => []);
        if (users.length === 0) return result;
        const names = users.map((user) => user.id).join(", ");
        access.session.report.warn(
            `${access.label(news)}: the KMS key ${arn} is removed from the program, so its deletion is scheduled, which makes it unusable at once. It is still used by ${users.length === 1 ? "the workspace" : "the workspaces"} ${names}. Run \`pulumi up\` with keyRemoval: "retain" on its EncryptionKey before this change. See ${pageInProject("key-changes")}.`,
            "CMK3010",
        );
        return result;
    }

    async remove(id: string, state: Properties, collection: Collection): Promise<void> {
        await collection.delete(id);
        const arn = getString(state, KEY_ARN);
        if (arn === undefined || state["keyRemoval"] !== "retain" || this.registered.has(arn)) return;
        this.access.session.announce({
            decision: "kept",
            ids: [arn],
            why: `The KMS key ${arn} was kept, because what it encrypts is lost without it. Once nothing needs it any more (${pageInProject("key-changes")}), delete it with \`aws kms schedule-key-deletion --region ${regionOfKeyArn(arn)} --key-id ${arn} --pending-window-in-days 30\`.`,
            resource: ownerOfInputs(state)?.resource,
        });
    }
}
