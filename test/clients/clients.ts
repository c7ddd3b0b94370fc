import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { CUSTOMER_AWS_ACCOUNT, type LocalCloud } from "../../local-cloud";

const root = resolve(__dirname, "../../..");
/** Clients are kept here between runs. */
const folder = join(root, "node_modules", ".cache", "databricks-cmk-clients");

const SDK = "@databricks/sdk-experimental@0.17.0";
const NODE = "node@22.23.3";
const PYTHON_PACKAGES = ["databricks-sdk==0.162.0", "boto3==1.44.8"];

/** A client that is there, or why it is not: then its tests are not defined, and one line says so. */
export type Client = { readonly run: (script: string, ...args: string[]) => Runner } | { readonly missing: string };

/** Runs a script in an environment, and returns what it printed as JSON. */
export type Runner = (environment: Readonly<Record<string, string>>) => Promise<Record<string, unknown>>;

/** Databricks' SDK for JavaScript, under Node.js 22 or this process's own where it is newer. */
export function javaScript(): Client {
    try {
        const packages = join(folder, "javascript");
        const own = Number(process.versions.node.split(".")[0]) >= 22;
        install(packages, own ? [SDK] : [SDK, NODE]);
        const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
        const candidates = [
            join(packages, "node_modules", name, "bin", "node"),
            join(packages, "node_modules/node/bin/node"),
        ];
        const node = own ? process.execPath : candidates.find((path) => existsSync(path));
        if (node === undefined) return { missing: `the npm package ${NODE} has no Node.js for this machine` };
        return { run: (script, ...args) => runner(node, [sourceOf(script), join(packages, "x.js"), ...args]) };
    } catch (error) {
        return { missing: `${SDK} cannot be installed (${reasonOf(error)})` };
    }
}

/** Databricks' SDK for Python and boto3, in a virtual environment. */
export function python(): Client {
    try {
        execFileSync("python3", ["-c", "import venv, ensurepip"], { stdio: "pipe" });
    } catch {
        return { missing: "there is no python3 with venv" };
    }
    try {
        const interpreter = join(pythonEnvironment("python", PYTHON_PACKAGES), "bin", "python");
        return { run: (script, ...args) => runner(interpreter, [sourceOf(script), ...args]) };
    } catch (error) {
        return { missing: `${PYTHON_PACKAGES.join(" and ")} cannot be installed (${reasonOf(error)})` };
    }
}

/** The folder of a virtual environment with these packages, which is kept between runs. Throws if they cannot be installed. */
export function pythonEnvironment(name: string, packages: readonly string[]): string {
    const environment = join(folder, name);
    const installed = join(environment, packages.join("_"));
    alone(() => {
        if (existsSync(installed)) return;
        execFileSync("python3", ["-m", "venv", "--clear", environment], { stdio: "pipe" });
        const pip = ["-m", "pip", "install", "--quiet", ...packages];
        execFileSync(join(environment, "bin", "python"), pip, { stdio: "pipe" });
        mkdirSync(installed);
    });
    return environment;
}

/** A program that works in a folder, and what it printed; or why it is not there. */
export type Tool =
    | {
          readonly run: (
              environment: Readonly<Record<string, string>>,
              folder: string,
              args: readonly string[],
          ) => Promise<string>;
      }
    | { readonly missing: string };

/** Databricks' command line on PATH, if there is one: nothing installs it. */
export function commandLine(): Tool {
    const version = versionOf("databricks", "--version");
    if (version === undefined) return { missing: "there is no databricks on PATH" };
    // The former command line, in Python, is another program of this name.
    if (!version.startsWith("Databricks CLI")) return { missing: "the one on PATH is the former one" };
    return { run: (environment, cwd, args) => runIn("databricks", { ...environment, HOME: cwd }, cwd, args) };
}

const TERRAFORM_PROVIDER = "terraform-provider-databricks";

/** Terraform, or OpenTofu, with Databricks' provider; both on PATH, because nothing installs them. */
export function terraform(): Tool {
    const program = ["terraform", "tofu"].find((one) => versionOf(one, "version") !== undefined);
    if (program === undefined) return { missing: "there is neither terraform nor tofu on PATH" };
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const provider = folders.find((one) => one !== "" && existsSync(join(one, TERRAFORM_PROVIDER)));
    if (provider === undefined) return { missing: `there is no ${TERRAFORM_PROVIDER} on PATH` };
    return {
        run: async (environment, cwd, args) => {
            const settings = join(cwd, "terraform.rc");
            const overrides = `dev_overrides { "databricks/databricks" = ${JSON.stringify(resolve(provider))} }`;
            writeFileSync(settings, `provider_installation {\n  ${overrides}\n  direct {}\n}\n`);
            return runIn(program, { ...environment, HOME: cwd, TF_CLI_CONFIG_FILE: settings }, cwd, args);
        },
    };
}

/** What a program says of its version; `undefined` if it is not on PATH. */
function versionOf(program: string, argument: string): string | undefined {
    try {
        return execFileSync(program, [argument], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
    } catch {
        return undefined;
    }
}

async function runIn(program: string, own: Readonly<Record<string, string>>, cwd: string, args: readonly string[]) {
    const env = { ...ownEnvironment(), ...own };
    const { stdout } = await promisify(execFile)(program, [...args], { env, cwd, timeout: 120_000 });
    return stdout;
}

/** Nothing of the machine's own settings for Databricks or AWS, which are those of a real account. */
function ownEnvironment(): Record<string, string | undefined> {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DATABRICKS|AWS|TF)_/.test(name)));
}

/** Says in one line that a client is missing; its tests are then not there, which counts neither as passed nor as failed. */
export function sayMissing(what: string, { missing }: { readonly missing: string }): void {
    console.log(`Not tried: ${what}, because ${missing}.`);
}

/** A KMS key for a workspace's notebooks, as `KEY_ARN` beside the cloud's environment. */
export function environmentOf(cloud: LocalCloud): Record<string, string> {
    const statement = { Effect: "Allow", Action: "kms:*", Resource: "*" };
    const principals = [`arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, "arn:aws:iam::414351767826:root"];
    const policy = { Version: "2012-10-17", Statement: [{ ...statement, Principal: { AWS: principals } }] };
    const caller = { principalArn: principals[0]!, region: "us-east-1" };
    const { KeyMetadata } = cloud.kms.call("CreateKey", { Policy: JSON.stringify(policy) }, caller);
    return { ...cloud.environment(), KEY_ARN: (KeyMetadata as { Arn: string }).Arn };
}

/** Runs something while no other process does: each test file has one of its own. */
function alone(run: () => void): void {
    mkdirSync(folder, { recursive: true });
    const lock = join(folder, "lock");
    for (const end = Date.now() + 300_000; ;) {
        try {
            mkdirSync(lock);
            break;
        } catch (error) {
            if (Date.now() > end) throw error;
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
        }
    }
    try {
        run();
    } finally {
        rmdirSync(lock);
    }
}

function install(target: string, packages: readonly string[]): void {
    const done = join(target, `installed-${packages.join("-").replaceAll("/", "-")}`);
    if (existsSync(done)) return;
    mkdirSync(target, { recursive: true });
    const args = ["install", "--prefix", target, "--no-save", "--no-audit", "--no-fund", ...packages];
    execFileSync("npm", args, { cwd: target, stdio: "pipe" });
    mkdirSync(done);
}

function runner(command: string, args: readonly string[]): Runner {
    return async (environment) => {
        const env = { ...ownEnvironment(), ...environment, HOME: dirname(folder) };
        const { stdout } = await promisify(execFile)(command, [...args], { env, cwd: root, timeout: 120_000 });
        return JSON.parse(stdout) as Record<string, unknown>;
    };
}

function sourceOf(script: string): string {
    return join(root, "test", "clients", script);
}

function reasonOf(error: unknown): string {
    const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    return text.trim().split("\n").at(-1) ?? "no reason given";
}
