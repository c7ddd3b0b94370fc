import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { Consumer, type ConsumerOptions, NEWEST, OLDEST } from "./consumer";
import { isWhole, succeed } from "./tools";

/** Each manager, language, Node.js and layout at least once; the first is what `npm test` tries. */
const combinations: readonly ConsumerOptions[] = [
    { manager: "pnpm", language: "TypeScript, CommonJS", node: 20, pulumi: OLDEST, layout: "library" },
    { manager: "npm", language: "TypeScript, CommonJS", node: 20, pulumi: OLDEST },
    { manager: "npm", language: "TypeScript, nodenext, compiled", node: 22, pulumi: NEWEST },
    { manager: "npm", language: "JavaScript, an ES module", node: 24, pulumi: NEWEST, layout: "workspace" },
    { manager: "npm", language: "TypeScript, CommonJS", node: 22, pulumi: OLDEST, component: true },
    { manager: "npm", language: "JavaScript, CommonJS", node: 20, pulumi: NEWEST, layout: "library" },
    { manager: "pnpm", language: "TypeScript, an ES module by tsx", node: 24, pulumi: NEWEST },
    { manager: "pnpm", language: "JavaScript, CommonJS", node: 22, pulumi: NEWEST, component: true },
    { manager: "pnpm", language: "TypeScript, nodenext, compiled", node: 24, pulumi: NEWEST, layout: "library" },
    { manager: "yarn 1", language: "JavaScript, CommonJS", node: 20, pulumi: OLDEST },
    { manager: "yarn 1", language: "TypeScript, CommonJS", node: 22, pulumi: NEWEST, layout: "library" },
    { manager: "yarn 4", language: "JavaScript, an ES module", node: 22, pulumi: NEWEST },
    { manager: "yarn 4", language: "TypeScript, an ES module by tsx", node: 20, pulumi: OLDEST, layout: "library" },
    { manager: "bun", language: "TypeScript, CommonJS", node: 24, pulumi: NEWEST },
    { manager: "bun", language: "JavaScript, CommonJS", node: 20, pulumi: OLDEST, layout: "library" },
];

const chosen = isWhole ? combinations : combinations.slice(0, 1);

const titleOf = ({ manager, language, node, pulumi, layout, component }: ConsumerOptions) =>
    [
        `${manager}: ${language}`,
        `Node.js ${node}`,
        `@pulumi/pulumi ${pulumi}`,
        ...(layout === "workspace" ? ["a hoisted workspace"] : []),
        ...(layout === "library" ? ["through a library that depends on the package"] : []),
        component ? "a component" : "without @pulumi/aws",
    ].join(", ");

describe("the packed package in somebody else's project", () => {
    let cloud: LocalCloud;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
    });
    after(() => cloud.stop());

    for (const options of chosen) {
        it(`compiles strictly, and previews, makes and destroys a stack with ${titleOf(options)}`, async () => {
            const consumer = await Consumer.create(cloud, options);
            try {
                const before = cloud.contents();
                if (options.language.startsWith("TypeScript")) await succeed(consumer.compile());
                // In the sample it is enough that the compiler has checked them.
                if (!isWhole) consumer.trustTypes();
                await succeed(consumer.pulumi("preview"));
                consumer.trustTypes();
                expect(cloud.contents()).to.deep.equal(before);
                await succeed(consumer.pulumi("up", "--yes", "--skip-preview"));
                expect(cloud.contents().length).to.be.above(before.length);
                await succeed(consumer.pulumi("preview", "--expect-no-changes"));
                await succeed(consumer.pulumi("destroy", "--yes", "--skip-preview"));
                expect(cloud.contents()).to.deep.equal(before);
            } finally {
                consumer.remove();
            }
        });
    }
});
