// @ts-check
// Databricks' SDK for JavaScript as it is used against an account: through a service principal, each kind of object from its
// creation to its deletion, and a workspace's notebooks. Prints what each step found, one JSON object.
// Run by javascript.test.ts, with the SDK's folder as the argument.
import https from "node:https";
import { createRequire } from "node:module";
import { connect } from "node:net";

const { AccountClient, Config, WorkspaceClient, Time, TimeUnits } = createRequire(process.argv[2] ?? "")(
    "@databricks/sdk-experimental",
);
const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID: accountId, KEY_ARN: keyArn } = process.env;
const clientId = process.env.DATABRICKS_CLIENT_ID;
const clientSecret = process.env.DATABRICKS_CLIENT_SECRET;
delete process.env.DATABRICKS_HOST;

// This SDK knows an account by Databricks' own host name, and speaks https alone: its connections are led to the local cloud.
const port = Number(new URL(DATABRICKS_HOST).port);
class LocalAgent extends https.Agent {
    createConnection() {
        return connect(port, "127.0.0.1");
    }
}
https.globalAgent = new LocalAgent();

/** @param {object} more */
const configOf = (more) => new Config({ clientId, clientSecret, authType: "oauth-m2m", ...more });
const agent = new LocalAgent();
const host = "https://accounts.cloud.databricks.com";
const account = new AccountClient(configOf({ host, accountId }), { agent });
/** @type {Record<string, unknown>} */
const found = {};

const key = await account.encryptionKeys.create({ aws_key_info: { key_arn: keyArn }, use_cases: ["MANAGED_SERVICES"] });
const credentials = await account.credentials.create({
    credentials_name: "javascript",
    aws_credentials: { sts_role: { role_arn: "arn:aws:iam::123456789012:role/javascript" } },
});
const storage = await account.storage.create({
    storage_configuration_name: "javascript",
    root_bucket_info: { bucket_name: "javascript" },
});
const endpoint = await account.vpcEndpoints.create({
    vpc_endpoint_name: "workspace",
    aws_vpc_endpoint_id: "vpce-0123456789abcdef0",
    region: "us-east-1",
});
const relay = await account.vpcEndpoints.create({
    vpc_endpoint_name: "relay",
    aws_vpc_endpoint_id: "vpce-0123456789abcdef1",
    region: "us-east-1",
});
const network = await account.networks.create({
    network_name: "javascript",
    vpc_id: "vpc-0123456789abcdef0",
    subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    security_group_ids: ["sg-0123456789abcdef0"],
    vpc_endpoints: { rest_api: [endpoint.vpc_endpoint_id], dataplane_relay: [relay.vpc_endpoint_id] },
});
const access = await account.privateAccess.create({ private_access_settings_name: "javascript", region: "us-east-1" });
await account.privateAccess.replace({
    private_access_settings_id: access.private_access_settings_id,
    customer_facing_private_access_settings: {
        private_access_settings_name: "javascript",
        region: "us-east-1",
        public_access_enabled: true,
    },
});
found.replaced = (await account.privateAccess.get(access)).public_access_enabled;

const waiter = await account.workspaces.create({
    workspace_name: "javascript",
    aws_region: "us-east-1",
    credentials_id: credentials.credentials_id,
    storage_configuration_id: storage.storage_configuration_id,
    network_id: network.network_id,
    private_access_settings_id: access.private_access_settings_id,
    managed_services_customer_managed_key_id: key.customer_managed_key_id,
});
const workspace = await waiter.wait({ timeout: new Time(1, TimeUnits.minutes) });
found.created = workspace.workspace_status;
// Version 0.17 of the SDK sends no body with a PATCH and no query with a GET: it can neither change a workspace nor read
// what one holds.
found.listed = {
    workspaces: Object.keys(await account.workspaces.list()).length,
    keys: Object.keys(await account.encryptionKeys.list()).length,
    credentials: Object.keys(await account.credentials.list()).length,
    storage: Object.keys(await account.storage.list()).length,
    networks: Object.keys(await account.networks.list()).length,
    endpoints: Object.keys(await account.vpcEndpoints.list()).length,
    access: Object.keys(await account.privateAccess.list()).length,
};

const own = `https://${workspace.deployment_name}.cloud.databricks.com`;
const client = new WorkspaceClient(configOf({ host: own }), { agent });
found.me = (await client.currentUser.me()).userName ?? (await client.currentUser.me()).user_name;
await client.workspace.mkdirs({ path: "/Shared/team" });
const content = Buffer.from("print('javascript')").toString("base64");
const notebook = { path: "/Shared/team/notebook", format: "SOURCE", language: "PYTHON", content };
await client.workspace.import(notebook);
const refused = (/** @type {Promise<unknown>} */ promise) =>
    promise.then(
        () => "accepted",
        (/** @type {{errorCode?: string, name: string}} */ error) => error.errorCode ?? error.name,
    );
found.again = await refused(client.workspace.import(notebook));
found.notEmpty = await refused(client.workspace.delete({ path: "/Shared/team" }));
await client.workspace.delete({ path: "/Shared/team", recursive: true });
found.gone = await refused(client.workspace.delete({ path: "/Shared/team" }));

await account.workspaces.delete({ workspace_id: workspace.workspace_id });
await account.privateAccess.delete(access);
await account.networks.delete(network);
for (const each of [endpoint, relay]) await account.vpcEndpoints.delete(each);
await account.storage.delete(storage);
await account.credentials.delete(credentials);
await account.encryptionKeys.delete(key);
process.stdout.write(JSON.stringify(found));
