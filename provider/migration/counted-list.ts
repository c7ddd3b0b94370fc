import { isRecord } from "../util/property-path";

/** A list of a workspace that is only counted. */
export interface CountedList {
    readonly path: string;
    /** Whether the service itself put a member there, as it does in every new workspace. */
    readonly isOfService?: (member: Readonly<Record<string, unknown>>) => boolean;
}

/** What a page has that people made: each list has a name of its own in the response, so every list there counts. */
export function membersOf({ isOfService }: CountedList, body: Readonly<Record<string, unknown>>): unknown[] {
    const members: unknown[] = Object.values(body).filter(Array.isArray).flat();
    return members.filter((member) => !isRecord(member) || isOfService?.(member) !== true);
}
