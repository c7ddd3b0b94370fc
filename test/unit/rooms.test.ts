import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

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
        ["sdk/x.ts", "../local-cloud"],
        ["sdk/lookups/provider-bridge.ts", "../../cli/command"],
        ["local-cloud/x.ts", "../cli/command"],
        ["local-cloud/x.ts", "../test/helpers/environment"],
        ["local-cloud/x.ts", "../provider/registry"],
        ["local-cloud/http.ts", "./server"],
        ["local-cloud/account-api/x.ts", "../server"],
        ["local-cloud/account-api/x.ts", "../kms/kms"],
        ["local-cloud/account-api/x.ts", "../../provider/api/client"],
        ["local-cloud/workspace-api/x.ts", "../account-api/account"],
        ["local-cloud/workspace-api/x.ts", "../oidc/tokens"],
        ["local-cloud/oidc/x.ts", "../account-api/account"],
        ["local-cloud/aws/x.ts", "../account-api/private-link"],
        ["local-cloud/kms/x.ts", "../aws/connections"],
        ["local-cloud/kms/x.ts", "../../sdk/resources/workspace"],
        ["cli/x.ts", "../test/helpers/environment"],
        ["plugin/x.ts", "../sdk/index"],
        ["provider/index.ts", "../plugin/words"],
        ["cli/adopt/x.ts", "../drill/key"],
        ["cli/contract/x.ts", "../drill/key"],
        ["cli/drill/x.ts", "../adopt/program"],
    ];
    for (const [file, from] of backwards) {
        it(`${file} may not import ${from}`, async () => {
            expect(await refusals(file, from)).to.have.lengthOf(1);
        });
    }

    it("imports along the arrows are free, and a type through the lookups' entry point", async () => {
        const along: [string, string][] = [
            ["provider/index.ts", "./registry"],
            ["provider/registry.ts", "./objects/network"],
            ["provider/objects/workspace/x.ts", "../../resource/handler"],
            ["provider/resource/x.ts", "../runtime/session"],
            ["provider/runtime/x.ts", "../api/account-client"],
            ["provider/api/x.ts", "../util/case"],
            ["sdk/resources/x.ts", "../../provider/contract/ownership-tag"],
            ["local-cloud/local-cloud.ts", "./account-api/account"],
            ["local-cloud/account-api/x.ts", "../workspace-api/workspace-store"],
            ["local-cloud/account-api/x.ts", "../routes"],
            ["local-cloud/aws/x.ts", "../kms/clients"],
            ["local-cloud/kms/x.ts", "../../sdk/policy/document/evaluate"],
            ["local-cloud/guard.ts", "../provider/api/host"],
            ["plugin/x.ts", "../provider/registry"],
            ["cli/main.ts", "./drill/drill"],
            ["cli/drill/x.ts", "../command"],
            ["cli/drill/x.ts", "../../provider/util/junit"],
            ["cli/local-cloud.ts", "../local-cloud"],
        ];
        for (const [file, from] of along) expect(await refusals(file, from), file).to.deep.equal([]);
        const entry = await refusals("sdk/lookups/provider-bridge.ts", "../../provider/lookups", "import type");
        expect(entry).to.deep.equal([]);
    });
});

describe("the files of the rooms", () => {
    const built = resolve(__dirname, "../..");
    const root = dirname(built);
    const files = ["provider", "sdk", "cli", "plugin", "local-cloud"].flatMap((room) =>
        readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts"))
            .map((file) => join(built, room, file.replace(/\.ts$/, ".js"))),
    );
    /** What a file loads, now or later: the compiler has left out what is imported for its types alone. */
    const loadedBy = (file: string) =>
        [...readFileSync(file, "utf8").matchAll(/\brequire\("(\.[^"]+)"\)/g)].flatMap(([, path = ""]) => {
            const target = resolve(dirname(file), path);
            return [`${target}.js`, target, join(target, "index.js")].filter((one) => files.includes(one));
        });

    it("load each other in no circle", () => {
        const open: string[] = [];
        const done = new Set<string>();
        const circles: string[] = [];
        const visit = (file: string) => {
            if (open.includes(file)) circles.push([...open.slice(open.indexOf(file)), file].map(shown).join(" -> "));
            if (open.includes(file) || done.has(file)) return;
            open.push(file);
            for (const one of loadedBy(file)) visit(one);
            open.pop();
            done.add(file);
        };
        const shown = (file: string) => relative(built, file);
        files.forEach(visit);
        expect(files.length).to.be.above(300);
        expect(files.flatMap(loadedBy).length).to.be.above(1000);
        expect(circles).to.deep.equal([]);
    });
});
