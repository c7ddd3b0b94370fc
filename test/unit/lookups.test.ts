import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { stackOf } from "../helpers/environment";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ROLE = "arn:aws:iam::123456789012:role/r";

/** The stack's configuration for a cloud, as a service principal's. */
const configuration = (cloud: LocalCloud): Record<string, string> => ({
    "databricks:host": cloud.host,
    "databricks:accountId": cloud.accountId,
    "databricks:clientId": cloud.clientId,
    "databricks:clientSecret": cloud.clientSecret,
});

interface Stack {
    config?: Record<string, string>;
    preview?: boolean;
    /** Makes what the program's credentials configurations are to be. */
    make?: (inputs: Record<string, unknown>) => Promise<string>;
}

/** Runs a stack program as the engine would; what it makes, `make` makes. */
async function program(
    { config = {}, preview = false, make = async () => "" }: Stack,
    run: () => Promise<void>,
): Promise<void> {
    await pulumi.runtime.setMocks(
        {
            newResource: async ({ type, name, inputs, id }) => ({
                id: preview ? "" : type.endsWith(":Credentials") ? await make(inputs) : (id ?? name),
                state: type.endsWith(":StackIdentity") ? { owner: stackOf(0) } : { workspaceId: id, ...inputs },
            }),
            call: () => ({}),
        },
        "tests",
        "lookups",
        preview,
    );
    pulumi.runtime.setAllConfig(config);
    await pulumi.runtime.runInPulumiStack(run);
    await pulumi.runtime.disconnect();
}

/** What an output becomes; `undefined` where it stays unknown. */
const valueOf = <Value>(output: pulumi.Output<Value>): Promise<Value | undefined> =>
    (output as unknown as { promise: () => Promise<Value | undefined> }).promise();

const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
        () => "it did not fail",
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

describe("lookups", () => {
    let cloud: LocalCloud;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 0 });
    });
    afterEach(async () => {
        pulumi.runtime.setAllConfig({});
        await cloud.stop();
    });

    const asked = (collection: string, of = cloud) =>
        of.requests
            .filter(({ path }) => path.includes(`/${collection}`))
            .map(({ method, path }) => {
                const [, one] = new RegExp(`/${collection}(?:/(.*))?$`).exec(path) ?? [];
                return one === undefined ? `${method} all` : `${method} one`;
            });
    const inStack = (run: () => Promise<void>) => program({ config: configuration(cloud) }, run);

    async function makeCredentials(name: string, of = cloud): Promise<string> {
        const body = { credentials_name: name, aws_credentials: { sts_role: { role_arn: ROLE } } };
        return String((await of.account.create("credentials", body))["credentials_id"]);
    }

    async function makeWorkspaces(...names: string[]): Promise<string[]> {
        const credentialsId = await makeCredentials(`of ${names.join()}`);
        const storage = await cloud.account.create("storage-configurations", {
            storage_configuration_name: `of ${names.join()}`,
            root_bucket_info: { bucket_name: "root-bucket" },
        });
        const ids: string[] = [];
        for (const name of names) {
            const { workspace_id } = await cloud.account.create("workspaces", {
                workspace_name: name,
                aws_region: "us-east-1",
                credentials_id: credentialsId,
                storage_configuration_id: storage["storage_configuration_id"],
                custom_tags: { team: name, [OWNERSHIP_TAG]: "11111111-2222-4333-8444-555555555555/w" },
            });
            ids.push(String(workspace_id));
        }
        return ids;
    }

    async function makeKeys(...useCases: string[][]): Promise<string[]> {
        const made = useCases.map((use_cases) =>
            cloud.account.create("customer-managed-keys", { aws_key_info: { key_arn: KEY }, use_cases }),
        );
        return (await Promise.all(made)).map((one) => String(one["customer_managed_key_id"]));
    }

    it("find a workspace by its name, its id and its deployment name, with the words of the resource's outputs", async () => {
        cloud.account.nextWorkspaceId = "123456789012345678";
        await makeWorkspaces("analytics");
        const [there] = cloud.account.list("workspaces");
        const deploymentName = String(there?.["deployment_name"]);
        await inStack(async () => {
            const found = await databricks.getWorkspace({ name: "analytics" });
            expect(found).to.deep.equal({
                accountId: cloud.accountId,
                workspaceId: "123456789012345678",
                workspaceName: "analytics",
                computeMode: "HYBRID",
                effectiveComputeMode: "HYBRID",
                storageMode: "CUSTOMER_HOSTED",
                deploymentName,
                awsRegion: "us-east-1",
                credentialsId: there?.["credentials_id"],
                storageConfigurationId: there?.["storage_configuration_id"],
                pricingTier: "ENTERPRISE",
                customTags: { team: "analytics" },
                workspaceStatus: "RUNNING",
                workspaceStatusMessage: "Workspace is running.",
                workspaceUrl: `${cloud.host.replace("127.0.0.1", `${deploymentName}.localhost`)}`,
                creationTime: there?.["creation_time"],
            });
            expect(await databricks.getWorkspace({ id: "123456789012345678" })).to.deep.equal(found);
            expect(await databricks.getWorkspace({ deploymentName })).to.deep.equal(found);
        });
    });

    it("list workspaces in order, with ids by name but for a name that several bear", async () => {
        const [b, twin, a, other] = await makeWorkspaces("b", "twin", "a", "twin");
        await inStack(async () => {
            const { workspaces, ids } = await databricks.getWorkspaces();
            expect(ids).to.deep.equal({ a, b });
            expect(workspaces.map(({ workspaceId }) => workspaceId)).to.deep.equal([
                a,
                b,
                ...[twin, other].sort((left, right) => (String(left) < String(right) ? -1 : 1)),
            ]);
        });
    });

    it("find a registered key by its id, or by its ARN and what it is for", async () => {
        const [notebooks, storage] = await makeKeys(["MANAGED_SERVICES"], ["STORAGE"]);
        await inStack(async () => {
            const find = databricks.getCustomerManagedKey;
            expect((await find({ id: storage! })).useCases).to.deep.equal(["STORAGE"]);
            const found = await find({ keyArn: KEY, useCase: "MANAGED_SERVICES" });
            expect(found.customerManagedKeyId).to.equal(notebooks);
            expect(found.awsKeyInfo).to.deep.equal({ keyArn: KEY, keyRegion: "us-east-1" });
            const { customerManagedKeys } = await databricks.getCustomerManagedKeys();
            expect(customerManagedKeys.map((one) => one.customerManagedKeyId)).to.deep.equal(
                [notebooks, storage].sort(),
            );
            expect(await failure(find({ keyArn: KEY }))).to.match(
                /^getCustomerManagedKey: more than one customer-managed key has the keyArn "arn:.*": .*, .*\. Look one of them up by its id\. \[CMK1005\]$/,
            );
        });
    });

    it("list everything else of an account, each kind with its names", async () => {
        const credentials = await makeCredentials("c");
        const account = cloud.account;
        const bucket = { bucket_name: "root-bucket" };
        await account.create("storage-configurations", { storage_configuration_name: "s", root_bucket_info: bucket });
        await account.create("vpc-endpoints", {
            vpc_endpoint_name: "endpoint",
            aws_vpc_endpoint_id: "vpce-0123456789abcdef0",
            region: "us-east-1",
        });
        await account.create("networks", {
            network_name: "network",
            vpc_id: "vpc-0123456789abcdef0",
            subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            security_group_ids: ["sg-0123456789abcdef0"],
        });
        await account.create("private-access-settings", {
            private_access_settings_name: "settings",
            region: "us-east-1",
            public_access_enabled: true,
        });
        await inStack(async () => {
            const lists = await Promise.all([
                databricks.getCredentials(),
                databricks.getStorageConfigurations(),
                databricks.getVpcEndpoints(),
                databricks.getNetworks(),
                databricks.getPrivateAccessSettings(),
            ]);
            expect(lists.map(({ ids }) => Object.keys(ids))).to.deep.equal([
                ["c"],
                ["s"],
                ["endpoint"],
                ["network"],
                ["settings"],
            ]);
            expect(lists[0].ids["c"]).to.equal(credentials);
            expect(lists[0].credentials[0]).to.include({ roleArn: ROLE, externalId: cloud.accountId });
            expect(lists[1].storageConfigurations[0]).to.include({ bucketName: "root-bucket" });
            expect(lists[2].vpcEndpoints[0]).to.include({ awsVpcEndpointId: "vpce-0123456789abcdef0" });
            expect(lists[3].networks[0]?.subnetIds).to.have.length(2);
            expect(lists[4].privateAccessSettings[0]).to.include({ publicAccessEnabled: true });
        });
    });

    it("fail where a name is that of several workspaces, and say their ids", async () => {
        const ids = await makeWorkspaces("twin", "twin");
        await inStack(async () => {
            expect(await failure(databricks.getWorkspace({ name: "twin" }))).to.equal(
                `getWorkspace: more than one workspace has the name "twin": ${ids.sort().join(", ")}. Look one of them up by its id. [CMK1005]`,
            );
        });
    });

    it("fail where nothing is found, and say what was looked for", async () => {
        const id = "11111111-2222-4333-8444-555555555555";
        await inStack(async () => {
            const account = `in the account ${cloud.accountId}. [CMK1005]`;
            expect(await failure(databricks.getWorkspace({ name: "x" }))).to.equal(
                `getWorkspace: there is no workspace with the name "x" ${account}`,
            );
            expect(await failure(databricks.getWorkspace({ id: "12" }))).to.equal(
                `getWorkspace: there is no workspace with the id "12" ${account}`,
            );
            expect(await failure(databricks.getCustomerManagedKey({ id }))).to.equal(
                `getCustomerManagedKey: there is no customer-managed key with the id "${id}" ${account}`,
            );
            const keyArn = KEY;
            expect(await failure(databricks.getCustomerManagedKey({ keyArn, useCase: "STORAGE" }))).to.equal(
                `getCustomerManagedKey: there is no customer-managed key with the keyArn "${KEY}" and the useCase "STORAGE" ${account}`,
            );
        });
    });

    it("say what is wrong with their arguments, with the argument's name, and ask nothing", async () => {
        const wrong: [Promise<unknown>, RegExp][] = [];
        await inStack(async () => {
            const { getWorkspace, getCustomerManagedKey, getNetworks } = databricks;
            // What the compiler refuses, as a JavaScript program would pass it.
            const untyped = (args: unknown) => args as { id: string };
            wrong.push(
                [
                    getWorkspace(untyped({})),
                    /^getWorkspace: name, id, deploymentName: give one of these\. \[CMK1002\]$/,
                ],
                [getWorkspace(untyped({ name: "a", id: "1" })), /id: is given beside name: keep one of them/],
                [getWorkspace(untyped({ id: 12 })), /id: must be a string/],
                [getWorkspace({ id: `${cloud.accountId}/12` }), /id: must be the bare id "12"/],
                [getWorkspace(untyped({ workspaceName: "a" })), /workspaceName: is not an input of a lookup/],
                [getWorkspace({ name: "a", accountId: "b" }), /accountId: must be the account id \(a uuid\)/],
                [
                    getCustomerManagedKey({ keyArn: "arn:aws:kms:us-east-1:1:alias/x" }),
                    /keyArn: must be the ARN of the/,
                ],
                [
                    getCustomerManagedKey(untyped({ id: "1", useCase: "STORAGE" })),
                    /id: must be the id .*; useCase: only narrows/,
                ],
                [getNetworks({ name: "a" } as object), /^getNetworks: name: is not an input of a lookup/],
            );
            for (const [promise, message] of wrong) expect(await failure(promise)).to.match(message);
        });
        expect(cloud.requests).to.deep.equal([]);
    });

    it("share one list and one token, asked together or after each other, whatever the form", async () => {
        const ids = await makeWorkspaces(...Array.from({ length: 20 }, (_, index) => `w${index}`));
        await inStack(async () => {
            await Promise.all(ids.map((_, index) => databricks.getWorkspace({ name: `w${index}` })));
            for (const index of ids.keys()) await databricks.getWorkspace({ name: `w${index}` });
            await Promise.all(ids.map((id) => valueOf(databricks.getWorkspaceOutput({ id: pulumi.output(id) }))));
            for (const id of ids) await databricks.getWorkspace({ id });
            await databricks.getWorkspaces();
        });
        expect(asked("workspaces")).to.deep.equal(["GET all"]);
        expect(cloud.tokens.tokensGiven).to.equal(1);
    });

    it("read one workspace alone where its id is all that is asked for", async () => {
        const ids = await makeWorkspaces("a", "b", "c");
        await inStack(async () => {
            await databricks.getWorkspace({ id: String(ids[0]) });
        });
        expect(asked("workspaces")).to.deep.equal(["GET one"]);
        cloud.clearRequests();
        await inStack(async () => {
            await Promise.all(ids.map((id) => databricks.getWorkspace({ id })));
        });
        expect(asked("workspaces")).to.deep.equal(["GET all"]);
    });

    it("tell a workspace's metastore to a program that uses it, and ask nothing for one that does not", async () => {
        const { metastore_id } = cloud.account.metastores.add("us-east-1", "main");
        const [assigned, without] = await makeWorkspaces("assigned", "without");
        cloud.account.metastores.unassign(String(without));
        const read = (name: string, id = "") => databricks.Workspace.get(name, id);
        const metastoreIds: (string | undefined)[] = [];
        await inStack(async () => {
            read("not-used", assigned);
            metastoreIds.push(await valueOf(read("assigned", assigned).metastoreId));
            metastoreIds.push(await valueOf(read("without", without).metastoreId));
        });
        expect(metastoreIds).to.deep.equal([metastore_id, undefined]);
        const paths = cloud.requests.map(({ path }) => path).filter((path) => path.endsWith("/metastore"));
        expect(paths).to.have.length(2);
    });

    it("ask again after a list that failed", async () => {
        cloud.inject({
            when: ({ path }) => path.endsWith("/credentials"),
            times: 1,
            do: { kind: "body", body: "not JSON" },
        });
        await inStack(async () => {
            expect(await failure(databricks.getCredentials())).to.match(/^getCredentials: .*is not JSON/);
            expect(await databricks.getCredentials()).to.deep.equal({ credentials: [], ids: {} });
        });
    });

    it("know of what the program made before, and list once for all that nothing was made between", async () => {
        const make = () => makeCredentials("made");
        await program({ config: configuration(cloud), make }, async () => {
            expect((await databricks.getCredentials()).ids).to.deep.equal({});
            await databricks.getCredentials();
            const made = new databricks.Credentials("c", { roleArn: ROLE });
            const id = await valueOf(made.id);
            expect((await databricks.getCredentials()).ids).to.deep.equal({ made: id });
            await databricks.getCredentials();
        });
        expect(asked("credentials")).to.deep.equal(["GET all", "GET all"]);
    });

    it("know of a change that the program made to an object that an earlier list showed", async () => {
        const [id = ""] = await makeWorkspaces("w");
        const make = async () => {
            cloud.account.change("workspaces", id, { custom_tags: { team: "another" } });
            return makeCredentials("made");
        };
        await program({ config: configuration(cloud), make }, async () => {
            expect((await databricks.getWorkspaces()).workspaces[0]?.customTags).to.deep.equal({ team: "w" });
            await valueOf(new databricks.Credentials("c", { roleArn: ROLE }).id);
            expect((await databricks.getWorkspace({ id })).customTags).to.deep.equal({ team: "another" });
        });
    });

    it("know of what was made in the very moment in which they are asked", async () => {
        const make = () => makeCredentials("made");
        await program({ config: configuration(cloud), make }, async () => {
            await databricks.getCredentials();
            const made = new databricks.Credentials("c", { roleArn: ROLE });
            const seen = await valueOf(made.id.apply(() => databricks.getCredentials()));
            expect(Object.keys(seen?.ids ?? {})).to.deep.equal(["made"]);
        });
    });

    it("do not list again for what is only read, nor in a preview", async () => {
        await program({ config: configuration(cloud) }, async () => {
            await databricks.getCredentials();
            await valueOf(databricks.Credentials.get("c", "11111111-2222-4333-8444-555555555555").id);
            await databricks.getCredentials();
        });
        await program({ config: configuration(cloud), preview: true }, async () => {
            await databricks.getCredentials();
            await valueOf(new databricks.Credentials("c", { roleArn: ROLE }).urn);
            await databricks.getCredentials();
        });
        expect(asked("credentials")).to.deep.equal(["GET all", "GET all"]);
    });

    it("stay unknown in a preview, and ask nothing, while an argument or what they depend on is not known", async () => {
        await program({ config: configuration(cloud), preview: true }, async () => {
            const made = new databricks.Credentials("c", { roleArn: ROLE });
            const unknown = [
                databricks.getWorkspaceOutput({ id: made.id }),
                // The name is known, but the object that it comes from is not there yet.
                databricks.getWorkspaceOutput({ name: made.roleArn }),
                databricks.getCredentialsOutput({}, { dependsOn: made }),
                databricks.getCredentialsOutput({}, { dependsOn: [pulumi.output(made)] }),
            ];
            for (const output of unknown) expect(await valueOf<unknown>(output)).to.equal(undefined);
        });
        expect(cloud.requests).to.deep.equal([]);
    });

    it("ask after what they depend on, and refuse a component in its place", async () => {
        const make = () => makeCredentials("made");
        class Component extends pulumi.ComponentResource {}
        await program({ config: configuration(cloud), make }, async () => {
            const made = new databricks.Credentials("c", { roleArn: ROLE });
            const found = await valueOf(databricks.getCredentialsOutput({}, { dependsOn: [made] }));
            expect(Object.keys(found?.ids ?? {})).to.deep.equal(["made"]);
            const component = new Component("tests:index:Component", "c");
            expect(await failure(valueOf(databricks.getCredentialsOutput({}, { dependsOn: component })))).to.match(
                /^dependsOn: a lookup cannot wait for a component as a whole/,
            );
        });
    });

    it("answer each stack's program from its own account, one after the other in one process", async () => {
        const other = await LocalCloud.start({ accountId: "1ac0ffee-1234-4abc-8def-00c0ffee1234" });
        try {
            await makeCredentials("here");
            await makeCredentials("there", other);
            for (const [of, name] of [
                [cloud, "here"],
                [other, "there"],
                [cloud, "here"],
            ] as const) {
                await program({ config: configuration(of) }, async () => {
                    expect(Object.keys((await databricks.getCredentials()).ids)).to.deep.equal([name]);
                    expect((await databricks.getCurrentConfig()).accountId).to.equal(of.accountId);
                });
            }
            // A program that runs again asks again.
            expect(asked("credentials")).to.deep.equal(["GET all", "GET all"]);
        } finally {
            await other.stop();
        }
    });

    it("say how the package is configured, without a secret and without asking", async () => {
        await inStack(async () => {
            const current = { accountId: cloud.accountId, host: cloud.host };
            expect(await databricks.getCurrentConfig()).to.deep.equal({ ...current, authType: "oauth-m2m" });
            expect(await valueOf(databricks.getCurrentConfigOutput())).to.include(current);
        });
        const { "databricks:host": host = "", "databricks:accountId": account = "" } = configuration(cloud);
        const config = { "databricks:host": host, "databricks:accountId": account, "databricks:token": cloud.token };
        await program({ config }, async () => {
            expect((await databricks.getCurrentConfig()).authType).to.equal("pat");
        });
        expect(cloud.requests).to.deep.equal([]);
    });

    it("fail with what Pulumi shows without a stack trace, and never with a secret", async () => {
        const config = { ...configuration(cloud), "databricks:clientSecret": "a-wrong-secret" };
        await program({ config }, async () => {
            const error: unknown = await databricks.getWorkspaces().catch((thrown: unknown) => thrown);
            expect(pulumi.RunError.isInstance(error)).to.equal(true);
            expect(String(error))
                .to.match(/getWorkspaces: .*HTTP 401/)
                .and.not.contain("a-wrong-secret");
        });
        await program({ config: { "databricks:host": cloud.host } }, async () => {
            const error: unknown = await databricks.getWorkspaces().catch((thrown: unknown) => thrown);
            expect(pulumi.RunError.isInstance(error)).to.equal(true);
            expect(String(error)).to.match(/getWorkspaces: No complete Databricks credential was found/);
        });
    });

    it("ask another account where one is named", async () => {
        const accountId = "1ac0ffee-1234-4abc-8def-00c0ffee1234";
        await inStack(async () => {
            expect(await failure(databricks.getNetworks({ accountId }))).to.match(/Not an admin of account 1ac0ffee/);
        });
        expect(cloud.requests.at(-1)?.path).to.equal(`/api/2.0/accounts/${accountId}/networks`);
    });
});
