import type {
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";

import { withCode } from "../../provider/contract/coded-message";
import { isA, read, referencedResources, text } from "./property-access";

/** A rule as its file describes it. */
interface RuleDescription<Validate> {
    readonly name: string;
    readonly description: string;
    /** Default: mandatory. */
    readonly enforcementLevel?: EnforcementLevel;
    /** Its settings with their types and defaults; any other is an error. */
    readonly settings?: PolicyConfigSchema["properties"];
    readonly validate: Validate;
}

/** The settings of a rule as they are when it runs, defaults included. */
export type Settings = Readonly<Record<string, unknown>>;

/** A rule about each workspace for itself. Its messages begin with the workspace's name. */
export function workspaceRule(
    description: RuleDescription<
        (args: ResourceValidationArgs, report: (message: string) => void, settings: Settings) => void
    >,
): ResourceValidationPolicy {
    return {
        ...policyOf(description),
        validateResource(args, report) {
            const settings = settingsOf(description, args);
            if (!isA("workspace", args)) return;
            description.validate(args, (message) => report(`"${args.name}" ${message}`), settings);
        },
    };
}

/** A rule about resources that belong together. */
export function stackRule(
    description: RuleDescription<(resources: PolicyResource[], report: ReportViolation, settings: Settings) => void>,
): StackValidationPolicy {
    return {
        ...policyOf(description),
        validateStack(args, report) {
            description.validate(args.resources, report, settingsOf(description, args));
        },
    };
}

/** A KMS key of the stack that is registered with Databricks. */
export interface RegisteredKey {
    readonly key: PolicyResource;
    /** Its registrations; several may share a key. */
    readonly registrations: readonly PolicyResource[];
    /** The use cases of all of them; `undefined`: they are not known yet. */
    readonly useCases: readonly string[] | undefined;
    /** The Databricks accounts that register it, as far as they are known. */
    readonly databricksAccounts: readonly string[];
}

/** The registered KMS keys of a stack, each once. */
export function registeredKeys(resources: readonly PolicyResource[]): RegisteredKey[] {
    const registrationsOf = new Map<PolicyResource, PolicyResource[]>();
    for (const registration of resources.filter((resource) => isA("registration", resource))) {
        for (const key of referencedResources(registration, ["awsKeyInfo"], "kmsKey")) {
            registrationsOf.set(key, [...(registrationsOf.get(key) ?? []), registration]);
        }
    }
    return [...registrationsOf].map(([key, registrations]) => {
        const useCases = registrations.map(({ props }) => {
            const found = read(props, "useCases");
            return found.known && Array.isArray(found.value) ? found.value.map(String) : undefined;
        });
        return {
            key,
            registrations,
            useCases: useCases.includes(undefined) ? undefined : [...new Set(useCases.flatMap((one) => one ?? []))],
            databricksAccounts: [...new Set(registrations.flatMap(({ props }) => text(props, "accountId") ?? []))],
        };
    });
}

/**
 * What is wrong about the settings of a rule: an unknown name, or a value of another type. `@pulumi/policy` lets both pass.
 */
export function settingProblems(
    rule: { readonly name: string; readonly configSchema?: PolicyConfigSchema },
    settings: Settings,
): string[] {
    const known = rule.configSchema?.properties ?? {};
    return Object.entries(settings).flatMap(([name, value]) => {
        const schema = Object.entries(known).find(([one]) => one === name)?.[1];
        if (schema === undefined) {
            const names = Object.keys(known);
            return [
                `The policy rule ${rule.name} has no setting ${name}; ${names.length === 0 ? "it has none" : `it has ${names.join(", ")}`}.`,
            ];
        }
        const is = Array.isArray(value) ? "array" : typeof value;
        const items = Array.isArray(value) && !value.every((one) => typeof one === "string");
        return is === schema.type && !items
            ? []
            : [`The setting ${name} of the policy rule ${rule.name} must be ${expectedOf(schema.type)}.`];
    });
}

function expectedOf(type: unknown): string {
    return type === "array" ? "a list of strings" : `a ${String(type)}`;
}

function policyOf({
    name,
    description,
    enforcementLevel = "mandatory",
    settings,
}: RuleDescription<unknown>): Pick<
    ResourceValidationPolicy,
    "name" | "description" | "enforcementLevel" | "configSchema"
> {
    return {
        name,
        description,
        enforcementLevel,
        ...(settings === undefined ? {} : { configSchema: { properties: settings } }),
    };
}

/** The settings with which a rule runs. Throws if one is misspelt, in a configuration file for example. */
function settingsOf(
    { name, settings = {} }: RuleDescription<unknown>,
    args: { getConfig<Config extends object>(): Config },
): Settings {
    const given = args.getConfig<Record<string, unknown>>();
    const problems = settingProblems({ name, configSchema: { properties: settings } }, given);
    if (problems.length > 0) throw new Error(withCode(problems.join("\n"), "CMK1002"));
    const defaults = Object.entries(settings).map(([setting, schema]): [string, unknown] => [setting, schema.default]);
    return { ...Object.fromEntries(defaults), ...given };
}

/** A setting that is a list of texts. */
export function texts(value: unknown): string[] {
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
