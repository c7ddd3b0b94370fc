import { awsId, boolean, type Form, listOf, matching, oneOf, textOf, uuid } from "./forms";
import type { UseCase } from "./private-link";
import { type AccountRecord, getPath, idsAt } from "./records";

/** Finds an object of the account by its collection and id. */
export type Find = (kind: string, id: string) => AccountRecord | undefined;

/** A field in which objects of one kind name objects of another, by their ids. */
export interface Reference {
    /** Where the id, or the list of ids, is in the body: a dotted path. */
    readonly field: string;
    /** The collection of what is named. */
    readonly to: string;
    /** Why these two do not go together, if they do not. */
    readonly refuse?: (from: AccountRecord, named: AccountRecord, find: Find) => string | undefined;
}

/** One kind of object: its fields and their rules. */
export interface Kind {
    readonly noun: string;
    readonly id: string;
    readonly required: readonly string[];
    readonly optional: readonly string[];
    /** What the fields that are objects hold, by dotted path. */
    readonly members?: Readonly<Record<string, readonly string[]>>;
    /** The fields whose value only one object of the account can have. */
    readonly unique?: readonly string[];
    /** The fields whose ids belong to one object of the account at a time. */
    readonly exclusive?: readonly string[];
    readonly forms?: Readonly<Record<string, Form>>;
    readonly references?: readonly Reference[];
    /** The API does not say when objects of this kind were made. */
    readonly untimed?: true;
}

const keyFor =
    (useCase: string): Reference["refuse"] & {} =>
    (workspace, key) => {
        if (!(key["use_cases"] as string[]).includes(useCase))
            return `it is not registered for the use case ${useCase}`;
        const region = getPath(key, "aws_key_info.key_region");
        return region === workspace["aws_region"]
            ? undefined
            : `it is in ${String(region)}, the workspace in ${String(workspace["aws_region"])}`;
    };
const endpointFor =
    (useCase: UseCase): Reference["refuse"] & {} =>
    (network, endpoint, find) => {
        if (endpoint["use_case"] !== useCase)
            return `its use case is ${String(endpoint["use_case"])}, and ${useCase} is needed`;
        // All endpoints of a network are where its first one is.
        return sameRegion("region")(endpointsOf(network, find)[0] ?? endpoint, endpoint, find);
    };
const sameRegion =
    (field: string): Reference["refuse"] & {} =>
    (from, named) =>
        from[field] === named["region"]
            ? undefined
            : `it is in ${String(named["region"])}, and ${String(from[field])} is needed`;

/** The kinds of objects, by the name of their collection. */
export const kinds: Readonly<Record<string, Kind>> = {
    "customer-managed-keys": {
        noun: "customerManagedKey",
        id: "customer_managed_key_id",
        required: ["aws_key_info", "use_cases"],
        optional: [],
        members: { aws_key_info: ["key_arn", "key_alias", "key_region", "reuse_key_for_cluster_volumes"] },
    },
    credentials: {
        noun: "credentials",
        id: "credentials_id",
        required: ["credentials_name", "aws_credentials"],
        optional: [],
        members: { aws_credentials: ["sts_role"], "aws_credentials.sts_role": ["role_arn"] },
        unique: ["credentials_name"],
    },
    "storage-configurations": {
        noun: "storageConfiguration",
        id: "storage_configuration_id",
        required: ["storage_configuration_name", "root_bucket_info"],
        optional: ["role_arn"],
        members: { root_bucket_info: ["bucket_name"] },
        unique: ["storage_configuration_name"],
    },
    networks: {
        noun: "network",
        id: "network_id",
        required: ["network_name", "vpc_id", "subnet_ids", "security_group_ids"],
        optional: ["vpc_endpoints"],
        members: { vpc_endpoints: ["rest_api", "dataplane_relay"] },
        unique: ["network_name"],
        exclusive: ["subnet_ids", "security_group_ids"],
        forms: {
            network_name: textOf(4, 256),
            vpc_id: matching(awsId("vpc")),
            subnet_ids: listOf(awsId("subnet"), 2),
            security_group_ids: listOf(awsId("sg"), 1, 5),
            "vpc_endpoints.rest_api": listOf(uuid, 1),
            "vpc_endpoints.dataplane_relay": listOf(uuid, 1),
        },
        references: [
            { field: "vpc_endpoints.rest_api", to: "vpc-endpoints", refuse: endpointFor("WORKSPACE_ACCESS") },
            {
                field: "vpc_endpoints.dataplane_relay",
                to: "vpc-endpoints",
                refuse: endpointFor("DATAPLANE_RELAY_ACCESS"),
            },
        ],
    },
    "vpc-endpoints": {
        noun: "vpcEndpoint",
        id: "vpc_endpoint_id",
        required: ["vpc_endpoint_name", "aws_vpc_endpoint_id", "region"],
        optional: [],
        unique: ["vpc_endpoint_name", "aws_vpc_endpoint_id"],
        untimed: true,
        forms: { vpc_endpoint_name: textOf(4, 256), aws_vpc_endpoint_id: matching(awsId("vpce")) },
    },
    "private-access-settings": {
        noun: "privateAccessSettings",
        id: "private_access_settings_id",
        required: ["private_access_settings_name", "region"],
        optional: ["public_access_enabled", "private_access_level", "allowed_vpc_endpoint_ids"],
        unique: ["private_access_settings_name"],
        untimed: true,
        forms: {
            private_access_settings_name: textOf(1, 256),
            public_access_enabled: boolean,
            private_access_level: oneOf("ACCOUNT", "ENDPOINT"),
            allowed_vpc_endpoint_ids: listOf(uuid, 0),
        },
        references: [{ field: "allowed_vpc_endpoint_ids", to: "vpc-endpoints", refuse: sameRegion("region") }],
    },
    workspaces: {
        noun: "workspace",
        id: "workspace_id",
        required: ["workspace_name", "aws_region"],
        optional: [
            "credentials_id",
            "storage_configuration_id",
            "deployment_name",
            "network_id",
            "private_access_settings_id",
            "managed_services_customer_managed_key_id",
            "customer_managed_key_id",
            "storage_customer_managed_key_id",
            "pricing_tier",
            "custom_tags",
            "network_connectivity_config_id",
            "compute_mode",
        ],
        forms: {
            network_connectivity_config_id: matching(uuid),
            compute_mode: oneOf("HYBRID", "SERVERLESS"),
        },
        references: [
            { field: "credentials_id", to: "credentials" },
            { field: "storage_configuration_id", to: "storage-configurations" },
            {
                field: "network_id",
                to: "networks",
                refuse: (workspace, network, find) =>
                    endpointsOf(network, find)
                        .map((endpoint) => sameRegion("aws_region")(workspace, endpoint, find))
                        .find((problem) => problem !== undefined),
            },
            {
                field: "private_access_settings_id",
                to: "private-access-settings",
                refuse: sameRegion("aws_region"),
            },
            {
                field: "managed_services_customer_managed_key_id",
                to: "customer-managed-keys",
                refuse: keyFor("MANAGED_SERVICES"),
            },
            {
                field: "storage_customer_managed_key_id",
                to: "customer-managed-keys",
                refuse: keyFor("STORAGE"),
            },
        ],
    },
};

/** The registered VPC endpoints that a network names. */
export function endpointsOf(network: AccountRecord, find: Find): AccountRecord[] {
    const fields = kinds["networks"]?.references ?? [];
    return fields
        .flatMap(({ field, to }) => idsAt(network, field).map((id) => find(to, id)))
        .filter((endpoint) => endpoint !== undefined);
}

/** The kind of a collection. */
export function kindOf(kind: string): Kind {
    const known = kinds[kind];
    if (known === undefined) throw new Error(`no collection ${kind}`);
    return known;
}
