import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { grpc } from "../../plugin/messages";
import { Peers } from "../../plugin/peers";
import type { Told } from "../../provider/runtime/others";

describe("the processes of the plugin that serve one run of the engine", () => {
    let folder: string;
    const servers: InstanceType<typeof grpc.Server>[] = [];
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-peers-"));
    });
    afterEach(() => {
        for (const server of servers.splice(0)) server.forceShutdown();
        for (const engine of engines.splice(0)) engine.close();
        rmSync(folder, { recursive: true, force: true });
    });

    const engines: Server[] = [];
    /** The address of an engine that runs. */
    async function engine(): Promise<string> {
        const made = createServer();
        engines.push(made);
        await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
        const address = made.address();
        return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    }

    /** A process of a run, which says its name of each object. */
    async function begin(run: string, name: string) {
        const peers = new Peers(run, folder);
        const server = new grpc.Server();
        servers.push(server);
        peers.serve(server, ({ ids }) => ({ claims: ids.map((id) => ({ id, name })), ofKind: [] }));
        const port = await new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, found) =>
                error === null ? resolve(found) : reject(error),
            ),
        );
        peers.announce(port);
        return { peers, port, end: () => server.forceShutdown() };
    }
    const question = { kind: "/workspaces", ids: ["1"] };
    const names = (told: readonly Told[]) => told.flatMap(({ claims }) => claims.map(({ name }) => name));

    it("hear each other, and neither those of another run nor those that are over", async () => {
        const run = await engine();
        const [one, two] = [await begin(run, "one"), await begin(run, "two")];
        const three = await begin(run, "three");
        const foreign = await begin(await engine(), "foreign");
        expect(names(await one.peers.ask(question))).to.have.members(["two", "three"]);
        expect(await foreign.peers.ask(question)).to.deep.equal([]);
        three.end();
        expect(names(await one.peers.ask(question))).to.deep.equal(["two"]);
        expect(names(await two.peers.ask(question))).to.deep.equal(["one"]);
    });

    it("are not confused with a process of another run that has the port of one that is over", async () => {
        const run = await engine();
        const one = await begin(run, "one");
        const foreign = await begin(await engine(), "foreign");
        writeFileSync(join(folder, `${run.replace(/\W/g, "_")}-${foreign.port}`), "");
        expect(await one.peers.ask(question)).to.deep.equal([]);
    });

    it("decide one after the other, and no more once one has ended while it decided", async () => {
        const run = await engine();
        const [one, two] = [await begin(run, "one"), await begin(run, "two")];
        const order: string[] = [];
        const decide = (name: string) => async () => {
            order.push(`${name} begins`);
            await new Promise((resolve) => setImmediate(resolve));
            order.push(`${name} ends`);
        };
        await Promise.all([one.peers.alone(decide("one")), two.peers.alone(decide("two"))]);
        expect(order).to.deep.equal(["one begins", "one ends", "two begins", "two ends"]);
        await one.peers.alone(() => Promise.reject(new Error("refused"))).catch(() => undefined);
        expect(readdirSync(folder).filter((name) => !name.includes("-"))).to.deep.equal([]);
        void two.peers.alone(() => new Promise(() => undefined));
        two.end();
        const refused = await one.peers.alone(decide("one")).catch(String);
        expect(refused).to.contain("ended while it deleted a workspace. Run the command again.");
        expect(order).to.have.lengthOf(4);
    });

    it("refuse a folder that others than this user can read, before anything is done", async () => {
        chmodSync(folder, 0o755);
        const run = await engine();
        const { peers } = await begin(run, "one");
        expect(() => peers.requireKnown()).to.throw(
            "it is not a folder of this user alone. Remove it, or let TMPDIR name",
        );
        chmodSync(folder, 0o700);
        expect(() => new Peers(run, folder).requireKnown()).to.not.throw();
    });

    it("remove what runs have left whose engine is over", async () => {
        writeFileSync(join(folder, "127_0_0_1_1-2"), "");
        writeFileSync(join(folder, "127_0_0_1_1.lock"), "2");
        const run = await engine();
        const { port } = await begin(run, "one");
        while (readdirSync(folder).length > 1) await new Promise((resolve) => setImmediate(resolve));
        expect(readdirSync(folder)).to.deep.equal([`${run.replace(/\W/g, "_")}-${port}`]);
    });
});
