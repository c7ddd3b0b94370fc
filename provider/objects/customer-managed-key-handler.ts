import { pageInProject } from "../contract/pages";
import type { dynamic } from "@pulumi/pulumi";

import { ObjectHandler } from "../resource/handler";
import { findReferences } from "../resource/references";
import { getString, type Properties } from "../util/property-path";
import { regionOfKey } from "./customer-managed-key";

const KEY_ARN = "awsKeyInfo.keyArn";

/**
 * What only a registration has: the KMS key behind it may be one that the program made. Its class then says in the input
 * `keyRemoval` what happens to the key when it goes, which the engine tells no dynamic provider.
 */
export class CustomerManagedKeyHandler extends ObjectHandler {
    /** The KMS keys that this run's program registers. */
    private readonly registered = new Set<string>();

    override check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const arn = getString(news, KEY_ARN);
        if (arn !== undefined) this.registered.add(arn);
        return super.check(olds, news);
    }

    override async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        const compared = await super.diff(id, olds, news);
        if (this.registrationOf(olds, news) !== undefined) await this.warnOfUsers(id, olds, news);
        return { ...compared, changes: compared.changes === true || olds["keyRemoval"] !== news["keyRemoval"] };
    }

    override update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        return super.update(id, { ...olds, keyRemoval: undefined }, news);
    }

    protected override async remove(id: string, properties: Properties): Promise<void> {
        await super.remove(id, properties);
        const arn = getString(properties, KEY_ARN);
        if (arn === undefined || properties["keyRemoval"] !== "retain" || this.registered.has(arn)) return;
        this.session.report.info(
            `The KMS key ${arn} was kept, because what it encrypts is lost without it. Once nothing needs it any more (${pageInProject("key-changes")}), delete it with \`aws kms schedule-key-deletion --region ${regionOfKey(arn)} --key-id ${arn} --pending-window-in-days 30\`.`,
        );
    }

    /** A preview names the workspaces whose KMS key the program is about to have deleted. */
    private async warnOfUsers(id: string, olds: Properties, news: Properties): Promise<void> {
        const arn = getString(olds, KEY_ARN);
        if (arn === undefined || olds["keyRemoval"] !== "schedule" || getString(news, KEY_ARN) === arn) return;
        const users = await findReferences(this.definition, this.session, id, this.contextOf(olds)).catch(() => []);
        if (users.length === 0) return;
        const names = users.map((user) => user.id).join(", ");
        this.session.report.warn(
            `${this.label(news)}: the KMS key ${arn} leaves the program, so AWS is asked to delete it, which makes it unusable at once, and until now it is the key of ${users.length === 1 ? "the workspace" : "the workspaces"} ${names}. Run \`pulumi up\` with keyRemoval: "retain" on its EncryptionKey before this change. See ${pageInProject("key-changes")}.`,
        );
    }
}
