import type { z } from "zod";

import { partitions } from "../contract/partitions";
import { closestName } from "../contract/closest-name";
import { classInputs } from "../contract/state-notes";
import type { Session } from "../runtime/session";
import type { CheckContext, Failure, ObjectDefinition } from "./definition";
import type { Difference } from "./diff";
import { labelOf } from "./ownership";
import { getPath, getString, holdsUnknown, isRecord, type Properties, UNKNOWN } from "../util/property-path";

/** Inputs that objects of the account take beside their own. */
const CLASS_INPUTS = new Set<string>([...classInputs.others, ...classInputs.ofCheck]);
const CHECK_INPUTS = new Set<string>(classInputs.ofCheck);

/** What is checked: an object's inputs, or the arguments of a lookup. */
export type Checked = Pick<ObjectDefinition, "noun" | "fields" | "check">;

/**
 * Everything that is wrong with the inputs and can be known before the API is called, all at once, each with its
 * property. What is not known yet passes. Never throws, whatever the inputs are.
 *
 * @param given the regions that are allowed, and the part of AWS: by default the commercial one.
 */
export function checkInputs(
    object: Checked,
    inputs: Properties,
    given: Pick<CheckContext, "allowedRegions"> & Partial<CheckContext>,
): Failure[] {
    const context = { partition: partitions.aws, ...given };
    const failures = [...unknownNames(object, inputs)];
    const adopt = getPath(inputs, "adopt");
    if (
        adopt !== undefined &&
        (typeof adopt !== "string" || (adopt !== UNKNOWN && !/^[0-9A-Za-z-]{1,64}$/.test(adopt)))
    ) {
        failures.push({ property: "adopt", reason: `must be the bare id of an existing ${object.noun}, as a string` });
    }
    for (const [path, field] of Object.entries(object.fields)) {
        const group = notAnObject(inputs, path);
        if (group !== undefined) {
            if (!failures.some(({ property }) => property === group))
                failures.push({ property: group, reason: "must be an object" });
            continue;
        }
        const value = getPath(inputs, path);
        if (value === UNKNOWN) continue;
        failures.push(...problems(path, field.schema, value));
    }
    // One input, one problem: what is wrong by itself is not also held against the others.
    const together = (object.check?.(inputs, context) ?? []).filter(
        ({ property }) => !failures.some((one) => one.property === property),
    );
    return [...failures, ...together];
}

function problems(path: string, schema: z.ZodType, value: unknown): Failure[] {
    const result = schema.safeParse(value);
    if (result.success) return [];
    return result.error.issues
        .filter((issue) => !holdsUnknown(valueAt(value, issue.path)))
        .map((issue) => ({ property: [path, ...issue.path.map(String)].join("."), reason: issue.message }));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>((place, name) => {
        if (Array.isArray(place)) return place[Number(name)];
        return isRecord(place) ? place[String(name)] : undefined;
    }, value);
}

/** The path of the first thing around this input that should be an object and is not. */
function notAnObject(inputs: Properties, path: string): string | undefined {
    const names = path.split(".");
    for (let depth = 1; depth < names.length; depth++) {
        const around = names.slice(0, depth).join(".");
        const value = getPath(inputs, around);
        if (value !== undefined && value !== UNKNOWN && !isRecord(value)) return around;
    }
    return undefined;
}

function unknownNames(object: Checked, inputs: Properties): Failure[] {
    const paths = Object.keys(object.fields);
    const advised = paths.filter((path) => object.fields[path]?.internal !== true);
    const failures: Failure[] = [];
    const visit = (properties: Properties, prefix: string) => {
        for (const [name, value] of Object.entries(properties)) {
            const path = `${prefix}${name}`;
            if (
                value === undefined ||
                value === null ||
                paths.includes(path) ||
                (prefix === "" && CLASS_INPUTS.has(name))
            )
                continue;
            if (!paths.some((known) => known.startsWith(`${path}.`))) {
                failures.push({
                    property: path,
                    reason: `is not an input of a ${object.noun}: ${suggestion(path, advised)}`,
                });
            } else if (isRecord(value)) {
                visit(value, `${path}.`);
            }
        }
    };
    visit(inputs, "");
    return failures;
}

function suggestion(path: string, paths: readonly string[]): string {
    const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9.]/g, "");
    const near =
        paths.find((known) => plain(known) === plain(path) || plain(known.split(".").at(-1) ?? "") === plain(path)) ??
        closestName(path, paths);
    return near === undefined ? `remove it (its inputs are ${paths.join(", ")})` : `did you mean ${near}?`;
}

/** The inputs with each deprecated name replaced by today's name. */
export function resolveAliases(definition: ObjectDefinition, news: Properties): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(news).flatMap(([name, value]) =>
            value === undefined || value === null ? [] : [[definition.fields[name]?.deprecatedAliasOf ?? name, value]],
        ),
    );
}

/** The inputs without what only `check` needs: no state holds it. */
export function withoutCheckInputs(inputs: Properties): Record<string, unknown> {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => !CHECK_INPUTS.has(name)));
}

/** The changes that neither the service can make nor a replacement is worth, as failures that say what the service allows. */
export function refusedChanges(
    { fields, noun }: ObjectDefinition,
    found: readonly Difference[],
    olds: Properties,
    news: Properties,
): Failure[] {
    return found
        .filter(({ change }) => change === "refuse")
        .map(({ path, removed }) => {
            const from = String(getPath(olds, path) ?? "none");
            const what = removed
                ? `"${from}" is taken away`
                : `changes from ${from} to ${shownValue(getPath(news, path))}`;
            return {
                property: path,
                reason: `${what}: ${fields[path]?.refusal ?? `the service cannot change it on a ${noun} that exists`}. Bring it back, or ask for a new ${noun} with replaceOn: ["${path}"]`,
            };
        });
}

function shownValue(value: unknown): string {
    return value === UNKNOWN ? "a value that is not known yet" : `"${String(value)}"`;
}

/** Warns of a changed input that means nothing to an object that exists. */
export function warnOfIgnored(
    definition: ObjectDefinition,
    session: Session,
    olds: Properties,
    news: Properties,
): void {
    const { fields, noun } = definition;
    for (const [path, { onChange, apiPath }] of Object.entries(fields)) {
        const [from, to] = [getString(olds, path), getPath(news, path)];
        if (onChange !== "ignore" || apiPath === null || from === undefined || to === UNKNOWN || to === from) continue;
        const what = to === undefined ? `"${from}" is taken away` : `changes from "${from}" to "${String(to)}"`;
        session.report.warn(
            `${labelOf(definition, news)}: ${path} ${what}. It is only a name, which the ${noun} keeps as it was created: nothing is changed or replaced.`,
            "CMK1012",
        );
    }
}

/** Warns if nothing but the configuration says which account an object is in, and that is another one by now. */
export function warnOfOtherAccount(
    definition: ObjectDefinition,
    session: Session,
    olds: Properties,
    news: Properties,
): void {
    const own = getString(olds, "accountId");
    if (own === undefined || getPath(news, "accountId") !== undefined) return;
    const { accountId } = session.client;
    if (own.toLowerCase() === accountId) return;
    session.report.warn(
        `${labelOf(definition, news)}: the ${definition.noun} is in account ${own} and stays there, while the configuration names account ${accountId}, in which new resources are created. Give it accountId: "${own}", or correct the configuration.`,
        "CMK3017",
    );
}
