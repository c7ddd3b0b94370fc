import { expect } from "chai";

import * as databricks from "../../sdk";
import { type Access, effectiveAccess, LocalCloud, manyPeople, seeds } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

/** People, of whom each fourth belongs to the workspace through a group alone, 12 groups of which every second is in another one. */
function crowdOf(count: number) {
    const everybody = manyPeople({ users: count, groups: 12, servicePrincipals: 5 });
    const { users = [], servicePrincipals = [], groups = {} } = everybody;
    // Who has left the account, whose homes are still there.
    const former = Array.from({ length: count / 5 }, (_, at) => `left-${at}@example.com`);
    return { everybody, users, servicePrincipals, groups, former, direct: users.slice(0, (count * 3) / 4) };
}

describe("the people of a workspace that is replaced, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let keys: string[];
    let crowd: ReturnType<typeof crowdOf>;

    before(async () => {
        crowd = crowdOf(200);
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        keys = [cloud.createKey(), cloud.createKey()];
        stack = await LiveStack.create(cloud);
        await stack.done(program(0));
    });
    after(async () => {
        stack.end();
        await cloud.stop();
    });

    const program = (key: 0 | 1) => (needs: Needs) => {
        const ids = keys.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
        return new databricks.Workspace("w", {
            ...needs,
            managedServicesCustomerManagedKeyId: ids[key],
            migrateContent: { formerHomes: "/Former homes" },
        });
    };
    const only = () => {
        const [id = "", ...others] = stack.workspaces();
        expect(others, "workspaces beyond one").to.deep.equal([]);
        return id;
    };

    /** Everybody, each with a home and a notebook, and notebooks whose permissions name everybody. */
    const populate = async (id: string) => {
        const { everybody, users, servicePrincipals, groups, former, direct } = crowd;
        const workspace = cloud.workspace(id);
        const { principals } = workspace;
        const grants = new Map<string, string>();
        for (const name of [...users, ...former]) principals.addUser(name);
        for (const name of servicePrincipals) principals.addServicePrincipal(name);
        cloud.people.seed(everybody);
        for (const name of Object.keys(groups)) principals.assign(name, "USER");
        principals.assign(users[0] ?? "", "ADMIN");
        for (const name of users) grants.set(`user_name:${name}`, "CAN_READ");
        for (const name of servicePrincipals) grants.set(`service_principal_name:${name}`, "CAN_EDIT");
        for (const name of Object.keys(groups)) grants.set(`group_name:${name}`, "CAN_RUN");
        const homes = [...users, ...former].map((name) => [`/Users/${name}/n`, seeds.notebook(`# of ${name}`)]);
        await workspace.seed({
            ...Object.fromEntries(homes),
            "/Shared/all": seeds.notebook("1", { permissions: Object.fromEntries(grants) }),
        });
        for (const name of users.slice(direct.length)) {
            const user = cloud.people.find(name);
            if (user !== undefined) principals.setPermission(user, undefined);
        }
        for (const name of former) cloud.people.remove(name);
    };

    /** Each notebook with who may do what with it, but for whoever copied it. */
    const notebooksOf = async (id: string) => {
        const all = (await cloud.workspace(id).snapshot()).filter(({ type }) => type === "NOTEBOOK");
        return new Map(
            all.map(({ path, sha256, permissions }) => [
                path,
                [
                    sha256,
                    ...Object.entries(permissions)
                        .filter(([who]) => !who.endsWith(cloud.clientId))
                        .map((grant) => grant.join("=")),
                ].join(" "),
            ]),
        );
    };

    it("are all in the new one, with every home and permission, before the old one goes: 200 of them, and 40 who have left", async () => {
        const old = only();
        const { users, former, direct } = crowd;
        await populate(old);
        const [access, notebooks] = [effectiveAccess(cloud.workspace(old)), await notebooksOf(old)];
        expect(Object.keys(access)).to.have.length(users.length + 5 + 1);
        let atDelete: Record<string, Access> | undefined;
        cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${old}`),
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    const [now = ""] = stack.workspaces().filter((id) => id !== old);
                    atDelete = effectiveAccess(cloud.workspace(now));
                },
            },
        });
        const { output } = await stack.done(program(1));
        // The account's assignments are those of whom it names itself.
        expect(output).to.contain(`${direct.length} users`).and.contain("12 groups");
        const now = only();
        expect(now).to.not.equal(old);
        expect(atDelete, "before the DELETE").to.deep.equal(access);
        expect(effectiveAccess(cloud.workspace(now))).to.deep.equal(access);
        const arrived = await notebooksOf(now);
        for (const [path, content] of notebooks) {
            const name = path.split("/")[2] ?? "";
            const place = former.includes(name) ? `/Former homes/${name}/n` : path;
            expect(arrived.get(place)?.split(" ").sort(), place).to.deep.equal(content.split(" ").sort());
        }
        expect(arrived.size).to.equal(notebooks.size);
        expect((await stack.done()).operations).to.deep.equal([]);
    });
});
