import { DescribeKeyCommand, type KeyMetadata } from "@aws-sdk/client-kms";

import { arnPartitionOf } from "../../provider/contract/partitions";
import { type Aws, type Properties, text } from "./resource-type";

/** Answers a data source of the AWS provider. Throws for one that is not known. */
export async function invoke(token: string, args: Properties, aws: Aws): Promise<Properties> {
    const run = functions[token];
    if (run === undefined) throw new Error(`The fake AWS provider does not know the function ${token}.`);
    return run(args, aws);
}

type AwsFunction = (args: Properties, aws: Aws) => Properties | Promise<Properties>;

const functions: Readonly<Record<string, AwsFunction>> = {
    "aws:index/getCallerIdentity:getCallerIdentity": (_, { accountId, region }) => ({
        id: accountId,
        accountId,
        arn: `arn:${arnPartitionOf(region)}:iam::${accountId}:root`,
        userId: accountId,
    }),
    "aws:index/getRegion:getRegion": (_, { region }) => ({ id: region, name: region, region }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": (args, aws) => {
        const region = text(args["region"]) ?? aws.region;
        const names = ["a", "b", "c"].map((zone) => `${region}${zone}`);
        return { id: region, region, names, zoneIds: names };
    },
    "aws:index/getPartition:getPartition": (_, { region }) => {
        const partition = arnPartitionOf(region);
        return { id: partition, partition, dnsSuffix: "amazonaws.com" };
    },
    "aws:kms/getKey:getKey": getKey,
};

/** A key as `aws.kms.getKey` shows it; the AWS managed keys behind `alias/aws/...` included. */
async function getKey(args: Properties, aws: Aws): Promise<Properties> {
    const region = text(args["region"]) ?? aws.region;
    const keyId = String(args["keyId"]);
    const { KeyMetadata: key } = await aws
        .kms(region)
        .send(
            new DescribeKeyCommand({ KeyId: keyId, GrantTokens: args["grantTokens"] as string[] | undefined }),
            // The plugin says which key it was reading.
        )
        .catch((error: unknown) => {
            throw new Error(
                `reading KMS Key (${keyId}): ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
            );
        });
    if (key === undefined) throw new Error(`reading KMS Key (${keyId}): empty result`);
    return { id: key.KeyId, keyId, region, ...describe(key), grantTokens: args["grantTokens"] };
}

/** The metadata in the data source's words; what a key does not have is empty there, not missing. */
function describe(key: KeyMetadata): Properties {
    const multiRegion = key.MultiRegionConfiguration;
    const regional = ({ Arn, Region }: { Arn?: string; Region?: string }) => ({ arn: Arn, region: Region });
    return {
        arn: key.Arn,
        awsAccountId: key.AWSAccountId,
        cloudHsmClusterId: key.CloudHsmClusterId ?? "",
        creationDate: timeOf(key.CreationDate),
        customKeyStoreId: key.CustomKeyStoreId ?? "",
        customerMasterKeySpec: key.CustomerMasterKeySpec,
        deletionDate: timeOf(key.DeletionDate),
        description: key.Description ?? "",
        enabled: key.Enabled ?? false,
        expirationModel: key.ExpirationModel ?? "",
        keyManager: key.KeyManager,
        keySpec: key.KeySpec,
        keyState: key.KeyState,
        keyUsage: key.KeyUsage,
        multiRegion: key.MultiRegion ?? false,
        multiRegionConfigurations:
            multiRegion === undefined
                ? []
                : [
                      {
                          multiRegionKeyType: multiRegion.MultiRegionKeyType,
                          primaryKeys: [regional(multiRegion.PrimaryKey ?? {})],
                          replicaKeys: (multiRegion.ReplicaKeys ?? []).map(regional),
                      },
                  ],
        origin: key.Origin,
        pendingDeletionWindowInDays: key.PendingDeletionWindowInDays ?? 0,
        validTo: timeOf(key.ValidTo),
        xksKeyConfigurations: [],
    };
}

/** A time as the AWS provider writes it: RFC 3339 without fractions of a second. */
function timeOf(time: Date | undefined): string {
    return time === undefined ? "" : time.toISOString().replace(/\.\d+Z$/, "Z");
}
