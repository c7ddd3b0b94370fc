import { expect } from "chai";

import { partitions, partitionsWithArn, type PartitionName } from "../../provider/contract/partitions";
import {
    crossAccountPolicy,
    crossAccountTrustPolicy,
    databricksKeyPolicy,
    rootBucketPolicy,
    storageKeyPolicy,
} from "../../sdk";

describe("the policy of the cross-account role", () => {
    const actions = (policy: ReturnType<typeof crossAccountPolicy>) =>
        policy.Statement.flatMap(({ Action }) => Action).map((action) => action.replace("ec2:", ""));

    it("lets clusters be given the roles that are named, and no other", () => {
        const passRoles = ["arn:aws:iam::123456789012:role/data"];
        expect(crossAccountPolicy({ passRoles }).Statement.at(-1)).to.deep.equal({
            Effect: "Allow",
            Action: "iam:PassRole",
            Resource: passRoles,
        });
        for (const args of [{}, { passRoles: [] }])
            expect(actions(crossAccountPolicy(args))).to.not.include("iam:PassRole");
    });

    it("lets Databricks make a network only where it manages the network", () => {
        expect(actions(crossAccountPolicy())).to.include.members(["CreateVpc", "RunInstances"]);
        expect(actions(crossAccountPolicy({ network: "customer-managed" })))
            .to.include("RunInstances")
            .and.not.include("CreateVpc");
    });
});

describe("policy documents in the parts of AWS", () => {
    const awsAccountId = "123456789012";
    const databricksAccountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
    const documents = (partition?: PartitionName) => {
        const of = partition === undefined ? {} : { partition };
        return [
            databricksKeyPolicy({
                awsAccountId,
                databricksAccountId,
                ...of,
                useCases: ["MANAGED_SERVICES", "STORAGE"],
            }),
            storageKeyPolicy({ awsAccountId, ...of }),
            crossAccountTrustPolicy({ databricksAccountId, ...of }),
            crossAccountPolicy(of),
            rootBucketPolicy({ bucketName: "b", databricksAccountId, ...of }),
        ];
    };

    for (const [name, account, arnPartition] of [
        ["aws", "414351767826", "aws"],
        ["aws-us-gov", "044793339203", "aws-us-gov"],
        ["aws-us-gov-dod", "170661010020", "aws-us-gov"],
    ] as const) {
        it(`let in Databricks' account of ${name}, and have ARNs of its partition alone`, () => {
            for (const document of documents(name)) {
                const text = JSON.stringify(document);
                expect([...text.matchAll(/arn:([a-z-]+):/g)].map(([, one]) => one)).to.include(arnPartition);
                expect(text.replaceAll(`arn:${arnPartition}:`, "")).to.not.contain("arn:");
                const others = Object.values(partitions).map((one) => one.databricksAwsAccount);
                for (const other of others.filter((one) => one !== account)) expect(text).to.not.contain(other);
            }
            const [key, storage, trust, , bucket] = documents(name).map((one) => JSON.stringify(one));
            for (const text of [key, storage, trust, bucket])
                expect(text).to.contain(`"arn:${arnPartition}:iam::${account}:root"`);
        });
    }

    it("are for the commercial part if nothing is said", () => {
        expect(documents()).to.deep.equal(documents("aws"));
    });

    it("refuse a partition in which Databricks has no accounts, and name those that there are", () => {
        for (const partition of ["aws-cn", "constructor"]) {
            const args = { awsAccountId, databricksAccountId, partition: partition as "aws" };
            expect(() => databricksKeyPolicy(args), partition).to.throw(
                RangeError,
                `aws, aws-us-gov, aws-us-gov-dod; it is "${partition}"`,
            );
            expect(() => crossAccountPolicy(args)).to.throw(RangeError);
            expect(() => rootBucketPolicy({ bucketName: "b", ...args })).to.throw(RangeError);
        }
        expect(partitionsWithArn("aws-cn")).to.deep.equal([]);
        expect(partitionsWithArn("aws-us-gov")).to.have.length(2);
    });
});
