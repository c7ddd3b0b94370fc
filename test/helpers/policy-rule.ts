/** A rule of the pack, of either kind. */
export type Rule = { validateResource?: unknown; validateStack?: unknown };

/** What a rule reports of resources that are made by hand. */
export function reports(
    rule: Rule,
    props: unknown,
    config: object = {},
    type = "pulumi-nodejs:dynamic/databricks-cmk:Workspace",
): string[] {
    const found: string[] = [];
    const resource = { type, name: "w", urn: "urn", props, opts: {}, propertyDependencies: {} };
    const args = {
        ...resource,
        resources: [resource],
        getConfig: () => config,
    };
    const run = (rule.validateResource ?? rule.validateStack) as (
        args: unknown,
        report: (message: string) => void,
    ) => void;
    run(args, (message) => found.push(message));
    return found;
}

/** A resource as a stack policy sees it. */
export function resource(type: string, name: string, props: object, depends: object = {}): object {
    return { type, name, urn: name, props, opts: {}, propertyDependencies: depends };
}

/** A KMS key with this policy, registered; and what `more` makes of the key. */
export function registeredKey(
    policy: string | undefined,
    { key = {}, ...registration }: { key?: object; [input: string]: unknown } = {},
    more: (key: object) => object[] = () => [],
): object[] {
    const kmsKey = resource("aws:kms/key:Key", "key", { policy, ...key });
    const registered = resource(
        "pulumi-nodejs:dynamic/databricks-cmk:CustomerManagedKey",
        "registration",
        { useCases: ["MANAGED_SERVICES"], ...registration },
        { awsKeyInfo: [kmsKey] },
    );
    return [kmsKey, registered, ...more(kmsKey)];
}

/** What a stack policy reports of these resources, each with the name of its resource in front. */
export function stackReports(rule: Rule, resources: readonly object[], config: object = {}): string[] {
    const found: string[] = [];
    const validate = rule.validateStack as (args: object, report: (message: string, urn: string) => void) => void;
    validate({ resources, getConfig: () => config }, (message, urn) => found.push(`${urn}: ${message}`));
    return found;
}
