import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { type PartitionName, partitions } from "../../provider/contract/partitions";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

describe("GovCloud, on the real engine", () => {
    // The other one differs in what test/unit/partitions.test.ts compares.
    for (const name of ["aws-us-gov-dod"] satisfies PartitionName[]) {
        const { workspaceDomain, databricksAwsAccount, regions } = partitions[name];

        it(`${name}: a workspace under a key is made from an example, in its region`, async () => {
            const cloud = await LocalCloud.start({ provisioningMilliseconds: 200, partition: name });
            const config = { region: regions[0], "aws:region": regions[0] };
            const stack = await TestStack.ofExample(cloud, "both-keys", config);
            try {
                await expectOk(stack.up());
                const [workspace] = cloud.account.list("workspaces");
                expect(workspace?.["aws_region"]).to.equal(regions[0]);
                const outputs = await stack.outputs();
                const url = new URL(String(outputs["workspaceUrl"]));
                expect(url.hostname).to.equal(`${String(workspace?.["deployment_name"])}.${workspaceDomain}.localhost`);
                const [key] = cloud.kms.keys();
                expect(key?.arn).to.match(/^arn:aws-us-gov:kms:us-gov-west-1:/);
                expect(key?.policy).to.contain(`arn:aws-us-gov:iam::${databricksAwsAccount}:root`);
            } finally {
                stack.remove();
                await cloud.stop();
            }
        });
    }
});
