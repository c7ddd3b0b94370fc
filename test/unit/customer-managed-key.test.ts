import { expect } from "chai";

import type { ObjectHandler } from "../../provider/resource/handler";
import { Session } from "../../provider/runtime/session";
import { LocalCloud } from "../../local-cloud";
import { createHandler } from "../../provider/registry";
import { fakeEnvironment, ownerFor } from "../helpers/environment";

describe("cluster volumes in the registration of a key", () => {
    let cloud: LocalCloud;
    let key: ObjectHandler;
    before(async () => {
        cloud = await LocalCloud.start();
        const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID = "" } = cloud.environment();
        const environment = { DATABRICKS_HOST, DATABRICKS_ACCOUNT_ID, DATABRICKS_TOKEN: cloud.token };
        key = createHandler("CustomerManagedKey", new Session(fakeEnvironment(environment)));
    });
    after(() => cloud.stop());

    const inputs = (useCases: string[], reuseKeyForClusterVolumes: boolean | undefined) => ({
        awsKeyInfo: { keyArn: cloud.createKey(), reuseKeyForClusterVolumes },
        useCases,
        owner: ownerFor(`k${String(reuseKeyForClusterVolumes)}`),
    });
    const replaced = async (olds: Record<string, unknown>, news: object) =>
        (await key.diff(String(olds["customerManagedKeyId"]), olds, { ...news })).replaces;

    for (const answer of ["true", "unset"] as const) {
        it(`are the same left out as true, where the service answers ${answer}`, async () => {
            cloud.behavior.reuseKeyDefault = answer;
            const without = inputs(["STORAGE"], undefined);
            const { outs } = await key.create(without);
            const asking = (reuseKeyForClusterVolumes: boolean | undefined) => ({
                ...without,
                awsKeyInfo: { ...without.awsKeyInfo, reuseKeyForClusterVolumes },
            });
            expect(await replaced(outs, asking(undefined))).to.deep.equal([]);
            expect(await replaced(outs, asking(true))).to.deep.equal([]);
            expect(await replaced(outs, asking(false))).to.have.length(1);
        });
    }

    it("that are kept out reach the service, and need another registration to come in", async () => {
        const kept = inputs(["MANAGED_SERVICES", "STORAGE"], false);
        const { outs } = await key.create(kept);
        expect(cloud.requests.filter(({ method }) => method === "POST").at(-1)?.body).to.deep.nested.include({
            "aws_key_info.reuse_key_for_cluster_volumes": false,
        });
        const { keyArn } = kept.awsKeyInfo;
        expect(await replaced(outs, kept)).to.deep.equal([]);
        expect(await replaced(outs, { ...kept, awsKeyInfo: { keyArn } })).to.have.length(1);
    });

    it("mean nothing for notebooks alone, whatever the service answers", async () => {
        const news = inputs(["MANAGED_SERVICES"], undefined);
        const { outs } = await key.create(news);
        for (const answered of [true, false, undefined]) {
            const awsKeyInfo = { ...(outs["awsKeyInfo"] as object), reuseKeyForClusterVolumes: answered };
            expect(await replaced({ ...outs, awsKeyInfo }, news), String(answered)).to.deep.equal([]);
        }
    });
});
