import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const root = resolve(__dirname, "../../..");

/** The plugin of this repository as a program on PATH, as `npm install --global` puts it there. */
export class PluginOnPath {
    private readonly folder = mkdtempSync(join(tmpdir(), "databricks-cmk-plugin-"));

    constructor() {
        this.put("databricks-cmk", "plugin/main.js");
    }

    /** Puts what stands in for the plugin of AWS beside it, which an SDK for the components cannot be made without. */
    withAwsSchema(): this {
        this.put("aws", "test/cli/aws-schema.js");
        return this;
    }

    /** The program of the plugin. */
    get program(): string {
        return join(this.folder, "pulumi-resource-databricks-cmk");
    }

    private put(name: string, script: string): void {
        const plugin = join(this.folder, `pulumi-resource-${name}`);
        writeFileSync(plugin, `#!/bin/sh\nexec node ${join(root, "dist", script)} "$@"\n`);
        chmodSync(plugin, 0o755);
    }

    get environment(): { PATH: string } {
        return { PATH: [this.folder, process.env["PATH"]].join(delimiter) };
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** A program in JavaScript for the classes, written for the plugin: what it calls a class makes a resource of the plugin. */
export function forPlugin(program: string): string {
    const classes = `
const pulumi = require("@pulumi/pulumi");
const databricks = new Proxy({}, {
    get: (_, kind) => class extends pulumi.CustomResource {
        constructor(name, args, opts) {
            const id = kind[0].toLowerCase() + kind.slice(1) + "Id";
            super("databricks-cmk:index:" + kind, name, { [id]: undefined, workspaceUrl: undefined, ...args }, opts);
        }
    },
});`;
    return program.replace(/^const databricks = require\("pulumi-databricks-cmk"\);$/m, classes);
}
