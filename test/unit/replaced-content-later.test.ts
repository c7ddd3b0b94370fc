import { expect } from "chai";

import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { seeds } from "../../local-cloud";
import { ownerFor } from "../helpers/environment";
import {
    DAY,
    failure,
    HOUR,
    initError,
    type ReplacedContent,
    sceneOfEach,
    type State,
} from "../helpers/replaced-content";

describe("the content of a workspace that is replaced, in a run after the one that copied it", () => {
    let cloud: ReplacedContent["cloud"];
    let clock: ReplacedContent["clock"];
    let world: ReplacedContent["world"];
    let old: ReplacedContent["old"];
    let news: ReplacedContent["news"];
    const { handlers, changed, later, existing, paths, compare } = sceneOfEach(
        (scene) => ({ cloud, clock, world, old, news } = scene),
    );

    it("is kept, and goes on, where the resource gets another name by an alias together with the key", async () => {
        const renamed = changed({ owner: ownerFor("renamed") });
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, renamed);
        const error = await initError(process.workspace.create(renamed));
        const refused = async () => (await failure(process.workspace.delete(old.id, old.outs))).message;
        expect(await refused()).to.contain("is not complete");

        const state = { id: error.id, outs: { ...error.properties } };
        process = handlers();
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: error.id,
            owner: ownerOfInputs(renamed),
            urn: undefined,
            notes: {},
        });
        await compare(process, state, renamed, renamed);
        await initError(process.workspace.update(state.id, state.outs, renamed));
        expect(await refused()).to.contain("is not complete");
        expect(existing()).to.have.members([old.id, state.id]);

        const accepting = { ...renamed, migrateContent: { accept: ["library"] } };
        process = handlers();
        await compare(process, state, accepting, renamed);
        await process.workspace.update(state.id, state.outs, accepting);
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([state.id]);
        expect(paths(state.id)).to.include("NOTEBOOK /Shared/etl");
    });

    it("is kept where a run did not reach the resource: another one failed before it, or it is not among the targets", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id } = await process.workspace.create(changed());
        process = handlers();
        await process.key.check({}, { ...news, awsKeyInfo: {}, owner: ownerFor("other") });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain(
            "no workspace has taken over from it",
        );
        expect(existing()).to.have.members([old.id, id]);
    });

    it("that changed since it was verified is copied before the old one goes; what changed in the new one stays as it is", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        // Another process, later: the old workspace was not deleted, because another resource had failed.
        await cloud.workspace(old.id).seed({ "/Shared/late": seeds.notebook("print(2)") });
        cloud.workspace(id).delete("/Shared/etl");
        process = handlers();
        await compare(process, later({ id, outs }), changed());
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
        expect(paths(id)).to.include("NOTEBOOK /Shared/late").and.not.include("NOTEBOOK /Shared/etl");
    });

    describe("in an `up` after the one that verified it", () => {
        const aged = { modifiedAt: Date.now() - DAY };
        let made: State;
        beforeEach(async () => {
            await cloud.workspace(old.id).seed({
                "/Shared/proj/one": seeds.notebook("print('one')", aged),
                "/Shared/proj/deep/two": seeds.notebook("print('two')", aged),
            });
            const process = handlers();
            await compare(process, old, changed());
            const { id, outs } = await process.workspace.create(changed());
            made = later({ id, outs });
            cloud.clearRequests();
        });
        const gate = async (asked = changed()) => {
            const process = handlers();
            await compare(process, made, asked);
            await process.workspace.delete(old.id, old.outs);
        };
        const writes = () =>
            cloud.requests.filter(
                ({ method, path, workspaceId }) =>
                    workspaceId !== undefined && /^(POST|PUT)$/.test(method) && !path.endsWith("/token"),
            );

        it("what was restored from the trash or moved in the old one, and keeps its time, comes along", async () => {
            await cloud.workspace(old.id).seed({
                "/Shared/restored": seeds.notebook("print('restored')", aged),
                "/Shared/moved/here": seeds.file("moved", aged),
            });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(String(await cloud.workspace(made.id).read("/Shared/restored"))).to.equal("print('restored')");
            expect(String(await cloud.workspace(made.id).read("/Shared/moved/here"))).to.equal("moved");
        });

        it("what was moved onto another object's path is not lost: both workspaces stay", async () => {
            cloud.workspace(old.id).delete("/Shared/etl");
            await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('other')", aged) });
            expect((await failure(gate())).message).to.contain("/Shared/etl [changed-in-target]");
            expect(existing()).to.have.members([old.id, made.id]);
            expect(String(await cloud.workspace(made.id).read("/Shared/etl"))).to.equal("print(1)");
            await gate(changed({ migrateContent: { accept: ["changed-in-target"] } }));
            expect(existing()).to.deep.equal([made.id]);
        });

        it("what was removed and changed in the new one stays so, and nothing is written, where the old one is as it was", async () => {
            cloud.workspace(made.id).delete("/Shared/lib.py");
            cloud.workspace(made.id).delete("/Shared/proj");
            await cloud.workspace(made.id).seed({ "/Shared/etl": seeds.notebook("print('work')") });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id)).to.deep.equal(["DIRECTORY /Shared/empty", "NOTEBOOK /Shared/etl"]);
            expect(String(await cloud.workspace(made.id).read("/Shared/etl"))).to.equal("print('work')");
            expect(writes()).to.deep.equal([]);
        });

        it("a folder that was removed in the new one is made again only for what is new in it in the old one", async () => {
            cloud.workspace(made.id).delete("/Shared/proj");
            await cloud.workspace(old.id).seed({ "/Shared/proj/late": seeds.notebook("print('late')") });
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id))
                .to.include("NOTEBOOK /Shared/proj/late")
                .and.not.include("DIRECTORY /Shared/proj/deep");
        });

        it("the permissions that the new one has by then stay; what comes late has those of the old one", async () => {
            for (const { principals } of [old, made].map(({ id }) => cloud.workspace(id))) principals.addGroup("team");
            const permitted = (level: string) => ({ ...aged, permissions: { "group_name:team": level } });
            await cloud.workspace(made.id).seed({
                "/Shared/etl": seeds.notebook("print(1)", permitted("CAN_READ")),
                "/Shared/empty": seeds.folder(permitted("CAN_READ")),
            });
            await cloud.workspace(old.id).seed({
                "/Shared/late": seeds.notebook("print(1)", permitted("CAN_RUN")),
                "/Shared/later": seeds.folder(permitted("CAN_RUN")),
            });
            made = later(made, { digest: undefined });
            await gate();
            const held = cloud
                .workspace(made.id)
                .tree()
                .map(({ path, permissions }) => [path, permissions["group_name:team"]]);
            expect(Object.fromEntries(held)).to.include({
                "/Shared/etl": "CAN_READ",
                "/Shared/empty": "CAN_READ",
                "/Shared/late": "CAN_RUN",
                "/Shared/later": "CAN_RUN",
            });
        });

        it("everything is compared where the state does not say what was verified", async () => {
            made = later(made, { digest: undefined });
            await cloud.workspace(old.id).seed({ "/Shared/restored": seeds.notebook("print('restored')", aged) });
            cloud.workspace(made.id).delete("/Shared/lib.py");
            await gate();
            expect(existing()).to.deep.equal([made.id]);
            expect(paths(made.id)).to.include("NOTEBOOK /Shared/restored").and.include("FILE /Shared/lib.py");
        });
    });

    it("that was edited in both after it was verified is overwritten in neither, and both stay", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        const work = seeds.notebook("print('new')", { modifiedAt: clock.now() - HOUR / 2 });
        await cloud.workspace(id).seed({ "/Shared/etl": work });
        await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('old')") });
        process = handlers();
        await compare(process, later({ id, outs }), changed());
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain(
            "/Shared/etl [changed-in-target]",
        );
        expect(String(await cloud.workspace(id).read("/Shared/etl"))).to.equal("print('new')");
        expect(existing()).to.have.members([old.id, id]);
    });

    it("that changed since it was verified is copied, however wrong the clock of this machine is", async () => {
        world.clock = Object.assign(clock.of({ dead: false }), { now: () => clock.now() + DAY });
        let process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        await cloud.workspace(old.id).seed({ "/Shared/late": seeds.notebook("print(2)") });
        process = handlers();
        await compare(process, { id, outs }, changed());
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
        expect(paths(id)).to.include("NOTEBOOK /Shared/late");
    });
});
