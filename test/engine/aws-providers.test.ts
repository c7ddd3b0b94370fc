import { expect } from "chai";

import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

const SECURITY = "111122223333";

/** A key under each of three providers, made one after another in both orders, and an alias of one name for each. */
const program = `
import * as aws from "@pulumi/aws";
const west = new aws.Provider("west", { region: "us-west-2" });
const security = new aws.Provider("security", {
    region: "eu-west-1",
    assumeRoles: [{ roleArn: "arn:aws:iam::${SECURITY}:role/deploy" }],
});
const options = [{}, { provider: west }, { provider: security }];
const first = options.map((own, index) => new aws.kms.Key("first-" + index, {}, own));
export const keys = options.map(
    (own, index) => new aws.kms.Key("second-" + index, {}, { ...own, dependsOn: first }).arn,
);
options.forEach((own, index) => new aws.kms.Alias("alias-" + index, { name: "alias/same", targetKeyId: first[index].keyId }, own));
export const regions = options.map((own) => aws.getRegionOutput({}, own).region);
`;

describe("several providers of AWS in one program, on the real engine", () => {
    it("each make their keys in their own region and account, and take them away again", async () => {
        const cloud = await LocalCloud.start({ awsAccounts: [SECURITY] });
        const stack = await TestStack.ofFiles(cloud, new Map([["index.ts", program]]));
        try {
            const up = await expectOk(stack.up());
            const places = cloud.kms.keys().map(({ arn }) => arn.split(":").slice(3, 5).join(" "));
            const expected = [
                `eu-west-1 ${SECURITY}`,
                `us-east-1 ${CUSTOMER_AWS_ACCOUNT}`,
                `us-west-2 ${CUSTOMER_AWS_ACCOUNT}`,
            ];
            expect(places.sort()).to.deep.equal(expected.flatMap((place) => [place, place]));
            expect(up.output).to.match(/regions: \[\s+\[0\]: "us-east-1"\s+\[1\]: "us-west-2"\s+\[2\]: "eu-west-1"/);
            expect(cloud.kms.aliases().map(({ region }) => region)).to.have.members([
                "us-east-1",
                "us-west-2",
                "eu-west-1",
            ]);
            const second = await stack.preview();
            expect(second.operations, second.output).to.deep.equal([]);
            await expectOk(stack.destroy());
            expect(cloud.contents()).to.deep.equal([]);
        } finally {
            stack.remove();
            await cloud.stop();
        }
    });
});
