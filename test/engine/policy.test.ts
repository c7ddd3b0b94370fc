import { writeFileSync } from "node:fs";
import { join } from "node:path";

import * as aws from "@pulumi/aws";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { rules } from "../../sdk/policy";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { root, type Run, TestStack } from "./harness";

interface Shape {
    region?: string;
    keyRegion?: string;
    noKey?: boolean;
    rotation?: boolean;
    window?: number;
    policy?: (policy: databricks.PolicyDocument) => void;
    unprotected?: boolean;
    keyUnprotected?: boolean;
    tags?: Record<string, string>;
    /** The key is that of an `EncryptionKey`, which does this when it goes. */
    keyRemoval?: databricks.KeyRemoval;
}

const uuid = "11111111-2222-4333-8444-555555555555";

/** Makes a workspace under a key; the names of its resources end in that of the scene. */
function make(scene: string, shape: Shape): void {
    const region = shape.region ?? "us-east-1";
    const workspace = {
        ...{ workspaceName: "w", awsRegion: region, credentialsId: uuid, storageConfigurationId: uuid },
        customTags: shape.tags ?? { team: "a" },
    };
    const registered = () => registeredKey(scene, region, shape).customerManagedKeyId;
    const managedServicesCustomerManagedKeyId = shape.noKey === true ? undefined : registered();
    const protect = shape.unprotected !== true;
    new databricks.Workspace(`w-${scene}`, { ...workspace, managedServicesCustomerManagedKeyId }, { protect });
}

function registeredKey(scene: string, region: string, { keyRemoval, ...shape }: Shape) {
    if (keyRemoval !== undefined)
        return new databricks.EncryptionKey(`key-${scene}`, { accountId: uuid, region, keyRemoval });
    const policy = databricks.databricksKeyPolicy({ awsAccountId: "123456789012", databricksAccountId: uuid });
    shape.policy?.(policy);
    const key = new aws.kms.Key(
        `key-${scene}`,
        {
            region: shape.keyRegion ?? region,
            enableKeyRotation: shape.rotation ?? true,
            deletionWindowInDays: shape.window ?? 30,
            policy: JSON.stringify(policy),
        },
        { protect: shape.keyUnprotected !== true },
    );
    const awsKeyInfo = { keyArn: key.arn };
    return new databricks.CustomerManagedKey(`registration-${scene}`, { awsKeyInfo, useCases: ["MANAGED_SERVICES"] });
}

/** What a rule refuses, and no other rule. */
const refused: Partial<Record<keyof typeof rules, Shape>> = {
    allowedRegions: { region: "us-west-2" },
    workspaceKeyRequired: { noKey: true },
    keyRegionMatchesWorkspace: { keyRegion: "us-east-2" },
    keyRotationEnabled: { rotation: false },
    keyDeletionWindow: { window: 7 },
    keyOutlivesProgram: { keyUnprotected: true },
    keyPolicyLetsDatabricksEncrypt: { policy: (policy) => policy.Statement.splice(1, 1) },
    keyPolicyNoMoreThanNeeded: {
        policy: (policy) =>
            policy.Statement.push({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:Decrypt", Resource: "*" }),
    },
    keyPolicyNamesDatabricksAccount: { policy: (policy) => delete policy.Statement[1]?.Condition },
    workspaceProtected: { unprotected: true },
    requiredTags: { tags: { owner: "x" } },
};

/** A key policy with a statement for another Databricks account, and one for a stranger's role. */
const strangers: Shape = {
    policy: ({ Statement }) => {
        const [, ofDatabricks] = Statement;
        if (ofDatabricks === undefined) return;
        const tag = { "aws:PrincipalTag/DatabricksAccountId": "99999999-9999-4999-8999-999999999999" };
        const role = { AWS: "arn:aws:iam::999999999999:role/app" };
        Statement.push({ ...ofDatabricks, Sid: "other", Condition: { StringEquals: tag } });
        Statement.push({ ...ofDatabricks, Sid: "role", Principal: role });
    },
};

// A preview goes on after a violation, so that one finds what each rule has to say.
describe("policy rules in a real policy pack run", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    let run: Run;
    before(async () => {
        cloud = await LocalCloud.start({ accountId: uuid });
        stack = await TestStack.create(cloud, async () => undefined);
        run = await previewOf({ ...refused, strangers, scheduled: { keyRemoval: "schedule" } });
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const previewOf = (scenes: Readonly<Record<string, Shape>>) => {
        stack.program = async () => Object.entries(scenes).forEach(([scene, shape]) => make(scene, shape));
        const config = join(stack.folder, "guard.json");
        writeFileSync(
            config,
            JSON.stringify({
                all: "mandatory",
                "allowed-regions": { enforcementLevel: "mandatory", regions: ["us-east-1", "us-east-2"] },
                "key-outlives-program": { enforcementLevel: "mandatory", requireProtect: true },
                "required-tags": { enforcementLevel: "mandatory", tags: ["team"] },
            }),
        );
        const pack = { policyPacks: [join(root, "examples", "policy-pack")], policyPackConfigs: [config] };
        return stack.preview(pack);
    };
    /** The rules that the resources of a scene violate. */
    const violated = (scene: string) => {
        const events = JSON.parse(run.events) as EngineEvent[];
        const found = events.flatMap(({ policyEvent: event }) =>
            new RegExp(`-${scene}(-|$)`).test(event?.resourceUrn ?? "") ? [event?.policyName] : [],
        );
        return [...new Set(found)];
    };

    it("pass what complies, an EncryptionKey that stays too", async () => {
        const { events } = await expectOk(previewOf({ complies: {}, kept: { keyRemoval: "retain" } }));
        expect(events).to.not.contain('"policyEvent":');
    });

    it("key-policy-no-more-than-needed refuses a statement for another Databricks account, and a stranger's role", () => {
        expect(violated("strangers"), run.output).to.deep.equal([rules.keyPolicyNoMoreThanNeeded.name]);
        expect(run.output).to.contain("its statements are for different Databricks accounts");
        expect(run.output).to.contain(
            "arn:aws:iam::999999999999:role/app, of another AWS account, may kms:Encrypt, kms:Decrypt",
        );
    });

    it("key-outlives-program refuses an EncryptionKey that is deleted when it goes", () => {
        expect(violated("scheduled"), run.output).to.deep.equal([rules.keyOutlivesProgram.name]);
        expect(run.output).to.match(
            /scheduled for deletion.*it is the key of "w-scheduled": set keyRemoval of its EncryptionKey/,
        );
    });

    for (const name of Object.keys(refused)) {
        const rule = rules[name as keyof typeof rules];
        it(`${rule.name} refuses: ${rule.description}`, () => {
            expect(run.ok, run.output).to.equal(false);
            expect(violated(name), run.output).to.deep.equal([rule.name]);
        });
    }
});
