import type { KMSClient } from "@aws-sdk/client-kms";

import { clientsOf } from "../kms/clients";
import { type Aws, type Properties, text } from "./resource-type";

/** An AWS account of the customer, and the access key that names it. */
export interface AwsAccount {
    /** 12 digits. */
    readonly id: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
}

/** The customer's AWS accounts; the first is used if a program names none. */
export type AwsAccounts = readonly [AwsAccount, ...AwsAccount[]];

/** AWS as it is without any configuration. */
export interface AwsDefaults {
    readonly kmsEndpoint: string;
    readonly accounts: AwsAccounts;
    /** The region if a program names none. */
    readonly region: string;
}

/**
 * What each provider of a program was configured with. The engine finds all of them at one port, and gives each a connection
 * of its own: nothing else in a call says which provider it is for.
 */
export class Connections {
    private readonly configured = new Map<string, Aws>();
    /** By the account's id. */
    private readonly clients = new Map<string, (region: string) => KMSClient>();

    constructor(private readonly defaults: AwsDefaults) {}

    /** Notes a provider's configuration. */
    configure(connection: string, configuration: Properties): void {
        const region = text(configuration["region"]) ?? this.defaults.region;
        this.configured.set(connection, this.aws(this.accountFor(configuration), region));
    }

    /** AWS as the provider of this connection sees it. */
    of(connection: string): Aws {
        const own = this.configured.get(connection);
        if (own !== undefined) return own;
        const known = new Map([...this.configured.values()].map((aws) => [`${aws.accountId} ${aws.region}`, aws]));
        if (known.size > 1)
            throw new Error(
                `The fake AWS provider was configured for ${[...known.keys()].join(" and ")}, but not on this connection: run the command again.`,
            );
        return [...known.values()][0] ?? this.aws(this.defaults.accounts[0], this.defaults.region);
    }

    /** The account of the role that a provider assumes, or of its access key. */
    private accountFor(configuration: Properties): AwsAccount {
        const { accounts } = this.defaults;
        const roles = JSON.stringify([configuration["assumeRole"], configuration["assumeRoles"]]);
        const assumed = [...roles.matchAll(/arn:aws[a-z-]*:iam::(\d{12}):role/g)].at(-1)?.[1];
        if (assumed === undefined)
            return accounts.find(({ accessKeyId }) => accessKeyId === configuration["accessKey"]) ?? accounts[0];
        const account = accounts.find(({ id }) => id === assumed);
        if (account !== undefined) return account;
        throw new Error(
            `The local cloud has no AWS account ${assumed}, but ${accounts.map(({ id }) => id).join(", ")}: name it when you start it (--aws-account, awsAccounts).`,
        );
    }

    private aws(account: AwsAccount, region: string): Aws {
        return { accountId: account.id, region, kms: (given) => this.client(account, text(given) ?? region) };
    }

    private client(account: AwsAccount, region: string): KMSClient {
        const clientOf = this.clients.get(account.id) ?? clientsOf(this.defaults.kmsEndpoint, account);
        this.clients.set(account.id, clientOf);
        return clientOf(region);
    }
}
