// @ts-check
// Child processes of `npm start` and `npm test`. Each is started so that it can be ended together with all processes that it
// starts itself, and so that Ctrl-C leaves no process and no temporary folder behind.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** An error whose message says what is wrong and what to do. It is shown without a stack trace. */
export class Problem extends Error {
    name = "Problem";
}

/** @typedef {{code: number, stdout: string, stderr: string}} Finished */
/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment; default: this process's
 * @property {boolean} [show] whether its output goes to the terminal instead of into the result
 * @property {string} [input] its standard input
 * @property {number} [timeout] in milliseconds; after it the command is ended and its code is 124
 */

/** @type {Set<Tree>} */
const running = new Set();
/** @type {Set<string>} */
const folders = new Set();
let ending = false;

/**
 * Runs a command to its end. A command that cannot be started ends with code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Finished>}
 */
export async function run(command, args, { cwd, env, show = false, input, timeout } = {}) {
    // After Ctrl-C nothing more is started: the clean-up ends this process.
    if (ending) return new Promise(() => {});
    const output = show ? "inherit" : "pipe";
    // In a session of its own (`detached`) and without a terminal to read from, so Ctrl-C reaches only this process, which
    // forwards it.
    const child = spawn(command, args, {
        cwd,
        env,
        detached: true,
        stdio: [input === undefined ? "ignore" : "pipe", output, output],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.stdin?.on("error", () => {}).end(input);
    /** @type {Promise<{code: number}>} */
    const exited = new Promise((resolve) => {
        child.once("error", (error) => {
            stderr += error.message;
            resolve({ code: 127 });
        });
        child.once("exit", (code) => resolve({ code: code ?? 1 }));
    });
    if (child.pid === undefined) return { ...(await exited), stdout, stderr };

    const tree = new Tree(child.pid, exited);
    running.add(tree);
    let timedOut = false;
    const timer =
        timeout === undefined
            ? undefined
            : setTimeout(() => {
                  timedOut = true;
                  void tree.end();
              }, timeout);
    const { code } = await exited;
    clearTimeout(timer);
    tree.kill();
    if (!show) await drained(child);
    if (ending) return new Promise(() => {});
    running.delete(tree);
    return { code: timedOut ? 124 : code, stdout, stderr };
}

/** @param {import("node:child_process").ChildProcess} child */
async function drained(child) {
    for (const stream of [child.stdout, child.stderr]) {
        if (stream && !stream.closed) await new Promise((resolve) => stream.once("close", resolve));
    }
}

/**
 * Makes an empty folder, which is removed when this process ends.
 * @param {string} prefix
 * @param {string} [parent]
 */
export function temporaryFolder(prefix, parent = tmpdir()) {
    const folder = mkdtempSync(join(parent, prefix));
    folders.add(folder);
    return folder;
}

/** Ends every process that still runs and removes the temporary folders. */
export async function cleanUp() {
    ending = true;
    await Promise.all([...running].map((tree) => tree.end()));
    removeFolders();
}

/**
 * Makes Ctrl-C, a kill, a closed terminal and a closed output pipe end this process only after a clean-up.
 * @param {() => void} [last] called after the clean-up
 */
export function cleanUpOnSignals(last) {
    /** @param {number} code */
    const stop = async (code) => {
        // npm forwards a Ctrl-C that the terminal has already sent, so it may arrive twice. The second one is ignored.
        if (ending) return;
        ending = true;
        try {
            console.error("\nStopping ...");
            await cleanUp();
            last?.();
        } finally {
            process.exit(code);
        }
    };
    // The exit codes are those of shells.
    for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
        process.on(signal, () => void stop(code));
    }
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => void stop(1));
}

// Runs however this process ends, unless it is killed with SIGKILL.
process.on("exit", () => {
    for (const tree of running) tree.kill();
    removeFolders();
});

function removeFolders() {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * A command and all processes that it started. The engine puts its plugins into process groups of their own, so a process group
 * does not contain them all.
 */
class Tree {
    /** @type {Map<number, string>} process ids and start times; the time tells a process from a later one with the same id */
    #seen = new Map();

    /**
     * @param {number} root
     * @param {Promise<unknown>} exited
     */
    constructor(root, exited) {
        this.root = root;
        this.exited = exited;
    }

    /** Asks the command to stop, as Ctrl-C does. Twice, because after the first the engine finishes its running operations. */
    async end() {
        let over = false;
        void this.exited.then(() => (over = true));
        for (const [signal, patience] of /** @type {const} */ ([
            ["SIGINT", 3000],
            ["SIGINT", 2000],
        ])) {
            this.#look();
            send(-this.root, signal);
            for (const end = Date.now() + patience; !over && Date.now() < end;) {
                await delay(50);
                this.#look();
            }
        }
        this.kill();
    }

    /** Kills the processes that are left. */
    kill() {
        for (const { pid } of this.#look()) send(pid, "SIGKILL");
    }

    /** Returns its processes that are alive now. */
    #look() {
        const all = processes();
        const ours = all.filter(
            ({ pid, session, born }) => pid === this.root || session === this.root || this.#seen.get(pid) === born,
        );
        const pids = new Set(ours.map(({ pid }) => pid));
        for (let found = true; found;) {
            found = false;
            for (const process of all) {
                if (pids.has(process.pid) || !pids.has(process.parent)) continue;
                found = true;
                pids.add(process.pid);
                ours.push(process);
            }
        }
        for (const { pid, born } of ours) this.#seen.set(pid, born);
        return ours;
    }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function send(pid, signal) {
    try {
        process.kill(pid, signal);
    } catch {
        // It has already ended.
    }
}

/**
 * Lists the processes of this machine that are alive. On Linux with their session, which a process keeps when its parent ends.
 * @returns {{pid: number, parent: number, session: number | undefined, born: string}[]}
 */
function processes() {
    if (process.platform === "linux") {
        return readdirSync("/proc")
            .filter((name) => /^\d+$/.test(name))
            .flatMap((name) => {
                try {
                    // "pid (name) state parent group session ... start time": the name may contain spaces and brackets.
                    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
                    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
                    const [state, parent, , session] = fields;
                    if (state === "Z" || state === "X") return [];
                    return {
                        pid: Number(name),
                        parent: Number(parent),
                        session: Number(session),
                        born: fields[19] ?? "",
                    };
                } catch {
                    return [];
                }
            });
    }
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,lstart="], { encoding: "utf8" });
    return (stdout ?? "").split("\n").flatMap((line) => {
        const [, pid, parent, born] = /^\s*(\d+)\s+(\d+)\s+(.*?)\s*$/.exec(line) ?? [];
        return born ? { pid: Number(pid), parent: Number(parent), session: undefined, born } : [];
    });
}
