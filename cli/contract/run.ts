import { secretsOf } from "../../provider/api/auth-method";
import { isLoopback } from "../../provider/api/host";
import { partitionOfHost } from "../../provider/contract/partitions";
import { messageOf } from "../../provider/util/error-message";
import { isKnown } from "./known";
import { type CheckResult, type ContractReport, scrubbed } from "./report";
import { type Check, type Level, levels, NotTried } from "./row";
import { checks } from "./rows";
import { type Given, PREFIX, Scene, type SceneOptions } from "./scene";

/** What a run of the contract needs. */
export interface ContractOptions extends SceneOptions {
    readonly level: Level;
    /** The version of this package. */
    readonly version: string;
    /** Told what is done. */
    readonly onProgress: (line: string) => void;
}

/**
 * Asks the service what the checks of a level ask, and deletes whatever was made for it. Never rejects: what could not be asked
 * is a check that was not tried, and what could not be deleted is in the report.
 */
export async function runContract(options: ContractOptions): Promise<ContractReport> {
    const { clock, level, version, onProgress, credential } = options;
    const scene = new Scene(options);
    const startedAt = timeOf(clock.now());
    const results: CheckResult[] = [];
    for (const check of checks) {
        const why = reasonNotTo(check, options);
        if (why === undefined) onProgress(`${results.length + 1}/${checks.length} ${check.id}`);
        results.push(await resultOf(check, scene, why));
    }
    if (level !== "read") onProgress("Deleting what was made.");
    const left = await scene.created.deleteAll();
    const others = await scene.created.ofOthers(PREFIX).catch(() => []);
    if (others.length > 0)
        onProgress(`Another run has not deleted yet, or was killed before it could: ${others.join(", ")}`);
    const { hostname } = new URL(credential.host);
    const own = [credential.accountId, ...secretsOf(credential.as), hostname, scene.prefix, ...named(options.given)];
    const clean = (text: string) => scrubbed(text, own);
    return {
        version,
        service: isLoopback(hostname) ? "local" : (partitionOfHost(hostname) ?? "aws"),
        level,
        startedAt,
        finishedAt: timeOf(clock.now()),
        results: results.map((result) => ({
            ...result,
            ...(typeof result.found === "string" ? { found: clean(result.found) } : {}),
            ...(result.why === undefined ? {} : { why: clean(result.why) }),
        })),
        left: left.map((line) => clean(line.replaceAll(scene.prefix, "this run's prefix"))),
    };
}

async function resultOf(check: Check, scene: Scene, why: string | undefined): Promise<CheckResult> {
    const { id, level, expected, states } = check;
    const about = { id, level, expected };
    if (why !== undefined) return { ...about, outcome: "not tried", why };
    try {
        const found = await check.see(scene);
        if (found === expected) return { ...about, outcome: "agrees", found };
        const behavior = states !== undefined && isKnown(states, found) ? { behavior: states } : {};
        return { ...about, outcome: "differs", found, ...behavior };
    } catch (error) {
        const reason = error instanceof NotTried ? error.message : `no answer that can be used: ${messageOf(error)}`;
        return { ...about, outcome: "not tried", why: reason };
    }
}

/** Why a check is left out of this run. */
function reasonNotTo({ level, needs }: Check, { level: asked, given, signal }: ContractOptions): string | undefined {
    if (levels.indexOf(level) > levels.indexOf(asked)) return `it needs --level ${level}`;
    const hasRole = given.role !== undefined && given.bucket !== undefined;
    if (needs === "role and bucket" && !hasRole) return "it needs --role and --bucket";
    if (needs === "key" && given.keys.length === 0) return "it needs --key";
    if (needs === "two keys" && given.keys.length < 2) return "it needs --key twice";
    return signal.aborted ? "it was stopped" : undefined;
}

function named({ role, bucket, keys, network }: Given): string[] {
    const ids = network === undefined ? [] : Object.values(network).flat();
    return [role ?? "", bucket ?? "", ...keys, ...ids];
}

function timeOf(milliseconds: number): string {
    return new Date(milliseconds).toISOString();
}
