import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, manyNotebooks, type Seed, seeds } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

/** Objects of every kind that moves, some with permissions. */
function everything(): Record<string, Seed> {
    const files = Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
            `/Shared/files/${index % 7}/file-${index}.py`,
            seeds.file(index === 0 ? "" : Buffer.alloc(index * 97, index)),
        ]),
    );
    return {
        ...manyNotebooks(40),
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

// Why a workspace stays is in test/unit/replaced-content-delete.test.ts.
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

    const program = (key: 0 | 1) => (needs: Needs) => {
        const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        return new databricks.Workspace("w", {
            ...needs,
            managedServicesCustomerManagedKeyId: ids[key],
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

    it("is all there, with every hash and permission, after a key change; the old one is deleted after, never before", async () => {
        await stack.done(program(0));
        assignAlways();
        const old = only();
        await cloud.workspace(old).seed(everything());
        const before = await contentOf(old);
        cloud.clearRequests();
        const { output, operations } = await stack.done(program(1));
        expect(operations).to.include("create-replacement Workspace w");
        expect(output).to.contain("is replaced. Its content is copied").and.contain("43 notebooks");
        const now = only();
        expect(now).to.not.equal(old);
        expect(await contentOf(now)).to.deep.equal(before);
        const requests = cloud.requests.map(({ method, path, workspaceId }) => ({
            line: `${method} ${path.replace(/^.*\/workspaces/, "/workspaces")}`,
            workspaceId,
        }));
        const deleted = requests.findIndex(({ line }) => line === `DELETE /workspaces/${old}`);
        const written = requests.findLastIndex(
            ({ line, workspaceId }) => workspaceId === now && /^(POST|PUT) .*(import|mkdirs|permissions)/.test(line),
        );
        expect([written > 0, deleted > written]).to.deep.equal([true, true]);
        // Both trees are listed once more between the last write and the delete, after which what waits in the new one is looked for.
        for (const id of [old, now]) {
            const listed = requests
                .slice(0, deleted)
                .findLastIndex(({ line, workspaceId }) => workspaceId === id && line.endsWith("/workspace/list"));
            expect(listed > written, `the last list of ${id}`).to.equal(true);
        }
        const { resources } = await stack.stack.state();
        const { outputs = {} } = resources.find(({ urn }) => urn.endsWith("::w")) ?? {};
        expect(outputs["migration"]).to.include({ from: old, notebooks: 43, files: 22, skipped: 0 });
        expect((await stack.done()).operations).to.deep.equal([]);
    });
});
