import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { LocalCloud } from "../../local-cloud";
import { type Finished, type Manager, type NodeVersion, run, succeed, tools, withPath } from "./tools";

/** How a program is written, and run. */
export type Language =
    | "TypeScript, CommonJS"
    | "TypeScript, nodenext, compiled"
    | "TypeScript, an ES module by tsx"
    | "JavaScript, CommonJS"
    | "JavaScript, an ES module";

/** A project that uses the package, as somebody else's would. */
export interface ConsumerOptions {
    readonly manager: Manager;
    readonly language: Language;
    readonly node: NodeVersion;
    /** The version of `@pulumi/pulumi`. */
    readonly pulumi: string;
    /**
     * `project`: one folder. `workspace`: a workspace of a repository, whose packages are hoisted. `library`: the project
     * depends on a library alone, another workspace, which depends on the package. Default: `project`.
     */
    readonly layout?: "project" | "workspace" | "library";
    /** Whether the program uses a component, and so `@pulumi/aws`. Default: no. */
    readonly component?: boolean;
}

/** The newest `@pulumi/pulumi` that is tried, and the oldest that the package takes. */
export const NEWEST = "3.276.0";
export const OLDEST = "3.220.0";

const RESOURCE = `const config = new Config();
const key = new CustomerManagedKey("key", {
    useCases: ["MANAGED_SERVICES"],
    awsKeyInfo: { keyArn: config.require("keyArn") },
});
`;
const COMPONENT = `const workspace = new EncryptedWorkspace("analytics", { awsRegion: "us-east-1", forceDestroy: true });
`;

/** A consumer in a throw-away folder, with a backend of its own, against a local cloud. */
export class Consumer {
    /** The folder of the Pulumi project, and of the repository that it is in: often the same. */
    readonly project: string;
    readonly repository: string;
    private env: NodeJS.ProcessEnv = {};

    private constructor(readonly options: ConsumerOptions) {
        this.repository = mkdtempSync(join(tmpdir(), "databricks-cmk-consumer-"));
        this.project = this.isWorkspace ? join(this.repository, "stack") : this.repository;
    }

    /** Writes a project, installs what it names, and makes its stack. */
    static async create(cloud: LocalCloud, options: ConsumerOptions): Promise<Consumer> {
        const consumer = new Consumer(options);
        try {
            await consumer.setUp(cloud);
        } catch (error) {
            consumer.remove();
            throw error;
        }
        return consumer;
    }

    private async setUp(cloud: LocalCloud): Promise<void> {
        this.env = withPath(await tools.node(this.options.node), {
            ...process.env,
            ...cloud.environment(),
            PULUMI_BACKEND_URL: `file://${this.folder("backend")}`,
            PULUMI_CONFIG_PASSPHRASE: "x",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        });
        await this.write();
        await succeed(tools.installProject(this.options.manager, this.repository, this.env));
        // The project's option `nodeargs` says the same, but the language host that is built from source does not read it.
        if (this.options.language.endsWith("tsx")) this.env.NODE_OPTIONS = "--import=tsx";
        await succeed(this.pulumi("stack", "init", "test"));
        await succeed(this.pulumi("config", "set", "keyArn", cloud.createKey()));
    }

    /** Runs the Pulumi CLI in the project. */
    pulumi(...args: string[]): Promise<Finished> {
        return run("pulumi", [...args, "--non-interactive", "--color", "never"], { cwd: this.project, env: this.env });
    }

    /** Runs a script with the project's Node.js, in the project or another folder. */
    node(args: readonly string[], cwd = this.project): Promise<Finished> {
        return run("node", args, { cwd, env: this.env });
    }

    /** Compiles the program strictly, the types of every package included; for `nodenext` it makes the script that runs. */
    compile(): Promise<Finished> {
        const compiler = [this.project, this.repository]
            .map((folder) => join(folder, "node_modules/typescript/bin/tsc"))
            .find(existsSync);
        return this.node([compiler ?? "typescript is not installed", "-p", "tsconfig.json"]);
    }

    /** From now on Pulumi does not check the types of the program again, which takes longer than all else that a command does. */
    trustTypes(): void {
        this.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
    }

    /** Writes a file of the project. */
    file(path: string, content: string | object): void {
        const target = join(this.project, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    }

    remove(): void {
        rmSync(this.repository, { recursive: true, force: true });
    }

    private get isWorkspace(): boolean {
        return (this.options.layout ?? "project") !== "project";
    }
    private get isTypeScript(): boolean {
        return this.options.language.startsWith("TypeScript");
    }
    private get isModule(): boolean {
        return !this.options.language.endsWith("CommonJS");
    }

    private folder(name: string): string {
        const folder = join(this.repository, name);
        mkdirSync(folder);
        return folder;
    }

    private async write(): Promise<void> {
        const { language, layout, manager } = this.options;
        const compiled = language === "TypeScript, nodenext, compiled";
        const extension = this.isTypeScript ? "ts" : "js";
        this.file("package.json", {
            name: "stack",
            version: "1.0.0",
            private: true,
            type: this.isModule ? "module" : "commonjs",
            main: compiled ? "out/index.js" : `index.${extension}`,
            dependencies: await this.dependencies(),
            devDependencies: this.isTypeScript ? { typescript: "5.9.3", "@types/node": "20.19.0" } : {},
        });
        this.file("Pulumi.yaml", { name: "stack", runtime: { name: "nodejs", options: this.runtime() } });
        this.file(`index.${extension}`, this.program());
        if (this.isTypeScript) this.file("tsconfig.json", this.compilerOptions());
        if (layout === "library") await this.writeLibrary();
        if (!this.isWorkspace) return;
        const workspaces = ["stack", ...(layout === "library" ? ["library"] : [])];
        this.file("../package.json", { name: "repository", version: "1.0.0", private: true, workspaces });
        if (manager === "pnpm") this.file("../pnpm-workspace.yaml", { packages: workspaces });
    }

    private async dependencies(): Promise<Record<string, string>> {
        const { pulumi, component = false, layout, language, manager } = this.options;
        const local = manager === "npm" || manager === "yarn 1" ? "1.0.0" : "workspace:*";
        return {
            "@pulumi/pulumi": pulumi,
            ...(component ? { "@pulumi/aws": "7.48.0" } : {}),
            ...(language.endsWith("tsx") ? { tsx: "4.23.15" } : {}),
            ...(layout === "library"
                ? { "@acme/platform": local }
                : { "pulumi-databricks-cmk": `file:${await tools.tarball()}` }),
        };
    }

    private runtime(): Record<string, unknown> {
        return this.options.language === "TypeScript, CommonJS" ? {} : { typescript: false };
    }

    private program(): string {
        const { component = false, layout, language } = this.options;
        const names = component ? "EncryptedWorkspace" : "CustomerManagedKey";
        const source = layout === "library" ? "@acme/platform" : "pulumi-databricks-cmk";
        const body = component ? COMPONENT : RESOURCE;
        const output = component ? "workspace.workspaceId" : "key.customerManagedKeyId";
        if (language === "JavaScript, CommonJS") {
            const imports = `const { Config } = require("@pulumi/pulumi");\nconst { ${names} } = require("${source}");\n`;
            return `${imports}${body}exports.id = ${output};\n`;
        }
        const imports = `import { Config } from "@pulumi/pulumi";\nimport { ${names} } from "${source}";\n`;
        return `${component ? imports.slice(imports.indexOf("\n") + 1) : imports}${body}export const id = ${output};\n`;
    }

    private compilerOptions(): object {
        const compiled = this.options.language === "TypeScript, nodenext, compiled";
        const common = { target: "es2022", strict: true, skipLibCheck: false, types: ["node"] };
        const modules = this.isModule
            ? { module: "nodenext", moduleResolution: "nodenext" }
            : { module: "commonjs", moduleResolution: "node10" };
        const emit = compiled ? { outDir: "out", rootDir: "." } : { noEmit: true };
        return { compilerOptions: { ...common, ...modules, ...emit }, files: ["index.ts"] };
    }

    /** A platform team's library: it depends on the package, and takes `@pulumi/pulumi` from the project. */
    private async writeLibrary(): Promise<void> {
        this.file("../library/package.json", {
            name: "@acme/platform",
            version: "1.0.0",
            main: "index.js",
            types: "index.d.ts",
            dependencies: { "pulumi-databricks-cmk": `file:${await tools.tarball()}` },
            peerDependencies: { "@pulumi/pulumi": "^3.220.0" },
            devDependencies: { "@pulumi/pulumi": this.options.pulumi },
        });
        const names = ["CustomerManagedKey", "EncryptedWorkspace"].join(", ");
        this.file("../library/index.js", `module.exports = require("pulumi-databricks-cmk");\n`);
        this.file("../library/index.d.ts", `export { ${names} } from "pulumi-databricks-cmk";\n`);
    }
}
