import { expect } from "chai";

import { endEngines, engine } from "../helpers/engine";
import { expectOk } from "../helpers/expect-ok";
import { identity, resource } from "../helpers/programs";

describe("cluster volumes in the registration of a key", () => {
    afterEach(endEngines);

    /** A stack with a registration, and what an `up` would do if it said something else of cluster volumes. */
    const made = async (useCases: readonly string[], reuse: boolean | undefined, answer: "true" | "unset" = "true") => {
        let keyArn = "";
        const k = (reuseKeyForClusterVolumes: boolean | undefined) =>
            resource("CustomerManagedKey", "k", { awsKeyInfo: { keyArn, reuseKeyForClusterVolumes }, useCases });
        const stack = await engine((cloud) => {
            cloud.behavior.reuseKeyDefault = answer;
            keyArn = cloud.createKey();
            return [identity, k(reuse)];
        });
        await expectOk(stack.up());
        return { stack, plan: (other: boolean | undefined) => stack.change({ k: k(other) }).plan() };
    };
    const replaced = ["create k", "delete k"];

    for (const answer of ["true", "unset"] as const) {
        it(`are the same left out as true, where the service answers ${answer}`, async () => {
            const { plan } = await made(["STORAGE"], undefined, answer);
            expect(await plan(undefined)).to.deep.equal([]);
            expect(await plan(true)).to.deep.equal([]);
            expect(await plan(false)).to.deep.equal(replaced);
        });
    }

    it("that are kept out reach the service, and need another registration to come in", async () => {
        const { stack, plan } = await made(["MANAGED_SERVICES", "STORAGE"], false);
        expect(stack.cloud.requests.filter(({ method }) => method === "POST").at(-1)?.body).to.deep.nested.include({
            "aws_key_info.reuse_key_for_cluster_volumes": false,
        });
        expect(await plan(false)).to.deep.equal([]);
        expect(await plan(undefined)).to.deep.equal(replaced);
    });

    it("mean nothing for notebooks alone, whatever the service answers", async () => {
        const { stack, plan } = await made(["MANAGED_SERVICES"], undefined);
        const { awsKeyInfo } = stack.entry("k").outputs;
        for (const answered of [true, false, undefined]) {
            stack.entry("k").outputs["awsKeyInfo"] = { ...(awsKeyInfo as object), reuseKeyForClusterVolumes: answered };
            expect(await plan(undefined), String(answered)).to.deep.equal([]);
        }
    });
});
