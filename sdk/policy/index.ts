/**
 * Rules for policy packs: what a team wants to hold for every Databricks workspace under a customer-managed key. Needs
 * `@pulumi/policy`, an optional peer.
 */
import "./peers"; // before what loads `@pulumi/policy`: its error says what to install

import { type EnforcementLevel, PolicyPack } from "@pulumi/policy";

import { rules } from "./rules";

export * from "./rules";

/** The name of a rule in {@link DatabricksGuardConfig}. */
export type RuleName = keyof typeof rules;

/** How strict a rule is, and its setting where it has one. */
export type RuleConfig = EnforcementLevel | ({ enforcementLevel?: EnforcementLevel } & Record<string, unknown>);

/** How a {@link DatabricksGuard} is to be: every rule has its own level unless `all` or its name says otherwise. */
export type DatabricksGuardConfig = { all?: EnforcementLevel } & { [Rule in RuleName]?: RuleConfig };

/**
 * A policy pack of all rules.
 *
 *     new DatabricksGuard();                                              // each rule at its own level
 *     new DatabricksGuard({ all: "advisory" });                           // only warn
 *     new DatabricksGuard({ all: "advisory", workspaceKeyImmutable: "mandatory" });
 *     new DatabricksGuard({ allowedRegions: { regions: ["eu-west-1"] } });
 *     new DatabricksGuard({ requiredTags: { enforcementLevel: "mandatory", tags: ["cost-center"] } });
 *
 * What a `--policy-pack-config` file or an organisation says goes before all of it.
 */
export class DatabricksGuard extends PolicyPack {
    /**
     * @param config how strict the rules are.
     * @param name the pack's name. Default: `databricks-guard`.
     */
    constructor(config: DatabricksGuardConfig = {}, name = "databricks-guard") {
        const { all, ...given } = config;
        const strange = Object.keys(given).find((rule) => !Object.hasOwn(rules, rule));
        if (strange !== undefined) {
            throw new Error(`DatabricksGuard has no rule ${strange}; its rules are ${Object.keys(rules).join(", ")}.`);
        }
        const initial: Record<string, RuleConfig> = {};
        for (const [rule, { name: ruleName }] of Object.entries(rules)) {
            const own = Object.entries(given).find(([one]) => one === rule)?.[1];
            const settings = typeof own === "string" ? { enforcementLevel: own } : (own ?? {});
            const level = settings.enforcementLevel ?? all;
            if (level !== undefined || own !== undefined)
                initial[ruleName] = { ...settings, ...(level === undefined ? {} : { enforcementLevel: level }) };
        }
        super(name, { policies: Object.values(rules) }, initial);
    }
}
