import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";

const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };

describe("the fake AWS provider", () => {
    let cloud: LocalCloud;
    let client: services.ResourceProviderClient;
    const connected: services.ResourceProviderClient[] = [];
    beforeEach(async () => {
        cloud = await LocalCloud.start();
        client = connect();
    });
    afterEach(async () => {
        for (const one of connected.splice(0)) one.close();
        await cloud.stop();
    });

    /** A client with a connection of its own, as the engine has one for each provider. */
    function connect(): services.ResourceProviderClient {
        const address = `127.0.0.1:${cloud.aws.port}`;
        const own = { "grpc.use_local_subchannel_pool": 1 };
        const made = new services.ResourceProviderClient(address, grpc.credentials.createInsecure(), own);
        connected.push(made);
        return made;
    }

    function call<Response>(run: (done: (error: Error | null, response: Response) => void) => void): Promise<Response> {
        return new Promise((resolve, reject) =>
            run((error, response) => (error === null ? resolve(response) : reject(error))),
        );
    }

    async function configure(one: services.ResourceProviderClient, args: Record<string, string>): Promise<void> {
        const request = new proto.ConfigureRequest();
        request.setArgs(Struct.fromJavaScript(args));
        await call((done) => one.configure(request, done));
    }

    async function invoke(token: string, args: Record<string, string>, one = client): Promise<Record<string, unknown>> {
        const request = new proto.InvokeRequest();
        request.setTok(token);
        request.setArgs(Struct.fromJavaScript(args));
        const response = await call<proto.InvokeResponse>((done) => one.invoke(request, done));
        return response.getReturn()?.toJavaScript() ?? {};
    }
    const getKey = (keyId: string, more: Record<string, string> = {}) =>
        invoke("aws:kms/getKey:getKey", { keyId, ...more });
    const refusal = (promise: Promise<unknown>) =>
        promise.then(
            () => "accepted",
            (error: Error) => error.message,
        );
    const create = (input: Record<string, unknown>) =>
        (cloud.kms.call("CreateKey", input, caller)["KeyMetadata"] as { Arn: string; KeyId: string }).Arn;

    it("reads a key by its id, ARN or alias, in the words of the data source", async () => {
        const arn = cloud.createKey();
        const id = arn.split("/")[1]!;
        cloud.kms.call("CreateAlias", { AliasName: "alias/notebooks", TargetKeyId: id }, caller);
        const read = await getKey(arn);
        expect(read).to.include({
            id,
            keyId: arn,
            arn,
            region: "us-east-1",
            awsAccountId: CUSTOMER_AWS_ACCOUNT,
            enabled: true,
            keyState: "Enabled",
            keyUsage: "ENCRYPT_DECRYPT",
            keySpec: "SYMMETRIC_DEFAULT",
            customerMasterKeySpec: "SYMMETRIC_DEFAULT",
            keyManager: "CUSTOMER",
            multiRegion: false,
            origin: "AWS_KMS",
            deletionDate: "",
        });
        expect(read["creationDate"]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        for (const name of [id, "alias/notebooks"]) expect((await getKey(name))["arn"], name).to.equal(arn);
    });

    it("shows a key that is disabled, pending deletion, asymmetric, of several regions, or AWS's own", async () => {
        const disabled = cloud.createKey();
        cloud.kms.call("DisableKey", { KeyId: disabled }, caller);
        expect(await getKey(disabled)).to.include({ enabled: false, keyState: "Disabled" });

        const leaving = cloud.createKey();
        cloud.kms.call("ScheduleKeyDeletion", { KeyId: leaving }, caller);
        const pending = await getKey(leaving);
        expect(pending).to.include({ enabled: false, keyState: "PendingDeletion" });
        expect(Date.parse(String(pending["deletionDate"]))).to.be.greaterThan(Date.now());

        const asymmetric = await getKey(create({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }));
        expect(asymmetric).to.include({ keySpec: "RSA_2048", keyUsage: "SIGN_VERIFY" });

        const regions = await getKey(create({ MultiRegion: true }));
        expect(regions).to.deep.include({ multiRegion: true });
        expect(regions["multiRegionConfigurations"]).to.have.length(1);

        expect(await getKey("alias/aws/s3")).to.include({ keyManager: "AWS", keyState: "Enabled" });
        expect(cloud.kms.keys().map(({ manager }) => manager)).to.not.include("AWS");
    });

    it("says which key it could not read, and why", async () => {
        const key = cloud.createKey();
        const missing = "11111111-2222-4333-8444-555555555555";
        expect(await refusal(getKey(missing))).to.match(/reading KMS Key \(1{8}.*NotFoundException/);
        expect(await refusal(getKey(key, { region: "us-west-2" }))).to.contain("Invalid arn us-east-1");
        expect(await refusal(getKey("arn:aws:kms:us-east-1:999999999999:key/x"))).to.contain("AccessDeniedException");
    });

    it("keeps the regions of several providers apart, in whatever order they are configured and called", async () => {
        const clients = ["us-east-2", "us-west-2", undefined].map((region) => ({ region, client: connect() }));
        for (const { region, client: one } of clients) await configure(one, region === undefined ? {} : { region });
        for (const { region = "us-east-1", client: one } of clients.reverse()) {
            const urn = `urn:pulumi:s::p::aws:kms/key:Key::${region}`;
            const request = new proto.CheckRequest();
            request.setUrn(urn);
            request.setNews(Struct.fromJavaScript({ description: region }));
            const inputs = await call<proto.CheckResponse>((done) => one.check(request, done));
            const creation = new proto.CreateRequest();
            creation.setUrn(urn);
            creation.setProperties(inputs.getInputs());
            await call((done) => one.create(creation, done));
            const asked = await invoke("aws:index/getRegion:getRegion", {}, one);
            expect(asked["region"]).to.equal(region);
            const bucket = new proto.CheckRequest();
            bucket.setUrn("urn:pulumi:s::p::aws:s3/bucket:Bucket::b");
            bucket.setNews(Struct.fromJavaScript({}));
            const shown = await call<proto.CheckResponse>((done) => one.check(bucket, done));
            expect(shown.getInputs()?.toJavaScript()["region"]).to.equal(region);
        }
        for (const { region, description } of cloud.kms.keys()) expect(region).to.equal(description);
        expect(cloud.kms.keys()).to.have.lengthOf(3);
        const stray = await refusal(invoke("aws:index/getRegion:getRegion", {}, connect()));
        expect(stray, "nobody's region is guessed").to.contain("not on this connection");
    });

    it("refuses a function that it does not have by its name", async () => {
        expect(await refusal(invoke("aws:s3/getBucket:getBucket", {}))).to.contain("aws:s3/getBucket:getBucket");
    });
});
