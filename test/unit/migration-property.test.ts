import { expect } from "chai";
import fc from "fast-check";

import { NoResponseError, ReportedError } from "../../provider/api/errors";
import { migrateContent } from "../../provider/migration/migration";
import { type Seed, seeds, type SnapshotEntry } from "../../local-cloud";
import { type Mishap, MigrationWorld, SMALL_LIMIT } from "../helpers/migration-world";
import { sampleOf } from "../helpers/sample";

const LIMIT = 10_485_760;

const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter((text) => !text.includes("/") && text.trim() === text && text !== "." && text !== "..");
const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => `/Shared/${parts.join("/")}`);
const bytesAround = (limit: number) =>
    fc.oneof(
        { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)) },
        { weight: 1, arbitrary: fc.constantFrom(limit, limit + 1).map((length) => Buffer.alloc(length, 1)) },
    );
const language = fc.constantFrom("PYTHON", "SQL", "SCALA", "R" as const) as fc.Arbitrary<
    "PYTHON" | "SQL" | "SCALA" | "R"
>;
const permissions = fc.constantFrom<Record<string, string>>(
    {},
    { "group_name:data": "CAN_RUN" },
    { "user_name:gone@example.com": "CAN_EDIT" },
);
const seed: fc.Arbitrary<Seed> = fc.oneof(
    {
        weight: 4,
        arbitrary: fc
            .tuple(
                bytesAround(SMALL_LIMIT),
                language,
                fc.option(fc.array(fc.string(), { minLength: 1 }), { nil: undefined }),
                permissions,
            )
            .map(([source, of, outputs, grants]) =>
                seeds.notebook(source, { language: of, permissions: grants, ...(outputs ? { outputs } : {}) }),
            ),
    },
    { weight: 3, arbitrary: bytesAround(LIMIT).map((content) => seeds.file(content)) },
    { weight: 1, arbitrary: fc.constant(seeds.folder()) },
    { weight: 1, arbitrary: fc.constantFrom(seeds.library(), seeds.repo("https://github.com/acme/etl")) },
);
const tree = fc.array(fc.tuple(path, seed), { maxLength: 12 });
const mishap = fc.constantFrom<Mishap>(
    { kind: "status", status: 429 },
    { kind: "status", status: 500 },
    { kind: "lost" },
    { kind: "never sent" },
    { kind: "body", body: (text) => text.slice(0, text.length / 2) },
    { kind: "body", body: () => "<html>" },
);
const mishaps = fc.array(fc.option(mishap, { freq: 8, nil: undefined }), { minLength: 1, maxLength: 60 });

describe("moving any tree", () => {
    const key = ({ path: at, type }: { path: string; type: string }) => `${type}:${at}`;
    const content = ({ sha256, language: of, outputs }: SnapshotEntry) => ({ sha256, of, outputs });

    async function plant(world: MigrationWorld, objects: readonly (readonly [string, Seed])[]): Promise<void> {
        world.old.principals.addGroup("data");
        world.replacement.principals.addGroup("data");
        // A path through a notebook cannot be made, not even by hand.
        for (const [at, object] of objects) await world.old.seed({ [at]: object }).catch(() => undefined);
    }

    it("what is reported as moved is equal, what is not equal is reported, and nothing is there twice", async () => {
        await fc.assert(
            fc.asyncProperty(tree, mishaps, async (objects, wrong) => {
                const world = await MigrationWorld.create();
                await plant(world, objects);
                world.mishaps = (_, index) => wrong[index];
                const [from, to] = [world.client("old"), world.client("new")];
                const migrate = () => migrateContent({ from, to, clock: world.clock });
                // A workspace that answers nothing usable at all is no report, but a failure: the next run goes on.
                const report = await migrate().catch((error: unknown) => {
                    expect(error).to.be.instanceOf(ReportedError);
                    world.mishaps = () => undefined;
                    return migrate();
                });
                const { old, replacement } = await world.snapshots();
                const found = new Map(replacement.map((entry) => [key(entry), entry]));
                expect(found.size).to.equal(replacement.length);
                for (const entry of old) {
                    const copied = found.get(key(entry));
                    const equal =
                        copied !== undefined && JSON.stringify(content(copied)) === JSON.stringify(content(entry));
                    const covered = report.findings.some(
                        ({ path: at }) => entry.path === at || entry.path.startsWith(`${at}/`),
                    );
                    expect(equal || covered, `${key(entry)} is neither equal nor reported`).to.equal(true);
                }
                const known = new Set(old.map(key));
                expect(replacement.filter((entry) => !known.has(key(entry)))).to.deep.equal([]);
            }),
            { numRuns: sampleOf(30) },
        );
    });

    it("a run that was cut off anywhere is completed by the next one", async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.array(fc.tuple(path, fc.string()), { maxLength: 8 }),
                fc.nat(60),
                async (notebooks, end) => {
                    const world = await MigrationWorld.create();
                    await plant(
                        world,
                        notebooks.map(([at, source]) => [at, seeds.notebook(source)] as const),
                    );
                    const options = () => world.options();
                    world.mishaps = (request, index) => {
                        if (index >= end) throw new Error("killed");
                        return index === end - 1 && !request.repeatable ? { kind: "lost" } : undefined;
                    };
                    await migrateContent(options()).catch((error: unknown) => {
                        if (error instanceof NoResponseError) throw error;
                    });
                    world.mishaps = () => undefined;
                    const report = await migrateContent(options());
                    expect(report.findings.filter(({ kind }) => kind !== "same-path")).to.deep.equal([]);
                    expect(report.equal.notebooks).to.equal(report.found.notebooks - report.findings.length);
                },
            ),
            { numRuns: sampleOf(60) },
        );
    });
});
