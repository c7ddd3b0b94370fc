import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { LocalCloud, type LocalCloudOptions, seeds } from "../../local-cloud";
import type { Run } from "./harness";
import { LiveStack } from "./live-workspaces";
import { type Part, programOfParts, under } from "./scene";

/** What people have written in a workspace: text by path. */
export interface Work {
    readonly workspace: string;
    readonly texts: Readonly<Record<string, string>>;
}

/**
 * One stack with workspaces that people work in. Each test takes one of them through a history; the others are left alone. After
 * it, `reset` puts the state back and leaves the test's own resources out, so that the next test needs no stack of its own.
 */
export class Histories {
    private readonly parts = new Map<string, Part | undefined>();
    private readonly changed = new Set<string>();
    private first = "";

    private constructor(
        readonly cloud: LocalCloud,
        readonly live: LiveStack,
        private readonly arns: readonly string[],
    ) {}

    /**
     * Starts a local cloud, and a stack with these workspaces.
     *
     * @param names of the workspaces, each under the key `a`; or what the program says of each.
     */
    static async begin(
        names: Readonly<Record<string, Part | "plain">>,
        options: LocalCloudOptions = {},
    ): Promise<Histories> {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200, ...options });
        const live = await LiveStack.create(cloud);
        const all = new Histories(cloud, live, [cloud.createKey(), cloud.createKey(), cloud.createKey()]);
        for (const [name, part] of Object.entries(names)) {
            all.parts.set(name, part === "plain" ? under(name, "a") : part);
        }
        const { ok, output } = await all.up();
        if (!ok) await all.end();
        expect(ok, output).to.equal(true);
        all.first = readFileSync(all.stateFile, "utf8");
        return all;
    }

    /** Ends the stack and its cloud. */
    async end(): Promise<void> {
        this.live.end();
        await this.cloud.stop();
    }

    /**
     * Puts the state back to what it was when all began, without the resources that were changed since. Workspaces that no resource
     * has then are taken out of the account.
     */
    async reset(): Promise<void> {
        for (const name of this.changed) this.parts.delete(name);
        this.changed.clear();
        this.editState((resources) => resources.filter(({ urn }) => this.isKept(urn)), this.first);
        const held = Object.values(await this.live.held());
        for (const id of this.others(...held)) this.cloud.account.remove("workspaces", id);
    }

    private isKept(urn: string): boolean {
        return !urn.includes("databricks-cmk:Workspace::") || this.parts.has(urn.split("::").at(-1) ?? "");
    }

    /** Changes what the program says of some resources, from now on; `undefined` takes one out. */
    change(parts: Readonly<Record<string, Part | undefined>>): void {
        for (const [name, part] of Object.entries(parts)) {
            this.changed.add(name);
            this.parts.set(name, part);
        }
        this.live.stack.program = this.programOf(Object.fromEntries(this.parts));
    }

    /** A program of these parts, with the keys of this one. */
    programOf(parts: Readonly<Record<string, Part | undefined>>): pulumi.automation.PulumiFn {
        return programOfParts(parts, this.arns);
    }

    /** `pulumi up`, after `change`. */
    up(
        parts: Readonly<Record<string, Part | undefined>> = {},
        options: pulumi.automation.UpOptions = {},
    ): Promise<Run> {
        this.change(parts);
        return this.live.stack.up(options);
    }

    /** `up` that has to succeed: a step that no history is about. */
    async done(
        parts: Readonly<Record<string, Part | undefined>> = {},
        options: pulumi.automation.UpOptions = {},
    ): Promise<Run> {
        const run = await this.up(parts, options);
        expect(run.ok, run.output).to.equal(true);
        return run;
    }

    /** The workspace that a resource has by the state. */
    async idOf(name: string): Promise<string> {
        const { resources } = await this.live.stack.state();
        const held = resources.find(({ urn, type, ...rest }) => {
            return type.endsWith(":Workspace") && urn.endsWith(`::${name}`) && !("delete" in rest);
        });
        if (held?.id === undefined) throw new Error(`the state holds no workspace of ${name}`);
        return held.id;
    }

    /** The workspaces of the account that are not among these. */
    others(...known: readonly string[]): string[] {
        return this.live.workspaces().filter((id) => !known.includes(id));
    }

    /** People work in a workspace as they do: notebooks and a file in folders that they share, each with a text of its own, and days ago. */
    async people(workspace: string, label = "first", daysAgo = 3): Promise<Work> {
        const modifiedAt = Date.now() - daysAgo * 86_400_000;
        const paths = ["/Shared/etl/load", "/Shared/etl/report", "/Shared/lib.py"].map((path) => `${path}-${label}`);
        const texts = Object.fromEntries(paths.map((path) => [path, `# ${path} of ${workspace}`]));
        await this.cloud
            .workspace(workspace)
            .seed(
                Object.fromEntries(
                    Object.entries(texts).map(([path, text]) => [
                        path,
                        path.includes(".py") ? seeds.file(text, { modifiedAt }) : seeds.notebook(text, { modifiedAt }),
                    ]),
                ),
            );
        return { workspace, texts };
    }

    /** What of people's work is in no workspace of the account, each with the workspace that it was written in. */
    async lost(...works: readonly Work[]): Promise<string[]> {
        const lost: string[] = [];
        for (const { workspace, texts } of works) {
            for (const [path, text] of Object.entries(texts)) {
                const found = await Promise.all(
                    this.live.workspaces().map((id) => this.cloud.workspace(id).read(path)),
                );
                if (!found.some((bytes) => String(bytes) === text)) lost.push(`${path}, written in ${workspace}`);
            }
        }
        return lost;
    }

    /** Nothing of people's work is lost, and a command that failed named a workspace that they wrote in. */
    async keeps({ ok, output }: Run, ...works: readonly Work[]): Promise<void> {
        expect(await this.lost(...works), `lost, with ${ok ? "success" : "a failure"}:\n${output}`).to.deep.equal([]);
        const named = works.filter(({ workspace }) => output.includes(workspace));
        expect(ok || named.length > 0, `no workspace is named:\n${output}`).to.equal(true);
    }

    /** Changes the resources of the state, as it is or as this text has it. */
    editState(
        change: (resources: StateResource[]) => StateResource[],
        text: string = readFileSync(this.stateFile, "utf8"),
    ): void {
        const state = JSON.parse(text) as { checkpoint: { latest: { resources: StateResource[] } } };
        const { latest } = state.checkpoint;
        latest.resources = change(latest.resources);
        writeFileSync(this.stateFile, JSON.stringify(state));
        rmSync(`${this.stateFile}.attrs`, { force: true });
    }

    private get stateFile(): string {
        return join(this.live.stack.folder, "backend", ".pulumi", "stacks", "tests", "test.json");
    }
}

/** A resource as the file of a state has it. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    taint?: boolean;
    dependencies?: string[];
    propertyDependencies?: Record<string, string[]>;
}
