import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, manyNotebooks, type Seed, seeds } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { LiveStack, type Needs, registration } from "./live-workspaces";

/** A few hundred objects of every kind that moves, some with permissions. */
function everything(): Record<string, Seed> {
    const files = Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [
            `/Shared/files/${index % 7}/file-${index}.py`,
            seeds.file(index === 0 ? "" : Buffer.alloc(index * 97, index)),
        ]),
    );
    return {
        ...manyNotebooks(140),
        ...files,
        "/Shared/empty/one/two/three": seeds.folder(),
        "/Shared/ü & +%?#=;,'x": seeds.notebook("select 1", { language: "SQL", outputs: [{ data: { x: 1 } }] }),
        "/Shared/board.lvdash.json": seeds.dashboard('{"pages": []}'),
        "/Shared/team": seeds.folder({ permissions: { "group_name:team": "CAN_MANAGE" } }),
        "/Shared/team/secret": seeds.notebook("print(1)", { permissions: { "user_name:a@example.com": "CAN_READ" } }),
        "/Users/a@example.com/own": seeds.notebook("1", { permissions: { "group_name:team": "CAN_RUN" } }),
        "/Users/a@example.com/data.bin": seeds.file(Buffer.alloc(2_000_000, 7)),
    };
}

describe("the content of a workspace that is replaced, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let keys: string[];
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        keys = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
    });
    afterEach(async () => {
        stack.end();
        await cloud.stop();
    });

    const program =
        (key?: 0 | 1, more: Partial<databricks.WorkspaceArgs> = {}) =>
        (needs: Needs) => {
            const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
            return new databricks.Workspace("w", {
                ...needs,
                managedServicesCustomerManagedKeyId: key === undefined ? undefined : ids[key],
                ...more,
            });
        };
    const only = () => {
        const [id = "", ...others] = stack.workspaces();
        expect(others, "workspaces beyond one").to.deep.equal([]);
        return id;
    };
    /** Everything that a workspace holds, but what only belongs to it. */
    const contentOf = async (id: string) =>
        (await cloud.workspace(id).snapshot())
            .map(({ path, type, language, sha256, outputs, permissions }) => ({
                path,
                type,
                language,
                sha256,
                outputs,
                // Who makes an object manages it, and that is the copy here.
                permissions: Object.entries(permissions).filter(([who]) => !who.endsWith(cloud.clientId)),
            }))
            .sort((one, other) => (one.path < other.path ? -1 : 1));
    /** The principals of a workspace's users, whom Databricks assigns by the account: before the content comes. */
    const assign = (id: string) => {
        cloud.workspace(id).principals.addUser("a@example.com");
        cloud.workspace(id).principals.addGroup("team");
    };
    /** Assigns the principals to each workspace as soon as it runs. */
    const assignAlways = () =>
        cloud.inject({
            when: ({ method, path, workspaceId }) =>
                workspaceId !== undefined && method === "GET" && path.endsWith("/workspace/list"),
            do: { kind: "call", when: "before", run: async () => stack.workspaces().forEach(assign) },
        });

    it("is all there, with every hash and permission, for an added key, a changed one and another region; the old one is deleted after, never before", async () => {
        await stack.done(program());
        assignAlways();
        await cloud.workspace(only()).seed(everything());
        const before = await contentOf(only());
        expect(before.length).to.be.greaterThan(210);
        for (const [what, change] of [
            ["an added key", program(0)],
            ["a changed key", program(1)],
            [
                "another region",
                program(undefined, { awsRegion: "us-west-2", migrateContent: { accept: ["metastore"] } }),
            ],
        ] as const) {
            const old = only();
            cloud.clearRequests();
            const { output, operations } = await stack.done(change);
            expect(operations, what).to.include("create-replacement Workspace w");
            expect(output, what).to.contain("is replaced. Its content is copied").and.contain("143 notebooks");
            const now = only();
            expect(now).to.not.equal(old);
            expect(await contentOf(now), what).to.deep.equal(before);
            const requests = cloud.requests.map(({ method, path, workspaceId }) => ({
                line: `${method} ${path.replace(/^.*\/workspaces/, "/workspaces")}`,
                workspaceId,
            }));
            const deleted = requests.findIndex(({ line }) => line === `DELETE /workspaces/${old}`);
            const written = requests.findLastIndex(
                ({ line, workspaceId }) =>
                    workspaceId === now && /^(POST|PUT) .*(import|mkdirs|permissions)/.test(line),
            );
            expect([written > 0, deleted > written], what).to.deep.equal([true, true]);
            // Both trees are listed once more between the last write and the delete.
            for (const id of [old, now]) {
                const listed = requests.findLastIndex(
                    ({ line, workspaceId }) => workspaceId === id && line.endsWith("/workspace/list"),
                );
                expect(listed > written && listed < deleted, `${what}: the last list of ${id}`).to.equal(true);
            }
            const { resources } = await stack.stack.state();
            const { outputs = {} } = resources.find(({ urn }) => urn.endsWith("::w")) ?? {};
            expect(outputs["migration"], what).to.include({ from: old, notebooks: 143, files: 62 });
            // A metastore belongs to a region.
            expect(outputs["migration"], what).to.include({ skipped: what === "another region" ? 1 : 0 });
        }
        expect((await stack.done()).operations).to.deep.equal([]);
    });

    it("keeps the old workspace through every up until what did not arrive is accepted", async () => {
        await stack.done(program(0));
        const old = only();
        await cloud.workspace(old).seed({ "/Shared/n": seeds.notebook("1"), "/Shared/jar": seeds.library() });
        await stack.refused(["/Shared/jar [library]", "is not complete in"], program(1));
        const both = stack.workspaces();
        expect(both).to.have.length(2).and.include(old);
        const target = [await stack.urn("w")];
        for (const [what, options] of [
            ["up", {}],
            ["up --target --continue-on-error", { target, continueOnError: true }],
            ["up --refresh --continue-on-error", { refresh: true, continueOnError: true }],
        ] as const) {
            const { ok, output } = await stack.up(undefined, options);
            expect(ok, `${what}:\n${output}`).to.equal(false);
            expect(stack.workspaces(), what).to.deep.equal(both);
        }
        await stack.stack.configure({ "databricks:migrateContent": { accept: ["library"] } });
        await stack.done(program(1));
        expect(only()).to.not.equal(old);
        expect(
            cloud
                .workspace(only())
                .tree()
                .map(({ path }) => path),
        ).to.include("/Shared/n");
        expect((await stack.done()).operations).to.deep.equal([]);
    });

    it("keeps the old workspace where a resource fails before this one is reached, with --continue-on-error too", async () => {
        await stack.done(program(0));
        const old = only();
        await cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        await stack.refused(["is not complete in"], program(1));
        const both = stack.workspaces();
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/storage-configurations"),
            do: { kind: "status", status: 400 },
        });
        const late = (needs: Needs) => {
            const { storageConfigurationId } = new databricks.StorageConfiguration("late", { bucketName: "late" });
            program(1, { storageConfigurationId })(needs);
        };
        for (const continueOnError of [false, true]) {
            const { ok } = await stack.up(late, { continueOnError });
            expect([ok, stack.workspaces()]).to.deep.equal([false, both]);
        }
    });

    it("deletes the old one if migrateContent is false, and both with a destroy if forceDestroy is true", async () => {
        await stack.done(program(0));
        const old = only();
        await cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        await stack.refused(["is not complete in"], program(1));
        await stack.done(program(1, { migrateContent: false }));
        await cloud.workspace(only()).seed({ "/Shared/jar": seeds.library() });
        await stack.refused(["is not complete in"], program(0, { forceDestroy: true }));
        expect(stack.workspaces()).to.have.length(2);
        await expectOk(stack.stack.destroy());
        expect(stack.workspaces()).to.deep.equal([]);
    });

    it("is kept where replaceWith names a resource that is deleted first, and where an alias renames the resource with its key", async () => {
        const triggered = (bucketName: string) => (needs: Needs) => {
            const options = { deleteBeforeReplace: true };
            const trigger = new databricks.StorageConfiguration("trigger", { bucketName }, options);
            new databricks.Workspace("w", needs, { replaceWith: [trigger] });
        };
        await stack.done(triggered("one"));
        const old = only();
        await cloud.workspace(old).seed({ "/Shared/n": seeds.notebook("1"), "/Shared/jar": seeds.library() });
        await stack.refused(["is not deleted", "deleteBeforeReplace"], triggered("two"));
        expect(only()).to.equal(old);

        const renamed = (migrateContent: databricks.WorkspaceArgs["migrateContent"]) => (needs: Needs) => {
            const { customerManagedKeyId } = registration("k0", keys[0] ?? "");
            const args = { ...needs, managedServicesCustomerManagedKeyId: customerManagedKeyId, migrateContent };
            new databricks.Workspace("renamed", args, { aliases: [{ name: "w" }] });
        };
        await stack.refused(["/Shared/jar [library]", "is not complete in"], renamed(true));
        const { ok, output } = await stack.up(undefined, { continueOnError: true });
        expect([ok, stack.workspaces().includes(old)], output).to.deep.equal([false, true]);
        await stack.done(renamed({ accept: ["library"] }));
        expect(only()).to.not.equal(old);
        expect(String(await cloud.workspace(only()).read("/Shared/n"))).to.equal("1");
    });

    it("deleteBeforeReplace is refused before anything is deleted", async () => {
        const first = (key: 0 | 1) => (needs: Needs) => {
            const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
            const options = { deleteBeforeReplace: true };
            new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId: ids[key] }, options);
        };
        await stack.done(first(0));
        const old = only();
        await stack.write(old);
        await stack.refused(["is not deleted", "deleteBeforeReplace"], first(1));
        expect(only()).to.equal(old);
    });
});
