import { expect } from "chai";

import { seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { DAY, ReplacedStack } from "../helpers/replaced-stack";

const HOUR = DAY / 24;

describe("the content of a workspace that is replaced, in an up after the one that verified it", () => {
    const scene = ReplacedStack.ofEach();
    let aged: { modifiedAt: number };
    let next: string;
    beforeEach(async () => {
        aged = { modifiedAt: scene.stack.clock.now() - DAY };
        await scene.tree().seed({
            "/Shared/proj/one": seeds.notebook("print('one')", aged),
            "/Shared/proj/deep/two": seeds.notebook("print('two')", aged),
        });
        next = await scene.verified();
        scene.stack.clock.pass(HOUR);
    });
    const seedOld = (path: string, text: string, more: Parameters<typeof seeds.notebook>[1] = aged) =>
        scene.tree().seed({ [path]: seeds.notebook(text, more) });
    const seedNew = (path: string, text: string, more?: Parameters<typeof seeds.notebook>[1]) =>
        scene.tree(next).seed({ [path]: seeds.notebook(text, more) });
    const read = async (path: string) => String(await scene.tree(next).read(path));
    const goes = async (inputs: Inputs = {}) => {
        await expectOk(scene.to("b", inputs));
        expect(scene.stack.workspaces()).to.deep.equal([next]);
    };
    const stays = async (...says: string[]) => {
        await expectRefused(scene.to("b"), ...says);
        scene.bothStay();
    };
    /** The state does not say what was verified. */
    const forgetDigest = () => {
        for (const source of scene.stack.entry().outputs["sources"] as Inputs[]) delete source["digest"];
    };

    it("comes along if it changed since, was restored from the trash or was moved, and keeps its time", async () => {
        await seedOld("/Shared/late", "print(2)", {});
        await seedOld("/Shared/restored", "print('restored')");
        await scene.tree().seed({ "/Shared/moved/here": seeds.file("moved", aged) });
        await goes();
        const texts = {
            "/Shared/late": "print(2)",
            "/Shared/restored": "print('restored')",
            "/Shared/moved/here": "moved",
        };
        for (const [path, text] of Object.entries(texts)) expect(await read(path)).to.equal(text);
    });

    it("what was moved onto another object's path is not lost: both workspaces stay until that is accepted", async () => {
        scene.tree().delete("/Shared/etl");
        await seedOld("/Shared/etl", "print('other')");
        await stays("/Shared/etl [changed-in-target]");
        expect(await read("/Shared/etl")).to.equal("print(1)");
        await goes({ migrateContent: { accept: ["changed-in-target"] } });
    });

    it("what was edited in both is overwritten in neither, and both stay", async () => {
        await seedNew("/Shared/etl", "print('new')", { modifiedAt: scene.stack.clock.now() - HOUR / 2 });
        await seedOld("/Shared/etl", "print('old')", {});
        await stays("/Shared/etl [changed-in-target]");
        expect(await read("/Shared/etl")).to.equal("print('new')");
    });

    it("what was removed and changed in the new one stays so, and nothing is written, if the old one is as it was", async () => {
        scene.tree(next).delete("/Shared/lib.py");
        scene.tree(next).delete("/Shared/proj");
        await seedNew("/Shared/etl", "print('work')");
        await goes();
        expect(scene.paths()).to.deep.equal(["DIRECTORY /Shared/empty", "NOTEBOOK /Shared/etl"]);
        expect(await read("/Shared/etl")).to.equal("print('work')");
        const writes = scene.stack.cloud.requests.filter(
            ({ method, path, workspaceId }) =>
                workspaceId !== undefined && /^(POST|PUT)$/.test(method) && !path.endsWith("/token"),
        );
        expect(writes).to.deep.equal([]);
    });

    it("a folder that was removed in the new one is made again only for what is new in it in the old one", async () => {
        scene.tree(next).delete("/Shared/proj");
        await seedOld("/Shared/proj/late", "print('late')", {});
        await goes();
        expect(scene.paths()).to.include("NOTEBOOK /Shared/proj/late").and.not.include("DIRECTORY /Shared/proj/deep");
    });

    it("the permissions that the new one has by then stay; what comes late has those of the old one", async () => {
        for (const id of [scene.old, next]) scene.tree(id).principals.addGroup("team");
        const permitted = (level: string) => ({ ...aged, permissions: { "group_name:team": level } });
        await seedNew("/Shared/etl", "print(1)", permitted("CAN_READ"));
        await scene.tree(next).seed({ "/Shared/empty": seeds.folder(permitted("CAN_READ")) });
        await seedOld("/Shared/late", "print(1)", permitted("CAN_RUN"));
        await scene.tree().seed({ "/Shared/later": seeds.folder(permitted("CAN_RUN")) });
        forgetDigest();
        await goes();
        const held = scene.tree(next).tree();
        expect(Object.fromEntries(held.map((one) => [one.path, one.permissions["group_name:team"]]))).to.include({
            "/Shared/etl": "CAN_READ",
            "/Shared/empty": "CAN_READ",
            "/Shared/late": "CAN_RUN",
            "/Shared/later": "CAN_RUN",
        });
    });

    it("everything is compared if the state does not say what was verified", async () => {
        forgetDigest();
        await seedOld("/Shared/restored", "print('restored')");
        scene.tree(next).delete("/Shared/lib.py");
        await goes();
        expect(scene.paths()).to.include("NOTEBOOK /Shared/restored").and.include("FILE /Shared/lib.py");
    });

    it("stays if the resource is not reached, and comes along under another name by alias", async () => {
        await seedOld("/Shared/late", "print(2)", {});
        await scene.stack.up({ target: ["s"] });
        scene.bothStay();
        const renamed = workspace("renamed", { ...under("b"), workspaceName: "w" }, { aliases: ["w"] });
        await expectOk(scene.stack.change({ w: undefined, renamed }).up());
        expect([scene.stack.workspaces(), await read("/Shared/late")]).to.deep.equal([[next], "print(2)"]);
    });
});

describe("the content of a workspace that is replaced, on a machine whose clock is a day ahead", () => {
    const scene = ReplacedStack.ofEach({ behind: DAY });

    it("is copied if it changed since it was verified", async () => {
        const next = await scene.verified();
        await scene.tree().seed({ "/Shared/late": seeds.notebook("print(2)") });
        await expectOk(scene.stack.up());
        expect(scene.stack.workspaces()).to.deep.equal([next]);
        expect(scene.paths()).to.include("NOTEBOOK /Shared/late");
    });
});
