import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { checkedInputsOf } from "../helpers/checked-inputs";
import { type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { key, under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

describe("the content of a workspace that is to be replaced", () => {
    const to = ReplacedStack.ofEach({ dekCacheMilliseconds: 0 });
    const configure = (text: string) => to.stack.engine.configuration.set("databricks:migrateContent", text);

    it("may be given up by path and by kind: a kind that does not exist is named at preview", async () => {
        const previewed = (migrateContent: unknown) => to.preview("b", { migrateContent });
        const unknown = new Output("new", "customerManagedKeyId");
        to.stack.program = [key("new", to.stack.cloud.createKey()), ...to.stack.program];
        await expectOk(previewed({ accept: ["library", "/Shared/scratch", unknown] }));
        await expectRefused(previewed({ accept: ["jars"] }), "too-large, ", 'not "jars"');
        await expectRefused(previewed("no"), "migrateContent must be true, false, or { accept: [...]");
        await expectRefused(previewed({ accepts: [] }), "{ accept: [...]");
    });

    it("may be given up by the stack's configuration too, which a program's own word replaces", async () => {
        await to.tree().seed({ "/Shared/jar": seeds.library() });
        configure('{"accept":["library"]}');
        await expectRefused(to.to("b", { migrateContent: { accept: ["repo"] } }), "/Shared/jar [library]");
        to.bothStay();
        configure('{"accept":["/Shared/jar"]}');
        await expectOk(to.to("b"));
        expect(to.migration).to.include({ from: to.old, skipped: 1 });
        to.isReplaced();

        for (const [text, ...says] of [
            [
                '{"accept":["jars"]}',
                "databricks:migrateContent.accept must hold paths that begin with /, or kinds (not-admin, ",
                'not "jars"',
            ],
            ["no", "databricks:migrateContent must be true, false, or { accept: [...]"],
            ...["1", "[]", '{"accepts":[]}', '{"accept":"library"}'].map((one) => [one, "databricks:migrateContent"]),
        ]) {
            configure(text ?? "");
            await expectRefused(to.stack.preview(), ...says);
        }
    });
});

describe("the preview of a key change of a workspace with content", () => {
    const to = ReplacedStack.ofEach({ dekCacheMilliseconds: 0 });
    /** The preview fails with these words. */
    const stops = async (words: string, inputs: Inputs = {}) =>
        expectRefused(to.preview("b", inputs), words, "Nothing was changed");
    /** The preview may not decrypt a notebook. */
    const disableKeys = () => {
        const owner = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
        const { kms } = to.stack.cloud;
        for (const { arn } of kms.keys()) kms.call("DisableKey", { KeyId: arn }, owner);
    };
    const lastLine = async (name = "b") => (await expectOk(to.preview(name))).lines.at(-1);

    it("counts what moves, and what does not", async () => {
        const { cloud } = to.stack;
        to.tree().fill({ jobs: [{ job_id: 1 }, { job_id: 2 }] });
        await expectRefused(to.preview("b"), "2 jobs would not be copied", 'accept: ["jobs"]');
        to.stack.clear();
        const checked = checkedInputsOf(to.stack);
        const [line, ...more] = (await expectOk(to.preview("b", { migrateContent: { accept: ["jobs"] } }))).lines;
        expect(checked[0]?.["keyChange"]).to.include({ migrates: true });
        expect(more).to.deep.equal([]);
        expect(line)
            .to.contain("Its content is copied into the new one and verified before the old one is deleted: ")
            .and.contain("1 notebook, 1 file and ")
            .and.contain("2 jobs")
            .and.contain("will not move.");
        const listed = cloud.requests.flatMap(({ path, query }) =>
            path.endsWith("/workspace/list") ? [query["path"]] : [],
        );
        expect(listed).to.include("/Shared/empty").and.have.length(new Set(listed).size);
    });

    it("says that it is lost with migrateContent: false, also where the stack says so", async () => {
        const checked = checkedInputsOf(to.stack);
        const said = await expectOk(to.preview("b", { migrateContent: false }));
        expect(checked[0]?.["keyChange"]).to.include({ migrates: false });
        to.stack.engine.configuration.set("databricks:migrateContent", "false");
        const silent = await expectOk(to.preview("b"));
        expect(checked.at(-1)?.["migrateContent"]).to.equal(false);
        for (const { lines } of [said, silent]) {
            expect(lines).to.have.length(1);
            expect(lines[0]).to.contain("EVERY NOTEBOOK IN IT IS LOST");
        }
    });

    for (const [what, words, prepare] of [
        [
            "if the credential is a token of the account",
            "which workspaces do not accept",
            () =>
                void Object.assign(to.stack.environment, {
                    DATABRICKS_CLIENT_ID: undefined,
                    DATABRICKS_CLIENT_SECRET: undefined,
                    DATABRICKS_TOKEN: to.stack.cloud.token,
                }),
        ],
        [
            "if the principal does not belong to the workspace",
            "may not enter the workspace",
            () => to.tree().principals.remove(to.stack.cloud.clientId),
        ],
    ] as const)
        it(`stops it ${what}`, async () => {
            prepare();
            await stops(words);
        });

    it("stops it if the new one would be in another account", async () => {
        await stops("another account", { accountId: "01234567-89ab-4cde-8f01-23456789abcd" });
    });

    it("stops it if a fixed deploymentName makes the old one go first", async () => {
        const fixed = { deploymentName: "fixed" };
        await expectOk(to.stack.change({ fixed: workspace("fixed", { ...under("a"), ...fixed }) }).up());
        to.stack.change({ fixed: workspace("fixed", { ...under("b"), ...fixed }) });
        await expectRefused(to.stack.preview(), "deploymentName", "Nothing was changed");
    });

    it("stops it if the key of the old workspace is disabled, and warns if the new key is not known yet", async () => {
        disableKeys();
        await stops("Enable the key");
        to.stack.program = [key("new", to.stack.cloud.createKey()), ...to.stack.program];
        expect(await lastLine("new"))
            .to.contain("`pulumi up` will fail before that")
            .and.contain("Enable the key");
    });

    it("stops it for that key, too, if counting takes too long or fails", async () => {
        disableKeys();
        for (const effect of [
            { kind: "call", when: "before", run: () => to.stack.clock.hold(30_000) },
            { kind: "status", status: 403 },
        ] as const) {
            const stop = to.stack.cloud.inject({ when: ({ path }) => path.endsWith("/jobs/list"), do: effect });
            await stops("Enable the key");
            stop();
        }
    });

    it("does not fail if an access list keeps this machine out: another one may be let in", async () => {
        to.tree().behavior.frontEnd = "forbidden";
        expect(await lastLine())
            .to.contain("not everything could be counted")
            .and.not.contain("will fail");
    });

    it("does not fail, and says so, if no response says which workspace it is: another machine may see that", async () => {
        expect(await lastLine()).to.not.contain("which workspace it is");
        to.tree().behavior.identifiesItself = false;
        expect(await lastLine())
            .to.contain("says which workspace it is")
            .and.not.contain("will fail");
    });

    it("does not fail, and says so, if the workspace gives no response", async () => {
        to.stack.cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/list"),
            do: { kind: "drop", when: "before" },
        });
        expect(await lastLine()).to.match(/could not be counted|not everything could be counted/);
    });
});
