import { randomBytes, randomUUID } from "node:crypto";

import { databricksPrincipal, type Partition, partitions } from "../provider/contract/partitions";
import { Account } from "./account-api/account";
import type { AwsAccounts } from "./aws/connections";
import { FakeAwsProvider } from "./aws/fake-aws-provider";
import { type Behavior, defaultBehavior } from "./behavior";
import type { KmsCaller } from "./kms/key";
import { Kms } from "./kms/kms";
import { KmsServer } from "./kms/server";
import { type Identity, TokenService } from "./oidc/tokens";
import type { LocalCloudOptions } from "./options";
import { WorkspaceStore } from "./workspace-api/workspace-store";

/** The AWS account of the local cloud's customer; further ones are an option. */
export const CUSTOMER_AWS_ACCOUNT = "123456789012";

/** The customer's access key in that account. */
export const customer = { accessKeyId: "AKIACUSTOMER00000000", secretAccessKey: "local" };

/** The parts that a local cloud is made of. */
export interface Parts {
    readonly accountId: string;
    /** The part of AWS that it stands for. */
    readonly partition: Partition;
    readonly kms: Kms;
    readonly kmsServer: KmsServer;
    readonly account: Account;
    readonly workspaces: WorkspaceStore;
    readonly aws: FakeAwsProvider;
    readonly awsAccounts: AwsAccounts;
    /** Whether the provider is another local cloud's, which ends it. */
    readonly sharesAws: boolean;
    readonly tokens: TokenService;
    readonly identity: Identity;
    readonly behavior: Behavior;
    readonly now: () => number;
}

/** Starts the parts of a local cloud, each knowing those that it needs. */
export async function startParts(options: LocalCloudOptions): Promise<Parts> {
    const now = options.now ?? Date.now;
    const partition = partitions[options.partition ?? "aws"];
    const [region] = partition.regions;
    const accountId = options.accountId ?? "0ac0ffee-1234-4abc-8def-00c0ffee1234";
    const behavior: Behavior = { ...defaultBehavior, ...options.behavior };
    const awsAccounts = options.aws?.awsAccounts ?? accountsOf(options.awsAccounts ?? []);
    const awsAccountIds = awsAccounts.map(({ id }) => id);
    const kms = options.aws?.kms ?? new Kms({ awsAccountIds, now, onCall: options.onRequest });
    const kmsServer = await KmsServer.start(
        kms,
        new Map(
            awsAccounts.map(({ id, accessKeyId }): [string, Omit<KmsCaller, "region">] => [
                accessKeyId,
                { principalArn: `arn:${partition.arnPartition}:iam::${id}:root` },
            ]),
        ),
        options.kmsPort,
    );
    const identity = identityOf(options);
    const workspaces = new WorkspaceStore({
        kms: (operation, input, region) =>
            kms.call(operation, input, { ...controlPlane(partition, accountId), region }),
        now,
        dekCacheMilliseconds: options.dekCacheMilliseconds ?? 300_000,
        behavior: options.workspaces,
        servicePrincipals: [identity.clientId],
    });
    const aws =
        options.aws?.aws ??
        (await FakeAwsProvider.start({ kmsEndpoint: kmsServer.endpoint, accounts: awsAccounts, region }));
    const sharesAws = options.aws !== undefined;
    const account = new Account({
        accountId,
        partition,
        now,
        behavior,
        workspaces,
        provisioningMilliseconds: options.provisioningMilliseconds ?? 1000,
        provisioningScatter: options.provisioningScatter ?? 0,
        deletionMilliseconds: options.deletionMilliseconds ?? 0,
        deploymentNamePrefix: options.deploymentNamePrefix,
        awsVpcEndpoint: (id) => aws.vpcEndpoint(id),
        awsAccountId: CUSTOMER_AWS_ACCOUNT,
    });
    account.people.addServicePrincipal(identity.clientId);
    const tokens = new TokenService(accountId, identity, now, (id) => account.people.addServicePrincipal(id));
    return {
        ...{ accountId, partition, kms, kmsServer, account, workspaces, aws, awsAccounts, sharesAws },
        ...{ tokens, identity, behavior, now },
    };
}

/** The customer's AWS accounts, the usual one first. Throws for an id that is none, or is given twice. */
function accountsOf(more: readonly string[]): AwsAccounts {
    const ids = [CUSTOMER_AWS_ACCOUNT, ...more];
    const wrong = ids.find((id, index) => !/^\d{12}$/.test(id) || ids.indexOf(id) !== index);
    if (wrong !== undefined)
        throw new Error(
            `awsAccounts must hold AWS account ids of 12 digits, each once and besides ${CUSTOMER_AWS_ACCOUNT}, not "${wrong}".`,
        );
    return [
        { id: CUSTOMER_AWS_ACCOUNT, ...customer },
        ...more.map((id) => ({ id, accessKeyId: `AKIA0000${id}`, secretAccessKey: "local" })),
    ];
}

/** Databricks' role in AWS when it acts for an account: its session is tagged with the account's id. */
function controlPlane(partition: Partition, accountId: string): Omit<KmsCaller, "region"> {
    return {
        principalArn: databricksPrincipal(partition),
        context: { "aws:PrincipalTag/DatabricksAccountId": accountId },
    };
}

function identityOf(options: LocalCloudOptions): Identity {
    return {
        token: options.token ?? `dapi${randomBytes(16).toString("hex")}`,
        clientId: options.clientId ?? randomUUID(),
        clientSecret: options.clientSecret ?? `dose${randomBytes(16).toString("hex")}`,
    };
}
