import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { type LocalCloud, seeds } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { type Run, TestStack } from "./harness";

/** What a test's program is given: what every workspace needs. */
export type Needs = Pick<
    databricks.WorkspaceArgs,
    "workspaceName" | "awsRegion" | "credentialsId" | "storageConfigurationId"
>;

/** A program with credentials and a storage configuration, and what `make` adds to them. */
export function programOf(make: (needs: Needs) => unknown = () => undefined): pulumi.automation.PulumiFn {
    return async () => {
        const { credentialsId } = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const { storageConfigurationId } = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        make({ workspaceName: "w", awsRegion: "us-east-1", credentialsId, storageConfigurationId });
    };
}

/** A registration of a KMS key for notebooks. */
export function registration(
    name: string,
    keyArn: string,
    opts: pulumi.CustomResourceOptions = {},
): databricks.CustomerManagedKey {
    return new databricks.CustomerManagedKey(name, { awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES"] }, opts);
}

/** A stack with workspaces that people work in, and what tests do to it and ask about it. */
export class LiveStack {
    private constructor(
        readonly stack: TestStack,
        private readonly cloud: LocalCloud,
    ) {}

    /** Makes a stack; with a name, beside another one in that one's backend. */
    static async create(cloud: LocalCloud, beside?: { stack: LiveStack; name: string }): Promise<LiveStack> {
        const environment = beside && { PULUMI_BACKEND_URL: beside.stack.backend };
        return new LiveStack(await TestStack.create(cloud, programOf(), environment, beside?.name), cloud);
    }

    private get backend(): string {
        return `file://${this.stack.folder}/backend`;
    }

    /** `pulumi up` with a program; without one, with the last. */
    up(make?: (needs: Needs) => unknown, options: pulumi.automation.UpOptions = {}): Promise<Run> {
        if (make !== undefined) this.stack.program = programOf(make);
        return this.stack.up(options);
    }

    /** `up` that has to succeed. */
    async done(make?: (needs: Needs) => unknown, options: pulumi.automation.UpOptions = {}): Promise<Run> {
        const run = await this.up(make, options);
        expect(run.ok, run.output).to.equal(true);
        return run;
    }

    /** `up` that has to fail, and to say each of these. */
    async refused(says: readonly string[], make?: (needs: Needs) => unknown): Promise<Run> {
        const run = await this.up(make);
        expect(run.ok, `this up was not refused:\n${run.output}`).to.equal(false);
        for (const words of says) expect(run.output).to.contain(words);
        return run;
    }

    /** `pulumi preview` with a program; without one, with the last. */
    preview(make?: (needs: Needs) => unknown, options: pulumi.automation.PreviewOptions = {}): Promise<Run> {
        if (make !== undefined) this.stack.program = programOf(make);
        return this.stack.preview(options);
    }

    async refresh(): Promise<void> {
        await expectOk(this.stack.refresh());
    }

    /** Any other command of the CLI about this stack. */
    async pulumi(...args: string[]): Promise<string> {
        return this.execute("pulumi", [...args, "--non-interactive"]);
    }

    /** A command of the shell, as somebody copies it from a message; what it asks is answered with yes. */
    async shell(command: string): Promise<string> {
        return this.execute("sh", ["-c", command]);
    }

    private async execute(program: string, args: readonly string[]): Promise<string> {
        const { envVars, workDir } = this.stack.stack.workspace;
        const env = { ...process.env, ...envVars, PULUMI_SKIP_CONFIRMATIONS: "true" };
        const { stdout } = await promisify(execFile)(program, [...args], { cwd: workDir, env });
        return stdout;
    }

    /** `pulumi stack rename`. */
    async rename(name: string): Promise<void> {
        const { stack } = this.stack;
        await this.pulumi("stack", "rename", name, "--stack", stack.name);
        Object.assign(stack, { name });
    }

    /** `pulumi stack export`. */
    export(): Promise<pulumi.automation.Deployment> {
        return this.stack.stack.exportStack();
    }

    /** Writes a state into a file of the stack's folder, and returns its path. */
    file(state: pulumi.automation.Deployment): string {
        const path = join(this.stack.folder, "state.json");
        writeFileSync(path, JSON.stringify(state));
        return path;
    }

    /** `pulumi stack import`. */
    async import(state: pulumi.automation.Deployment): Promise<void> {
        await this.stack.stack.importStack(state);
    }

    /** The URN of a resource of the state. */
    async urn(name: string): Promise<string> {
        const { resources } = await this.stack.state();
        const found = resources.find((one) => one.urn.endsWith(`::${name}`));
        if (found === undefined) throw new Error(`the state holds no ${name}`);
        return found.urn;
    }

    /** The ids that the state holds of a type, by the names of their resources. */
    async held(type = "Workspace"): Promise<Record<string, string>> {
        const { resources } = await this.stack.state();
        const some = resources.filter((one) => one.type.endsWith(`:${type}`));
        return Object.fromEntries(some.map(({ urn, id = "" }) => [urn.split("::").at(-1) ?? "", id]));
    }

    /** Takes resources out of the state, and leaves the account as it is: what an interrupted create leaves behind. */
    async forget(...names: string[]): Promise<void> {
        for (const name of names) await this.pulumi("state", "delete", "--yes", await this.urn(name));
    }

    /** Somebody writes a notebook in a workspace. */
    async write(id: string): Promise<void> {
        await this.cloud.workspace(id).import("/notebook", seeds.notebook("print(1)"));
    }

    /** The workspaces that the account holds. */
    workspaces(): string[] {
        return this.cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
    }

    /** Removes the stack. What it made goes with its cloud. */
    end(): void {
        this.stack.remove();
    }
}
