import { expect } from "chai";

import { migrateContent } from "../../provider/migration/migration";
import type { CopyScene } from "./copy-scene";
import { moveFaults } from "./move-faults";

/** A copy that is lived many times. */
export interface LivedCopy {
    /** Makes the scene anew, with what is copied in it. */
    begin(): Promise<CopyScene>;
    /** Looks at both sides once the copy is complete. */
    check(what: string): Promise<void>;
}

/**
 * Tests that a copy is whole whatever goes wrong with these requests, by their paths, and wherever it is killed.
 *
 * @param atLeast it has more writes than this, before each of which it is killed.
 */
export function itIsWhole(lived: LivedCopy, paths: readonly RegExp[], atLeast: number): void {
    for (const effect of moveFaults)
        it(`are not lost or doubled, and nobody gains a right, if each sort of request meets ${JSON.stringify(effect)}`, async () => {
            const scene = await lived.begin();
            for (const path of paths)
                for (const isRead of [true, false])
                    scene.cloud.inject({
                        when: (request) => path.test(request.path) && (request.method === "GET") === isRead,
                        times: 2,
                        do: effect,
                    });
            expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            await lived.check("with faults");
        });

    it("are whole after a run that was killed before any of its writes, once it is run again", async () => {
        expect(await writesKilledAt(lived)).to.be.greaterThan(atLeast);
    });
}

/** Runs a copy again after it was killed right before each of its writes; returns how many it has. */
async function writesKilledAt({ begin, check }: LivedCopy): Promise<number> {
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
