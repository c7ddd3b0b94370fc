import { expect } from "chai";

import { Poller } from "../../provider/api/poller";
import { SimulatedClock } from "../helpers/environment";

/** A collection whose workspaces are RUNNING some time after they were made. */
function service(clock: SimulatedClock, provisioning: (index: number) => number) {
    const ready = new Map<string, number>();
    let looks = 0;
    return {
        get looks() {
            return looks;
        },
        ready,
        make(): string {
            const id = String(ready.size);
            ready.set(id, clock.now() + provisioning(ready.size));
            return id;
        },
        async getMany(ids: readonly string[]) {
            if (ids.length > 0) looks++;
            const now = clock.now();
            return new Map(ids.map((id) => [id, { running: (ready.get(id) ?? 0) <= now }]));
        },
    };
}

/** Makes workspaces one after the other and tells how late each was noticed, and how many looks that took. */
async function run(count: number, everyMilliseconds: number, provisioning: (index: number) => number) {
    const clock = new SimulatedClock();
    const cloud = service(clock, provisioning);
    const watch = new Poller(cloud, clock);
    const waits: Promise<number>[] = [];
    for (let index = 0; index < count; index++) {
        const id = cloud.make();
        const wait = watch.waitFor(
            id,
            "provisioning",
            3_600_000,
            (answer) => (answer?.["running"] === true ? { result: clock.now() } : undefined),
            () => new Error("late"),
        );
        waits.push(wait.then((noticed) => noticed - (cloud.ready.get(id) ?? 0)));
        if (everyMilliseconds > 0) await clock.sleep(everyMilliseconds);
    }
    const late = (await Promise.all(waits)).sort((one, other) => one - other);
    return { looks: cloud.looks, median: late[Math.floor(late.length / 2)] ?? 0, worst: late.at(-1) ?? 0 };
}

describe("waiting for workspaces", () => {
    for (const seconds of [30, 120, 600]) {
        for (const [count, every] of [
            [1, 0],
            [10, 60],
            [100, 40],
            [300, 40],
        ] as const) {
            it(`notices ${count} of ${seconds} s within a twentieth of that (median) and a tenth (worst), never after more than 10 s`, async () => {
                const { median, worst } = await run(count, every, () => seconds * 1000);
                expect(median, "median").to.be.at.most(seconds * 50);
                expect(worst, "worst").to.be.at.most(Math.min(seconds * 100, 10_000));
            });
        }
    }

    it("notices what takes 1 to 20 s after at most half a second and a quarter of that time", async () => {
        for (const seconds of [1, 2, 3, 5, 8, 12, 20]) {
            const { worst } = await run(1, 0, () => seconds * 1000);
            expect(worst, `${seconds} s`).to.be.at.most(500 + seconds * 250);
        }
    });

    for (const [count, every, most] of [
        [10, 60, 20],
        [100, 1, 17],
        [100, 40, 17],
        [1000, 1, 17],
        [1000, 65, 17],
    ] as const) {
        // Eight more calls are a token, four lists and three writes: 25 together.
        it(`polls at most ${most} times for ${count} workspaces that take 27 to 30 s, one every ${every} ms`, async () => {
            const { looks, worst } = await run(count, every, (index) => 27_000 + ((index * 7_919) % 301) * 10);
            expect(looks).to.be.at.most(most);
            expect(worst).to.be.at.most(10_000);
        });
    }

    it("polls at most 160 times in 20 minutes", async () => {
        expect((await run(1, 0, () => 1_200_000)).looks).to.be.at.most(160);
        expect((await run(100, 100, () => 1_200_000)).looks).to.be.at.most(160);
    });

    it("notices nobody after more than 10 s where all take different times", async () => {
        const { worst, looks } = await run(200, 100, (index) => 30_000 + ((index * 7_919) % 300) * 1000);
        expect(worst).to.be.at.most(10_000);
        expect(looks).to.be.at.most(120);
    });

    it("fails all who wait when a look fails, and starts again for the next", async () => {
        const clock = new SimulatedClock();
        let fails = true;
        const watch = new Poller(
            {
                async getMany(ids: readonly string[]) {
                    if (fails) throw new Error("the API is down");
                    return new Map(ids.map((id) => [id, { running: true }]));
                },
            },
            clock,
        );
        const wait = (id: string) =>
            watch.waitFor(
                id,
                "provisioning",
                60_000,
                (answer) => (answer === undefined ? undefined : { result: "seen" }),
                () => new Error("late"),
            );
        const both = await Promise.allSettled([wait("1"), wait("2")]);
        expect(both.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
        fails = false;
        expect(await wait("3")).to.equal("seen");
    });

    it("ends a wait at its time, to the second, and leaves the others waiting", async () => {
        const clock = new SimulatedClock();
        const cloud = service(clock, () => 60_000);
        const watch = new Poller(cloud, clock);
        const began = clock.now();
        const wait = (timeout: number) =>
            watch.waitFor(
                cloud.make(),
                "provisioning",
                timeout,
                (answer) => (answer?.["running"] === true ? { result: "running" } : undefined),
                () => new Error(`late after ${clock.now() - began}`),
            );
        const [short, long] = await Promise.allSettled([wait(20_500), wait(100_000)]);
        expect(short.status === "rejected" && String(short.reason)).to.equal("Error: late after 20500");
        expect(long.status === "fulfilled" && long.value).to.equal("running");
    });

    it("fails one wait alone whose error cannot be made", async () => {
        const clock = new SimulatedClock();
        const watch = new Poller(
            service(clock, () => 60_000),
            clock,
        );
        const broken = watch.waitFor(
            "1",
            "provisioning",
            1_000,
            () => undefined,
            () => {
                throw new Error("not made");
            },
        );
        const other = watch.waitFor(
            "2",
            "provisioning",
            5_000,
            () => undefined,
            () => new Error("late"),
        );
        const ended = await Promise.allSettled([broken, other]);
        expect(ended.map((one) => one.status === "rejected" && String(one.reason))).to.deep.equal([
            "Error: not made",
            "Error: late",
        ]);
    });
});
