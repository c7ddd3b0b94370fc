import { ownershipTagOf } from "../../resource/ownership";
import { matchTag, ownerOfInputs } from "../../contract/ownership-tag";
import type { Difference } from "../../resource/diff";
import type { Session } from "../../runtime/session";
import { getPath, getString, type Properties, UNKNOWN } from "../../util/property-path";
import { customerManagedKeyObject } from "../customer-managed-key";
import { workspaceObject } from "./definition";

/** The inputs whose change is a key change. */
export const KEY_FIELDS = ["managedServicesCustomerManagedKeyId", "storageCustomerManagedKeyId"] as const;

/** A change of one of a workspace's keys. */
export interface KeyChange {
    readonly field: string;
    /** `undefined`: there was none. */
    readonly from: string | undefined;
    /** `UNKNOWN`: it may change; `undefined`: it is taken away. */
    readonly to: string | undefined;
}

/** The key whose change replaces the workspace, where one does. */
export function keyChangeOf(found: readonly Difference[], olds: Properties, news: Properties): KeyChange | undefined {
    const difference = found.find(
        ({ path, change }) => change === "replace" && KEY_FIELDS.some((field) => field === path),
    );
    if (difference === undefined) return undefined;
    const to = getPath(news, difference.path);
    return {
        field: difference.path,
        from: getString(olds, difference.path),
        to: typeof to === "string" ? to : undefined,
    };
}

/** A key in a message. */
export function shownKey(key: string | undefined): string {
    return key === UNKNOWN ? "a key that is not known yet" : (key ?? "none");
}

/** A key change in a message. */
export function describeKeyChange({ field, from, to }: KeyChange): string {
    return `${field} ${to === UNKNOWN ? "may change" : "changes"} from ${from ?? "none"} to ${shownKey(to)}`;
}

/**
 * Whether `onKeyChange: "update"` would keep the workspace, as a sentence; empty for a key that the service never changes or
 * removes in place.
 *
 * @param paths the inputs that only a replacement changes, the key among them.
 */
export function inPlaceAdvice({ field, to }: KeyChange, paths: readonly string[]): string {
    if (field !== KEY_FIELDS[0] || to === undefined) return "";
    const others = paths.filter((path) => path !== field);
    return others.length === 0
        ? ' On an account whose service can change the key in place, onKeyChange: "update" loses nothing.'
        : ` onKeyChange: "update" would not keep this workspace, because a change of ${others.join(" and ")} needs a new one too.`;
}

/**
 * The marker that policy packs see among the checked inputs. It never reaches the state: the engine checks a replacement a
 * second time, without old inputs. An unknown in it would make the whole marker unknown, so `possible` stands for one.
 *
 * @param paths the inputs that only a replacement changes: those beside the key are in `others`.
 */
export function keyChangeMarker(
    change: KeyChange,
    migrates: boolean,
    paths: readonly string[],
): Record<string, unknown> {
    const { field, from, to } = change;
    const others = paths.filter((path) => path !== field);
    return {
        field,
        migrates,
        ...(others.length === 0 ? {} : { others: others.join(" and ") }),
        ...(from === undefined ? {} : { from }),
        ...(to === UNKNOWN ? { possible: true } : to === undefined ? {} : { to }),
    };
}

/** The workspace of this resource as the account shows it, found by its tag; `undefined` where it cannot be told. */
export async function findOwnWorkspace(session: Session, olds: Properties): Promise<Properties | undefined> {
    const owner = ownerOfInputs(olds);
    if (owner === undefined) return undefined;
    try {
        const workspaces = await session.collectionFor(workspaceObject, getString(olds, "accountId")).firstList();
        const known = session.claims
            .objectsOf(workspaceObject, owner)
            .map((id) => workspaces.get(id))
            .filter((one) => one !== undefined);
        if (known.length === 1) return known[0];
        const own = [...workspaces.values()].filter(
            (response) => matchTag(owner, ownershipTagOf(workspaceObject, response)) !== undefined,
        );
        return own.length === 1 ? own[0] : undefined;
    } catch {
        return undefined;
    }
}

/** Whether both registrations can be read and are of one KMS key. */
export async function isSameKmsKey(session: Session, olds: Properties, { from, to }: KeyChange): Promise<boolean> {
    if (to === UNKNOWN) return false;
    const [before, now] = await Promise.all([from, to].map((id) => kmsKeyOf(session, olds, id)));
    return before !== undefined && before === now;
}

/** The ARN of the KMS key of a registration; `undefined` if it cannot be read: it only makes a message better. */
export async function kmsKeyOf(
    session: Session,
    olds: Properties,
    registrationId: string | undefined,
): Promise<string | undefined> {
    if (registrationId === undefined) return undefined;
    try {
        const collection = session.collectionFor(customerManagedKeyObject, getString(olds, "accountId"));
        return getString((await collection.read(registrationId)) ?? {}, "aws_key_info.key_arn");
    } catch {
        return undefined;
    }
}
