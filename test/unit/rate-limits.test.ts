import { expect } from "chai";

import { endpointOf, RateLimits } from "../../provider/api/rate-limits";
import { SimulatedClock } from "../helpers/environment";

/** Numbers from 0 to 1, always the same for a seed. */
function seeded(seed: number): () => number {
    let state = seed;
    return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What a service counts together, and how many of it it accepts in a second. */
type Limits = (endpoint: string) => { readonly counter: string; readonly perSecond: number };

const forEach: Limits = (endpoint) => ({ counter: endpoint, perSecond: { export: 60, import: 30 }[endpoint] ?? 100 });
const forAll: Limits = () => ({ counter: "all", perSecond: 30 });

/** Sends, many at a time, what a copy sends for each notebook; how long it took, in seconds. */
async function copy(notebooks: number, limits: Limits) {
    const clock = new SimulatedClock();
    const limiters = new RateLimits(clock, () => undefined);
    const taken = new Map<string, number[]>();
    let throttled = 0;
    const isTaken = (endpoint: string) => {
        const { counter, perSecond } = limits(endpoint);
        const recent = (taken.get(counter) ?? []).filter((time) => time > clock.now() - 1000);
        taken.set(counter, recent);
        if (recent.length >= perSecond) return false;
        recent.push(clock.now());
        return true;
    };
    const send = async (endpoint: string) => {
        for (;;) {
            const limiter = limiters.of(endpoint);
            const permit = await limiter.acquire("read");
            await clock.sleep(15 + random() * 10);
            if (isTaken(endpoint)) return limiter.onAccepted();
            throttled++;
            limiter.onThrottled(permit, 1000);
        }
    };
    const random = seeded(1);
    let left = notebooks;
    const began = clock.now();
    const worker = async () => {
        while (left-- > 0) for (const endpoint of ["export", "import", "export", "permissions"]) await send(endpoint);
    };
    await Promise.all(Array.from({ length: 24 }, worker));
    return {
        seconds: (clock.now() - began) / 1000,
        throttled,
        endpoints: new Set(["export", "import"].map((one) => limiters.of(one))).size,
    };
}

describe("the rate limits of a host", () => {
    it("are learned for each endpoint: each is used as far as the service accepts its requests", async () => {
        const { seconds, throttled, endpoints } = await copy(1_500, forEach);
        expect(endpoints).to.equal(2);
        // Two exports and one import each: 50 s at best.
        expect(seconds).to.be.lessThan(56);
        expect(throttled).to.be.lessThan(450);
    });

    it("become one if the service counts all requests together", async () => {
        const { seconds, throttled, endpoints } = await copy(1_500, forAll);
        expect(endpoints).to.equal(1);
        // Four requests each: 200 s at best.
        expect(seconds).to.be.lessThan(222);
        expect(throttled).to.be.lessThan(600);
    });

    it("are those of endpoints, whichever object a request is about", () => {
        expect(endpointOf("GET", "/api/2.0/workspace/export?path=%2Fa%2Fb&format=DBC")).to.equal(
            "reads of workspace/export",
        );
        expect(endpointOf("PUT", "/api/2.0/permissions/notebooks/12")).to.equal("writes of permissions/notebooks");
        expect(endpointOf("GET", "/api/2.0/repos/1")).to.equal(endpointOf("GET", "/api/2.0/repos/2"));
        expect(endpointOf("GET", "/api/2.0/lakeview/dashboards/0a1b/published")).to.equal(
            "reads of lakeview/dashboards",
        );
        expect(endpointOf("GET", "/oidc/v1/x")).to.equal("reads of others");
    });
});
