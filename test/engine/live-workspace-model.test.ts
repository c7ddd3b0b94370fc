import { expect } from "chai";
import fc from "fast-check";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { type KeyName, KEYS, plain, type WorkspaceSpec } from "../model/program";
import { sequences } from "../model/histories";
import type { Step } from "../model/steps";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const KEY = "managed_services_customer_managed_key_id";

/** The steps that this file takes on the real engine, with one stack; a deployment of it costs seconds. */
type RealStep = Extract<
    Step,
    { do: "edit" | "remove" | "write" | "drift" | "up" | "refresh" | "replace" | "taint" | "forget" }
>;

const isReal = (step: Step): step is RealStep =>
    ["edit", "remove", "write", "drift", "up", "refresh", "replace", "taint", "forget"].includes(step.do) &&
    (step.do !== "drift" || step.field === "key" || step.field === "tag") &&
    !("name" in step && step.name === "**");
const isDeployment = ({ do: what }: Step) => ["up", "refresh", "replace", "taint"].includes(what);

/** The steps of the model's sequences for a seed, up to this many deployments. */
function realSteps(seed: number, deployments: number): RealStep[] {
    const steps = fc.sample(sequences, { seed, numRuns: 10 }).flat().filter(isReal);
    const [last = steps.length] = steps
        .flatMap((step, index) => (isDeployment(step) ? [index] : []))
        .slice(deployments - 1);
    return steps.slice(0, last + 1);
}

describe("a live workspace is never lost: some random lives on the real engine (npm run test:model has 20,000 on a small one)", () => {
    for (const seed of [3, 4]) {
        it(`seed ${seed}`, async () => {
            const life = await Life.begin();
            for (const step of realSteps(seed, 4)) await life.take(step);
            await life.end();
        });
    }
});

/** One stack, and the workspaces in which people have written. */
class Life {
    private readonly content = new Set<string>();
    private workspaces: Readonly<Record<string, WorkspaceSpec>> = { w: { ...plain, key: "k1" } };
    private readonly told: string[] = [];

    private constructor(
        private readonly cloud: LocalCloud,
        private readonly stack: LiveStack,
        private readonly arns: readonly string[],
    ) {}

    static async begin(): Promise<Life> {
        const cloud = await LocalCloud.start({
            provisioningMilliseconds: 200,
            behavior: { keyChange: "updatable", emptyTags: "applied" },
        });
        const life = new Life(
            cloud,
            await LiveStack.create(cloud),
            KEYS.map(() => cloud.createKey()),
        );
        const { ok, output } = await life.stack.up(life.program());
        expect(ok, output).to.equal(true);
        await life.write();
        return life;
    }

    async take(step: RealStep): Promise<void> {
        this.told.push(JSON.stringify(step));
        switch (step.do) {
            case "edit": {
                const before = this.workspaces[step.name] ?? { ...plain, label: step.name };
                this.workspaces = { ...this.workspaces, [step.name]: { ...before, ...step.change } };
                return;
            }
            case "remove":
                this.workspaces = Object.fromEntries(
                    Object.entries(this.workspaces).filter(([name]) => name !== step.name),
                );
                return;
            case "write":
                return this.write();
            case "drift":
                return this.drift(step.field, step.value);
            case "forget":
                if ((await this.stack.held())[step.name] !== undefined) await this.stack.forget(step.name);
                return;
            case "refresh":
                return this.watch([], async () => this.stack.stack.refresh());
            case "up":
                return this.watch([], () => this.stack.up(this.program(), { refresh: step.refresh }));
            default:
                return this.replace(step.do, step.name);
        }
    }

    /** An `up` that succeeds leaves the next one nothing to do; then everything goes. */
    async end(): Promise<void> {
        const run = await this.stack.up(this.program());
        if (run.ok) {
            this.cloud.clearRequests();
            const again = await this.stack.up();
            const writes = this.cloud.requests.filter(
                ({ method, path }) => method !== "GET" && !path.includes("/oidc/"),
            );
            expect([again.ok, again.operations, writes], this.story(again.output)).to.deep.equal([true, [], []]);
        }
        this.stack.end();
        await this.cloud.stop();
    }

    private async replace(how: "replace" | "taint", name: string): Promise<void> {
        const before = (await this.stack.held())[name];
        if (before === undefined) return;
        const urn = await this.stack.urn(name);
        if (how === "taint") await this.stack.pulumi("state", "taint", "--yes", urn);
        await this.watch([name], async () => {
            const run = await this.stack.up(this.program(), how === "replace" ? { replace: [urn] } : {});
            const now = (await this.stack.held())[name];
            if (run.ok && this.workspaces[name] !== undefined) expect(now, this.story(run.output)).to.not.equal(before);
            return run;
        });
    }

    /** A deployment, after which nothing is lost that nobody gave up. `asked`: whose replacement the user asked for. */
    private async watch(asked: readonly string[], run: () => Promise<{ ok: boolean; output: string }>): Promise<void> {
        const before = await this.stack.held();
        const { output } = await run();
        const left = this.stack.workspaces();
        for (const id of [...this.content].filter((one) => !left.includes(one))) {
            this.content.delete(id);
            const [name = ""] = Object.entries(before).find(([, held]) => held === id) ?? [];
            const spec = this.workspaces[name];
            if (spec === undefined || asked.includes(name)) continue;
            expect(output, this.story(output)).to.contain("EVERY NOTEBOOK IN IT IS LOST");
            const isKeyChange = output.includes("managedServicesCustomerManagedKeyId changes");
            expect(spec.onKeyChange === "forbid" && isKeyChange, this.story(output)).to.equal(false);
        }
    }

    /** People write a notebook in each workspace. */
    private async write(): Promise<void> {
        for (const id of this.stack.workspaces().filter((one) => !this.content.has(one))) {
            await this.stack.write(id);
            this.content.add(id);
        }
    }

    private async drift(field: string, value: number): Promise<void> {
        const [id] = this.stack.workspaces();
        if (id === undefined) return;
        const key = (await this.stack.held("CustomerManagedKey"))[`k${value}`];
        const { custom_tags } = this.cloud.account.get("workspaces", id);
        const tags = { ...(custom_tags as Record<string, string> | undefined), console: "x" };
        this.cloud.account.change("workspaces", id, field === "key" ? { [KEY]: key } : { custom_tags: tags });
    }

    private program(): (needs: Needs) => void {
        const { workspaces, arns } = this;
        return (needs) => {
            const made = KEYS.map((name, index) => [name, registration(name, arns[index] ?? "")] as const);
            const keyId = (key: KeyName | undefined) => made.find(([name]) => name === key)?.[1].customerManagedKeyId;
            for (const [name, spec] of Object.entries(workspaces)) {
                const args = {
                    ...needs,
                    workspaceName: spec.label,
                    awsRegion: spec.region,
                    managedServicesCustomerManagedKeyId: keyId(spec.key),
                    onKeyChange: spec.onKeyChange,
                    migrateContent: false,
                    ...(spec.team !== undefined && { customTags: { team: spec.team } }),
                };
                const ignoreChanges = spec.ignoresKey ? ["managedServicesCustomerManagedKeyId"] : [];
                new databricks.Workspace(name, args, { ignoreChanges, retainOnDelete: spec.retain });
            }
        };
    }

    private story(output: string): string {
        return `${this.told.join("\n")}\n${output}`;
    }
}
