import { Histories } from "./histories";

describe("what people wrote survives what replaces a whole stack, on the real engine", () => {
    let all: Histories;
    beforeEach(async () => {
        all = await Histories.begin({ w: "plain" });
    });
    afterEach(() => all.end());

    it("--replace '**'", async () => {
        const work = await all.people(await all.idOf("w"));
        await all.keeps(await all.up({}, { replace: ["**"] }), work);
    });

    it("a taint of everything in the state", async () => {
        const work = await all.people(await all.idOf("w"));
        const { resources } = await all.live.stack.state();
        const urns = resources.filter(({ id }) => id !== undefined).map(({ urn }) => urn);
        await all.live.pulumi("state", "taint", "--yes", ...urns);
        await all.keeps(await all.up(), work);
    });

    it("a taint after the stack's identity was lost", async () => {
        const work = await all.people(await all.idOf("w"));
        const isIdentity = (urn: string) => urn.endsWith("::databricks-cmk");
        all.editState((resources) =>
            resources
                .filter(({ urn }) => !isIdentity(urn))
                .map(({ dependencies = [], propertyDependencies, ...rest }) => ({
                    ...rest,
                    dependencies: dependencies.filter((urn) => !isIdentity(urn)),
                    propertyDependencies: { ...propertyDependencies, owner: [] },
                    taint: rest.urn.endsWith("::w"),
                })),
        );
        await all.keeps(await all.up(), work);
    });
});
