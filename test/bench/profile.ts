import type { Profiler } from "node:inspector";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { Arm } from "./arms";
import type { BenchOptions } from "./options";
import { ourSelfTimes, type SelfTime, selfTimes } from "./self-time";

const root = resolve(__dirname, "../../..");
const SHOWN = 12;

/** Profiles an `up` of this package, and returns as text where the program's and the provider's process spent their time. */
export async function profileUp({ n, provisioning }: BenchOptions): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-profiles-"));
    const arm = await Arm.start("ours", n, { provisioningMilliseconds: provisioning * 1000 });
    try {
        const { seconds } = await arm.up({
            NODE_OPTIONS: `--require ${join(__dirname, "profile-hook.js")}`,
            PROFILE_FOLDER: folder,
        });
        const parts = readdirSync(folder).map((file) => {
            const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as Profiler.Profile;
            const of = file.startsWith("run-") ? "the program" : "the provider";
            const modules = selfTimes(profile, root);
            const busy = modules.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
            return [
                `${of}: busy for ${busy.toFixed(1)} s`,
                ...modules.slice(0, SHOWN).map(line),
                "of which ours, by file:",
                ...ourSelfTimes(profile, root).slice(0, SHOWN).map(line),
            ].join("\n");
        });
        if (parts.length !== 2) throw new Error(`Expected two profiles, found ${parts.length}.`);
        return [`up of ${n}, profiled: ${seconds.toFixed(1)} s`, ...parts].join("\n\n");
    } finally {
        await arm.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

function line({ module, ours, milliseconds, share }: SelfTime): string {
    return `${milliseconds.toFixed(0).padStart(8)} ms ${(share * 100).toFixed(1).padStart(5)} %  ${module}${ours ? "  ← ours" : ""}`;
}
