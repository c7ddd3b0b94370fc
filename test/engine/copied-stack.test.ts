import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { type Run, TestStack } from "./harness";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const [first, second] = ["organization/tests/test", "organization/tests/second"];

/** What an identity does that takes the name of its stack. */
const named = "update StackIdentity databricks-cmk";

/** Whether an operation is about the stack itself, or about the providers, which the engine keeps. */
const isEngines = (operation: string) => / (Stack|aws|pulumi|pulumi-nodejs) /.test(operation);

const changesOf = async (stack: LiveStack, make?: (needs: Needs) => unknown) =>
    (await stack.done(make)).operations.filter((one) => !isEngines(one));

/** What another stack's state has to say of itself, and what an older release says. */
type State = Awaited<ReturnType<LiveStack["export"]>>;

describe("a state that another stack made, on the real engine", () => {
    let cloud: LocalCloud;
    const keys: Record<string, string> = {};
    const stacks: LiveStack[] = [];
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        for (const name of ["a", "b"]) keys[name] = cloud.createKey();
    });
    afterEach(async () => {
        for (const stack of stacks.splice(0)) stack.end();
        await cloud.stop();
    });

    const made = async (beside?: { stack: LiveStack; name: string }) => {
        const stack = await LiveStack.create(cloud, beside);
        stacks.push(stack);
        return stack;
    };
    /** A workspace under a key, which people work in. */
    const under =
        (name: "a" | "b") =>
        ({ workspaceName, ...needs }: Needs) => {
            const { customerManagedKeyId } = registration(name, keys[name] ?? "");
            const key = { managedServicesCustomerManagedKeyId: customerManagedKeyId };
            new databricks.Workspace("w", { workspaceName, ...needs, ...key });
        };
    const live = async () => {
        const stack = await made();
        await stack.done(under("a"));
        const [id = ""] = stack.workspaces();
        await stack.write(id);
        return { stack, id };
    };
    const renamedIn = (state: State, from: string, to: string): State =>
        JSON.parse(JSON.stringify(state).replaceAll(from, to)) as State;
    /** A copy of a stack's state in another stack, as an export, a replacement of the name and an import make it. */
    const copyOf = async (stack: LiveStack, { sameBackend = true } = {}) => {
        const copy = await made(sameBackend ? { stack, name: "second" } : undefined);
        const state = await stack.export();
        await copy.import(sameBackend ? renamedIn(state, "urn:pulumi:test::", "urn:pulumi:second::") : state);
        return copy;
    };
    /**
     * An up fails with these words and changes nothing; with `everyCommand`, so do previews, and both of the workspace alone.
     */
    const stops = async (stack: LiveStack, words: readonly string[], everyCommand = false): Promise<string> => {
        const before = cloud.contents();
        cloud.clearRequests();
        const target = ["**::w"];
        const runs = [await stack.up(under("b"))];
        if (everyCommand)
            runs.push(
                await stack.preview(),
                await stack.preview(undefined, { target }),
                await stack.up(undefined, { target }),
            );
        for (const { ok, output, operations } of runs) {
            expect(ok, output).to.equal(false);
            for (const some of words) expect(output).to.contain(some);
            expect(operations.filter((one) => !isEngines(one))).to.deep.equal([]);
        }
        expect(cloud.contents()).to.deep.equal(before);
        expect(cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"))).to.deep.equal(
            [],
        );
        return runs[0]?.output ?? "";
    };
    /** Runs the commands that an answer of the error names, as they are printed there. */
    const answer = async (stack: LiveStack, output: string, line: RegExp) => {
        const text = output.split("\n").find((one) => line.test(one)) ?? "";
        const commands = [...text.matchAll(/`((?!pulumi up)[^`]+)`/g)].map(([, command = ""]) => command);
        expect(commands, `${String(line)} in ${output}`).to.not.deep.equal([]);
        for (const command of commands) await stack.shell(command);
    };

    it("is a copy while that one still has it: a key change deletes nothing, and the copy gets objects of its own", async () => {
        const { stack, id } = await live();
        const copy = await copyOf(stack);
        const said = await stops(copy, [`is a copy: ${first} still has the same objects`]);
        await answer(copy, said, /^ *- To leave them to /);
        await copy.done(under("b"));
        expect(Object.values(await copy.held()))
            .to.have.length(1)
            .and.not.include(id);
        expect((await stack.done(under("a"))).operations).to.deep.equal([]);
        expect(await stack.held()).to.deep.equal({ w: id });
        await copy.stack.destroy();
        expect(stack.workspaces()).to.deep.equal([id]);
    });

    it("is not accepted as renamed while that one still has it, and is taken over once that one has let go", async () => {
        const { stack, id } = await live();
        const copy = await copyOf(stack);
        await copy.stack.configure({ "databricks:stackRenamedFrom": first });
        const said = await stops(copy, ["is a copy", `pulumi state delete --all --stack ${first}`]);
        await answer(copy, said, /^ *- To take them over/);
        expect(await changesOf(copy, under("a"))).to.deep.equal([named]);
        expect(await copy.held()).to.deep.equal({ w: id });
        expect(await stack.held()).to.deep.equal({});
    });

    it("asks after a rename, is accepted with the setting that the question names, and needs the setting only once", async () => {
        const { stack, id } = await live();
        await stack.rename("second");
        const said = await stops(stack, [`The state of the stack ${second} was made by the stack ${first}`], true);
        await answer(stack, said, /^ *- If it was renamed/);
        // Lines of this preview, too, stand on the row of the resource that they are about.
        const preview = await stack.preview(under("b"));
        expect(preview.output).to.match(/\(w\):\n *warning: managedServicesCustomerManagedKeyId may change/);
        expect(preview.operations).to.include(named);
        expect(await changesOf(stack, under("a"))).to.deep.equal([named]);
        await stack.stack.configure({ "databricks:stackRenamedFrom": undefined });
        expect(await changesOf(stack)).to.deep.equal([]);
        expect(await stack.held()).to.deep.equal({ w: id });
    });

    it("with a workspace as the only target, is accepted as renamed by the same setting", async () => {
        const { stack, id } = await live();
        await stack.rename("second");
        await stack.stack.configure({ "databricks:stackRenamedFrom": first });
        await stack.done(under("a"), { target: [await stack.urn("w")] });
        expect(await stack.held()).to.deep.equal({ w: id });
    });

    it("asks if URNs name another project, as after an import of a stack of the same name, and each answer's commands work", async () => {
        const { stack, id } = await live();
        const [name, other] = ["organization/other/test", "urn:pulumi:test::other::"];
        const state = renamedIn(await stack.export(), first, name);
        const elsewhere = renamedIn(state, "urn:pulumi:test::tests::", other);
        stack.file(elsewhere);
        await stack.import(elsewhere);
        const said = await stops(stack, [`was made by the stack ${name}`]);
        await answer(stack, said, /^ *- If it was renamed/);
        expect(await changesOf(stack, under("a"))).to.deep.equal([named]);
        expect(await stack.held()).to.deep.equal({ w: id });
        await stack.import(elsewhere);
        await answer(stack, said, /^ *- If it is a copy/);
        await stack.done(under("b"));
        expect(stack.workspaces()).to.include(id).and.to.have.length(2);
    });

    it("whose URNs name another stack, too, is taken over from that one by the commands of the error", async () => {
        const { stack, id } = await live();
        const copy = await made({ stack, name: "second" });
        await copy.pulumi(
            "stack",
            "import",
            "--force",
            "--file",
            stack.file(await stack.export()),
            "--stack",
            "second",
        );
        const said = await stops(copy, [`is a copy: ${first} still has the same objects`]);
        await answer(copy, said, /^ *- To take them over/);
        expect(await changesOf(copy, under("a"))).to.deep.equal([named]);
        expect([await copy.held(), await stack.held()]).to.deep.equal([{ w: id }, {}]);
    });

    it("of an older release takes the stack's name at the next up", async () => {
        const { stack, id } = await live();
        const unnamed = JSON.stringify(await stack.export(), (key, value: unknown) =>
            key === "stackName" ? undefined : value,
        );
        await stack.import(JSON.parse(unnamed) as State);
        expect(await changesOf(stack)).to.deep.equal([named]);
        expect(await stack.held()).to.deep.equal({ w: id });
        await stack.rename("second");
        await stops(stack, [`was made by the stack ${first}`]);
    });

    it("stops what a component makes in AWS, a destroy that runs the program, and the deletion of a target that only the state has", async () => {
        const program = (description: string) => `
            import * as databricks from "pulumi-databricks-cmk";
            const key = { description: "${description}" };
            new databricks.EncryptedWorkspace("w", { awsRegion: "us-east-1", workspaceName: "w", key, tags: key });
            new databricks.EncryptionKey("k", key);`;
        const stack = await TestStack.ofFiles(cloud, new Map([["index.ts", program("one")]]));
        await expectOk(stack.up());
        const existing = () => [cloud.aws.resources(), cloud.kms.keys().map((key) => key.description)];
        const before = JSON.stringify(existing());
        const [own, others] = ["urn:pulumi:test::tests::", "urn:pulumi:test::other::"];
        await stack.stack.importStack(renamedIn(await stack.stack.exportStack(), first, "organization/other/test"));
        writeFileSync(join(stack.folder, "index.ts"), program("two"));
        const stopped = async (run: Promise<Run>) => {
            await expectRefused(run, `The state of the stack ${first} was made by the stack organization/other/test`);
            expect(JSON.stringify(existing())).to.equal(before);
            expect(cloud.account.list("workspaces")).to.have.length(1);
        };
        await stopped(stack.up());
        await stopped(stack.destroy({ runProgram: true }));
        await stack.stack.importStack(renamedIn(await stack.stack.exportStack(), own, others));
        await stopped(stack.up());
        const { resources } = await stack.state();
        const target = resources.flatMap(({ urn, type }) => (type.endsWith(":Workspace") ? [urn] : []));
        await stopped(stack.up({ target }));
        stack.remove();
    });
});
