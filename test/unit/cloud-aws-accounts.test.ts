import {
    CreateAliasCommand,
    CreateKeyCommand,
    DescribeKeyCommand,
    DisableKeyCommand,
    EncryptCommand,
    KMSClient,
    ListAliasesCommand,
    ListKeysCommand,
} from "@aws-sdk/client-kms";
import { expect } from "chai";

import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud, seeds } from "../../local-cloud";
import { Connections } from "../../local-cloud/aws/connections";

const SECURITY = "111122223333";

describe("several AWS accounts in the local cloud", () => {
    let cloud: LocalCloud;
    let first: KMSClient;
    let security: KMSClient;
    before(async () => {
        cloud = await LocalCloud.start({ awsAccounts: [SECURITY] });
        const endpoint = cloud.environment()["AWS_ENDPOINT_URL_KMS"]!;
        [first, security] = cloud.awsAccounts.map(
            (credentials) => new KMSClient({ region: "us-east-1", endpoint, credentials, maxAttempts: 1 }),
        ) as [KMSClient, KMSClient];
    });
    after(() => cloud.stop());

    const keyOf = async (client: KMSClient, policy?: object) =>
        (await client.send(new CreateKeyCommand({ Policy: policy && JSON.stringify(policy) }))).KeyMetadata;
    const outcome = (promise: Promise<unknown>) =>
        promise.then(
            () => "ok",
            (error: Error) => error.name,
        );

    it("have keys and aliases of their own, told apart by their access keys", async () => {
        for (const [client, account] of [
            [first, CUSTOMER_AWS_ACCOUNT],
            [security, SECURITY],
        ] as const) {
            const key = await keyOf(client);
            expect(key).to.include({ AWSAccountId: account });
            expect(key?.Arn).to.contain(`:${account}:key/`);
            await client.send(new CreateAliasCommand({ AliasName: "alias/same", TargetKeyId: key?.KeyId }));
            const named = await client.send(new DescribeKeyCommand({ KeyId: "alias/same" }));
            expect(named.KeyMetadata?.Arn).to.equal(key?.Arn);
            const { Aliases } = await client.send(new ListAliasesCommand());
            expect(Aliases?.map(({ AliasArn }) => AliasArn)).to.deep.equal([
                `arn:aws:kms:us-east-1:${account}:alias/same`,
            ]);
            const { Keys } = await client.send(new ListKeysCommand());
            expect(Keys?.every(({ KeyArn }) => KeyArn?.includes(account))).to.equal(true);
        }
    });

    it("use each other's keys by ARN if the key policy lets them, and never manage them", async () => {
        const own = await keyOf(security);
        const root = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });
        const all = { Effect: "Allow", Action: "kms:*", Resource: "*" };
        const shared = await keyOf(security, {
            Version: "2012-10-17",
            Statement: [SECURITY, CUSTOMER_AWS_ACCOUNT].map((account) => ({ ...all, Principal: root(account) })),
        });
        const encrypt = (KeyId: string | undefined) =>
            outcome(first.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("x") })));
        expect(await encrypt(own?.Arn)).to.equal("AccessDeniedException");
        expect(await encrypt(shared?.Arn)).to.equal("ok");
        expect(await encrypt(shared?.KeyId), "an id is of the caller's own account").to.equal("NotFoundException");
        expect(await outcome(first.send(new DisableKeyCommand({ KeyId: shared?.Arn })))).to.equal(
            "AccessDeniedException",
        );
    });

    it("give a workspace a key of another account, as the Account API takes one", async () => {
        const key = await keyOf(security, databricksKeyPolicy({ awsAccountId: SECURITY }));
        const workspace = await cloud.addWorkspace({ keyArn: String(key?.Arn) });
        await workspace.seed({ "/Shared/n": seeds.notebook("x") });
        expect((await workspace.read("/Shared/n"))?.toString()).to.equal("x");
    });

    it("are shared with another Databricks account, and named by 12 digits, each once", async () => {
        const other = await LocalCloud.start({ aws: cloud, accountId: "22222222-2222-4222-8222-222222222222" });
        expect(other.awsAccounts).to.deep.equal(cloud.awsAccounts);
        await other.stop();
        for (const wrong of [["1"], [CUSTOMER_AWS_ACCOUNT], [SECURITY, SECURITY]]) {
            const refused: unknown = await LocalCloud.start({ awsAccounts: wrong }).catch((error: unknown) => error);
            expect(String(refused)).to.contain("awsAccounts must hold AWS account ids of 12 digits");
        }
    });

    it("are the accounts of providers by their access keys, or by the roles that they assume", () => {
        const connections = new Connections({ kmsEndpoint: "", accounts: cloud.awsAccounts, region: "us-east-1" });
        const role = (account: string) => `arn:aws:iam::${account}:role/deploy`;
        const accountFor = (configuration: Record<string, unknown>) => {
            connections.configure("one", configuration);
            return connections.of("one").accountId;
        };
        expect(accountFor({})).to.equal(CUSTOMER_AWS_ACCOUNT);
        expect(accountFor({ accessKey: cloud.awsAccounts[1]?.accessKeyId })).to.equal(SECURITY);
        expect(accountFor({ assumeRoles: JSON.stringify([{ roleArn: role(SECURITY) }]) })).to.equal(SECURITY);
        expect(
            accountFor({ assumeRoles: [{ roleArn: role(CUSTOMER_AWS_ACCOUNT) }, { roleArn: role(SECURITY) }] }),
        ).to.equal(SECURITY);
        expect(() => accountFor({ assumeRoles: [{ roleArn: role("999999999999") }] })).to.throw(
            "The local cloud has no AWS account 999999999999",
        );
    });
});
