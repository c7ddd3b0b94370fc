import { KMSClient } from "@aws-sdk/client-kms";

import { withoutNodeWarning } from "../../sdk/aws-sdk";

/** Clients of the local KMS with these credentials, one a region. */
export function clientsOf(
    endpoint: string,
    credentials: { accessKeyId: string; secretAccessKey: string },
): (region: string) => KMSClient {
    const clients = new Map<string, KMSClient>();
    return (region) => {
        const made = () => new KMSClient({ region, endpoint, credentials, maxAttempts: 1 });
        const client = clients.get(region) ?? withoutNodeWarning(made);
        clients.set(region, client);
        return client;
    };
}
