import { expect } from "chai";

import { endEngines, engine } from "../helpers/engine";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { identity, resource, ROLE_ARN, workspaceProgram } from "../helpers/programs";

describe("a service whose responses are odd, to a stack", () => {
    afterEach(endEngines);

    it("numbers that are texts, lists that are objects, and nulls are no difference and no drift", async () => {
        const stack = await engine(workspaceProgram(), {
            behavior: { lists: "object", numbers: "string", absentFields: "null" },
        });
        await expectOk(stack.up());
        expect(await stack.changes()).to.deep.equal([]);
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal([]);
        expect(stack.entry().outputs["creationTime"]).to.be.a("number");
        expect(stack.entry().outputs["workspaceId"]).to.be.a("string");
    });

    it("a role that lacks permissions, and refusals as text and as a page: each error has the service's words and the remedy", async () => {
        const stack = await engine([
            identity,
            resource("Credentials", "poor", { roleArn: ROLE_ARN }),
            resource("Network", "n", {
                vpcId: "vpc-0123456789abcdef0",
                subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                securityGroupIds: ["sg-0123456789abcdef0"],
            }),
            resource("VpcEndpoint", "e", { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" }),
        ]);
        stack.cloud.account.setMissingPermissions(ROLE_ARN, ["Spot Cancellation", "Create Placement Group"]);
        for (const [end, body] of Object.entries({
            "/networks": "INVALID_PARAMETER_VALUE: VPC vpc-0123456789abcdef0 has no DNS hostnames",
            "/vpc-endpoints": "<html><head><title>Blocked by policy 4711</title></head><body>long</body></html>",
        }))
            stack.cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith(end),
                do: { kind: "status", status: 400, body },
            });
        const run = await expectRefused(
            stack.up({ continues: true }),
            /Failed credential validation checks: Spot Cancellation, Create Placement Group.*named the same checks.*check its policy/,
            "VPC vpc-0123456789abcdef0 has no DNS hostnames (INVALID_PARAMETER_VALUE, HTTP 400)",
            "Blocked by policy 4711 (HTTP 400)",
        );
        expect(textOf(run)).to.not.contain("<html>");
    });

    it("a serverless workspace has what the service shows of it as outputs, and is clean afterwards", async () => {
        const inputs = { workspaceName: "w", awsRegion: "us-east-1", computeMode: "SERVERLESS" };
        const stack = await engine([identity, resource("Workspace", "w", inputs)]);
        await expectOk(stack.up());
        const shown = { effectiveComputeMode: "SERVERLESS", storageMode: "DEFAULT_STORAGE" };
        expect(stack.entry().outputs).to.include(shown);
        expect(await stack.changes()).to.deep.equal([]);
    });
});
