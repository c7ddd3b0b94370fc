import { expect } from "chai";

import { type Behavior, LocalCloud } from "../../local-cloud";

type Body = Record<string, unknown>;

interface Answer {
    readonly status: number;
    readonly type: string;
    readonly text: string;
    /** The parsed body; empty where it is no JSON. */
    readonly body: Body;
}

const REGISTRATION = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";

describe("the local cloud's Account API", () => {
    let now: number;
    let cloud: LocalCloud;
    beforeEach(async () => {
        now = Date.now();
        cloud = await LocalCloud.start({ now: () => now, provisioningMilliseconds: 30_000 });
    });
    afterEach(() => cloud.stop());

    const behave = (behavior: Partial<Behavior>) => Object.assign(cloud.behavior, behavior);

    async function call(method: string, path: string, body?: unknown): Promise<Answer> {
        const response = await fetch(`${cloud.host}/api/2.0/accounts/${cloud.accountId}/${path}`, {
            method,
            headers: { authorization: `Bearer ${cloud.token}` },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const type = response.headers.get("content-type") ?? "";
        return { status: response.status, type, text, body: type.includes("json") ? (JSON.parse(text) as Body) : {} };
    }

    async function create(kind: string, body: Body): Promise<Body> {
        const answer = await call("POST", kind, body);
        expect(answer.status, answer.text).to.equal(201);
        return answer.body;
    }

    const registration = (useCases = ["MANAGED_SERVICES"], more: Body = {}) => ({
        aws_key_info: { key_arn: REGISTRATION, key_region: "us-east-1", ...more },
        use_cases: useCases,
    });
    const credentials = (role = "r", name = role) => ({
        credentials_name: name,
        aws_credentials: { sts_role: { role_arn: `arn:aws:iam::123456789012:role/${role}` } },
    });
    const network = (name: string, digit: number) => ({
        network_name: name,
        vpc_id: "vpc-0123456789abcdef0",
        subnet_ids: [`subnet-${digit}0000001`, `subnet-${digit}0000002`],
        security_group_ids: [`sg-${digit}0000001`],
    });

    /** The body of a workspace, with all that it names made. */
    async function workspaceBody(more: Body = {}): Promise<Body> {
        const [{ credentials_id }, { storage_configuration_id }] = await Promise.all([
            create("credentials", credentials(`r${Math.random()}`)),
            create("storage-configurations", {
                storage_configuration_name: `s${Math.random()}`,
                root_bucket_info: { bucket_name: "bucket" },
            }),
        ]);
        return { workspace_name: "w", aws_region: "us-east-1", credentials_id, storage_configuration_id, ...more };
    }

    /** A workspace that is RUNNING, at its path. */
    async function running(more: Body = {}): Promise<string> {
        const { workspace_id } = cloud.account.list("workspaces").at(-1) ?? {};
        await create("workspaces", await workspaceBody(more));
        const id = String(cloud.account.list("workspaces").at(-1)?.["workspace_id"]);
        expect(id).to.not.equal(workspace_id);
        now += 30_000;
        return `workspaces/${id}`;
    }
    const status = async (path: string) => (await call("GET", path)).body["workspace_status"];

    describe("ignores what it does not know", () => {
        it("and lists in cloud.requests what that was", async () => {
            const path = await running({
                account_id: cloud.accountId,
                is_no_public_ip_enabled: true,
                effective_compute_mode: "",
            });
            const { ignored } = cloud.requests.find(
                ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            )!;
            expect(ignored).to.have.members(["account_id", "is_no_public_ip_enabled", "effective_compute_mode"]);
            const patch = await call("PATCH", `${path}?update_mask=custom_tags`, { custom_tags: { a: "b" }, later: 1 });
            expect([patch.status, cloud.requests.at(-1)?.ignored]).to.deep.equal([200, ["later"]]);
        });

        it("inside of objects too, and null or an empty text as if it were left out", async () => {
            await create("customer-managed-keys", registration(["MANAGED_SERVICES"], { key_size: 256 }));
            expect(cloud.requests.at(-1)?.ignored).to.deep.equal(["aws_key_info.key_size"]);
            const body = await workspaceBody({ network_id: null, private_access_settings_id: "" });
            expect(await create("workspaces", body)).to.not.have.any.keys("network_id", "private_access_settings_id");
        });

        it("unless it is to be strict", async () => {
            behave({ unknownFields: "reject" });
            const { status, body } = await call("POST", "credentials", {
                ...credentials(),
                account_id: cloud.accountId,
            });
            expect([status, body["error_code"]]).to.deep.equal([400, "MALFORMED_REQUEST"]);
            expect(body["message"]).to.contain("account_id");
        });
    });

    it("shows the service's further fields of a workspace", async () => {
        expect((await call("GET", await running())).body).to.include({
            compute_mode: "HYBRID",
            effective_compute_mode: "HYBRID",
            storage_mode: "CUSTOMER_HOSTED",
            is_no_public_ip_enabled: true,
            cloud: "aws",
        });
    });

    it("takes a serverless workspace without credentials, storage and network, and every other one only with the first two", async () => {
        const serverless = { workspace_name: "s", aws_region: "us-east-1", compute_mode: "SERVERLESS" };
        expect(await create("workspaces", serverless)).to.include({
            effective_compute_mode: "SERVERLESS",
            storage_mode: "DEFAULT_STORAGE",
        });
        const { credentials_id, storage_configuration_id } = await workspaceBody();
        const refused = await call("POST", "workspaces", { ...serverless, credentials_id });
        expect([refused.status, refused.body["message"]]).to.deep.equal([
            400,
            "credentials_id must not be set for a workspace with compute_mode SERVERLESS",
        ]);
        const without = await call("POST", "workspaces", {
            ...serverless,
            compute_mode: "HYBRID",
            storage_configuration_id,
        });
        expect(without.body["message"]).to.equal("Missing required field: credentials_id");
    });

    it("gives a subnet or a security group to one network at a time, unless they are to be shared", async () => {
        const { network_id } = await create("networks", network("first", 1));
        const overlapping = { ...network("other", 2), subnet_ids: ["subnet-10000002", "subnet-20000001"] };
        const refused = await call("POST", "networks", overlapping);
        expect([refused.status, refused.body["error_code"]]).to.deep.equal([409, "RESOURCE_CONFLICT"]);
        expect(refused.body["message"]).to.contain("subnet-10000002").and.contain(String(network_id));
        await call("DELETE", `networks/${String(network_id)}`);
        await create("networks", overlapping);
        behave({ subnets: "shared" });
        await create("networks", network("first", 1));
    });

    it("takes reuse_key_for_cluster_volumes for true where a key for STORAGE leaves it out", async () => {
        const reuse = async (useCases: string[], more: Body = {}) =>
            ((await create("customer-managed-keys", registration(useCases, more)))["aws_key_info"] as Body)[
                "reuse_key_for_cluster_volumes"
            ];
        expect(await reuse(["STORAGE"])).to.equal(true);
        expect(await reuse(["STORAGE"], { reuse_key_for_cluster_volumes: false })).to.equal(false);
        expect(await reuse(["MANAGED_SERVICES"])).to.equal(undefined);
        behave({ reuseKeyDefault: "unset" });
        expect(await reuse(["STORAGE"])).to.equal(undefined);
    });

    describe("updates a RUNNING workspace", () => {
        const tags = { custom_tags: { team: "new" } };
        const patch = (path: string, body: Body) =>
            call("PATCH", `${path}?update_mask=${Object.keys(body).join()}`, body);
        const message = async (path: string, body: Body) => (await patch(path, body)).body["message"];
        const shown = async (path: string) => (await call("GET", path)).body["custom_tags"];

        it("through PROVISIONING, and in a customer-managed VPC while it stays RUNNING", async () => {
            const managed = await running();
            const { network_id } = await create("networks", network("own network", 1));
            const own = await running({ network_id });
            for (const path of [managed, own]) await patch(path, tags);
            expect([await status(managed), await status(own)]).to.deep.equal(["PROVISIONING", "RUNNING"]);
            behave({ updateStatus: "provisioning" });
            await patch(own, { custom_tags: { team: "newer" } });
            expect(await status(own)).to.equal("PROVISIONING");
        });

        it("with values that are shown at once, later, for a while, or never", async () => {
            const { network_id } = await create("networks", network("own network", 1));
            for (const [updates, expected] of [
                ["at-once", [tags.custom_tags, tags.custom_tags]],
                ["late", [undefined, tags.custom_tags]],
                ["reverted", [tags.custom_tags, undefined]],
                ["dropped", [undefined, undefined]],
            ] as const) {
                behave({ updates, updateMilliseconds: 120_000, subnets: "shared" });
                const path = await running({ network_id });
                expect((await patch(path, tags)).status, updates).to.equal(200);
                const first = await shown(path);
                now += 120_000;
                expect([first, await shown(path)], updates).to.deep.equal(expected);
                expect(await status(path), updates).to.equal("RUNNING");
            }
        });

        it("only while no classic compute runs in it", async () => {
            const path = await running();
            const id = path.split("/")[1]!;
            cloud.account.setCompute(id, "2 clusters, 1 instance pool");
            expect(await message(path, tags)).to.contain("2 clusters, 1 instance pool");
            cloud.account.setCompute(id, undefined);
            expect((await patch(path, tags)).status).to.equal(200);
        });

        it("without an effect of an empty map of tags, unless they are to be taken away by it", async () => {
            const path = await running({ custom_tags: { team: "old" } });
            expect((await patch(path, { custom_tags: {} })).status).to.equal(200);
            expect([await shown(path), await status(path)]).to.deep.equal([{ team: "old" }, "RUNNING"]);
            behave({ emptyTags: "applied" });
            await patch(path, { custom_tags: {} });
            expect(await shown(path)).to.deep.equal({});
        });

        it("and never takes back private access settings, a connectivity configuration or a key", async () => {
            const { private_access_settings_id } = await create("private-access-settings", {
                private_access_settings_name: "p",
                region: "us-east-1",
            });
            const { customer_managed_key_id } = await create("customer-managed-keys", registration(["STORAGE"]));
            const path = await running({
                private_access_settings_id,
                network_connectivity_config_id: "11111111-2222-4333-8444-555555555555",
                storage_customer_managed_key_id: customer_managed_key_id,
            });
            for (const field of [
                "private_access_settings_id",
                "network_connectivity_config_id",
                "storage_customer_managed_key_id",
            ])
                for (const nothing of [null, ""])
                    expect(await message(path, { [field]: nothing })).to.equal(`${field} cannot be removed`);
        });

        it("with a storage key where it has none, and with no other one afterwards", async () => {
            const path = await running();
            const keys = [];
            for (let index = 0; index < 2; index++)
                keys.push(
                    (await create("customer-managed-keys", registration(["STORAGE"])))["customer_managed_key_id"],
                );
            expect((await patch(path, { storage_customer_managed_key_id: keys[0] })).status).to.equal(200);
            now += 30_000;
            expect(await message(path, { storage_customer_managed_key_id: keys[1] })).to.contain("can only be added");
        });

        it("with a storage key after it FAILED only if it never ran", async () => {
            const { customer_managed_key_id } = await create("customer-managed-keys", registration(["STORAGE"]));
            const storage = { storage_customer_managed_key_id: customer_managed_key_id };
            const ran = await running();
            cloud.account.setStatus(ran.split("/")[1]!, "FAILED", "The root bucket is gone.");
            expect(await message(ran, storage)).to.contain("only if it never was RUNNING");
            cloud.account.nextOutcome = { status: "FAILED", message: "The VPC has no route." };
            expect((await patch(await running(), storage)).status).to.equal(200);
        });

        it("with another key for notebooks only where the service can", async () => {
            const key = async () => {
                const body = { aws_key_info: { key_arn: cloud.createKey() }, use_cases: ["MANAGED_SERVICES"] };
                return (await create("customer-managed-keys", body))["customer_managed_key_id"];
            };
            const field = "managed_services_customer_managed_key_id";
            const path = await running({ [field]: await key() });
            const other = { [field]: await key() };
            expect(await message(path, other)).to.equal(`${field} cannot be updated`);
            behave({ keyChange: "updatable" });
            expect((await patch(path, other)).body[field]).to.equal(other[field]);
        });

        it("takes fields that are as they were for no change, as clients that send everything do", async () => {
            const body = { aws_key_info: { key_arn: cloud.createKey() }, use_cases: ["MANAGED_SERVICES"] };
            const key = (await create("customer-managed-keys", body))["customer_managed_key_id"];
            const path = await running({ managed_services_customer_managed_key_id: key });
            const { credentials_id } = (await call("GET", path)).body;
            const same = { credentials_id, managed_services_customer_managed_key_id: key };
            expect([(await patch(path, same)).status, await status(path)]).to.deep.equal([200, "RUNNING"]);
        });

        it("takes all fields of the body where there is no update_mask, and no other fields than the mask's", async () => {
            const path = await running();
            expect((await call("PATCH", path, tags)).status).to.equal(200);
            expect(await shown(path)).to.deep.equal(tags.custom_tags);
            expect((await call("PATCH", `${path}?update_mask=credentials_id`, tags)).status).to.equal(400);
        });
    });

    describe("refuses a role or bucket that it cannot use yet", () => {
        beforeEach(() => (cloud.account.validationDelay = 20_000));
        const role = "arn:aws:iam::123456789012:role/fresh";

        for (const [behavior, type, words] of [
            [{}, "json", "Failed credential validation checks: please use a valid cross account IAM role"],
            [{ validationWords: "credentials" }, "json", "Failed credentials validation checks: please"],
            [
                { validationCode: "MALFORMED_REQUEST", validationFormat: "text" },
                "text/plain",
                "MALFORMED_REQUEST: Failed credential validation checks: please",
            ],
        ] as const) {
            it(`in the words "${words}..." as ${type}`, async () => {
                behave(behavior);
                const answer = await call("POST", "credentials", credentials("fresh"));
                expect([answer.status, answer.type.includes(type)]).to.deep.equal([400, true]);
                expect(answer.text).to.contain(words);
                now += 20_000;
                await create("credentials", credentials("fresh"));
            });
        }

        it("when the workspace is made, where that is when it looks", async () => {
            cloud.account.validationDelay = 0;
            const body = await workspaceBody();
            behave({ roleValidation: "workspaces" });
            const [{ aws_credentials } = {}] = cloud.account.list("credentials") as {
                aws_credentials?: { sts_role: Body };
            }[];
            cloud.account.setMissingPermissions(String(aws_credentials?.sts_role["role_arn"]), ["Spot Cancellation"]);
            const { text } = await call("POST", "workspaces", body);
            expect(text).to.contain("Failed credential validation checks: Spot Cancellation");
            cloud.account.setMissingPermissions(String(aws_credentials?.sts_role["role_arn"]), []);
            cloud.account.setMissingPermissions("bucket", ["PUT"]);
            expect((await call("POST", "workspaces", body)).text).to.contain(
                "Failed storage configuration validation checks: PUT",
            );
        });

        it("for ever where it lacks permissions, which each refusal names", async () => {
            cloud.account.setMissingPermissions(role, ["Spot Cancellation", "Create Placement Group"]);
            for (let attempt = 0; attempt < 3; attempt++, now += 3_600_000)
                expect((await call("POST", "credentials", credentials("fresh"))).text).to.contain(
                    "checks: Spot Cancellation, Create Placement Group",
                );
        });
    });

    describe("writes on demand", () => {
        it("refusals as text or as a page", async () => {
            const missing = "credentials/11111111-2222-4333-8444-555555555555";
            behave({ errors: "text" });
            const text = await call("GET", missing);
            expect([text.status, text.type]).to.deep.equal([404, "text/plain; charset=utf-8"]);
            expect(text.text).to.match(/^RESOURCE_DOES_NOT_EXIST: credentials 1{8}/);
            behave({ errors: "html" });
            const page = await call("GET", missing);
            expect([page.status, page.type]).to.deep.equal([404, "text/html; charset=utf-8"]);
            expect(page.text).to.contain("<title>404 RESOURCE_DOES_NOT_EXIST</title>");
        });

        it("lists in an object, numbers as texts, and null for what is not there", async () => {
            cloud.account.nextWorkspaceId = "1234567890123456789";
            const path = await running();
            expect((await call("GET", "workspaces")).text)
                .to.contain("[{")
                .and.contain('"workspace_id":1234567890123456789,');
            behave({ lists: "object", numbers: "string", absentFields: "null" });
            const { body } = await call("GET", "workspaces");
            const [workspace] = body["workspaces"] as Body[];
            expect(workspace).to.include({ workspace_id: "1234567890123456789", network_id: null });
            expect(workspace?.["creation_time"]).to.match(/^\d+$/);
            expect((await call("GET", path)).body).to.deep.equal(workspace);
            await create("customer-managed-keys", registration());
            expect((await call("GET", "customer-managed-keys")).body["customer_managed_keys"]).to.have.length(1);
        });

        it("the existing object, or a conflict, for a POST that is equal to it", async () => {
            const first = await create("customer-managed-keys", registration());
            expect((await create("customer-managed-keys", registration()))["customer_managed_key_id"]).to.not.equal(
                first["customer_managed_key_id"],
            );
            behave({ equalPost: "existing" });
            expect(await create("customer-managed-keys", registration())).to.deep.equal(first);
            const made = await create("credentials", credentials());
            expect(await create("credentials", credentials())).to.deep.equal(made);
            behave({ equalPost: "refused" });
            const refused = await call("POST", "customer-managed-keys", registration());
            expect([refused.status, refused.body["error_code"]]).to.deep.equal([409, "RESOURCE_ALREADY_EXISTS"]);
        });
    });
});
