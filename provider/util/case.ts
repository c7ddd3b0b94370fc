import { isRecord } from "./property-path";

/** `awsKeyInfo.keyArn` as the API spells it: `aws_key_info.key_arn`. */
export function snakeCase(path: string): string {
    return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `key_arn` as a Pulumi program spells it: `keyArn`. */
export function camelCase(path: string): string {
    return path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The value with every member name, however deep, in camelCase. */
export function camelCaseDeep(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(camelCaseDeep);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [camelCase(name), camelCaseDeep(member)]));
}
