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
