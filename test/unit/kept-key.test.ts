import { expect } from "chai";

import type { ObjectHandler } from "../../provider/resource/handler";
import { StackIdentityHandler } from "../../provider/objects/stack-identity";
import { Session } from "../../provider/runtime/session";
import { type Properties, UNKNOWN } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import type { fakeEnvironment } from "../helpers/environment";
import { FakeClock, ownerFor } from "../helpers/environment";
import { createHandler } from "../../provider/registry";
import { type Handlers, outcome, startProvider, workspaceInputs } from "../helpers/provider-process";

const KEY = "managedServicesCustomerManagedKeyId";

describe("the KMS key of a program", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    let session: Session;
    let keys: ObjectHandler;
    const newProcess = () => {
        session = new Session(world);
        keys = createHandler("CustomerManagedKey", session);
    };
    beforeEach(async () => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock()));
        newProcess();
    });
    afterEach(() => cloud.stop());

    const inputs = (name: string, keyArn: string, keyRemoval?: string) => ({
        awsKeyInfo: { keyArn },
        useCases: ["MANAGED_SERVICES"],
        owner: ownerFor(name),
        ...(keyRemoval === undefined ? {} : { keyRemoval }),
    });
    const registered = (name: string, keyArn: string, keyRemoval?: string) =>
        keys.create(inputs(name, keyArn, keyRemoval));
    /** What is said while something is done. */
    const said = async (act: () => Promise<unknown>): Promise<string[]> => {
        world.lines.length = 0;
        await act();
        return world.lines;
    };

    describe("when its registration is deleted", () => {
        it("was kept, as one line says, with its ARN and the command that deletes it", async () => {
            const arn = cloud.createKey();
            const { id, outs } = await registered("k", arn, "retain");
            newProcess();
            const lines = await said(() => keys.delete(id, outs));
            expect(lines).to.have.length(1);
            expect(lines[0])
                .to.contain(`The KMS key ${arn} was kept`)
                .and.contain(`aws kms schedule-key-deletion --region us-east-1 --key-id ${arn} `);
        });

        it("is not mentioned if Pulumi deletes it, or did not make it", async () => {
            for (const [name, keyRemoval] of [
                ["a", "schedule"],
                ["b", undefined],
            ] as const) {
                const { id, outs } = await registered(name, cloud.createKey(), keyRemoval);
                expect(await said(() => keys.delete(id, outs)), name).to.deep.equal([]);
            }
        });

        it("is not mentioned if the program registers it again, or if the deletion is refused", async () => {
            const arn = cloud.createKey();
            const olds = inputs("k", arn, "retain");
            const { id, outs } = await keys.create(olds);
            await handlers.workspace.create(await workspaceInputs(handlers, { [KEY]: id }));
            expect(await outcome(keys.delete(id, outs))).to.not.equal("ok");
            expect(world.lines.join()).to.not.contain("was kept");
            newProcess();
            await keys.check(olds, { ...olds, useCases: ["MANAGED_SERVICES", "STORAGE"] });
            for (const one of cloud.account.list("workspaces")) {
                await handlers.workspace.delete(String(one["workspace_id"]), {});
            }
            expect(await said(() => keys.delete(id, outs))).to.deep.equal([]);
        });
    });

    it("gets another keyRemoval without a request that changes anything, and the state says it", async () => {
        const arn = cloud.createKey();
        const { id, outs } = await registered("k", arn);
        expect((await keys.diff(id, outs, inputs("k", arn))).changes).to.equal(false);
        const news = inputs("k", arn, "retain");
        expect(await keys.diff(id, outs, news))
            .to.include({ changes: true })
            .and.to.deep.include({ replaces: [] });
        cloud.clearRequests();
        const { outs: updated = {} } = await keys.update(id, outs, news);
        expect(updated["keyRemoval"]).to.equal("retain");
        expect((await keys.diff(id, updated, news)).changes).to.equal(false);
        const { outs: taken = {} } = await keys.update(id, updated, inputs("k", arn));
        expect(taken).to.not.have.property("keyRemoval");
        const methods = cloud.requests.filter(({ path }) => !path.endsWith("/token")).map(({ method }) => method);
        expect(new Set(methods)).to.deep.equal(new Set(["GET"]));
    });

    describe("that a workspace has until a key change", () => {
        const workspace = async () => {
            const first = cloud.createKey();
            const { id } = await registered("first", first, "schedule");
            const olds = await workspaceInputs(handlers, { [KEY]: id });
            await handlers.workspace.create(olds);
            return { first, olds };
        };
        const checked = (olds: Properties, to: string | undefined, more: object = {}) =>
            createHandler("Workspace", session).check(olds, { ...olds, ...more, [KEY]: to });

        it("is named at the preview of a change in place, with how long to keep it", async () => {
            const { first, olds } = await workspace();
            const { id } = await registered("second", cloud.createKey());
            for (const to of [id, UNKNOWN]) {
                const lines = (await said(() => checked(olds, to, { onKeyChange: "update" }))).join("\n");
                expect(lines).to.contain(`keep the KMS key ${first} enabled for 24 hours`);
                expect(lines).to.not.contain("belongs to this stack");
            }
        });

        for (const onKeyChange of ["update", "replace"]) {
            it(`is warned of if it is the stack's own and would be deleted with its resource, with onKeyChange ${onKeyChange}`, async () => {
                const { first, olds } = await workspace();
                const identity = new StackIdentityHandler(session, () => undefined);
                const { inputs: kept } = await identity.check({}, { kmsKeys: [first] });
                expect(kept).to.deep.equal({});
                const lines = (await said(() => checked(olds, UNKNOWN, { onKeyChange }))).join("\n");
                expect(lines)
                    .to.contain(`may need the KMS key ${first} for 24 hours`)
                    .and.contain("belongs to this stack")
                    .and.contain('keyRemoval: "retain"');
            });
        }

        it("is not named if it stays the workspace's key, under another registration too", async () => {
            const { first, olds } = await workspace();
            const { id } = await registered("again", first);
            for (const to of [String(olds[KEY]), id]) {
                const lines = (await said(() => checked(olds, to, { onKeyChange: "update" }))).join("\n");
                expect(lines, to).to.not.contain("24 hours");
            }
        });

        it("stops no check if the registration cannot be read", async () => {
            const { olds } = await workspace();
            session = new Session({
                ...world,
                variables: { ...world.variables, DATABRICKS_HOST: "http://127.0.0.1:9" },
            });
            const { failures = [] } = await checked(olds, UNKNOWN, { onKeyChange: "update" });
            expect(failures).to.deep.equal([]);
        });
    });

    it("that leaves the program, and is deleted, is warned of with every workspace of the account that has it", async () => {
        const arn = cloud.createKey();
        const olds = inputs("k", arn, "schedule");
        const { id, outs } = await keys.create(olds);
        const { id: user } = await handlers.workspace.create(await workspaceInputs(handlers, { [KEY]: id }));
        const warned = async (news: Record<string, unknown>, before = outs) => {
            newProcess();
            await keys.check(olds, news);
            return (await said(() => keys.diff(id, before, news))).join("\n");
        };
        for (const keyArn of [cloud.createKey(), UNKNOWN]) {
            expect(await warned(inputs("k", keyArn)))
                .to.contain(`the KMS key ${arn} is removed from the program`)
                .and.contain(`the workspace ${user}`);
        }
        expect(await warned(olds)).to.equal("");
        expect(await warned(inputs("k", UNKNOWN), { ...outs, keyRemoval: "retain" })).to.equal("");
    });
});
