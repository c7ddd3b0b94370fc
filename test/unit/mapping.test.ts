import { expect } from "chai";

import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import type { ObjectDefinition } from "../../provider/resource/definition";
import { fromResponse } from "../../provider/resource/mapping";
import type { Properties } from "../../provider/util/property-path";

const uuid = "11111111-2222-4333-8444-555555555555";
const workspace: Properties = {
    workspace_id: 1234567890123456,
    workspace_name: "w",
    aws_region: "us-east-1",
    credentials_id: uuid,
    storage_configuration_id: uuid,
    deployment_name: "dbc-1",
    workspace_status: "RUNNING",
    creation_time: 1700000000000,
};
const network: Properties = {
    network_id: uuid,
    network_name: "network",
    vpc_id: "vpc-0123456789abcdef0",
    subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    security_group_ids: ["sg-0123456789abcdef0"],
};
const settings: Properties = {
    private_access_settings_id: uuid,
    private_access_settings_name: "settings",
    region: "us-east-1",
};
const key: Properties = { customer_managed_key_id: uuid, use_cases: ["STORAGE"] };
const keyInfo = { key_arn: `arn:aws:kms:us-east-1:123456789012:key/${uuid}` };

describe("an answer of the service is understood where its meaning is clear", () => {
    const cases: [string, ObjectDefinition, Properties, Properties][] = [
        [
            "numbers as text",
            workspaceObject,
            { ...workspace, workspace_id: "1234567890123456", creation_time: "1700000000000" },
            { workspaceId: "1234567890123456", creationTime: 1700000000000 },
        ],
        [
            "an id with more digits than a number holds",
            workspaceObject,
            { ...workspace, workspace_id: "9007199254740993" },
            { workspaceId: "9007199254740993" },
        ],
        [
            "null for what is not there",
            workspaceObject,
            { ...workspace, network_id: null, custom_tags: null, workspace_status_message: null, creation_time: null },
            { networkId: undefined, customTags: undefined, workspaceStatusMessage: undefined, creationTime: undefined },
        ],
        [
            "tags with a number and a null",
            workspaceObject,
            { ...workspace, custom_tags: { CostCenter: 4711, Old: null, Team: "data" } },
            { customTags: { CostCenter: "4711", Team: "data" } },
        ],
        [
            "fields that nobody knows",
            workspaceObject,
            { ...workspace, token_info: { token: null }, cloud: "aws", expected_workspace_status: 3 },
            { workspaceName: "w", workspaceStatus: "RUNNING" },
        ],
        [
            "a status word that is new",
            workspaceObject,
            { ...workspace, workspace_status: "WAKING_UP" },
            { workspaceStatus: "WAKING_UP" },
        ],
        [
            "a number where text is meant",
            workspaceObject,
            { ...workspace, workspace_name: 2024 },
            { workspaceName: "2024" },
        ],
        ["the id of a workspace as a number", networkObject, { ...network, workspace_id: 12 }, { workspaceId: "12" }],
        ["the id of a workspace as text", networkObject, { ...network, workspace_id: "12" }, { workspaceId: "12" }],
        [
            "null for lists of messages",
            networkObject,
            { ...network, error_messages: null, warning_messages: null, vpc_endpoints: null },
            { errorMessages: undefined },
        ],
        [
            "a truth value as text",
            privateAccessSettingsObject,
            { ...settings, public_access_enabled: "true" },
            { publicAccessEnabled: true },
        ],
        [
            "the same inside an object",
            customerManagedKeyObject,
            { ...key, aws_key_info: { ...keyInfo, reuse_key_for_cluster_volumes: "false", key_alias: null } },
            { awsKeyInfo: { keyArn: keyInfo.key_arn, reuseKeyForClusterVolumes: false } },
        ],
    ];
    for (const [what, definition, response, expected] of cases) {
        it(`with ${what}`, () => {
            const actual = fromResponse(definition, response);
            expect(JSON.parse(JSON.stringify(actual))).to.deep.include(JSON.parse(JSON.stringify(expected)));
            for (const [name, value] of Object.entries(expected))
                if (value === undefined) expect(actual[name], name).to.equal(undefined);
        });
    }

    for (const [what, definition, response, field] of [
        ["no status", workspaceObject, { ...workspace, workspace_status: null }, "workspace_status"],
        ["a list where text is meant", workspaceObject, { ...workspace, aws_region: ["us-east-1"] }, "aws_region"],
        ["text that is no number", workspaceObject, { ...workspace, creation_time: "yesterday" }, "creation_time"],
        ["no subnets", networkObject, { ...network, subnet_ids: null }, "subnet_ids"],
    ] as const satisfies readonly [string, ObjectDefinition, Properties, string][]) {
        it(`and is an error that names the field where it is not: ${what}`, () => {
            expect(() => fromResponse(definition, response)).to.throw(new RegExp(`has a ${field} of an unexpected`));
        });
    }
});
