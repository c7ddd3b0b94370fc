import { pageInProject } from "../../contract/pages";
import type { Session } from "../../runtime/session";
import { getPath, getString, type Properties, sameValue } from "../../util/property-path";
import { KEY_FIELDS, kmsKeyOf } from "./key-change";

/** A check of a workspace that exists. */
interface Checked {
    readonly session: Session;
    readonly label: string;
    readonly olds: Properties;
    readonly news: Properties;
    /** Whether the workspace stays, and the service is asked to change its key. */
    readonly isInPlace: boolean;
}

/**
 * Names the KMS key that a workspace has, if a check finds another key: the service needs the old one for some time, or until
 * the old workspace is gone, and a KMS key whose deletion is scheduled is unusable at once. Said by the check, because the
 * program may take the key away in the same run, and a preview must show it. Never fails.
 */
export async function nameOldKeys({ session, label, olds, news, isInPlace }: Checked): Promise<void> {
    for (const field of KEY_FIELDS) {
        const [from, to] = [getString(olds, field), getPath(news, field)];
        if (from === undefined || sameValue(from, to)) continue;
        const arn = await kmsKeyOf(session, olds, from);
        if (arn === undefined || arn === (await kmsKeyOf(session, olds, getString(news, field)))) continue;
        if (session.kmsKeysOfStack.has(arn)) {
            session.report.warn(
                `${label}: the service may need the KMS key ${arn} for 24 hours after this key change, and it belongs to this stack: if the program no longer has it, AWS is asked to delete it, which makes it unusable at once. Leave it in the program until then, or run \`pulumi up\` with keyRemoval: "retain" on its EncryptionKey (retainOnDelete on an aws.kms.Key of your own) before this change. See ${pageInProject("key-changes")}.`,
                "CMK3010",
            );
        } else if (isInPlace) {
            session.report.info(
                `${label}: keep the KMS key ${arn} enabled for 24 hours after this key change: the service may need it until then. See ${pageInProject("key-changes")}.`,
            );
        }
    }
}
