import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { type Clock, systemClock } from "../../provider/api/clock";
import { Collection } from "../../provider/api/collection";
import { credentialsObject } from "../../provider/objects/credentials";
import { readSettings } from "../../provider/runtime/settings";
import { LocalCloud, type LocalCloudOptions } from "../../local-cloud";
import { FakeClock } from "../helpers/environment";

describe("a collection of the account", () => {
    let cloud: LocalCloud;
    let collection: Collection;
    const begin = async (options: LocalCloudOptions = {}, clock: Clock = systemClock, retryTimeout = 5) => {
        cloud = await LocalCloud.start(options);
        const credential = {
            host: cloud.host,
            accountId: cloud.accountId,
            as: { authType: "pat" as const, token: cloud.token },
        };
        const client = new AccountClient(
            credential,
            readSettings((key) => (key === "databricks:retryTimeoutSeconds" ? String(retryTimeout) : undefined)),
            clock,
        );
        collection = new Collection(credentialsObject, client, cloud.accountId, clock);
    };
    afterEach(() => cloud.stop());

    const body = (name: string) => ({
        credentials_name: name,
        aws_credentials: { sts_role: { role_arn: `arn:aws:iam::123456789012:role/${name}` } },
    });
    const make = async (count: number) => {
        const made: string[] = [];
        for (let index = 0; index < count; index++) {
            made.push(String((await cloud.account.create("credentials", body(`c${index}`)))["credentials_id"]));
        }
        return made;
    };
    const counts = () => ({
        lists: cloud.requests.filter(({ method, path }) => method === "GET" && path.endsWith("/credentials")).length,
        gets: cloud.requests.filter(({ method, path }) => method === "GET" && /\/credentials\/./.test(path)).length,
    });

    it("reads one object by itself, and many that come together by one list", async () => {
        await begin();
        const [one = "", ...more] = await make(20);
        expect((await collection.read(one))?.["credentials_name"]).to.equal("c0");
        expect(counts()).to.deep.equal({ lists: 0, gets: 1 });
        const answers = await Promise.all(more.map((id) => collection.read(id)));
        expect(answers.map((answer) => answer?.["credentials_id"])).to.deep.equal(more);
        expect(counts()).to.deep.equal({ lists: 1, gets: 1 });
    });

    it("reads many that come one after the other by one list as well", async () => {
        await begin();
        for (const id of await make(20)) await collection.read(id);
        expect(counts()).to.deep.equal({ lists: 1, gets: 1 });
    });

    it("reads by the list that is under way what is asked for meanwhile", async () => {
        await begin();
        const ids = await make(20);
        cloud.inject({ when: () => true, times: 1, do: { kind: "delay", milliseconds: 60 } });
        const early = ids.slice(0, 10).map((id) => collection.read(id));
        await new Promise((wake) => setTimeout(wake, 20));
        const answers = await Promise.all([...early, ...ids.slice(10).map((id) => collection.read(id))]);
        expect(answers.map((answer) => answer?.["credentials_id"])).to.deep.equal(ids);
        expect(counts()).to.deep.equal({ lists: 1, gets: 0 });
    });

    it("sees in a read after a write what was written", async () => {
        await begin();
        const [first = "", second = ""] = await make(2);
        await Promise.all([collection.read(first), collection.read(second)]);
        await collection.delete(first);
        expect(await collection.read(first)).to.equal(undefined);
        expect((await collection.read(second))?.["credentials_id"]).to.equal(second);
        const made = await collection.create(body("new"));
        expect((await collection.read(String(made["credentials_id"])))?.["credentials_name"]).to.equal("new");
    });

    it("never answers with a list that was asked for before a write had ended", async () => {
        await begin();
        const [first = ""] = await make(2);
        cloud.inject({ when: ({ method }) => method === "DELETE", do: { kind: "delay", milliseconds: 60 } });
        const deletion = collection.delete(first);
        await collection.list();
        await deletion;
        expect(await collection.read(first)).to.equal(undefined);
    });

    it("shares one list among all who ask while another is under way, and never one that began before they asked", async () => {
        await begin();
        await make(1);
        cloud.inject({ when: () => true, times: 1, do: { kind: "delay", milliseconds: 60 } });
        const early = collection.list();
        await new Promise((wake) => setTimeout(wake, 20));
        await cloud.account.create("credentials", body("late"));
        const late = await Promise.all([collection.list(), collection.list(), collection.list()]);
        await early;
        expect(counts().lists).to.equal(2);
        for (const answers of late) {
            expect([...answers.values()].map((one) => one["credentials_name"])).to.include("late");
        }
    });

    it("reads one by one where the list fails", async () => {
        await begin();
        const ids = await make(3);
        cloud.inject({
            when: ({ path }) => path.endsWith("/credentials"),
            do: { kind: "body", body: "<html>", contentType: "text/html" },
        });
        const answers = await collection.getMany(ids);
        expect([...answers.values()].map((answer) => answer?.["credentials_name"])).to.deep.equal(["c0", "c1", "c2"]);
        expect(counts()).to.deep.equal({ lists: 1, gets: 3 });
    });

    it("does not wait for a list that fails again and again, however many read", async () => {
        const clock = new FakeClock();
        await begin({}, clock);
        const ids = await make(6);
        cloud.inject({ when: ({ path }) => path.endsWith("/credentials"), do: { kind: "status", status: 503 } });
        const began = clock.now();
        for (const some of [ids.slice(0, 3), ids.slice(3)]) {
            const answers = await Promise.all(some.map((id) => collection.read(id)));
            expect(answers.map((answer) => answer?.["credentials_id"])).to.deep.equal(some);
        }
        expect((await collection.getMany(ids)).size).to.equal(6);
        expect(clock.now() - began).to.be.at.most(5_100);
        await clock.sleep(60_000);
        const { lists } = counts();
        await collection.getMany(ids);
        expect(counts().lists).to.be.above(lists);
    });

    it("waits an outage out once, not for the list and then for each object again", async () => {
        const clock = new FakeClock();
        await begin({}, clock);
        const ids = await make(3);
        cloud.inject({ when: () => true, do: { kind: "status", status: 503 } });
        for (const read of [
            () => collection.getMany(ids),
            () => Promise.all([collection.list(), ...ids.map((id) => collection.read(id))]),
        ]) {
            const began = clock.now();
            expect(await read().catch((error: Error) => error.message)).to.contain("HTTP 503");
            expect(clock.now() - began).to.be.at.most(5_100);
        }
    });

    it("asks for one object at a time in an account of a thousand, however often others were written in between", async () => {
        await begin();
        const [first = "", ...others] = await make(1001);
        await collection.list();
        cloud.clearRequests();
        for (const id of others.slice(0, 6)) {
            await collection.delete(id);
            await collection.read(first);
        }
        expect(counts().lists).to.equal(0);
    });

    it("does not list an account of a thousand for one or two objects", async () => {
        await begin();
        const ids = await make(1001);
        await collection.list();
        cloud.clearRequests();
        await collection.getMany(ids.slice(0, 2));
        expect(counts()).to.deep.equal({ lists: 0, gets: 2 });
        await collection.getMany(ids.slice(0, 100));
        expect(counts()).to.deep.equal({ lists: 1, gets: 2 });
    });

    it("makes all of a hundred objects under a rate limit, none twice, asking in vain hardly more than once", async () => {
        await begin({ requestsPerSecond: 50 });
        const made = await Promise.all(Array.from({ length: 100 }, (_, index) => collection.create(body(`c${index}`))));
        expect(new Set(made.map((one) => one["credentials_id"])).size).to.equal(100);
        expect(cloud.account.list("credentials")).to.have.length(100);
        expect(cloud.requests.filter(({ status }) => status === 429).length).to.be.below(75);
    });

    it("ends a read that is answered with 429 and 503 by turns, within the retry time", async () => {
        const clock = new FakeClock();
        await begin({}, clock, 300);
        const [id = ""] = await make(1);
        cloud.inject({ when: ({ index }) => index % 2 === 0, do: { kind: "status", status: 429 } });
        cloud.inject({ when: ({ index }) => index % 2 === 1, do: { kind: "status", status: 503 } });
        const outcome = await collection.get(id).catch((error: unknown) => String(error));
        expect(outcome).to.contain("503");
        expect(cloud.requests.length).to.be.within(4, 80);
    });

    it("fails all who stand in line once the service has taken nothing for the retry time, not each in its turn", async () => {
        const clock = new FakeClock();
        await begin({ requestsPerSecond: 0 }, clock);
        const began = clock.now();
        const made = await Promise.allSettled(
            Array.from({ length: 300 }, (_, index) => collection.create(body(`c${index}`))),
        );
        expect(made.map(({ status }) => status)).to.not.include("fulfilled");
        expect(made.map((one) => (one.status === "rejected" ? String(one.reason) : "")).join()).to.contain("429");
        expect(clock.now() - began).to.be.below(10_000);
        expect(cloud.requests.length).to.be.below(100);
    });
});
