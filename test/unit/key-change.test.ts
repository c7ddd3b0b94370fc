import { expect } from "chai";

import { type LocalCloudOptions, seeds } from "../../local-cloud";
import { endEngines, engine } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { resource, under, workspace, workspaceProgram } from "../helpers/programs";

/** What a program says of the key of its workspace, and what else of it. */
interface Shape {
    readonly key?: string;
    readonly alias?: string;
    readonly tags?: Record<string, string>;
}

/** Changes of a stack, and what a replacement says of them; without words, the change is not one of the key. */
const changes: Record<string, { from: Shape; to: Shape; says?: RegExp; writes?: string[] }> = {
    add: { from: {}, to: { key: "first" }, says: /changes from none to [0-9a-f-]{36}/ },
    change: { from: { key: "first" }, to: { key: "second" }, says: /changes from [0-9a-f-]{36} to [0-9a-f-]{36}/ },
    remove: { from: { key: "first" }, to: {}, says: /changes from [0-9a-f-]{36} to none/ },
    "same KMS key, registered again": {
        from: { key: "first" },
        to: { key: "again" },
        says: /same KMS key, registered again/,
    },
    "the alias alone": { from: { key: "first" }, to: { key: "first", alias: "alias/other" }, writes: [] },
    "another field alone": {
        from: { key: "first" },
        to: { key: "first", tags: { team: "b" } },
        writes: ["PATCH /workspaces"],
    },
};

describe("a key change", () => {
    afterEach(endEngines);

    const stackOf = async (options: LocalCloudOptions = {}) => {
        let arns: string[] = [];
        const program = (shape: Shape, more: Inputs = {}) => {
            const { alias: keyAlias = "alias/one" } = shape;
            const registered = ([name, arn]: [string, string | undefined]) =>
                resource("CustomerManagedKey", name, {
                    awsKeyInfo: { keyArn: arn, keyAlias },
                    useCases: ["MANAGED_SERVICES"],
                });
            const keys = [
                ["first", arns[0]],
                ["second", arns[1]],
                ["again", arns[0]],
            ] as [string, string][];
            const inputs = {
                ...(shape.key && under(shape.key)),
                ...(shape.tags && { customTags: shape.tags }),
                ...more,
            };
            return workspaceProgram(workspace("w", inputs), keys.map(registered));
        };
        const stack = await engine((cloud) => {
            arns = [cloud.createKey(), cloud.createKey()];
            return [];
        }, options);
        /** An `up` from one shape to another. */
        const changed = async (from: Shape, to: Shape, more: Inputs) => {
            stack.program = program(from);
            await expectOk(stack.up());
            const old = stack.id();
            stack.clear();
            stack.program = program(to, more);
            return { old, run: await stack.up() };
        };
        return { stack, program, changed };
    };

    for (const [what, { from, to, says, writes }] of Object.entries(changes)) {
        for (const onKeyChange of ["replace", "forbid", "update"] as const) {
            it(`${what}, with onKeyChange: "${onKeyChange}"`, async () => {
                const { stack, changed } = await stackOf();
                const { old, run } = await changed(from, to, { onKeyChange });
                if (says === undefined) {
                    await expectOk(run);
                    expect(stack.writes()).to.deep.equal(writes);
                } else if (onKeyChange === "replace" || (onKeyChange === "update" && to.key === undefined)) {
                    await expectOk(run);
                    if (onKeyChange === "replace")
                        expect(stack.lines.join("\n"))
                            .to.match(says)
                            .and.contain("Its content is copied into the new one");
                    expect(stack.workspaces()).to.deep.equal([stack.id()]).and.not.include(old);
                    return;
                } else if (onKeyChange === "forbid") {
                    await expectRefused(run, 'onKeyChange is "forbid"');
                    expect(stack.writes()).to.deep.equal([]);
                } else {
                    // This service cannot change a key in place.
                    await expectRefused(run, "a new workspace then takes over its notebooks, files and folders");
                }
                expect([stack.workspaces(), stack.id()]).to.deep.equal([[old], old]);
            });
        }
    }

    it("is forbidden by the stack's configuration, and the marker never reaches the state", async () => {
        const { stack, changed } = await stackOf();
        stack.engine.configuration.set("databricks:onKeyChange", "forbid");
        await expectRefused((await changed({ key: "first" }, { key: "second" }, {})).run, "forbid");
        stack.engine.configuration.clear();
        await expectOk(stack.up());
        expect(JSON.stringify(stack.engine.state.map(({ outputs }) => outputs))).to.not.contain("keyChange");
    });

    it("is one PATCH if the service can change the key, and notebooks stay readable", async () => {
        const { stack, program } = await stackOf({ behavior: { keyChange: "updatable" } });
        stack.program = program({ key: "first" });
        await expectOk(stack.up());
        await stack.cloud.workspace(stack.id()).import("/n", seeds.notebook("x"));
        stack.clear();
        stack.program = program({ key: "second" }, { onKeyChange: "update" });
        await expectOk(stack.up());
        const patches = stack.cloud.requests.filter(({ method }) => method === "PATCH");
        expect(patches.map(({ query }) => query["update_mask"])).to.deep.equal([
            "managed_services_customer_managed_key_id",
        ]);
        expect(String(await stack.cloud.workspace(stack.id()).read("/n"))).to.equal("x");
    });
});
