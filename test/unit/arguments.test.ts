import { expect } from "chai";

import { registry } from "../../provider/registry";
import { inputsOf } from "../../provider/resource/arguments";
import { readSettings } from "../../provider/runtime/settings";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";

/** The arguments of a network of the account, with these VPC endpoints; what a handler would adopt. */
function argumentsWith(endpoints: object | undefined) {
    return inputsOf({
        definition: registry.Network.definition,
        id: "n-1",
        response: {
            account_id: accountId,
            network_id: "n-1",
            network_name: "analytics",
            vpc_id: "vpc-0123456789abcdef0",
            subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            security_group_ids: ["sg-0123456789abcdef0"],
            vpc_status: "VALID",
            creation_time: 1,
            ...(endpoints && { vpc_endpoints: endpoints }),
        },
        context: { accountId, host: "https://accounts.cloud.databricks.com" },
        settings: readSettings(() => undefined),
    });
}

// Directly: no account of the local cloud holds what its own rules refuse.
describe("the arguments of a resource that adopts an object", () => {
    const [one, other] = ["44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"];
    const bare = {
        vpcId: "vpc-0123456789abcdef0",
        subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        securityGroupIds: ["sg-0123456789abcdef0"],
    };

    it("say what the account says, and leave out what is empty", () => {
        expect(argumentsWith({ rest_api: [], dataplane_relay: [] })).to.deep.equal({
            networkName: "analytics",
            ...bare,
        });
        expect(argumentsWith({ rest_api: [one], dataplane_relay: [other] })).to.deep.equal({
            networkName: "analytics",
            ...bare,
            vpcEndpoints: { restApis: [one], dataplaneRelays: [other] },
        });
    });

    it("are none if a program without what the check refuses would change the object: the reason names it", () => {
        const unsayable = argumentsWith({ rest_api: ["x"], dataplane_relay: ["y"] });
        expect(unsayable).to.equal("its vpcEndpoints.restApis cannot be said in a program");
        expect(argumentsWith({ rest_api: [one] })).to.match(/^vpcEndpoints\.dataplaneRelays is required if/);
    });
});
