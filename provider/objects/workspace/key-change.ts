import { idOf } from "../../api/codec";
import { withCode } from "../../contract/coded-message";
import { ownershipTagOf } from "../../resource/ownership";
import { matchTag, ownerOfInputs } from "../../contract/ownership-tag";
import { pageInProject } from "../../contract/pages";
import type { ObjectAccess } from "../../resource/access";
import { type Difference, pathsOf } from "../../resource/diff";
import type { CheckVerdict, InputChange } from "../../resource/lifecycle";
import type { Registration } from "../../runtime/claims";
import type { Session } from "../../runtime/session";
import { getPath, getString, type Properties, sameValue, UNKNOWN } from "../../util/property-path";
import { customerManagedKeyObject } from "../customer-managed-key";
import { keyChangeMode, workspaceObject } from "./definition";
import { isTerminal } from "./status";

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

/** The key among the inputs whose change replaces the workspace, if one is. */
export function keyChangeOf(replaces: readonly string[], olds: Properties, news: Properties): KeyChange | undefined {
    const field = KEY_FIELDS.find((key) => replaces.includes(key));
    if (field === undefined) return undefined;
    const to = getPath(news, field);
    return { field, from: getString(olds, field), to: typeof to === "string" ? to : undefined };
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

/**
 * The workspace of this resource as the account shows it, by the state or else by its tag; `undefined` if it cannot be told. One
 * that is not in the state is not the resource's: an interrupted replacement has left it.
 */
export async function findOwnWorkspace(session: Session, olds: Properties): Promise<Properties | undefined> {
    const owner = ownerOfInputs(olds);
    if (owner === undefined) return undefined;
    try {
        const workspaces = await session.collectionFor(workspaceObject, getString(olds, "accountId")).firstList();
        const { claims, report } = session;
        const inState = claims.stateObjectsOf(workspaceObject, owner, report.urn).map(({ id }) => id);
        const ids = new Set([...inState, ...claims.objectsOf(workspaceObject, owner)]);
        const known = [...ids].map((id) => workspaces.get(id)).filter((one) => one !== undefined);
        if (known.length === 1) return known[0];
        const own = [...workspaces].flatMap(([id, response]) =>
            matchTag(owner, ownershipTagOf(workspaceObject, response)) !== undefined &&
            (!claims.knowsState || claims.isInState(workspaceObject, id))
                ? [response]
                : [],
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

/**
 * What the check says of a change of keys. One that replaces the workspace becomes the input `keyChange`, which policy packs see.
 * `forbid` fails here, where the engine shows it best; what only a diff can see, the diff judges.
 *
 * @param migrates whether the content is copied into a workspace that replaces this one.
 */
export async function checkKeyChange(
    access: ObjectAccess,
    { olds, news, found }: InputChange,
    migrates: boolean,
): Promise<CheckVerdict | undefined> {
    const { session } = access;
    const mode = keyChangeMode(news, session.settings);
    const label = access.label(news);
    await nameOldKeys({ session, label, olds, news, isInPlace: mode === "update" });
    announceInPlace({ session, label }, olds, news, found);
    const change = keyChangeOf(pathsOf(found, "replace"), olds, news);
    if (change === undefined) return undefined;
    const existing = await findOwnWorkspace(session, olds);
    const actual = existing && access.toOutputs(existing, access.contextOf(olds).accountId);
    if (existing !== undefined && change.to !== UNKNOWN && sameValue(actual?.[change.field], change.to)) {
        noteActual(access, olds, news, { id: idOf(workspaceObject, existing), outputs: { [change.field]: change.to } });
        return undefined;
    }
    const paths = pathsOf(found, "replace", "refuse");
    // Only the state, which a check does not see, says whether one that failed ever ran.
    if (mode === "forbid" && !(actual !== undefined && isTerminal(actual))) {
        const reason = `${describeKeyChange(change).replace(`${change.field} `, "")}, which would replace the workspace, and onKeyChange is "forbid".${inPlaceAdvice(change, paths)} Otherwise bring the key back, or set onKeyChange to "replace", which ${migrates ? "copies notebooks, files and folders into the new workspace" : "loses every notebook of the workspace, because migrateContent is false"}`;
        return { failures: [{ property: change.field, reason: withCode(reason, "CMK3004") }] };
    }
    return { inputs: { keyChange: keyChangeMarker(change, migrates, paths) } };
}

function announceInPlace(
    { session, label }: { readonly session: Session; readonly label: string },
    olds: Properties,
    news: Properties,
    found: readonly Difference[],
): void {
    const inPlace = found.find(({ path, change }) => change === "update" && path === KEY_FIELDS[0]);
    if (inPlace === undefined) return;
    const [from, to] = [getString(olds, inPlace.path), getPath(news, inPlace.path)];
    session.report.info(
        `${label}: ${inPlace.path} changes from ${from ?? "none"} to ${shownKey(typeof to === "string" ? to : undefined)}: the service is asked to change it in place.`,
    );
}

/** Notes that the account shows already what the program asks for: the diff sees the state, which does not say it yet. */
function noteActual(
    access: ObjectAccess,
    olds: Properties,
    news: Properties,
    actual: NonNullable<Registration["actual"]>,
): void {
    const registration = access.registrationOf(olds, news);
    if (registration === undefined) return;
    for (const owner of [ownerOfInputs(olds), ownerOfInputs(news)]) {
        access.session.claims.register(access.definition, owner, { ...registration, actual });
    }
}

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
