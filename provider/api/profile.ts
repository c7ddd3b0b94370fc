import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { ConfigurationError } from "./errors";

/** One section of `~/.databrickscfg`. */
export interface Profile {
    /** What it is called in messages. */
    readonly name: string;
    /** The profile that was asked for by name; `undefined` if it is the default one. */
    readonly asked: string | undefined;
    readonly values: ReadonlyMap<string, string>;
}

/** The section of the Databricks command line's own settings, among them the default profile's name. */
const SETTINGS = "__settings__";

/**
 * Reads a profile. Without a name it is the default one, which need not exist.
 *
 * @param asked the name that was asked for; an empty one counts as none.
 * @param environment `DATABRICKS_CONFIG_FILE` names the file, otherwise it is `~/.databrickscfg`.
 */
export function readProfile(
    asked: string | undefined,
    environment: Readonly<Record<string, string | undefined>>,
): Profile {
    const home = environment["HOME"] ?? homedir();
    const given = environment["DATABRICKS_CONFIG_FILE"]?.trim() ?? "";
    const file = given === "" ? join(home, ".databrickscfg") : given.replace(/^~(?=[/\\])/, home);
    const text = fileText(file);
    const sections = text === undefined ? new Map<string, Map<string, string>>() : parseProfiles(text);
    const named = asked?.trim() === "" ? undefined : asked?.trim();
    const profile = named ?? sections.get(SETTINGS)?.get("default_profile") ?? "DEFAULT";
    const values = profile === SETTINGS ? undefined : sections.get(profile);
    if (values === undefined && named !== undefined) {
        throw new ConfigurationError(
            `The Databricks profile "${named}" was asked for, but ${text === undefined ? "its file cannot be read" : "its file has no such section"}. Correct databricks:profile (or DATABRICKS_CONFIG_PROFILE), or name the right file with DATABRICKS_CONFIG_FILE.`,
        );
    }
    const name = `profile ${profile} of ${file.replace(/^.*[/\\]/, "")}`;
    return { name, asked: named, values: values ?? new Map() };
}

/**
 * The sections of an ini file as the Databricks tools read it: a section's name may hold dots, a comment is a line of its
 * own or follows a space, and a value keeps every other sign as it is. (Ini libraries for Node.js split names at dots, and
 * cut a secret off at its first `#` or `;`.)
 */
export function parseProfiles(text: string): Map<string, Map<string, string>> {
    const sections = new Map<string, Map<string, string>>();
    let values = new Map<string, string>();
    for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
        const [, section] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
        if (section !== undefined) {
            values = sections.get(section.trim()) ?? new Map<string, string>();
            sections.set(section.trim(), values);
            continue;
        }
        const [, key, value] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)(?:\s+[#;].*)?\s*$/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) values.set(key, value.replace(/^(["'])(.*)\1$/, "$2"));
    }
    return sections;
}

function fileText(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
