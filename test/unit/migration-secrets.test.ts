import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { expect } from "chai";

import { describeInventory } from "../../provider/migration/inventory";
import { lookAtAll } from "../../provider/migration/kinds/table";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { describeReport } from "../../provider/migration/report";
import { writeReport } from "../../provider/migration/report-file";
import type { FaultEffect } from "../../local-cloud";
import { itIsWhole } from "../helpers/copy-faults";
import { CopyScene } from "../helpers/copy-scene";
import { waysOf } from "../helpers/sample";

const VALUE = "planted-Grün-4711";

describe("secrets of a workspace that is copied", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());

    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);

    async function seed(scope = "etl") {
        const { old, replacement } = scene;
        for (const { principals } of [old, replacement]) {
            principals.addUser("ada@example.com");
            principals.addGroup("data");
        }
        await old.seedBeyondTree({
            secretScopes: {
                [scope]: {
                    acls: { "ada@example.com": "MANAGE", data: "READ", users: "WRITE" },
                    secrets: { password: VALUE, token: "abc" },
                },
            },
        });
        scene.clock.time += 60_000;
    }

    async function isEqual() {
        const [before, after] = [await scene.old.beyondTree(), await scene.replacement.beyondTree()];
        expect(after.secretScopes).to.deep.equal(before.secretScopes);
    }

    it("come with their values and permissions, and the caller keeps none of its own", async () => {
        await seed();
        await scene.old.seedBeyondTree({ secretScopes: { empty: {}, own: { acls: { users: "MANAGE" } } } });
        const { old, cloud } = scene;
        await old.seedBeyondTree({ secretScopes: { mine: { acls: { [cloud.clientId]: "READ", data: "MANAGE" } } } });
        const report = await migrateContent(scene.options());
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(report.equal.secretScopes).to.equal(4);
        await isEqual();
        const writes = scene.writes;
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await verifyContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(scene.writes).to.equal(writes);
    });

    it("are named, scope by scope with their keys, if the service does not give their values", async () => {
        await seed();
        scene.old.behavior.secretValues = "notebooks-only";
        const inventory = scene.inventory();
        const { stays } = await inventory;
        expect(stays.get("secret")).to.deep.include({ count: 2, isCertain: true });
        expect(describeInventory(await inventory)).to.contain("etl (password, token) will not move");
        expect(kindsOf(await planMigration(scene.options()))).to.deep.equal(["secret"]);
        const report = await migrateContent(scene.options());
        expect(report.complete).to.equal(false);
        expect(kindsOf(report)).to.deep.equal(["secret"]);
        expect(describeReport(report)).to.contain("password, token").and.to.contain("HTTP 400 BAD_REQUEST");
        expect(report.equal.secretScopes, "a scope without its secrets").to.equal(undefined);
        expect(describeReport(report)).to.match(/ equal in both workspaces \(.* 1 secret scope written now\)/);
        expect((await migrateContent(scene.options({ accept: ["secret"] }))).complete).to.equal(true);
        const copied = (await scene.replacement.beyondTree()).secretScopes["etl"];
        expect(copied?.acls).to.deep.equal((await scene.old.beyondTree()).secretScopes["etl"]?.acls);
        const request = scene.connect(scene.replacement).requests;
        for (const key of ["password", "token"])
            await request.write("POST", "/api/2.0/secrets/put", { scope: "etl", key, string_value: "by hand" });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
    });

    it("that somebody has changed in the new workspace stay, and are named", async () => {
        await seed();
        await migrateContent(scene.options());
        await scene.replacement.seedBeyondTree({
            secretScopes: { etl: { acls: { data: "READ" }, secrets: { password: "theirs", token: "abc" } } },
        });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["secret"]);
        expect(report.findings[0]?.reason).to.contain("password").and.not.to.contain("token");
        expect((await scene.replacement.beyondTree()).secretScopes["etl"]?.secrets?.["password"]).to.equal("theirs");
    });

    it("that were changed in the old workspace since the last copy are put again", async () => {
        await seed();
        await migrateContent(scene.options());
        scene.clock.time += 60_000;
        const request = scene.connect(scene.old).requests;
        await request.write("POST", "/api/2.0/secrets/put", { scope: "etl", key: "token", string_value: "rotated" });
        expect((await migrateContent(scene.options())).complete).to.equal(true);
        await isEqual();
    });

    it("that the old workspace has got since everything was verified come too, and what was taken away in the new one stays away", async () => {
        await seed();
        const { asOf, digest } = await migrateContent(scene.options());
        const settled = { at: Date.parse(asOf), digest };
        scene.clock.time += 60_000;
        await scene.connect(scene.replacement).requests.write("POST", "/api/2.0/secrets/acls/delete", {
            scope: "etl",
            principal: "data",
        });
        const acls = { "ada@example.com": "MANAGE", data: "READ" } as const;
        await scene.old.seedBeyondTree({ secretScopes: { late: { acls, secrets: { key: "v2" } } } });
        const report = await migrateContent(scene.options({ settled, inUseSince: settled.at }));
        expect(kindsOf(report)).to.deep.equal(["secret-scopes"]);
        expect(report.findings[0]?.path).to.contain("etl");
        expect(report.equal.secretScopes, "a scope that others may use").to.equal(1);
        const { late, etl } = (await scene.replacement.beyondTree()).secretScopes;
        expect(late).to.deep.include({ acls, secrets: { key: "v2" } });
        expect(etl?.acls).to.not.have.property("data");
    });

    it("are not put into a scope that lets others in", async () => {
        await seed();
        scene.replacement.principals.addUser("eve@example.com");
        await scene.replacement.seedBeyondTree({ secretScopes: { etl: { acls: { "eve@example.com": "READ" } } } });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["secret"]);
        expect(report.findings[0]?.reason).to.contain("eve@example.com");
        expect((await scene.replacement.beyondTree()).secretScopes["etl"]?.secrets).to.deep.equal({});
    });

    it("of a scope that cannot be made are one finding, and the scope another", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/secrets/scopes/create"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report).sort()).to.deep.equal(["secret", "secret-scopes"]);
        expect(kindsOf(await verifyContent(scene.options())).sort()).to.deep.equal(["secret", "secret-scopes"]);
    });

    it("of a scope that the caller cannot read whole are a finding, in the old workspace and in the new one", async () => {
        await seed();
        scene.old.behavior.secretAdmins = "as-others";
        expect(kindsOf(await migrateContent(scene.options()))).to.deep.equal(["secret-scopes"]);
        expect((await scene.replacement.beyondTree()).secretScopes).to.deep.equal({});
        const { stays } = await scene.inventory();
        expect([...stays.keys()]).to.deep.equal(["secret-scopes"]);
        scene.old.behavior.secretAdmins = "manage";
        await scene.replacement.seedBeyondTree({ secretScopes: { etl: { acls: { "ada@example.com": "MANAGE" } } } });
        scene.replacement.behavior.secretAdmins = "as-others";
        const report = await migrateContent(scene.options());
        expect(new Set(kindsOf(report))).to.deep.equal(new Set(["secret", "secret-scopes"]));
    });

    it("of a scope that is listed and not given are a finding", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ path, workspaceId }) => path.endsWith("/secrets/list") && workspaceId === scene.old.id,
            do: { kind: "status", status: 404, body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}' },
        });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["secret-scopes"]);
        expect(report.findings[0]?.reason).to.contain("is listed, and is not there");
        expect((await scene.inventory()).stays.get("secret-scopes")).to.deep.include({ count: 1, isCertain: true });
    });

    it("are not known to be absent if their list is refused", async () => {
        const stop = scene.cloud.inject({
            when: ({ path }) => path.endsWith("secrets/scopes/list"),
            do: { kind: "status", status: 403, body: '{"error_code": "FEATURE_DISABLED", "message": "not here"}' },
        });
        const report = await migrateContent(scene.options());
        expect(report.complete).to.equal(false);
        expect(new Set(kindsOf(report))).to.deep.equal(new Set(["secret", "secret-scopes"]));
        const content = scene.connect(scene.old);
        expect((await scene.inventory()).incomplete).to.contain("not here");
        const { unlisted } = await lookAtAll({ content, id: scene.old.id });
        expect(unlisted).to.contain("secret scopes cannot be listed");
        stop();
        const { digest } = await lookAtAll({ content, id: scene.old.id });
        await seed();
        const { digest: other, content: words } = await lookAtAll({ content, id: scene.old.id });
        expect(other).not.to.equal(digest);
        expect(words).to.equal("1 secret scope");
    });

    const begin = async () => {
        await scene.cloud.stop();
        scene = await CopyScene.start();
        await seed();
        return scene;
    };
    const lived = { begin, check: isEqual };

    const paths = [/scopes\/list/, /scopes\/create/, /secrets\/list/, /secrets\/get/, /secrets\/put/, /acls\//];
    itIsWhole(lived, paths, 5);

    describe("show nothing of a value", () => {
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "secrets-"));
        });
        afterEach(() => rmSync(folder, { recursive: true }));

        /** Everything that a run leaves: reports, logs, waits, errors, files. */
        async function traces(effect: FaultEffect | undefined, call: string): Promise<string> {
            await seed();
            const stop =
                effect && scene.cloud.inject({ when: ({ path }) => path.includes(`/secrets/${call}`), do: effect });
            const results: unknown[] = [];
            const run = async (what: Promise<unknown>) => results.push(await what.catch((error: unknown) => error));
            const progress: string[] = [];
            const options = scene.options({ onProgress: (line) => progress.push(line), verified: new Map() });
            for (const mode of [planMigration, migrateContent, verifyContent]) {
                const report = await mode(options);
                for (const name of ["r.json", "r.xml"]) writeReport(report, join(folder, name));
                results.push(report, describeReport(report));
            }
            await run(scene.inventory().then(describeInventory));
            await run(lookAtAll({ content: scene.connect(scene.old), id: scene.old.id }));
            stop?.();
            const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
            const everything = [results, scene.log, scene.waits, progress, files, options.verified];
            return inspect(everything, { depth: 12, maxArrayLength: null, maxStringLength: null });
        }

        const forms = [VALUE, Buffer.from(VALUE).toString("base64"), encodeURIComponent(VALUE), "planted"];
        const shown = (text: string) => forms.filter((form) => text.includes(form));

        it("anywhere when all goes well", async () => {
            expect(shown(await traces(undefined, ""))).to.deep.equal([]);
        });

        it("is looked for where it would be: a key of that name is found", async () => {
            await scene.old.seedBeyondTree({ secretScopes: { other: { secrets: { planted: "x" } } } });
            scene.old.behavior.secretValues = "notebooks-only";
            expect(shown(await traces(undefined, ""))).to.deep.equal(["planted"]);
        });

        for (const [row, status] of [400, 403, 404, 500, 503].entries())
            for (const call of waysOf(["put", "get"], row))
                it(`in what a service says that repeats it: ${call}, ${status}`, async () => {
                    const message = `cannot take {"string_value": "${VALUE}"} ${Buffer.from(VALUE).toString("base64")}`;
                    const bodies = [JSON.stringify({ error_code: "BAD", message }), message, `<title>${VALUE}</title>`];
                    for (const body of bodies) {
                        await scene.cloud.stop();
                        scene = await CopyScene.start();
                        expect(shown(await traces({ kind: "status", status, body }, call))).to.deep.equal([]);
                    }
                });
    });
});
