import type { AwsVpcEndpoint } from "../aws/fake-aws-provider";

/**
 * The two endpoint services of Databricks' private links in each region that the local cloud has: the workspace's (web
 * application and REST API) and the secure cluster connectivity relay's. Source: Databricks, "IP addresses and domains
 * for Databricks services and assets", PrivateLink VPC endpoint services.
 */
export const privateLinkServices: Readonly<Record<string, Readonly<Record<UseCase, string>>>> = {
    "us-east-1": {
        WORKSPACE_ACCESS: "com.amazonaws.vpce.us-east-1.vpce-svc-09143d1e626de2f04",
        DATAPLANE_RELAY_ACCESS: "com.amazonaws.vpce.us-east-1.vpce-svc-00018a8c3ff62ffdf",
    },
    "us-east-2": {
        WORKSPACE_ACCESS: "com.amazonaws.vpce.us-east-2.vpce-svc-041dc2b4d7796b8d3",
        DATAPLANE_RELAY_ACCESS: "com.amazonaws.vpce.us-east-2.vpce-svc-090a8fab0d73e39a6",
    },
    "us-west-2": {
        WORKSPACE_ACCESS: "com.amazonaws.vpce.us-west-2.vpce-svc-0129f463fcfbc46c5",
        DATAPLANE_RELAY_ACCESS: "com.amazonaws.vpce.us-west-2.vpce-svc-0158114c0c730c3bb",
    },
};

/** What a registered VPC endpoint is good for. */
export type UseCase = "WORKSPACE_ACCESS" | "DATAPLANE_RELAY_ACCESS";

/**
 * What Databricks makes of a VPC endpoint that is registered. One that AWS knows is judged by the service that it leads
 * to; of one that only its id is known of, the name it is registered under tells: what has "relay" in it is the relay's.
 * `undefined` if it leads to no service of Databricks in that region.
 */
export function privateLinkOf(
    aws: AwsVpcEndpoint | undefined,
    region: string,
    name: string,
): { useCase: UseCase; service: string } | undefined {
    const services = privateLinkServices[region];
    if (services === undefined) return undefined;
    const named: UseCase = /relay/i.test(name) ? "DATAPLANE_RELAY_ACCESS" : "WORKSPACE_ACCESS";
    const useCase =
        aws === undefined
            ? named
            : (["WORKSPACE_ACCESS", "DATAPLANE_RELAY_ACCESS"] as const).find(
                  (one) => services[one] === aws.serviceName,
              );
    return useCase && { useCase, service: services[useCase] };
}
