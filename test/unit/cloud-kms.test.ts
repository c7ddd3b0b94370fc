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
import { Kms } from "../cloud";
import { KmsServer } from "../cloud/kms/server";
import { NotebookStore } from "../cloud/workspace-api/notebooks";

const owner = "arn:aws:iam::123456789012:root";

describe("the local cloud's notebooks and KMS", () => {
    let now = 0;
    let server: KmsServer;
    let customer: KMSClient;
    let databricks: KMSClient;
    let notebooks: NotebookStore;

    beforeEach(async () => {
        now = Date.now();
        const kms = new Kms({ awsAccountId: "123456789012", now: () => now });
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
        notebooks = new NotebookStore({ kms: () => databricks, now: () => now, dekCacheMilliseconds: 60_000 });
    });
    afterEach(() => server.stop());

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
        await notebooks.open("1", await makeKey(databricksKeyPolicy({ awsAccountId: "123456789012" })));
        await notebooks.write("1", "/n", "PYTHON", Buffer.from("print('secret')"));
        expect(notebooks.storedBytes("1", "/n").toString("latin1")).to.not.contain("secret");
        expect((await notebooks.read("1", "/n"))?.toString()).to.equal("print('secret')");
        expect(notebooks.kmsCalls).to.equal(2); // one to wrap, one to unwrap
        now += 60_001;
        await notebooks.read("1", "/n");
        expect(notebooks.kmsCalls).to.equal(3);
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
            await notebooks.open("1", arn);
            await notebooks.write("1", "/n", "PYTHON", Buffer.from("x"));
            await revoke(arn);
            now += 59_999;
            expect(await outcome(notebooks.read("1", "/n"))).to.equal("ok");
            now += 2;
            expect(await outcome(notebooks.read("1", "/n"))).to.contain("cannot be used");
            expect(await outcome(notebooks.write("1", "/m", "PYTHON", Buffer.from("y")))).to.contain("cannot be used");
            await restore(arn);
            expect(await outcome(notebooks.read("1", "/n"))).to.equal("ok");
        });
    }
});
