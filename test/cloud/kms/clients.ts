import { KMSClient } from "@aws-sdk/client-kms";

/** Clients of the local KMS with these credentials, one a region. */
export function clientsOf(
    endpoint: string,
    credentials: { accessKeyId: string; secretAccessKey: string },
): (region: string) => KMSClient {
    const clients = new Map<string, KMSClient>();
    return (region) => {
        const client = clients.get(region) ?? new KMSClient({ region, endpoint, credentials, maxAttempts: 1 });
        clients.set(region, client);
        return client;
    };
}
