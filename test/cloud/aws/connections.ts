import { KMSClient } from "@aws-sdk/client-kms";

import { type Aws, type Properties, text } from "./resource-type";

/** AWS as it is without any configuration. */
export interface AwsDefaults {
    readonly kmsEndpoint: string;
    readonly awsAccountId: string;
    /** Where a program names no region. */
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * What each provider of a program was configured with. The engine finds all of them at one port, and gives each a connection
 * of its own: nothing else in a call says which provider it is for.
 */
export class Connections {
    private readonly configured = new Map<string, Aws>();
    private readonly clients = new Map<string, KMSClient>();

    constructor(private readonly defaults: AwsDefaults) {}

    /** Notes a provider's configuration. */
    configure(connection: string, configuration: Properties): void {
        this.configured.set(connection, this.aws(text(configuration["region"]) ?? this.defaults.region));
    }

    /** AWS as the provider of this connection sees it. */
    of(connection: string): Aws {
        const own = this.configured.get(connection);
        if (own !== undefined) return own;
        const regions = new Set([...this.configured.values()].map(({ region }) => region));
        if (regions.size > 1)
            throw new Error(
                `The fake AWS provider was configured for ${[...regions].join(" and ")}, but not on this connection: run the command again.`,
            );
        return this.aws([...regions][0] ?? this.defaults.region);
    }

    private aws(region: string): Aws {
        return { accountId: this.defaults.awsAccountId, region, kms: (given) => this.client(text(given) ?? region) };
    }

    private client(region: string): KMSClient {
        const { kmsEndpoint: endpoint, credentials } = this.defaults;
        const client = this.clients.get(region) ?? new KMSClient({ region, endpoint, credentials, maxAttempts: 1 });
        this.clients.set(region, client);
        return client;
    }
}
