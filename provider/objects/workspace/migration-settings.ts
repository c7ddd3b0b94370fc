import { Acceptance } from "../../migration/acceptance";
import { DEFAULT_TIMEOUT } from "../../migration/migration-options";
import { migrateContentSchema } from "../../runtime/migrate-content";
import type { Settings } from "../../runtime/settings";
import type { Properties } from "../../util/property-path";

/** What a program says about the content of a workspace that is replaced. */
export interface MigrationSettings {
    /** Whether it is copied, and nothing is deleted before that. */
    readonly enabled: boolean;
    /** What may be left behind. */
    readonly accept: Acceptance;
    /** The kinds of content beside the tree and people that are copied; `undefined`: all. */
    readonly kinds: readonly string[] | undefined;
    /** Whether its people belong to the new one too. */
    readonly people: boolean;
    /** The folder for the homes of those who have left the account. */
    readonly formerHomes: string | undefined;
    /** Ids of other workspaces whose content is copied too. */
    readonly named: readonly string[];
    /** How long the copy takes at most, in milliseconds. */
    readonly timeout: number;
}

/** What the inputs say, else the stack's setting. */
export function migrationSettings(inputs: Properties, settings: Settings): MigrationSettings {
    const { success, data } = migrateContentSchema.safeParse(inputs["migrateContent"]);
    const given = success ? data : settings.migrateContent;
    const { accept, from, kinds, people, formerHomes } = typeof given === "object" ? given : {};
    const seconds = inputs["migrationTimeoutSeconds"];
    return {
        enabled: given !== false,
        accept: new Acceptance(accept),
        kinds,
        people: people !== false,
        formerHomes,
        named: from ?? [],
        timeout: typeof seconds === "number" ? seconds * 1000 : DEFAULT_TIMEOUT,
    };
}
