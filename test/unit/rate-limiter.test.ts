import { expect } from "chai";

import { RateLimiter } from "../../provider/api/rate-limiter";
import { SimulatedClock } from "../helpers/environment";

/** A service that takes so many requests in any second, and refuses the others as Databricks does. */
class LimitedService {
    readonly taken: number[] = [];
    refusals = 0;
    constructor(
        private readonly clock: SimulatedClock,
        public perSecond: number,
        private readonly milliseconds = 20,
        /** How much longer a request is on its way there, in milliseconds. */
        private readonly delay: () => number = () => 0,
    ) {}
    async ask(): Promise<boolean> {
        await this.clock.sleep(this.milliseconds / 2 + this.delay());
        const now = this.clock.now();
        const takes = this.taken.filter((time) => time > now - 1000).length < this.perSecond;
        if (takes) this.taken.push(now);
        else this.refusals++;
        await this.clock.sleep(this.milliseconds / 2);
        return takes;
    }
}

describe("the rate limiter", () => {
    const clock = () => new SimulatedClock();

    async function request(
        pace: RateLimiter,
        service: LimitedService,
        kind: "read" | "write",
        pause = 1000,
    ): Promise<void> {
        for (;;) {
            const turn = await pace.acquire(kind);
            if (await service.ask()) return pace.onAccepted();
            pace.onThrottled(turn, pause);
        }
    }
    const many = (count: number) => Array.from({ length: count });

    it("says what is waited for: how many requests, and at what rate they are sent, every 10 s after the first 5", async () => {
        const time = clock();
        const began = time.now();
        const told: [number, string][] = [];
        const pace = new RateLimiter(time, (line) => void told.push([time.now() - began, line]));
        const service = new LimitedService(time, 10);
        await Promise.all(many(400).map(() => request(pace, service, "write")));
        expect(told.length).to.be.within(3, 5);
        for (const [, line] of told)
            expect(line).to.match(/^Databricks limits the rate of requests: \d+ waiting, \d+ sent a second$/);
        const times = told.map(([at]) => at);
        expect(times[0]).to.be.within(4_000, 6_500);
        times.slice(1).forEach((at, index) => expect(at - (times[index] ?? 0)).to.be.at.least(10_000));
    });

    it("says at once until when a long pause lasts that the service asks for, and nothing of a short one", async () => {
        const time = clock();
        const told: string[] = [];
        const pace = new RateLimiter(time, (line) => void told.push(line));
        for (const asked of [1_000, 60_000]) {
            pace.onThrottled(await pace.acquire("read"), asked);
            const again = pace.acquire("read");
            if (asked === 1_000) expect(told).to.deep.equal([]);
            else expect(told).to.have.lengthOf(1);
            await again;
            pace.onAccepted();
        }
        expect(told[0]).to.match(/: 1 waiting, 1 sent a second, from \d\d:\d\d:\d\d on$/);
    });

    it("limits only bursts while the service throttles nothing", async () => {
        const time = clock();
        const service = new LimitedService(time, Number.POSITIVE_INFINITY);
        const pace = new RateLimiter(time);
        const began = time.now();
        await Promise.all(many(640).map(() => request(pace, service, "write")));
        expect(time.now() - began).to.equal(10 * 20);
    });

    for (const perSecond of [1, 10, 50]) {
        it(`sends 1,000 writes at nine tenths or more of a limit of ${perSecond} a second`, async () => {
            const time = clock();
            const service = new LimitedService(time, perSecond);
            const pace = new RateLimiter(time);
            const began = time.now();
            await Promise.all(many(1000).map(() => request(pace, service, "write")));
            expect(service.taken).to.have.length(1000);
            const rate = 1000 / ((time.now() - began) / 1000);
            expect(rate / perSecond).to.be.within(0.9, 1.1);
            // Asking in vain loads the service: it stays a small part.
            expect(service.refusals).to.be.below(250);
        });
    }

    for (const seed of [1, 2, 3, 4, 5]) {
        it(`sends 1,000 writes at nine tenths or more of the limit where some requests are delayed (seed ${seed})`, async () => {
            const time = clock();
            let chance = seed;
            const service = new LimitedService(time, 10, 20, () => {
                chance = (chance * 48271) % 2147483647;
                const drawn = chance / 2147483647;
                return drawn < 0.9 ? drawn * 40 : (drawn - 0.9) * 2_000;
            });
            const pace = new RateLimiter(time);
            const began = time.now();
            await Promise.all(many(1000).map(() => request(pace, service, "write")));
            expect(1000 / ((time.now() - began) / 1000)).to.be.within(9, 11);
            expect(service.refusals).to.be.below(250);
        });
    }

    for (const seed of [1, 2, 3, 4, 5]) {
        it(`uses eight tenths or more of one limit from ten programs that know nothing of each other (seed ${seed})`, async () => {
            let chance = seed;
            const random = () => (chance = (chance * 48271) % 2147483647) / 2147483647;
            const time = clock();
            time.random = random;
            const service = new LimitedService(time, 10, 20, () => random() * 40);
            const began = time.now();
            const program = async (index: number) => {
                await time.sleep(index * 100);
                const pace = new RateLimiter(time);
                await Promise.all(many(100).map(() => request(pace, service, "write")));
            };
            await Promise.all(many(10).map((_, index) => program(index)));
            expect(service.taken).to.have.length(1000);
            expect(1000 / ((time.now() - began) / 1000)).to.be.at.least(8);
        });
    }

    it("sends a read before a thousand queued writes", async () => {
        const time = clock();
        const service = new LimitedService(time, 10);
        const pace = new RateLimiter(time);
        const writes = many(1000).map(() => request(pace, service, "write"));
        await time.sleep(10_000);
        const asked = time.now();
        await request(pace, service, "read");
        expect(time.now() - asked).to.be.below(2_500);
        await Promise.all(writes);
    });

    it("sends a read while the writes in flight get no response", async () => {
        const pace = new RateLimiter(clock());
        const turns = many(200).map(() => pace.acquire("write"));
        await Promise.all(turns.slice(0, 64));
        expect(await Promise.race([turns[64], pace.acquire("read").then(() => "read")])).to.equal("read");
    });

    /** What a service took and refused in a time after its limit changed, while many writes waited. */
    async function afterChange(limits: readonly [number, number], count: number, before: number, after: number) {
        const time = clock();
        const service = new LimitedService(time, limits[0]);
        const pace = new RateLimiter(time);
        const writes = many(count).map(() => request(pace, service, "write"));
        await time.sleep(before);
        service.perSecond = limits[1];
        const then = { taken: service.taken.length, refusals: service.refusals };
        await time.sleep(after);
        const result = { taken: service.taken.length - then.taken, refusals: service.refusals - then.refusals };
        await Promise.all(writes);
        return result;
    }

    it("recovers its rate when another client had used up the limit", async () => {
        expect((await afterChange([1, 20], 1500, 20_000, 60_000)).taken).to.be.above(500);
    });

    it("follows a limit that falls, with few throttled requests", async () => {
        const { taken, refusals } = await afterChange([50, 5], 1000, 10_000, 20_000);
        expect(taken).to.be.above(80);
        expect(refusals).to.be.below(150);
    });

    it("sends nothing before the end of a Retry-After", async () => {
        const time = clock();
        const pace = new RateLimiter(time);
        pace.onThrottled(await pace.acquire("read"), 7_000);
        const refused = time.now();
        const turn = await pace.acquire("read");
        expect(turn.sent - refused).to.equal(7_000);
        pace.onAccepted();
    });

    it("pauses longer each time while the service accepts nothing, and briefly again once it does", async () => {
        const pace = new RateLimiter(clock());
        const refusals = async (count: number) => {
            const pauses: number[] = [];
            for (let index = 0; index < count; index++)
                pauses.push(pace.onThrottled(await pace.acquire("write")).pause);
            return pauses;
        };
        expect(await refusals(8)).to.deep.equal([375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
        await pace.acquire("write");
        pace.onAccepted();
        expect(await refusals(2)).to.deep.equal([375, 750]);
    });

    it("does not count a request without a response against the limit", async () => {
        const pace = new RateLimiter(clock());
        for (let count = 0; count < 200; count++) {
            await pace.acquire("write");
            pace.onNoResponse();
        }
    });
});
