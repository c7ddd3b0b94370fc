import { expect } from "chai";
import fc from "fast-check";

import { excess, letsDatabricksEncrypt } from "../../sdk/policy/key-policy";
import { DatabricksGuard, rules } from "../../sdk/policy";
import { databricksKeyPolicy, storageKeyPolicy } from "../../sdk/policy-documents";

type Rule = { validateResource?: unknown; validateStack?: unknown };

/** What a rule reports of resources that are made by hand. */
function reports(
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
        getConfig: () => ({ regions: ["us-east-1"], tags: [], minimumDays: 30, ...config }),
    };
    const run = (rule.validateResource ?? rule.validateStack) as (
        args: unknown,
        report: (message: string) => void,
    ) => void;
    run(args, (message) => found.push(message));
    return found;
}

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
            { numRuns: 5_000 },
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
        expect(
            reports(
                rules.enterpriseTier,
                { pricingTier: "PREMIUM", customerManagedKeyId: "x" },
                {},
                "databricks:index/mwsWorkspaces:MwsWorkspaces",
            ),
        ).to.have.length(1);
    });

    it("report a key change that is certain, and one that is possible", () => {
        expect(reports(rules.workspaceKeyImmutable, {})).to.deep.equal([]);
        expect(reports(rules.workspaceKeyImmutable, { keyChange: { field: "f", from: "a", to: "b" } })[0]).to.contain(
            "changes f from a to b",
        );
        expect(
            reports(rules.workspaceKeyImmutable, { keyChange: { field: "f", from: "a", possible: true } })[0],
        ).to.contain("a key that is not known yet");
    });

    it("know the key policies that this package makes for right", () => {
        const args = { awsAccountId: "123456789012" };
        const [notebooks, storage] = [
            JSON.stringify(databricksKeyPolicy(args)),
            JSON.stringify(storageKeyPolicy(args)),
        ];
        expect([letsDatabricksEncrypt(notebooks), letsDatabricksEncrypt(storage)]).to.deep.equal([true, true]);
        expect(excess(notebooks, ["MANAGED_SERVICES"])).to.deep.equal([]);
        expect(excess(storage, ["STORAGE"])).to.deep.equal([]);
        expect(excess(storage, ["MANAGED_SERVICES"])).to.have.length(2);
    });

    it("see a policy that denies, that lets only decrypt, or that is none", () => {
        const policy = (...statements: object[]) => JSON.stringify({ Statement: statements });
        const all = { Effect: "Allow", Principal: { AWS: "414351767826" }, Action: "kms:*" };
        expect(letsDatabricksEncrypt(policy(all))).to.equal(true);
        expect(letsDatabricksEncrypt(policy(all, { ...all, Effect: "Deny" }))).to.equal(false);
        expect(letsDatabricksEncrypt(policy({ ...all, Action: "kms:Decrypt" }))).to.equal(false);
        expect(letsDatabricksEncrypt("no policy")).to.equal(false);
        expect(excess(policy(all), ["MANAGED_SERVICES"])).to.deep.equal(["Databricks may kms:*"]);
    });

    it("are refused by a name that is none", () => {
        expect(() => new DatabricksGuard({ noRule: "mandatory" } as object)).to.throw("has no rule noRule");
    });
});
