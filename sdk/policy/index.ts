/**
 * Rules for policy packs: what a team wants to hold for every Databricks workspace under a customer-managed key. Needs
 * `@pulumi/policy`, an optional peer.
 *
 * @module pulumi-databricks-cmk/policy
 */
import "../../provider/contract/require-node"; // before what an old Node.js cannot load
import "./peers"; // before what loads `@pulumi/policy`: its error says what to install

import { type EnforcementLevel, PolicyPack } from "@pulumi/policy";

import { withCode } from "../../provider/contract/coded-message";
import { settingProblems } from "./rule";
import { rules } from "./rules";

export * from "./key";
export * from "./key-policy";
export * from "./workspace";
export { rules } from "./rules";

/** The name of a rule in {@link DatabricksGuardConfig}. */
export type RuleName = keyof typeof rules;

/** How strict a rule is: a level, or a level with the settings of the rule. */
export type RuleConfig<Settings extends object = object> =
    | EnforcementLevel
    | ({
          /**
           * The rule's level.
           *
           * @default its own
           */
          enforcementLevel?: EnforcementLevel;
      } & Settings);

/** The configuration of a {@link DatabricksGuard}: each rule has its own level unless `all`, or its name, says otherwise. */
export interface DatabricksGuardConfig {
    /** The level of every rule that is not named. */
    all?: EnforcementLevel;
    /** Workspaces, registrations and registered KMS keys are in allowed regions. */
    allowedRegions?: RuleConfig<{
        /**
         * The allowed regions.
         *
         * @default `["us-east-1", "us-east-2", "us-west-2", "us-gov-west-1"]`
         */
        regions?: string[];
    }>;
    /** A workspace has a key for managed services. */
    workspaceKeyRequired?: RuleConfig;
    /** An edited key costs no workspace. */
    workspaceKeyImmutable?: RuleConfig<{
        /**
         * Whether a key change may pass whose replacement takes the content over.
         *
         * @default `false`
         */
        allowMigrating?: boolean;
    }>;
    /** A replacement takes the workspace's content over. */
    contentMigrates?: RuleConfig;
    /** A key is in the region of its workspace. */
    keyRegionMatchesWorkspace?: RuleConfig;
    /** A workspace with a key has a pricing tier that supports it. */
    enterpriseTier?: RuleConfig;
    /** A KMS key is rotated every year. */
    keyRotationEnabled?: RuleConfig;
    /** The deletion of a KMS key can be cancelled for some days. */
    keyDeletionWindow?: RuleConfig<{
        /**
         * Number of days, 7 to 30.
         *
         * @default `30`
         */
        minimumDays?: number;
    }>;
    /** A KMS key outlives its removal from the program. */
    keyOutlivesProgram?: RuleConfig<{
        /**
         * Whether an `aws.kms.Key` that no `EncryptionKey` made needs the option `protect`.
         *
         * @default `false`
         */
        requireProtect?: boolean;
    }>;
    /** The key policy allows Databricks to encrypt. */
    keyPolicyLetsDatabricksEncrypt?: RuleConfig;
    /** The key policy lets nobody use the key who does not need it. */
    keyPolicyNoMoreThanNeeded?: RuleConfig<{
        /**
         * Ids of other AWS accounts that may use a key, 12 digits each.
         *
         * @default none
         */
        trustedAccounts?: string[];
    }>;
    /** The key policy names the Databricks account. */
    keyPolicyNamesDatabricksAccount?: RuleConfig;
    /** A workspace has the option `protect`. */
    workspaceProtected?: RuleConfig;
    /** A workspace has these tags. */
    requiredTags?: RuleConfig<{
        /**
         * Keys of tags.
         *
         * @default none
         */
        tags?: string[];
    }>;
}

/**
 * A policy pack of all rules.
 *
 * A `--policy-pack-config` file, or the configuration of an organization, overrides all of it. A rule or setting that does
 * not exist does not compile; without a compiler, and in a file, it is an error when the pack runs.
 *
 * @example
 * ```ts
 * import { DatabricksGuard } from "pulumi-databricks-cmk/policy";
 *
 * new DatabricksGuard(); // each rule at its own level
 * new DatabricksGuard({ all: "advisory" }); // only warn
 * new DatabricksGuard({ all: "advisory", workspaceKeyImmutable: "mandatory" });
 * new DatabricksGuard({ allowedRegions: { regions: ["eu-west-1"] } });
 * new DatabricksGuard({ requiredTags: { enforcementLevel: "mandatory", tags: ["cost-center"] } });
 * ```
 */
export class DatabricksGuard extends PolicyPack {
    /**
     * @param config how strict the rules are.
     * @param name the pack's name. Default: `databricks-guard`.
     * @throws an error that names each rule or setting that does not exist, and each value of another type.
     */
    constructor(config: DatabricksGuardConfig = {}, name = "databricks-guard") {
        super(name, { policies: Object.values(rules) }, initialConfig(config));
    }
}

/** The configuration by the names that the rules have in `@pulumi/policy`. */
function initialConfig({ all, ...given }: DatabricksGuardConfig): Record<string, RuleConfig> {
    const problems = Object.keys(given).flatMap((name) =>
        Object.hasOwn(rules, name)
            ? []
            : [`DatabricksGuard has no rule ${name}; its rules are ${Object.keys(rules).join(", ")}.`],
    );
    const initial: Record<string, RuleConfig> = {};
    for (const [name, rule] of Object.entries(rules)) {
        const own: RuleConfig | undefined = Object.entries(given).find(([one]) => one === name)?.[1];
        const { enforcementLevel = all, ...settings } =
            typeof own === "string" ? { enforcementLevel: own } : (own ?? {});
        problems.push(...settingProblems(rule, { ...settings }));
        if (enforcementLevel === undefined && own === undefined) continue;
        initial[rule.name] = { ...settings, ...(enforcementLevel === undefined ? {} : { enforcementLevel }) };
    }
    if (problems.length > 0) throw new Error(withCode(problems.join("\n"), "CMK1002"));
    return initial;
}
