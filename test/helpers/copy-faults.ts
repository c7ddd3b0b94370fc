import { expect } from "chai";

import { migrateContent } from "../../provider/migration/migration";
import type { FaultTarget } from "../../local-cloud/faults";
import type { CopyScene } from "./copy-scene";
import { moveFaults } from "./move-faults";

/** A copy that is lived many times. */
export interface LivedCopy {
    /** Makes the scene anew, with what is copied in it. */
    begin(): Promise<CopyScene>;
    /** Looks at both sides once the copy is complete. */
    check(what: string): Promise<void>;
}

/** The copy is complete although, once with each kind of fault, two of the requests of each of these sorts have met it. */
export async function isWholeWithFaults(
    { begin, check }: LivedCopy,
    requests: readonly ((request: FaultTarget) => boolean)[],
): Promise<void> {
    for (const effect of moveFaults) {
        const scene = await begin();
        const stops = requests.map((when) => scene.cloud.inject({ when, times: 2, do: effect }));
        const report = await migrateContent(scene.options());
        for (const stop of stops) stop();
        const what = JSON.stringify(effect);
        expect(report, what).to.deep.include({ complete: true, findings: [] });
        await check(what);
    }
}

/** The copy is complete once it is run again after it was killed right before each of its writes; returns how many it has. */
export async function isWholeAfterKills({ begin, check }: LivedCopy): Promise<number> {
    for (let at = 0; ; at++) {
        const scene = await begin();
        scene.killedAt = at;
        const killed = await migrateContent(scene.options()).catch((error: unknown) => String(error));
        if (typeof killed !== "string") return at;
        expect(killed).to.contain("killed");
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        await check(`killed before write ${at}`);
    }
}
