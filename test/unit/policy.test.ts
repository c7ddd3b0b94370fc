import { expect } from "chai";
import fc from "fast-check";

import { DatabricksGuard, type DatabricksGuardConfig, rules } from "../../sdk/policy";
import { reports } from "../helpers/policy-rule";
import { sampleOf } from "../helpers/sample";

/** Properties whose unknown values throw when they are read, as the policy SDK's do. */
const unknown = (): Record<string, unknown> =>
    new Proxy(
        {},
        {
            get: (_, name) => {
                if (name === "toJSON") return undefined;
                throw new Error("unknown value");
            },
            ownKeys: () => ["awsRegion"],
            getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        },
    );

describe("policy rules", () => {
    it("never throw, whatever the properties are", () => {
        const names = fc.constantFrom(
            "awsRegion",
            "keyChange",
            "customTags",
            "pricingTier",
            "managedServicesCustomerManagedKeyId",
            "awsKeyInfo",
            "useCases",
        );
        const types = fc.constantFrom(
            "pulumi-nodejs:dynamic/databricks-cmk:Workspace",
            "databricks:index/mwsCustomerManagedKeys:MwsCustomerManagedKeys",
        );
        fc.assert(
            fc.property(
                fc.constantFrom(...Object.values(rules)),
                fc.dictionary(names, fc.jsonValue()),
                types,
                (rule, props, type) => {
                    reports(rule, props, {}, type);
                },
            ),
            { numRuns: sampleOf(5_000) },
        );
    });

    it("hold nothing against values that are not known yet", () => {
        for (const [name, rule] of Object.entries(rules)) {
            if (name === "workspaceKeyImmutable" || name === "workspaceProtected") continue;
            expect(reports(rule, unknown()), name).to.deep.equal([]);
        }
    });

    it("take a tier below Enterprise for a mistake only where there is a key", () => {
        expect(reports(rules.enterpriseTier, { pricingTier: "PREMIUM" })).to.deep.equal([]);
        expect(reports(rules.enterpriseTier, { pricingTier: "PREMIUM", customerManagedKeyId: "x" })).to.have.length(1);
        for (const type of ["databricks:index/mwsWorkspaces:MwsWorkspaces", "databricks-cmk:index:Workspace"]) {
            const props = { pricingTier: "PREMIUM", customerManagedKeyId: "x" };
            expect(reports(rules.enterpriseTier, props, {}, type), type).to.have.length(1);
        }
    });

    it("report a key change that is certain, and one that is possible, the harmless way first", () => {
        const change = (keyChange: object, config = {}) =>
            reports(rules.workspaceKeyImmutable, { keyChange }, config)[0];
        expect(reports(rules.workspaceKeyImmutable, {})).to.deep.equal([]);
        expect(change({ field: "f", from: "a", to: "b" })).to.match(
            /^"w" changes f from a to b\. Set onKeyChange: "update": .*nothing is lost.* Otherwise the workspace would be replaced, and every notebook in it lost\.$/,
        );
        expect(change({ field: "f", from: "a", possible: true })).to.match(
            /a key that is not known yet\. Set onKeyChange/,
        );
        expect(change({ field: "f", from: "a", to: "b", others: "awsRegion" })).to.match(
            /to b\. Bring the former key back\. \(onKeyChange: "update" would not keep .* awsRegion needs a new one too\.\) Otherwise/,
        );
        expect(change({ field: "f", from: "a" })).to.match(
            /to none\. Bring the key back: the service never removes one/,
        );
    });

    it("let a key change pass that takes the content over, only where the pack says so", () => {
        const reported = (migrates: boolean, allowMigrating?: boolean) =>
            reports(
                rules.workspaceKeyImmutable,
                { keyChange: { from: "a", to: "b", migrates } },
                allowMigrating === undefined ? {} : { allowMigrating },
            ).length;
        expect([reported(true), reported(true, false), reported(true, true), reported(false, true)]).to.deep.equal([
            1, 1, 0, 1,
        ]);
        expect(rules.contentMigrates.enforcementLevel).to.equal("advisory");
        expect(reports(rules.contentMigrates, { migrateContent: false })).to.have.length(1);
        for (const migrateContent of [undefined, true, { accept: ["/x"] }])
            expect(reports(rules.contentMigrates, { migrateContent })).to.deep.equal([]);
    });

    it("are refused by a name that is none, and so is a setting, each by its name", () => {
        expect(() => new DatabricksGuard({ noRule: "mandatory" } as object)).to.throw("has no rule noRule");
        const misspelt: DatabricksGuardConfig[] = [
            // @ts-expect-error -- the setting is regions
            { allowedRegions: { region: ["us-east-1"] } },
            // @ts-expect-error -- the rule has no setting
            { enterpriseTier: { tier: "ENTERPRISE" } },
            // @ts-expect-error -- it is a number
            { keyDeletionWindow: { minimumDays: "30" } },
            // @ts-expect-error -- it is a list of texts
            { requiredTags: { tags: "owner" } },
            // @ts-expect-error -- there is no such level
            { enterpriseTier: { enforcementLevl: "mandatory" } },
        ];
        const words = [
            /allowed-regions has no setting region; it has regions/,
            /it has none/,
            /a number/,
            /a list of/,
            /enforcementLevl/,
        ];
        for (const [index, config] of misspelt.entries())
            expect(() => new DatabricksGuard(config)).to.throw(words[index]!);
    });

    it("fail when a configuration file misspells a setting", () => {
        for (const rule of Object.values(rules))
            expect(() => reports(rule, {}, { settingg: 1 }), rule.name).to.throw(
                `${rule.name} has no setting settingg`,
            );
    });
});
