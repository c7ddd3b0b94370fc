import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import type { LocalCloud } from "../../local-cloud";
import { PluginOnPath } from "../cli/plugin";
import { CliProject, type CliRun } from "../cli/project";

/** A program in YAML: resources by name, each with its type, and what it exports. */
export interface YamlProgram {
    readonly resources: Readonly<Record<string, object>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

type Run = Pick<CliRun, "code" | "output">;

/** The command succeeded; what it printed. */
export async function ok(run: Run | Promise<Run>): Promise<string> {
    const { code, output } = await run;
    expect(code, output).to.equal(0);
    return output;
}

/** The command failed, and said each of these; what it printed. */
export async function refused(run: Run | Promise<Run>, ...words: readonly string[]): Promise<string> {
    const { code, output } = await run;
    expect(code, output).to.not.equal(0);
    for (const word of words) expect(output).to.contain(word);
    return output;
}

/** A workspace under a key, by what else it has, and the options of its resource. */
export function workspaceUnder(
    keyArn: string,
    workspace: object = {},
    options: object = {},
    key = `k-${keyArn.slice(-4)}`,
): YamlProgram {
    const of = (type: string, properties: object, rest: object = {}) => ({
        type: `databricks-cmk:${type}`,
        properties,
        ...rest,
    });
    const properties = {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: "${c.credentialsId}",
        storageConfigurationId: "${s.storageConfigurationId}",
        managedServicesCustomerManagedKeyId: `\${${key}.customerManagedKeyId}`,
        ...workspace,
    };
    return {
        resources: {
            c: of("Credentials", { roleArn: "arn:aws:iam::123456789012:role/r" }),
            s: of("StorageConfiguration", { bucketName: "root-bucket" }),
            [key]: of("CustomerManagedKey", { awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES"] }),
            w: of("Workspace", properties, { options }),
        },
        outputs: { url: "${w.workspaceUrl}" },
    };
}

/** Whether the host of a language is there. It is part of the official release; beside a CLI from source it may be missing. */
export function hasLanguage(language: string): boolean {
    try {
        execFileSync("sh", ["-c", `command -v pulumi-language-${language}`]);
        return true;
    } catch {
        console.log(`pulumi-language-${language} is missing: the tests that need it do not run.`);
        return false;
    }
}

/** A Pulumi project that uses the plugin of this repository, run by the real CLI. */
export class PluginProject {
    private readonly plugin = new PluginOnPath();
    private readonly project: CliProject;

    constructor(cloud: LocalCloud, environment: Readonly<Record<string, string>> = {}) {
        this.project = new CliProject("plugin", "", {
            ...cloud.environment(),
            ...environment,
            ...this.plugin.environment,
        });
    }

    /** Makes a project of this program, with a stack. */
    static async begin(cloud: LocalCloud, program: YamlProgram): Promise<PluginProject> {
        const made = new PluginProject(cloud);
        made.yaml = program;
        await made.run("stack", "init", "dev");
        return made;
    }

    /** Gives the project another program. */
    set yaml(program: YamlProgram) {
        this.project.write("Pulumi.yaml", JSON.stringify({ name: "plugin", runtime: "yaml", ...program }));
    }

    /** Gives the project a program in JavaScript, with the classes of the npm package. */
    set classes(program: string) {
        const runtime = { name: "nodejs", options: { typescript: false } };
        this.project.write("Pulumi.yaml", JSON.stringify({ name: "plugin", runtime }));
        this.project.write("index.js", program);
    }

    /** Gives the project a program in Python. */
    set python(program: string) {
        this.project.write("Pulumi.yaml", JSON.stringify({ name: "plugin", runtime: "python" }));
        this.project.write("__main__.py", program);
    }

    /** The PATH on which the plugin is. */
    get path(): string {
        return this.plugin.environment.PATH;
    }

    /** Runs a command of the CLI. */
    run(...args: string[]): Promise<CliRun> {
        return this.project.run(args);
    }
    /** Runs a command with more in its environment. */
    runWith(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<CliRun> {
        return this.project.run(args, environment);
    }
    /** Runs a command, and says which process it is. */
    start(started: (pid: number) => void, ...args: string[]): Promise<CliRun> {
        return this.project.run(args, {}, started);
    }
    up(...args: string[]): Promise<CliRun> {
        return this.run("up", "--yes", "--skip-preview", ...args);
    }
    destroy(): Promise<CliRun> {
        return this.run("destroy", "--yes", "--skip-preview");
    }
    preview(...args: string[]): Promise<CliRun> {
        return this.run("preview", "--diff", ...args);
    }

    /** Kills the engine and the plugin. */
    kill(): void {
        for (const { pid, role } of this.project.processes()) if (role !== "other") this.project.kill(pid);
    }

    /** The resources of the state, as it is stored. */
    get state(): readonly StoredResource[] {
        const text = readFileSync(join(this.project.backend, ".pulumi/stacks/plugin/dev.json"), "utf8");
        const { checkpoint } = JSON.parse(text) as { checkpoint: { latest?: { resources?: StoredResource[] } } };
        return checkpoint.latest?.resources ?? [];
    }

    remove(): void {
        this.project.remove();
        this.plugin.remove();
    }
}

export interface StoredResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly delete?: boolean;
    readonly protect?: boolean;
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}
