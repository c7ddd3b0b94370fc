import { expect } from "chai";

import { UNKNOWN } from "../../provider/util/property-path";
import { seeds } from "../../local-cloud";
import { ownerFor } from "../helpers/environment";
import { failure, initError, type ReplacedContent, sceneOfEach } from "../helpers/replaced-content";

describe("the content of a workspace that is to be replaced", () => {
    let cloud: ReplacedContent["cloud"];
    let clock: ReplacedContent["clock"];
    let world: ReplacedContent["world"];
    let news: ReplacedContent["news"];
    let keys: ReplacedContent["keys"];
    let old: ReplacedContent["old"];
    const { handlers, changed, existing, compare } = sceneOfEach(
        (scene) => ({ cloud, clock, world, news, keys, old } = scene),
        { dekCacheMilliseconds: 0 },
    );

    it("may be given up by path and by kind: a kind that does not exist is named at preview", async () => {
        const { workspace } = handlers();
        const failures = async (migrateContent: unknown) => {
            const checked = await workspace.check({}, { ...news, migrateContent });
            return (checked.failures ?? []).map(({ property, reason }) => `${property} ${reason}`);
        };
        expect(await failures({ accept: ["library", "/Shared/scratch", UNKNOWN] })).to.deep.equal([]);
        expect(await failures({ accept: ["jars"] })).to.have.length(1);
        expect(String(await failures({ accept: ["jars"] })))
            .to.contain("too-large, ")
            .and.contain('not "jars"');
        expect(String(await failures("no"))).to.contain("migrateContent must be true, false, or { accept: [...]");
        expect(String(await failures({ accepts: [] }))).to.contain("{ accept: [...]");
    });

    it("may be given up by the stack's configuration too, which a program's own word replaces", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        const accepting = (text: string) => {
            const process = handlers();
            process.session.configure((key) => (key === "databricks:migrateContent" ? text : undefined));
            return process;
        };
        let process = accepting('{"accept":["library"]}');
        await compare(process, old, changed({ migrateContent: { accept: ["repo"] } }));
        const error = await initError(process.workspace.create(changed({ migrateContent: { accept: ["repo"] } })));
        process = accepting('{"accept":["/Shared/jar"]}');
        await compare(process, { id: error.id, outs: { ...error.properties } }, changed());
        const { outs = {} } = await process.workspace.update(error.id, error.properties, changed());
        expect(outs["migration"]).to.include({ from: old.id, skipped: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([error.id]);

        const checked = async (text: string) => accepting(text).workspace.check({}, news);
        const says = async (text: string) => (await failure(checked(text))).message;
        expect(await says('{"accept":["jars"]}'))
            .to.contain("databricks:migrateContent.accept must hold paths that begin with /, or kinds (not-admin, ")
            .and.contain('not "jars"');
        for (const text of ["no", "1", "[]", '{"accepts":[]}', '{"accept":"library"}'])
            expect(await says(text)).to.contain("databricks:migrateContent");
        expect(await says("no")).to.contain("must be true, false, or { accept: [...]");
    });

    describe("at preview", () => {
        /** The preview may not decrypt a notebook. */
        const disableKeys = () => {
            const owner = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
            for (const { arn } of cloud.kms.keys()) cloud.kms.call("DisableKey", { KeyId: arn }, owner);
        };

        it("is counted: what moves, and what does not", async () => {
            cloud.workspace(old.id).fill({ jobs: [{ job_id: 1 }, { job_id: 2 }] });
            expect((await failure(compare(handlers(), old, changed()))).message)
                .to.contain("2 jobs would not be copied")
                .and.contain('accept: ["jobs"]');
            cloud.clearRequests();
            const { checked } = await compare(handlers(), old, changed({ migrateContent: { accept: ["jobs"] } }));
            expect(checked.inputs["keyChange"]).to.include({ migrates: true });
            expect(world.lines).to.have.length(1);
            expect(world.lines[0])
                .to.contain("Its content is copied into the new one and verified before the old one is deleted: ")
                .and.contain("1 notebook, 1 file and ")
                .and.contain("2 jobs")
                .and.contain("do not move.");
            const listed = cloud.requests.flatMap(({ path, query }) =>
                path.endsWith("/workspace/list") ? [query["path"]] : [],
            );
            expect(listed).to.include("/Shared/empty").and.have.length(new Set(listed).size);
        });

        it("is said to be lost with migrateContent: false, also where the stack says so", async () => {
            const { checked } = await compare(handlers(), old, changed({ migrateContent: false }));
            expect(checked.inputs["keyChange"]).to.include({ migrates: false });
            const process = handlers();
            process.session.configure((key) => (key === "databricks:migrateContent" ? "false" : undefined));
            const { checked: silent } = await compare(process, old, changed());
            expect(silent.inputs["migrateContent"]).to.equal(false);
            expect(world.lines).to.have.length(2);
            for (const line of world.lines) expect(line).to.contain("EVERY NOTEBOOK IN IT IS LOST");
        });

        it("stops the replacement where a fixed deploymentName makes the old one go first", async () => {
            const fixed = { ...news, deploymentName: "fixed", owner: ownerFor("fixed") };
            const process = handlers();
            const { id, outs } = await process.workspace.create(fixed);
            const error = await failure(
                compare(process, { id, outs }, { ...fixed, managedServicesCustomerManagedKeyId: keys[1] }),
            );
            expect(error.message).to.contain("deploymentName").and.contain("Nothing was changed");
        });

        it("stops it where the new one would be in another account", async () => {
            const elsewhere = { ...news, accountId: "01234567-89ab-4cde-8f01-23456789abcd" };
            const error = await failure(compare(handlers(), old, elsewhere));
            expect(error.message).to.contain("another account").and.contain("Nothing was changed");
        });

        it("stops it where the credential is a token of the account", async () => {
            world.variables = {
                HOME: "/nowhere",
                DATABRICKS_HOST: cloud.host,
                DATABRICKS_ACCOUNT_ID: cloud.accountId,
                DATABRICKS_TOKEN: cloud.token,
            };
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("which workspaces do not accept").and.contain("Nothing was changed");
        });

        it("stops it where the principal does not belong to the workspace", async () => {
            cloud.workspace(old.id).principals.remove(cloud.clientId);
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("may not enter the workspace").and.contain("Nothing was changed");
        });

        it("stops it where the key of the old workspace is disabled, and warns where the new key is not known yet", async () => {
            disableKeys();
            const error = await failure(compare(handlers(), old, changed()));
            expect(error.message).to.contain("Enable the key").and.contain("Nothing was changed");
            await compare(handlers(), old, changed({ managedServicesCustomerManagedKeyId: UNKNOWN }));
            expect(world.lines[0]).to.contain("`pulumi up` will fail before that").and.contain("Enable the key");
        });

        it("stops it for that key, too, where counting takes too long or fails", async () => {
            disableKeys();
            for (const effect of [
                { kind: "call", when: "before", run: () => clock.hold(30_000) },
                { kind: "status", status: 403 },
            ] as const) {
                const stop = cloud.inject({ when: ({ path }) => path.endsWith("/jobs/list"), do: effect });
                const error = await failure(compare(handlers(), old, changed()));
                expect(error.message, effect.kind).to.contain("Enable the key");
                stop();
            }
        });

        it("does not fail where an access list keeps this machine out: another one may be let in", async () => {
            cloud.workspace(old.id).behavior.frontEnd = "forbidden";
            await compare(handlers(), old, changed());
            expect(world.lines.at(-1)).to.contain("not everything could be counted").and.not.contain("will fail");
        });

        it("does not fail, and says so, where the workspace gives no response", async () => {
            cloud.inject({
                when: ({ path }) => path.endsWith("/workspace/list"),
                do: { kind: "drop", when: "before" },
            });
            await compare(handlers(), old, changed());
            expect(world.lines.at(-1)).to.match(/could not be counted|not everything could be counted/);
        });
    });
});
