import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { endEngines, engine } from "../helpers/engine";
import { type Goal, type Inputs, Output } from "../helpers/engine/engine-types";
import { textOf } from "../helpers/expect-ok";
import { IDENTITY, key, under, workspace, workspaceProgram } from "../helpers/programs";
import { LiveStack } from "./live-workspaces";

/** What happens to a stack: its program says something new, people or a command do something first, and then one deployment. */
interface History {
    readonly title: string;
    /** The workspaces that the program has from now on. */
    readonly program?: readonly Goal[];
    readonly before?: "jar" | "taint";
    readonly does?: "preview" | "refresh" | "destroy" | { readonly replace: string };
    readonly fails?: true;
}

const w = (name: "a" | "b", inputs: Inputs = {}) => [workspace("w", { ...under(name), ...inputs })];
const v = (inputs: Inputs = {}) => [
    workspace("v", { ...under("a"), workspaceName: "w", ...inputs }, { aliases: ["w"] }),
];
const accepting = { migrateContent: { accept: ["library"] } };

/** One stack goes through them, one after the other: record 0034's table of what the engine calls. */
const histories: readonly History[] = [
    { title: "a preview of a create", program: w("a"), does: "preview" },
    { title: "a create" },
    { title: "an unchanged up" },
    { title: "an update in place", program: w("a", { customTags: { team: "a" } }) },
    { title: "a preview of a replacement", program: w("b"), does: "preview" },
    { title: "a replacement" },
    { title: "--replace", does: { replace: "w" } },
    { title: "a taint", before: "taint" },
    { title: "a refresh", does: "refresh" },
    { title: "a replacement that ends with an init error", program: w("a"), before: "jar", fails: true },
    { title: "the next up, whose update fails", fails: true },
    { title: "the up after the rest was accepted", program: w("a", accepting) },
    { title: "a rename by alias", program: v(accepting) },
    { title: "a removal from the program that is refused", program: [], fails: true },
    { title: "forceDestroy, and the old workspace", program: v({ forceDestroy: true }) },
    { title: "a destroy", does: "destroy" },
];

/** The calls of each resource, in order: those of different resources happen at the same time. */
type Calls = Readonly<Record<string, readonly string[]>>;

function byResource(calls: readonly string[]): Calls {
    const all: Record<string, string[]> = {};
    for (const [method = "", name = ""] of calls.map((call) => call.split(" "))) (all[name] ??= []).push(method);
    return all;
}

/** The same program for the real engine. */
function realProgram(goals: readonly Goal[]): () => Promise<void> {
    return async () => {
        const made = new Map<string, pulumi.CustomResource & Record<string, unknown>>();
        const filled = (value: unknown): unknown => {
            if (value instanceof Output) return made.get(value.name)?.[value.property];
            if (Array.isArray(value)) return value.map(filled);
            if (typeof value !== "object" || value === null) return value;
            return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
        };
        for (const { name, type, inputs, aliases = [] } of goals) {
            if (name === IDENTITY) continue;
            const { owner, ...rest } = inputs;
            expect(owner).to.be.instanceOf(Output);
            const make = (databricks as unknown as Record<string, new (...args: unknown[]) => never>)[type]!;
            made.set(name, new make(name, filled(rest), { aliases: aliases.map((alias) => ({ name: alias })) }));
        }
    };
}

/** A line of the engine's log of its calls: one when a call begins, one when it has ended. */
interface LogEntry {
    readonly method: string;
    readonly request: { readonly urn?: string };
    readonly progress?: string;
}

describe("the small engine of the unit tests and the real engine", () => {
    let log: string;
    let real: { cloud: LocalCloud; stack: LiveStack; goals: (workspaces: readonly Goal[]) => Goal[] };
    let small: Awaited<ReturnType<typeof engine>>;
    let goals: (workspaces: readonly Goal[]) => Goal[];
    const programOf = (cloud: LocalCloud) => {
        const keys = ["a", "b"].map((name) => key(name, cloud.createKey()));
        return (workspaces: readonly Goal[]) => workspaceProgram(workspaces, keys);
    };
    before(async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const stack = await LiveStack.create(cloud);
        real = { cloud, stack, goals: programOf(cloud) };
        log = join(stack.stack.folder, "calls.json");
        stack.stack.environment["PULUMI_DEBUG_GRPC"] = log;
        small = await engine([]);
        goals = programOf(small.cloud);
    });
    after(async () => {
        real.stack.end();
        await real.cloud.stop();
        await endEngines();
    });

    /** The calls of handlers that the engine has logged. */
    const realCalls = (): string[] =>
        readFileSync(log, "utf8")
            .split("\n")
            .flatMap((line) => {
                if (!line.includes("pulumirpc.ResourceProvider/")) return [];
                const { method, request, progress } = JSON.parse(line) as LogEntry;
                const called = /\/(Check|Diff|Create|Read|Update|Delete)$/.exec(method)?.[1]?.toLowerCase();
                const name =
                    request.urn?.includes("databricks-cmk:") === true ? request.urn.split("::").at(-1) : undefined;
                const hasEnded = progress === "response_completed";
                return called === undefined || name === undefined || hasEnded ? [] : [`${called} ${name}`];
            });

    const prepare = async (cloud: LocalCloud, before: History["before"], taint: () => unknown) => {
        if (before === "taint") await taint();
        const [id = ""] = cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
        if (before === "jar")
            await cloud.workspace(id).seed({ "/Shared/jar": seeds.library(), "/Shared/n": seeds.notebook("1") });
    };

    async function onReal({ program, before, does }: History) {
        const { cloud, stack } = real;
        await prepare(cloud, before, async () => stack.pulumi("state", "taint", "--yes", await stack.urn("w")));
        writeFileSync(log, "");
        if (program !== undefined) stack.stack.program = realProgram(real.goals(program));
        if (does === "preview" || does === "refresh" || does === "destroy") return stack.stack[does]();
        return stack.stack.up(does === undefined ? {} : { replace: [await stack.urn(does.replace)] });
    }

    async function onSmall({ program, before, does }: History) {
        await prepare(small.cloud, before, () => (small.entry("w").taint = true));
        small.clear();
        if (program !== undefined) small.program = goals(program);
        if (does === "preview" || does === "refresh" || does === "destroy") return small[does]();
        return small.up(does === undefined ? {} : { replace: [does.replace] });
    }

    for (const history of histories) {
        it(`make the same calls in the same order: ${history.title}`, async () => {
            const [one, other] = [await onReal(history), await onSmall(history)];
            const told = `${one.output}\n── small\n${textOf(other)}`;
            expect([one.ok, other.ok], told).to.deep.equal([!history.fails, !history.fails]);
            expect(byResource(small.calls), told).to.deep.equal(byResource(realCalls()));
        });
    }
});
