import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { endEngines, engine, type EngineStack, type Place } from "./engine";
import type { Inputs, Result } from "./engine/engine-types";
import { expectOk, expectRefused } from "./expect-ok";
import { key, type Options, under, workspace, workspaceProgram } from "./programs";

export const DAY = 86_400_000;

/** A stack with keys `a`, `b` and `third`, and a workspace `w` under `a`, with content; its key is about to change. */
export class ReplacedStack {
    stack!: EngineStack;
    /** The id of the workspace that is to be replaced. */
    old = "";

    /** Each test of a suite begins with one; its clouds are stopped after it. */
    static ofEach(options: Place = {}): ReplacedStack {
        const scene = new ReplacedStack();
        beforeEach(() => scene.begin(options));
        afterEach(endEngines);
        return scene;
    }

    private async begin(options: Place): Promise<void> {
        this.stack = await engine((cloud) => {
            const keys = ["a", "b", "third"].map((name) => key(name, cloud.createKey()));
            return workspaceProgram(workspace("w", under("a")), keys);
        }, options);
        await expectOk(this.stack.up());
        this.old = this.stack.id();
        const aged = { modifiedAt: this.stack.clock.now() - DAY };
        await this.tree().seed({
            "/Shared/etl": seeds.notebook("print(1)", aged),
            "/Shared/lib.py": seeds.file("x = 1", aged),
            "/Shared/empty": seeds.folder(),
        });
        this.stack.clear();
    }

    /** What a workspace holds; without an id, the one that is to be replaced. */
    tree(id = this.old) {
        return this.stack.cloud.workspace(id);
    }

    /** The preview of an `up` to another key. */
    preview(name: string, inputs: Inputs = {}): Promise<Result> {
        return this.stack.change({ w: workspace("w", { ...under(name), ...inputs }) }).preview();
    }

    /** The program asks for another key, or none, and `up`. */
    to(
        name: string | undefined,
        inputs: Inputs = {},
        options: Options = {},
        up: Parameters<EngineStack["up"]>[0] = {},
    ): Promise<Result> {
        return this.stack.change({ w: workspace("w", { ...(name && under(name)), ...inputs }, options) }).up(up);
    }

    /** There is something that cannot be copied: a first `up` to the key `b` is refused, and both workspaces stay. */
    async incomplete(): Promise<string> {
        await this.tree().seed({ "/Shared/jar": seeds.library() });
        await expectRefused(this.to("b"), "/Shared/jar [library]", "is not complete in");
        this.bothStay();
        return this.stack.id();
    }

    /** Everything was copied and verified, and the service has refused once to delete the old workspace. */
    async verified(): Promise<string> {
        this.stack.cloud.inject({
            when: ({ method }) => method === "DELETE",
            times: 1,
            do: { kind: "status", status: 409 },
        });
        await expectRefused(this.to("b"), "409");
        this.bothStay();
        this.stack.clear();
        return this.stack.id();
    }

    /** The output `migration` of the workspace. */
    get migration(): unknown {
        return this.stack.entry().outputs["migration"];
    }

    /** The old workspace is gone, and its resource has the only one that is left. */
    isReplaced(): void {
        expect(this.stack.workspaces()).to.deep.equal([this.stack.id()]).and.not.include(this.old);
    }

    /** The old workspace and its replacement are there. */
    bothStay(): void {
        expect(this.stack.workspaces()).to.have.members([this.old, this.stack.id()]).and.have.length(2);
    }

    /** What is in /Shared of a workspace: type and path. */
    paths(id = this.stack.id()): string[] {
        const tree = this.tree(id).tree();
        return tree.flatMap(({ path, type }) => (path.startsWith("/Shared/") ? [`${type} ${path}`] : [])).sort();
    }
}
