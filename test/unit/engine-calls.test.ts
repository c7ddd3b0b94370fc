import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

import { expect } from "chai";

import { Poller } from "../../provider/api/poller";
import { EngineCalls } from "../../provider/runtime/engine-calls";
import type { LogLine } from "../../provider/runtime/engine-log";
import { EngineReporter } from "../../provider/runtime/reporter";
import { UNKNOWN } from "../../provider/util/property-path";
import { SimulatedClock } from "../helpers/environment";

const urn = (name: string) => `urn:pulumi:s::p::pulumi-nodejs:dynamic/databricks-cmk:Workspace::${name}`;

const root = resolve(__dirname, "../../..");

// By hand: what is around every handler, with handlers that do one thing each.
describe("the engine's calls", () => {
    const begin = () => {
        const lines: LogLine[] = [];
        const reporter = new EngineReporter(async (line) => void lines.push(line));
        return { lines, reporter, calls: new EngineCalls(reporter) };
    };

    it("have their lines on the resource's own line, with severity, from its check to its end", async () => {
        const { lines, reporter, calls } = begin();
        const handler = calls.wrap({
            check: async (_, inputs) => {
                reporter.warn("the key changes", "CMK3007");
                return { inputs };
            },
            create: async () => {
                reporter.progress("PROVISIONING");
                return { id: "1" };
            },
        });
        const owner = "stack/w";
        const { inputs } = (await handler.check?.({}, { owner, resourceUrn: urn("w"), a: 1 })) ?? {};
        expect(inputs).to.deep.equal({ owner, a: 1 });
        await handler.create(inputs);
        expect(lines).to.deep.equal([
            { severity: "WARNING", message: "the key changes [CMK3007]", urn: urn("w"), ephemeral: false },
            { severity: "INFO", message: "PROVISIONING", urn: urn("w"), ephemeral: true },
        ]);
    });

    it("go on after the engine was killed, and nobody reads what the process writes", () => {
        // Pulumi's SDK writes each error that nobody has caught, and an output that nobody reads is such an error.
        const script = `
            const { writeFileSync } = require("node:fs");
            let uncaught = 0;
            process.on("uncaughtException", (error) => console.error(++uncaught, error));
            const { EngineCalls } = require("./dist/provider/runtime/engine-calls");
            const { EngineReporter } = require("./dist/provider/runtime/reporter");
            const write = (count) => {
                console.error("a line");
                if (count > 0) return setImmediate(write, count - 1);
                writeFileSync(3, String(uncaught));
                process.exit();
            };
            new EngineCalls(new EngineReporter()).run({ urn: "" }, async () => write(20));`;
        const { output } = spawnSync("sh", ["-c", '"$0" -e "$1" 2>&1 | true', process.execPath, script], {
            cwd: root,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "pipe", "pipe"],
        });
        expect(output[3]).to.equal("0");
    });

    it("of a resource whose URN is not known have the stack's line", async () => {
        const { lines, reporter, calls } = begin();
        const handler = calls.wrap({
            create: async () => ({ id: "1" }),
            delete: async () => reporter.info("kept"),
        });
        await handler.check?.({}, { owner: UNKNOWN, resourceUrn: urn("w") });
        await handler.delete?.("1", { owner: UNKNOWN });
        expect(lines.map((line) => line.urn)).to.deep.equal([""]);
    });

    it("name their resource only where its row does not", async () => {
        const { lines, reporter, calls } = begin();
        const handler = calls.wrap({
            create: () => Promise.reject(new Error("a::w: it is FAILED")),
            delete: async () => {
                for (const name of ["a::w", "w", "other"]) reporter.progress(`${name}: PROVISIONING`);
            },
        });
        const known = { owner: "stack/a::w", resourceUrn: urn("a::w") };
        await handler.delete?.("1", known);
        await handler.delete?.("1", {});
        const shown = ["w: PROVISIONING", "other: PROVISIONING"];
        expect(lines.map(({ message }) => message)).to.deep.equal([
            ...["PROVISIONING", ...shown],
            ...["a::w: PROVISIONING", ...shown],
        ]);
        expect(await handler.create(known).catch((error: Error) => error.message)).to.equal("it is FAILED");
    });

    it("of two kinds with one owner have their lines on the right resource", async () => {
        const { lines, reporter, calls } = begin();
        const kinds = ["Credentials", "Network"].map((kind) => ({
            urn: urn(kind),
            handler: calls.wrap({ create: async () => (reporter.info(kind), { id: kind }) }),
        }));
        for (const { handler, urn } of kinds) await handler.check?.({}, { owner: "s/w", resourceUrn: urn });
        for (const { handler } of kinds) await handler.create({ owner: "s/w" });
        expect(lines.map((line) => line.urn)).to.deep.equal(kinds.map((kind) => kind.urn));
    });

    it("say nothing twice, but each resource its own", async () => {
        const { lines, reporter, calls } = begin();
        const handler = calls.wrap({
            create: async () => ({ id: "1" }),
            check: async (_, inputs) => {
                reporter.warn("same", "CMK3007");
                return { inputs };
            },
        });
        for (const name of ["a", "b", "a"]) await handler.check?.({}, { owner: `s/${name}`, resourceUrn: urn(name) });
        expect(lines.map((line) => line.urn)).to.deep.equal([urn("a"), urn("b")]);
    });

    it("that wait together on one poll report each on its own line", async () => {
        const { lines, reporter } = begin();
        const clock = new SimulatedClock();
        const poller = new Poller({ getMany: async (ids) => new Map(ids.map((id) => [id, { id }])) }, clock);
        const wait = (id: string) =>
            reporter.during(urn(id), () =>
                poller.waitFor(
                    id,
                    "provisioning",
                    60_000,
                    () => (reporter.progress(id), { result: 1 }),
                    () => new Error(),
                ),
            );
        await Promise.all(["a", "b", "c"].map(wait));
        expect(lines.map((line) => [line.urn, line.message])).to.deep.equal(["a", "b", "c"].map((id) => [urn(id), id]));
    });

    it("that fail a check name the property in the reason and not to the engine, which would print its value", async () => {
        const { calls } = begin();
        const handler = calls.wrap({
            create: async () => ({ id: "1" }),
            check: async () => ({ failures: [{ property: "deploymentName", reason: "must be a label" }] }),
        });
        expect((await handler.check?.({}, {}))?.failures).to.deep.equal([
            { property: "", reason: "deploymentName must be a label [CMK1002]" },
        ]);
    });

    it("that throw keep what the engine needs of the error, and have no text of their own", async () => {
        const { calls } = begin();
        const handler = calls.wrap({
            create: async () => {
                throw Object.assign(new Error("FAILED"), { id: "7", properties: { a: 1 }, reasons: ["FAILED"] });
            },
        });
        const error: unknown = await handler.create({}).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        expect(error).to.include({ message: "FAILED", id: "7", stack: "" });
        expect(String(error)).to.equal("");
        const thrown = await calls
            .wrap({ create: async () => ({ id: "1" }), check: () => Promise.reject(new Error("no credential")) })
            .check?.({}, {});
        expect(thrown?.failures).to.deep.equal([{ property: "", reason: "no credential" }]);
    });
});
