import { expect } from "chai";

import { Pace } from "../../provider/client/pace";
import { SimulatedClock } from "./world";

/** A service that takes so many requests in any second, and refuses the others as Databricks does. */
class LimitedService {
    readonly taken: number[] = [];
    refusals = 0;
    constructor(
        private readonly clock: SimulatedClock,
        public perSecond: number,
        private readonly milliseconds = 20,
    ) {}
    async ask(): Promise<boolean> {
        await this.clock.sleep(this.milliseconds / 2);
        const now = this.clock.now();
        const takes = this.taken.filter((time) => time > now - 1000).length < this.perSecond;
        if (takes) this.taken.push(now);
        else this.refusals++;
        await this.clock.sleep(this.milliseconds / 2);
        return takes;
    }
}

describe("the pace of requests", () => {
    const clock = () => new SimulatedClock();

    async function request(pace: Pace, service: LimitedService, kind: "read" | "write", pause = 1000): Promise<void> {
        for (;;) {
            const turn = await pace.turn(kind);
            if (await service.ask()) return pace.answered();
            pace.refused(turn, pause);
        }
    }
    const many = (count: number) => Array.from({ length: count });

    it("holds nothing back while the service refuses nothing, but the bursts", async () => {
        const time = clock();
        const service = new LimitedService(time, Number.POSITIVE_INFINITY);
        const pace = new Pace(time);
        const began = time.now();
        await Promise.all(many(640).map(() => request(pace, service, "write")));
        expect(time.now() - began).to.equal(10 * 20);
    });

    for (const perSecond of [1, 10, 50]) {
        it(`sends 1,000 writes at nine tenths or more of a limit of ${perSecond} a second`, async () => {
            const time = clock();
            const service = new LimitedService(time, perSecond);
            const pace = new Pace(time);
            const began = time.now();
            await Promise.all(many(1000).map(() => request(pace, service, "write")));
            expect(service.taken).to.have.length(1000);
            const rate = 1000 / ((time.now() - began) / 1000);
            expect(rate / perSecond).to.be.within(0.9, 1.1);
            // Asking in vain loads the service: it stays a small part.
            expect(service.refusals).to.be.below(250);
        });
    }

    it("lets a read pass a thousand writes that wait", async () => {
        const time = clock();
        const service = new LimitedService(time, 10);
        const pace = new Pace(time);
        const writes = many(1000).map(() => request(pace, service, "write"));
        await time.sleep(10_000);
        const asked = time.now();
        await request(pace, service, "read");
        expect(time.now() - asked).to.be.below(2_500);
        await Promise.all(writes);
    });

    it("lets a read pass where the writes that are on their way find no answer", async () => {
        const pace = new Pace(clock());
        const turns = many(200).map(() => pace.turn("write"));
        await Promise.all(turns.slice(0, 64));
        expect(await Promise.race([turns[64], pace.turn("read").then(() => "read")])).to.equal("read");
    });

    it("finds back to speed when the limit was somebody else's doing", async () => {
        const time = clock();
        const service = new LimitedService(time, 1);
        const pace = new Pace(time);
        const writes = many(1500).map(() => request(pace, service, "write"));
        await time.sleep(20_000);
        service.perSecond = 20;
        const before = service.taken.length;
        await time.sleep(60_000);
        expect(service.taken.length - before).to.be.above(500);
        await Promise.all(writes);
    });

    it("sends nothing before the pause that the service asked for is over", async () => {
        const time = clock();
        const pace = new Pace(time);
        pace.refused(await pace.turn("read"), 7_000);
        const refused = time.now();
        const turn = await pace.turn("read");
        expect(turn.sent - refused).to.equal(7_000);
        pace.answered();
    });

    it("takes no more turns for a request that found no answer", async () => {
        const pace = new Pace(clock());
        for (let count = 0; count < 200; count++) {
            await pace.turn("write");
            pace.lost();
        }
    });
});
