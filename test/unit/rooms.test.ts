import { expect } from "chai";
import { ESLint } from "eslint";

/** What lint says against an import in a file, which need not exist. */
async function refusals(file: string, from: string, how = "import"): Promise<string[]> {
    const eslint = new ESLint({ overrideConfig: { linterOptions: { reportUnusedDisableDirectives: "off" } } });
    const [result] = await eslint.lintText(`${how} { x } from "${from}";\nexport const y: typeof x | 1 = 1;\n`, {
        filePath: file,
    });
    return (result?.messages ?? [])
        .filter(({ ruleId }) => ruleId?.endsWith("no-restricted-imports"))
        .map(({ message }) => message);
}

describe("the rooms' arrows, as lint holds them", () => {
    const backwards: [string, string][] = [
        ["provider/util/x.ts", "../contract/names"],
        ["provider/contract/x.ts", "../util/case"],
        ["provider/contract/x.ts", "zod"],
        ["provider/api/x.ts", "../runtime/session"],
        ["provider/api/x.ts", "../resource/definition"],
        ["provider/runtime/x.ts", "../resource/definition"],
        ["provider/resource/x.ts", "../objects/network"],
        ["provider/objects/x.ts", "../registry"],
        ["provider/objects/workspace/x.ts", "../../registry"],
        ["provider/registry.ts", "./lookups"],
        ["provider/lookups.ts", "./index"],
        ["provider/api/x.ts", "../../sdk/index"],
        ["provider/api/x.ts", "../../local-cloud"],
        ["sdk/resources/x.ts", "../../provider/api/account-client"],
        ["sdk/x.ts", "../provider/lookups"],
        ["sdk/x.ts", "axios"],
        ["sdk/lookups/provider-bridge.ts", "../../provider/lookups"],
    ];
    for (const [file, from] of backwards) {
        it(`${file} may not import ${from}`, async () => {
            expect(await refusals(file, from)).to.have.lengthOf(1);
        });
    }

    it("imports along the arrows are free, and a type through the lookups' door", async () => {
        const along: [string, string][] = [
            ["provider/index.ts", "./registry"],
            ["provider/registry.ts", "./objects/network"],
            ["provider/objects/workspace/x.ts", "../../resource/handler"],
            ["provider/resource/x.ts", "../runtime/session"],
            ["provider/runtime/x.ts", "../api/account-client"],
            ["provider/api/x.ts", "../util/case"],
            ["sdk/resources/x.ts", "../../provider/contract/ownership-tag"],
        ];
        for (const [file, from] of along) expect(await refusals(file, from), file).to.deep.equal([]);
        const door = await refusals("sdk/lookups/provider-bridge.ts", "../../provider/lookups", "import type");
        expect(door).to.deep.equal([]);
    });
});
