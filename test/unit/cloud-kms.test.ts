import {
    DecryptCommand,
    DisableKeyCommand,
    EnableKeyCommand,
    EncryptCommand,
    KMSClient,
    PutKeyPolicyCommand,
    CreateKeyCommand,
} from "@aws-sdk/client-kms";
import { expect } from "chai";

import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { Kms, type LocalWorkspace, seeds, WorkspaceStore } from "../../local-cloud";
import { KmsServer } from "../../local-cloud/kms/server";

const owner = "arn:aws:iam::123456789012:root";

describe("the local cloud's workspaces and KMS", () => {
    let now = 0;
    let server: KmsServer;
    let customer: KMSClient;
    let databricks: KMSClient;
    let store: WorkspaceStore;

    beforeEach(async () => {
        now = Date.now();
        const kms = new Kms({ awsAccountIds: ["123456789012"], now: () => now });
        server = await KmsServer.start(
            kms,
            new Map([
                ["OWNER", { principalArn: owner }],
                ["DATABRICKS", { principalArn: "arn:aws:iam::414351767826:root" }],
            ]),
        );
        const client = (accessKeyId: string) =>
            new KMSClient({
                region: "us-east-1",
                endpoint: server.endpoint,
                credentials: { accessKeyId, secretAccessKey: "x" },
                maxAttempts: 1,
            });
        [customer, databricks] = [client("OWNER"), client("DATABRICKS")];
        const controlPlane = { principalArn: "arn:aws:iam::414351767826:root" };
        store = new WorkspaceStore({
            kms: (operation, input, region) => kms.call(operation, input, { ...controlPlane, region }),
            now: () => now,
            dekCacheMilliseconds: 60_000,
        });
    });
    afterEach(() => server.stop());

    const open = (cmk: string): Promise<LocalWorkspace> => store.open("1", cmk);
    const makeKey = async (policy?: object) =>
        (await customer.send(new CreateKeyCommand({ Policy: policy && JSON.stringify(policy) }))).KeyMetadata?.Arn ??
        "";
    const outcome = (promise: Promise<unknown>) =>
        promise.then(
            () => "ok",
            (error: Error) => error.message,
        );

    it("encrypts and decrypts only for whom the key policy names", async () => {
        const own = await makeKey();
        expect(
            await outcome(databricks.send(new EncryptCommand({ KeyId: own, Plaintext: Buffer.from("x") }))),
        ).to.contain("not authorized to perform: kms:Encrypt");
        const shared = await makeKey(databricksKeyPolicy({ awsAccountId: "123456789012" }));
        const { CiphertextBlob } = await databricks.send(
            new EncryptCommand({ KeyId: shared, Plaintext: Buffer.from("x") }),
        );
        const { Plaintext } = await databricks.send(new DecryptCommand({ CiphertextBlob }));
        expect(Buffer.from(Plaintext ?? []).toString()).to.equal("x");
    });

    it("refuses a key policy that locks its owner out", async () => {
        const { Statement, ...rest } = databricksKeyPolicy({ awsAccountId: "123456789012" });
        expect(await outcome(makeKey({ ...rest, Statement: Statement.slice(1) }))).to.contain(
            "will not allow you to update the key policy",
        );
    });

    it("stores notebooks as ciphertext and asks the KMS only once in an interval", async () => {
        const workspace = await open(await makeKey(databricksKeyPolicy({ awsAccountId: "123456789012" })));
        await workspace.import("/n", seeds.notebook("print('secret')", { outputs: ["also secret"] }));
        expect(workspace.storedBytes("/n").toString("latin1")).to.not.contain("secret");
        expect((await workspace.read("/n"))?.toString()).to.equal("print('secret')");
        expect(store.kmsCalls).to.equal(2); // one to wrap, one to unwrap
        now += 60_001;
        await workspace.read("/n");
        expect(store.kmsCalls).to.equal(3);
    });

    const revocations = {
        "the key is disabled": [
            (arn: string) => customer.send(new DisableKeyCommand({ KeyId: arn })),
            (arn: string) => customer.send(new EnableKeyCommand({ KeyId: arn })),
        ],
        "the permission is taken out of the key policy": [
            (arn: string) =>
                customer.send(
                    new PutKeyPolicyCommand({
                        KeyId: arn,
                        Policy: JSON.stringify({
                            Statement: [{ Effect: "Allow", Principal: { AWS: owner }, Action: "kms:*", Resource: "*" }],
                        }),
                    }),
                ),
            (arn: string) =>
                customer.send(
                    new PutKeyPolicyCommand({
                        KeyId: arn,
                        Policy: JSON.stringify(databricksKeyPolicy({ awsAccountId: "123456789012" })),
                    }),
                ),
        ],
    } as const;
    for (const [what, [revoke, restore]] of Object.entries(revocations)) {
        it(`fails reads and writes after ${what}, when the interval ends and not before, until it is restored`, async () => {
            const arn = await makeKey(databricksKeyPolicy({ awsAccountId: "123456789012" }));
            const workspace = await open(arn);
            await workspace.import("/n", seeds.notebook("x"));
            await revoke(arn);
            now += 59_999;
            expect(await outcome(workspace.read("/n"))).to.equal("ok");
            now += 2;
            expect(await outcome(workspace.read("/n"))).to.contain("cannot be used");
            expect(await outcome(workspace.import("/m", seeds.notebook("y")))).to.contain("cannot be used");
            await restore(arn);
            expect(await outcome(workspace.read("/n"))).to.equal("ok");
        });
    }
});
