import { expect } from "chai";

import { crossAccountPolicy } from "../../sdk";

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
