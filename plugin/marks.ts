import { isRecord, type Properties, UNKNOWN } from "../provider/util/property-path";

/** The name, which no property has, under which a message says that a value is more than it holds; and what it is. */
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** A value without marks, as the handlers know it: what a secret holds, and the id of a resource. */
export function unmarked(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unmarked);
    if (!isRecord(value)) return value;
    if (value[MARK] === SECRET) return unmarked(value["value"]);
    if (value[MARK] === RESOURCE) return value["id"] === "" ? UNKNOWN : (value["id"] ?? value["urn"]);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unmarked(one)]));
}

/** Properties in which all is secret that has, in what they came from, a secret under the same name. */
export function withSecretsOf(properties: Properties, source: Properties): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, withSecretOf(value, source[name])]),
    );
}

function withSecretOf(value: unknown, source: unknown): unknown {
    if (value === undefined) return undefined;
    if (isRecord(value) && isRecord(source) && source[MARK] === undefined) return withSecretsOf(value, source);
    return hasSecret(source) ? { [MARK]: SECRET, value } : value;
}

function hasSecret(value: unknown): boolean {
    if (Array.isArray(value)) return value.some(hasSecret);
    return isRecord(value) && (value[MARK] === SECRET || Object.values(value).some(hasSecret));
}
