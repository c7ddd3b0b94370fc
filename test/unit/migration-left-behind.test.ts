import { expect } from "chai";

import { otherFindingKinds } from "../../provider/contract/finding-kinds";
import { lookAtAll } from "../../provider/migration/kinds/table";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { readMigrateContent } from "../../provider/runtime/migrate-content";
import { type FaultEffect, type OtherObjects, seeds } from "../../local-cloud";
import { CopyScene } from "../helpers/copy-scene";

describe("what lives in a workspace and is not copied", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());

    const options = (accept?: string[]) =>
        scene.options({ countsOthers: true, ...(accept === undefined ? {} : { accept }) });
    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);
    const look = () => lookAtAll({ content: scene.connect(scene.old), id: scene.old.id });

    const filled: Readonly<Record<string, Partial<OtherObjects>>> = {
        jobs: { jobs: [{ job_id: 1 }] },
        clusters: { clusters: [{}] },
        "instance-pools": { instancePools: [{}] },
        "cluster-policies": { clusterPolicies: [{ is_default: false }] },
        "sql-warehouses": { warehouses: [{ id: "a", name: "etl" }] },
        pipelines: { pipelines: [{}] },
        experiments: { experiments: [{}] },
        models: { models: [{}] },
        "serving-endpoints": { servingEndpoints: [{ name: "ours" }] },
        "vector-search": { vectorSearchEndpoints: [{}] },
        apps: { apps: [{}] },
        "genie-spaces": { genieSpaces: [{}] },
        dbfs: { dbfs: [{ path: "/FileStore/a.csv", is_dir: false }] },
        "hive-tables": { dbfs: [{ path: "/user/hive/warehouse/sales", is_dir: true }] },
        tokens: { tokens: [{}] },
        "notification-destinations": { notificationDestinations: [{}] },
        "ip-access-lists": { ipAccessLists: [{}] },
        "init-scripts": { initScripts: [{}] },
        "workspace-conf": { conf: [{ key: "enableWebTerminal", value: "true" }] },
    };

    it("is nothing in a new workspace", async () => {
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect((await scene.inventory()).stays.size).to.equal(0);
        expect(await look()).to.deep.include({ content: undefined, unlisted: undefined });
    });

    it("is a finding of its own kind each, which a preview counts and a DELETE waits for", async () => {
        const seeded = ["legacy-alerts", ...Object.keys(filled)];
        expect(seeded).to.have.members([...otherFindingKinds]);
        for (const objects of Object.values(filled)) scene.old.fill(objects);
        await scene.old.seedBeyondTree({ legacyAlerts: [{ display_name: "few", query_id: "q" }] });
        const report = await migrateContent(options());
        expect(kindsOf(report)).to.have.members([...otherFindingKinds]);
        for (const { path, reason } of report.findings)
            expect(`${path} ${reason}`).to.match(/^\/ .*(1 |enableWebTerminal)/);
        const former = report.findings.find(({ kind }) => kind === "legacy-alerts");
        expect(former?.reason)
            .to.contain("1 legacy alert (few), which is not copied: ")
            .and.contain("make it anew there, with a schedule");
        const inventory = await scene.inventory();
        const stays = [...inventory.stays].map(([kind, { count, isCertain }]) => [kind, count, isCertain]);
        // Whether somebody has set what a setting says, only another workspace tells.
        const counted = otherFindingKinds.filter((kind) => kind !== "workspace-conf");
        expect(stays).to.have.deep.members(counted.map((kind) => [kind, 1, true]));
        const { content = "" } = await look();
        const one = /^1 [A-Za-z ]*(object|table|alert|list|[^s])$/;
        const words = [...inventory.stays.values()].map((stay) => stay.words);
        expect(content.split(", ")).to.have.members(words).and.have.length(counted.length);
        for (const said of words) expect(said).to.match(one);
        for (const accept of [["others"], [...otherFindingKinds]])
            expect((await migrateContent(options(accept))).complete).to.equal(true);
    }).timeout(20_000);

    it("is nothing where the service has no such list, or has turned it off", async () => {
        const bodies = ["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"].map((error_code) =>
            JSON.stringify({ error_code, message: "no" }),
        );
        for (const body of bodies)
            scene.cloud.inject({
                when: ({ path }) => /\/(apps|genie\/spaces|dbfs\/list)$/.test(path),
                times: 6,
                do: { kind: "status", status: body.includes("ENDPOINT") ? 404 : 403, body },
            });
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect(await look()).to.deep.include({ content: undefined, unlisted: undefined });
    });

    it("is found among settings also where the service does not know one of them: it refuses all, or leaves it out", async () => {
        scene.old.fill({ conf: [{ key: "enableWebTerminal", value: "true" }] });
        const invalid = '{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid keys: [enableJobViewAcls]"}';
        const ways: readonly FaultEffect[] = [
            { kind: "status", status: 400, body: invalid },
            { kind: "body", body: "{}" },
        ];
        for (const effect of ways) {
            const stop = scene.cloud.inject({
                when: ({ path, query }) =>
                    path.endsWith("/workspace-conf") && /,|enableJobViewAcls/.test(String(query["keys"])),
                do: effect,
            });
            const [finding, ...others] = (await migrateContent(options())).findings;
            expect(others).to.deep.equal([]);
            expect(finding?.reason).to.contain("differ, and are not copied: enableWebTerminal (true in the old one");
            stop();
        }
    });

    it("is not known where a list is refused, which can be accepted, and a DELETE waits for it", async () => {
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/apps"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        expect(kindsOf(await migrateContent(options()))).to.deep.equal(["apps"]);
        expect((await migrateContent(options(["apps"]))).complete).to.equal(true);
        expect((await look()).content).to.contain("its apps cannot be listed");
    });
});

describe("a kind of content that the program leaves out", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
        await scene.old.seed({ "/Repos/team/etl": seeds.repo("https://github.com/acme/etl") });
        const query = { display_name: "q", parent_path: "/Shared", query_text: "select 1" };
        const secretScopes = { etl: { secrets: { k: "v" } } };
        await scene.old.seedBeyondTree({ queries: [query], secretScopes });
    });
    afterEach(() => scene.cloud.stop());

    it("is compared and not copied: what another tool has brought is no finding, what is missing is one", async () => {
        const options = scene.options({ kinds: ["dashboards"] });
        for (const run of [planMigration, migrateContent, verifyContent]) {
            const { complete, findings } = await run(options);
            expect(complete).to.equal(false);
            expect(new Set(findings.map(({ kind }) => kind))).to.deep.equal(
                new Set(["repo", "queries", "secret-scopes", "secret"]),
            );
        }
        expect(await scene.replacement.beyondTree()).to.deep.include({ queries: [], secretScopes: {} });
        expect(scene.replacement.gitFolders()).to.deep.equal({});
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await migrateContent(scene.options({ kinds: [] }))).to.deep.include({ complete: true, findings: [] });
    });

    it("is one of those that there are", () => {
        for (const [kinds, says] of [
            [["secrets"], undefined],
            [["secret"], "migrateContent.kinds.0 must be one of git-folders, dashboards"],
        ] as const) {
            const read = () => readMigrateContent(JSON.stringify({ kinds }));
            if (says === undefined) expect(read()).to.deep.equal({ kinds });
            else expect(read).to.throw(says);
        }
    });
});
