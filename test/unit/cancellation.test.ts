import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { systemClock } from "../../provider/api/clock";
import { connectWorkspace } from "../../provider/migration/connection";
import { migrateContent } from "../../provider/migration/migration";
import { engineCancellation } from "../../provider/runtime/engine";
import { LocalCloud, manyNotebooks } from "../../local-cloud";
import { credentialOf } from "../helpers/workspace-requests";

describe("an operation that is cancelled", () => {
    it("is noticed where the engine says so to the provider's server, which answers as always", async () => {
        const server = createServer((request, response) => response.end(request.url));
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const engine = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        const call = async (name: string) => {
            const request = engine.request({ ":path": `/pulumirpc.ResourceProvider/${name}`, ":method": "POST" });
            request.end();
            let said = "";
            for await (const part of request) said += String(part);
            return said;
        };
        await call("Configure");
        const signal = engineCancellation();
        expect(await call("Create")).to.equal("/pulumirpc.ResourceProvider/Create");
        expect(signal.aborted).to.equal(false);
        expect(await call("Cancel")).to.equal("/pulumirpc.ResourceProvider/Cancel");
        expect(signal.aborted).to.equal(true);
        engine.close();
        server.close();
    });

    describe("while content is copied", () => {
        let cloud: LocalCloud;
        beforeEach(async () => {
            cloud = await LocalCloud.start();
        });
        afterEach(() => cloud.stop());

        /** A copy of two hundred notebooks. */
        async function copy(cancelled: AbortSignal) {
            const [old, replacement] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
            await old.seed(manyNotebooks(200));
            const connected = (id: string) =>
                connectWorkspace({
                    host: cloud.workspaceUrl(id),
                    credential: credentialOf(cloud),
                    options: { retryTimeout: 60_000, requestTimeout: 60_000 },
                    clock: systemClock,
                    cancelled,
                });
            return migrateContent({ from: connected(old.id), to: connected(replacement.id), clock: systemClock });
        }

        it("ends it: nothing is sent any more, and the report says that the next run goes on", async () => {
            const cancelled = new AbortController();
            let sent = 0;
            cloud.inject({
                when: ({ path }) => path.endsWith("/workspace/import"),
                do: {
                    kind: "call",
                    when: "before",
                    run: async () => {
                        if (++sent === 10) cancelled.abort();
                    },
                },
            });
            const report = await copy(cancelled.signal);
            expect(report.complete).to.equal(false);
            expect(report.stopped).to.equal("it was cancelled. The next `pulumi up` goes on from here.");
            expect(report.findings).to.deep.equal([]);
            // What was on its way when it was cancelled: at most one for each of those who work at once.
            expect(sent).to.be.below(10 + 24);
        });

        it("waits for no response to a read: a workspace that gives none holds nothing up", async () => {
            const cancelled = new AbortController();
            cloud.inject({
                when: ({ path }) => {
                    if (!path.endsWith("/workspace/export")) return false;
                    setImmediate(() => cancelled.abort());
                    return true;
                },
                do: { kind: "hang" },
            });
            const report = await copy(cancelled.signal);
            expect(report.stopped).to.contain("it was cancelled");
        });
    });
});
