import { expect } from "chai";

import { LocalCloud, type LocalCloudOptions } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

/** An example, how it is run, and what it must have made. */
export interface ExampleRun {
    readonly example: string;
    /** What is particular about this run, for the title. */
    readonly as?: string;
    /** Its configuration, which may depend on what somebody else made in the cloud before. */
    readonly config?: Record<string, unknown> | ((cloud: LocalCloud) => Record<string, unknown>);
    readonly cloud?: LocalCloudOptions;
    /** Looks at what there is after `pulumi up`; `bodies` are those of the POSTs to a collection. */
    made(found: Made): void | Promise<void>;
}

/** What there is after an example's `pulumi up`. */
export interface Made {
    readonly cloud: LocalCloud;
    readonly outputs: Record<string, unknown>;
    bodies(collection: string): Record<string, unknown>[];
}

const lived = new Set<string>();

/**
 * Runs an example on the real engine: up, then its whole life, which is refresh and up again, and destroy. If it is run in another way
 * too, that one only makes what it makes: the rest is as before.
 */
export function describeExample({ example, as, config = {}, cloud: options = {}, made }: ExampleRun): void {
    describe(`the example ${example}${as === undefined ? "" : ` with ${as}`}, on the real engine`, () => {
        let cloud: LocalCloud;
        let stack: TestStack;
        let there: string[];
        before(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 200, ...options });
            stack = await TestStack.ofExample(cloud, example, typeof config === "function" ? config(cloud) : config);
            there = cloud.contents();
        });
        after(async () => {
            await cloud.stop();
            stack.remove();
        });
        const writes = () => cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));

        it("creates what it says, with exactly the expected request bodies", async () => {
            await expectOk(stack.up());
            const posted = writes().filter(({ method }) => method === "POST");
            await made({
                cloud,
                outputs: await stack.outputs(),
                bodies: (collection) =>
                    posted
                        .filter(({ path }) => path.endsWith(`/${collection}`))
                        .map(({ body }) => body as Record<string, unknown>),
            });
        });

        if (lived.has(example)) return;
        lived.add(example);

        it("changes nothing at a refresh and a second up", async () => {
            cloud.clearRequests();
            expect((await expectOk(stack.up({ refresh: true }))).operations).to.deep.equal([]);
            expect(writes()).to.deep.equal([]);
        });

        it("leaves nothing that it created after destroy but the KMS keys, which stay enabled", async () => {
            await expectOk(stack.destroy());
            const isKey = (line: string) => line.startsWith("KMS key ");
            expect(cloud.contents().filter((line) => !isKey(line))).to.deep.equal(there.filter((line) => !isKey(line)));
            expect(cloud.kms.keys().filter(({ deletion }) => deletion !== undefined)).to.deep.equal([]);
        });
    });
}
