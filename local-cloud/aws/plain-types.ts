import { arnPartitionOf } from "../../provider/contract/partitions";
import { type Properties, randomHex, type ResourceType, type ResourceTypes, text } from "./resource-type";

/** Roles, buckets and networks: remembered, with the ids and names that AWS makes up. */
export const plainTypes: ResourceTypes = {
    "aws:iam/role:Role": {
        inputs: [
            "name",
            "namePrefix",
            "assumeRolePolicy",
            "description",
            "maxSessionDuration",
            "path",
            "tags",
            "forceDetachPolicies",
        ],
        replaces: ["name", "namePrefix", "path"],
        id: "name",
        outputs(inputs, name, aws) {
            const own = text(inputs["name"]) ?? unique(name);
            return {
                name: own,
                arn: `arn:${arnPartitionOf(aws.region)}:iam::${aws.accountId}:role/${own}`,
                uniqueId: `AROA${randomHex(16).toUpperCase()}`,
            };
        },
    },
    "aws:iam/rolePolicy:RolePolicy": {
        inputs: ["name", "role", "policy"],
        replaces: ["name", "role"],
        id: "name",
        outputs: (inputs, name) => ({ name: text(inputs["name"]) ?? unique(name) }),
    },
    "aws:s3/bucket:Bucket": {
        inputs: ["region", "bucket", "bucketPrefix", "forceDestroy", "tags"],
        replaces: ["region", "bucket", "bucketPrefix"],
        id: "bucket",
        outputs(inputs, name, aws) {
            const bucket = text(inputs["bucket"]) ?? unique(name);
            return {
                bucket,
                arn: `arn:${arnPartitionOf(aws.region)}:s3:::${bucket}`,
                bucketDomainName: `${bucket}.s3.amazonaws.com`,
            };
        },
    },
    "aws:s3/bucketPolicy:BucketPolicy": ofBucket(["policy"]),
    "aws:s3/bucketVersioning:BucketVersioning": ofBucket(["versioningConfiguration"]),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket([
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    ]),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(["rules"]),
    "aws:ec2/vpc:Vpc": plain("vpc", ["cidrBlock", "enableDnsHostnames", "enableDnsSupport"], "vpc", () => ({
        mainRouteTableId: ec2Id("rtb"),
    })),
    "aws:ec2/subnet:Subnet": plain("subnet", ["vpcId", "cidrBlock", "availabilityZone"], "subnet"),
    "aws:ec2/securityGroup:SecurityGroup": plain(
        "security-group",
        ["name", "vpcId", "description", "ingress", "egress", "revokeRulesOnDelete"],
        "sg",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": plain(
        "vpc-endpoint",
        [
            "vpcId",
            "serviceName",
            "vpcEndpointType",
            "subnetIds",
            "securityGroupIds",
            "routeTableIds",
            "privateDnsEnabled",
        ],
        "vpce",
    ),
};

function unique(name: string): string {
    return `${name.toLowerCase()}-${randomHex(7)}`;
}

function plain(
    id: string,
    inputs: readonly string[],
    prefix: string,
    more: () => Properties = () => ({}),
): ResourceType {
    return {
        inputs: ["region", "tags", ...inputs],
        id: "id",
        outputs: (_inputs, _name, aws) => ({
            id: ec2Id(prefix),
            arn: `arn:${arnPartitionOf(aws.region)}:ec2:::${id}`,
            ...more(),
        }),
    };
}

function ec2Id(prefix: string): string {
    return `${prefix}-${randomHex(17)}`;
}

function ofBucket(inputs: readonly string[]): ResourceType {
    return { inputs: ["region", "bucket", ...inputs], replaces: ["bucket"], id: "bucket", outputs: () => ({}) };
}
